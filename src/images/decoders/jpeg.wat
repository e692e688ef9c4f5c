;; Baseline JPEG: Huffman codes, the inverse cosine transform, chroma in full size, red, green and blue. To the bit what
;; libjpeg-turbo gives with its vectors (islow, fancy upsampling), for files without damage; whatever is irregular is told,
;; and left to libjpeg-turbo itself. ITU-T T.81, annexes A and F.
;;
;; Who calls has laid out the memory: decoders/jpeg-simd.ts. Vectors read and write up to 16 bytes beyond what they are for.
(module
  (import "" "memory" (memory 1))

  ;; Copies the bits of a scan, without the zeros that stand behind each FF. `ends` becomes: where the marker stands that
  ;; ends it, then where in the copy each part ends that a restart marker (RST0, RST1, ...) ends, and the last one.
  ;; Returns how many parts there are; 0: the bytes end, or a marker is not the one that must follow.
  (func (export "unstuff") (param $from i32) (param $end i32) (param $to i32) (param $ends i32) (param $most i32) (result i32)
    (local $four v128) (local $mask i32) (local $parts i32) (local $marker i32)
    (loop $next
      (if (i32.ge_u (local.get $from) (local.get $end)) (then (return (i32.const 0))))
      (local.set $four (v128.load align=1 (local.get $from)))
      (v128.store align=1 (local.get $to) (local.get $four))
      (local.set $mask (i8x16.bitmask (i8x16.eq (local.get $four) (i8x16.splat (i32.const 255)))))
      (if (i32.eqz (local.get $mask))
        (then
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))
      (local.set $mask (i32.ctz (local.get $mask)))
      (local.set $from (i32.add (local.get $from) (local.get $mask)))
      (local.set $to (i32.add (local.get $to) (local.get $mask)))
      (local.set $marker (i32.load8_u offset=1 (local.get $from)))
      (if (i32.eqz (local.get $marker))
        (then
          (local.set $from (i32.add (local.get $from) (i32.const 2)))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (br $next)))
      (if (i32.ge_u (local.get $from) (local.get $end)) (then (return (i32.const 0))))
      (local.set $parts (i32.add (local.get $parts) (i32.const 1)))
      (if (i32.gt_u (local.get $parts) (local.get $most)) (then (return (i32.const 0))))
      (i32.store (i32.add (local.get $ends) (i32.shl (local.get $parts) (i32.const 2))) (local.get $to))
      (if (i32.eq (i32.and (local.get $marker) (i32.const 0xf8)) (i32.const 0xd0))
        (then
          (if (i32.ne
                (i32.and (local.get $marker) (i32.const 7))
                (i32.and (i32.sub (local.get $parts) (i32.const 1)) (i32.const 7)))
            (then (return (i32.const 0))))
          (local.set $from (i32.add (local.get $from) (i32.const 2)))
          (br $next)))
      (i32.store (local.get $ends) (local.get $from)))
    (local.get $parts))

  ;; What a code of more than ten bits, or one whose number has not fitted into ten bits with it, stands for: the symbol
  ;; in bits 16 to 23, the code's length in bits 8 to 15; 0: there is no such code.
  (func $longCode (param $table i32) (param $entry i32) (param $bits i64) (result i32)
    (local $length i32) (local $code i32) (local $at i32)
    (if (local.get $entry) (then (return (local.get $entry))))
    (local.set $length (i32.const 11))
    (loop $longer
      (local.set $code
        (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.extend_i32_u (i32.sub (i32.const 64) (local.get $length))))))
      (local.set $at (i32.add (local.get $table) (i32.shl (local.get $length) (i32.const 3))))
      (if (i32.le_s (local.get $code) (i32.load offset=4096 (local.get $at)))
        (then
          (return
            (i32.or
              (i32.shl (local.get $length) (i32.const 8))
              (i32.shl
                (i32.load8_u offset=4232
                  (i32.add (local.get $table) (i32.add (local.get $code) (i32.load offset=4100 (local.get $at)))))
                (i32.const 16))))))
      (br_if $longer
        (i32.le_u (local.tee $length (i32.add (local.get $length) (i32.const 1))) (i32.const 16))))
    (i32.const 0))

  ;; The number of $size bits at the top of $bits, of which half are negative. T.81, F.2.2.1, EXTEND.
  (func $extended (param $bits i64) (param $size i32) (result i32)
    (local $value i32)
    (if (i32.eqz (local.get $size)) (then (return (i32.const 0))))
    (local.set $value
      (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.extend_i32_u (i32.sub (i32.const 64) (local.get $size))))))
    (i32.sub
      (local.get $value)
      (select
        (i32.const 0)
        (i32.sub (i32.shl (i32.const 1) (local.get $size)) (i32.const 1))
        (i64.lt_s (local.get $bits) (i64.const 0)))))

  ;; The next 32 bits, the first on top.
  (func $word (param $at i32) (result i64)
    (local $bytes v128)
    (local.set $bytes (v128.load32_zero align=1 (local.get $at)))
    (i64x2.extract_lane 0
      (i8x16.shuffle 3 2 1 0 16 16 16 16 16 16 16 16 16 16 16 16
        (local.get $bytes) (v128.const i32x4 0 0 0 0))))

  ;; One row of minimum coded units into the planes of its components. Returns 1; 0 where a code is none, or the bits end.
  ;; $s is described in decoders/jpeg-simd.ts: where the reader stands, then each block of a unit.
  (func (export "decodeRow") (param $s i32) (result i32)
    (local $bits i64) (local $count i32) (local $from i32)
    (local $unit i32) (local $units i32) (local $b i32) (local $blocks i32)
    (local $k i32) (local $entry i32) (local $size i32) (local $ac i32) (local $table i32)
    (local $block i32) (local $zigzag i32) (local $dc i32) (local $to i32) (local $end i32)
    (local.set $from (i32.load (local.get $s)))
    (local.set $count (i32.load offset=4 (local.get $s)))
    (local.set $bits (i64.load offset=8 (local.get $s)))
    (local.set $units (i32.load offset=40 (local.get $s)))
    (local.set $zigzag (i32.load offset=56 (local.get $s)))
    (local.set $block (i32.load offset=60 (local.get $s)))
    (local.set $end
      (i32.add (i32.load offset=64 (local.get $s)) (i32.mul (i32.load offset=52 (local.get $s)) (i32.const 28))))
    (local.set $blocks (i32.load offset=64 (local.get $s)))
    (loop $everyUnit
      (local.set $b (local.get $blocks))
      (loop $everyBlock
        ;; the first number, as a difference to that of the block before
        (if (i32.lt_s (local.get $count) (i32.const 32))
          (then
            (local.set $bits
              (i64.or (local.get $bits)
                (i64.shl (call $word (local.get $from)) (i64.extend_i32_u (i32.sub (i32.const 32) (local.get $count))))))
            (local.set $count (i32.add (local.get $count) (i32.const 32)))
            (local.set $from (i32.add (local.get $from) (i32.const 4)))))
        (local.set $table (i32.load offset=4 (local.get $b)))
        (local.set $entry
          (i32.load
            (i32.add (local.get $table)
              (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 54))) (i32.const 2)))))
        (if (local.tee $size (i32.and (local.get $entry) (i32.const 255)))
          (then
            (local.set $dc (i32.shr_s (local.get $entry) (i32.const 16))))
          (else
            (local.set $entry (call $longCode (local.get $table) (local.get $entry) (local.get $bits)))
            (if (i32.eqz (local.get $entry)) (then (return (i32.const 0))))
            (local.set $size (i32.and (i32.shr_u (local.get $entry) (i32.const 8)) (i32.const 255)))
            (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $size))))
            (local.set $count (i32.sub (local.get $count) (local.get $size)))
            (local.set $size (i32.and (i32.shr_u (local.get $entry) (i32.const 16)) (i32.const 15)))
            (local.set $dc (call $extended (local.get $bits) (local.get $size)))))
        (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $size))))
        (local.set $count (i32.sub (local.get $count) (local.get $size)))
        (local.set $dc (i32.add (local.get $dc) (i32.load (i32.load (local.get $b)))))
        (i32.store (i32.load (local.get $b)) (local.get $dc))
        (i32.store16 (local.get $block) (local.get $dc))
        ;; the others, which come in zigzag
        (local.set $ac (i32.load offset=8 (local.get $b)))
        (local.set $k (i32.const 1))
        (loop $everyNumber
          (if (i32.lt_s (local.get $count) (i32.const 32))
            (then
              (local.set $bits
                (i64.or (local.get $bits)
                  (i64.shl (call $word (local.get $from))
                    (i64.extend_i32_u (i32.sub (i32.const 32) (local.get $count))))))
              (local.set $count (i32.add (local.get $count) (i32.const 32)))
              (local.set $from (i32.add (local.get $from) (i32.const 4)))))
          (local.set $entry
            (i32.load
              (i32.add (local.get $ac)
                (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 54))) (i32.const 2)))))
          (local.set $size (i32.and (local.get $entry) (i32.const 255)))
          (if (i32.eqz (local.get $size))
            (then
              (local.set $entry (call $longCode (local.get $ac) (local.get $entry) (local.get $bits)))
              (if (i32.eqz (local.get $entry)) (then (return (i32.const 0))))
              (local.set $size (i32.and (i32.shr_u (local.get $entry) (i32.const 8)) (i32.const 255)))
              (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $size))))
              (local.set $count (i32.sub (local.get $count) (local.get $size)))
              (local.set $size (i32.and (i32.shr_u (local.get $entry) (i32.const 16)) (i32.const 15)))
              ;; as the table has them: the number, how far it is to the one behind it, how many bits
              (local.set $entry
                (i32.or
                  (i32.shl (call $extended (local.get $bits) (local.get $size)) (i32.const 16))
                  (i32.shl
                    (select
                      (i32.const 128)
                      (i32.add (i32.shr_u (local.get $entry) (i32.const 20)) (i32.const 1))
                      (i32.and (i32.eqz (local.get $size))
                        (i32.ne (i32.shr_u (local.get $entry) (i32.const 20)) (i32.const 15))))
                    (i32.const 8))))))
          (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $size))))
          (local.set $count (i32.sub (local.get $count) (local.get $size)))
          (local.set $k
            (i32.add (local.get $k) (i32.and (i32.shr_u (local.get $entry) (i32.const 8)) (i32.const 255))))
          (if (i32.le_u (local.get $k) (i32.const 64))
            (then
              (i32.store16
                (i32.add (local.get $block) (i32.load8_u (i32.add (local.get $zigzag) (local.get $k))))
                (i32.shr_s (local.get $entry) (i32.const 16)))
              (br_if $everyNumber (i32.lt_u (local.get $k) (i32.const 64))))
            (else
              ;; 129: all are zero. Numbers beyond the last one are none of a file without damage.
              (if (i32.lt_u (local.get $k) (i32.const 129)) (then (return (i32.const 0)))))))
        (if (i32.and
              (i32.ge_u (local.get $unit) (i32.load offset=44 (local.get $s)))
              (i32.lt_u (local.get $unit) (i32.load offset=48 (local.get $s))))
          (then
            (local.set $to
              (i32.add (i32.load offset=16 (local.get $b))
                (i32.mul (local.get $unit) (i32.load offset=24 (local.get $b)))))
            (if (i32.eq (local.get $k) (i32.const 129))
              (then
                (call $even (i32.mul (local.get $dc) (i32.load16_u (i32.load offset=12 (local.get $b))))
                  (local.get $to) (i32.load offset=20 (local.get $b))))
              (else
                (call $inverse (local.get $block) (i32.load offset=12 (local.get $b))
                  (local.get $to) (i32.load offset=20 (local.get $b)))))))
        (if (i32.ne (local.get $k) (i32.const 129))
          (then
            (v128.store (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=16 (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=32 (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=48 (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=64 (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=80 (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=96 (local.get $block) (v128.const i32x4 0 0 0 0))
            (v128.store offset=112 (local.get $block) (v128.const i32x4 0 0 0 0))))
        (br_if $everyBlock
          (i32.lt_u (local.tee $b (i32.add (local.get $b) (i32.const 28))) (local.get $end))))
      ;; beyond what there is, within what may be read
      (if (i32.gt_u (i32.sub (local.get $from) (i32.shr_u (local.get $count) (i32.const 3)))
            (i32.load (i32.load offset=36 (local.get $s))))
        (then (return (i32.const 0))))
      (if (i32.load offset=28 (local.get $s))
        (then
          (i32.store offset=32 (local.get $s) (i32.sub (i32.load offset=32 (local.get $s)) (i32.const 1)))
          (if (i32.eqz (i32.load offset=32 (local.get $s)))
            (then
              ;; the last unit of all ends the last part
              (if (i32.lt_u (i32.load offset=36 (local.get $s)) (i32.load offset=68 (local.get $s)))
                (then
                  (if (i32.ne (i32.sub (local.get $from) (i32.shr_u (local.get $count) (i32.const 3)))
                        (i32.load (i32.load offset=36 (local.get $s))))
                    (then (return (i32.const 0))))
                  (local.set $from (i32.load (i32.load offset=36 (local.get $s))))
                  (local.set $count (i32.const 0))
                  (local.set $bits (i64.const 0))
                  (i32.store offset=36 (local.get $s) (i32.add (i32.load offset=36 (local.get $s)) (i32.const 4)))
                  (i32.store offset=32 (local.get $s) (i32.load offset=28 (local.get $s)))
                  (i64.store offset=16 (local.get $s) (i64.const 0))
                  (i32.store offset=24 (local.get $s) (i32.const 0))))))))
      (br_if $everyUnit
        (i32.lt_u (local.tee $unit (i32.add (local.get $unit) (i32.const 1))) (local.get $units))))
    (i32.store (local.get $s) (local.get $from))
    (i32.store offset=4 (local.get $s) (local.get $count))
    (i64.store offset=8 (local.get $s) (local.get $bits))
    (i32.const 1))

  ;; A block of one value: what the transform makes of a block whose other numbers are zero.
  (func $even (param $first i32) (param $to i32) (param $stride i32)
    (local $n i32) (local $value v128)
    (local.set $value
      (i16x8.splat
        (i32.add
          (i32.shr_s (i32.add (i32.extend16_s (local.get $first)) (i32.const 4)) (i32.const 3))
          (i32.const 128))))
    (local.set $value (i8x16.narrow_i16x8_u (local.get $value) (local.get $value)))
    (local.set $n (i32.const 8))
    (loop $row
      (v128.store64_lane align=1 0 (local.get $to) (local.get $value))
      (local.set $to (i32.add (local.get $to) (local.get $stride)))
      (br_if $row (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  ;; The inverse transform of a block of 8×8 numbers into bytes: Loeffler, Ligtenberg, Moschytz, ICASSP 1989, with the whole
  ;; numbers of 2^-13 that libjpeg has for its cosines. First columns, then rows; pairs of products are one instruction.
  (func $inverse (param $block i32) (param $quant i32) (param $to i32) (param $stride i32)
    (local $0 v128) (local $1 v128) (local $2 v128) (local $3 v128)
    (local $4 v128) (local $5 v128) (local $6 v128) (local $7 v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $low0 v128) (local $low1 v128) (local $low2 v128) (local $low3 v128)
    (local $high0 v128) (local $high1 v128) (local $high2 v128) (local $high3 v128)
    (local $odd v128) (local $odds v128)
    (local $round v128) (local $shift i32)
    (local.set $0 (i16x8.mul (v128.load (local.get $block)) (v128.load (local.get $quant))))
    (local.set $1 (i16x8.mul (v128.load offset=16 (local.get $block)) (v128.load offset=16 (local.get $quant))))
    (local.set $2 (i16x8.mul (v128.load offset=32 (local.get $block)) (v128.load offset=32 (local.get $quant))))
    (local.set $3 (i16x8.mul (v128.load offset=48 (local.get $block)) (v128.load offset=48 (local.get $quant))))
    (local.set $4 (i16x8.mul (v128.load offset=64 (local.get $block)) (v128.load offset=64 (local.get $quant))))
    (local.set $5 (i16x8.mul (v128.load offset=80 (local.get $block)) (v128.load offset=80 (local.get $quant))))
    (local.set $6 (i16x8.mul (v128.load offset=96 (local.get $block)) (v128.load offset=96 (local.get $quant))))
    (local.set $7 (i16x8.mul (v128.load offset=112 (local.get $block)) (v128.load offset=112 (local.get $quant))))
    (local.set $shift (i32.const 11))
    (local.set $round (i32x4.splat (i32.const 0x400)))
    (loop $pass
      ;; even numbers
      (local.set $a (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $2) (local.get $6)))
      (local.set $b (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $2) (local.get $6)))
      (local.set $c (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $0) (local.get $4)))
      (local.set $d (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $0) (local.get $4)))
      (local.set $low3
        (i32x4.dot_i16x8_s (local.get $a) (v128.const i16x8 10703 4433 10703 4433 10703 4433 10703 4433)))
      (local.set $low2
        (i32x4.dot_i16x8_s (local.get $a) (v128.const i16x8 4433 -10704 4433 -10704 4433 -10704 4433 -10704)))
      (local.set $high3
        (i32x4.dot_i16x8_s (local.get $b) (v128.const i16x8 10703 4433 10703 4433 10703 4433 10703 4433)))
      (local.set $high2
        (i32x4.dot_i16x8_s (local.get $b) (v128.const i16x8 4433 -10704 4433 -10704 4433 -10704 4433 -10704)))
      (local.set $a
        (i32x4.add (local.get $round)
          (i32x4.dot_i16x8_s (local.get $c) (v128.const i16x8 8192 8192 8192 8192 8192 8192 8192 8192))))
      (local.set $b
        (i32x4.add (local.get $round)
          (i32x4.dot_i16x8_s (local.get $d) (v128.const i16x8 8192 8192 8192 8192 8192 8192 8192 8192))))
      (local.set $low0 (i32x4.add (local.get $a) (local.get $low3)))
      (local.set $low3 (i32x4.sub (local.get $a) (local.get $low3)))
      (local.set $high0 (i32x4.add (local.get $b) (local.get $high3)))
      (local.set $high3 (i32x4.sub (local.get $b) (local.get $high3)))
      (local.set $a
        (i32x4.add (local.get $round)
          (i32x4.dot_i16x8_s (local.get $c) (v128.const i16x8 8192 -8192 8192 -8192 8192 -8192 8192 -8192))))
      (local.set $b
        (i32x4.add (local.get $round)
          (i32x4.dot_i16x8_s (local.get $d) (v128.const i16x8 8192 -8192 8192 -8192 8192 -8192 8192 -8192))))
      (local.set $low1 (i32x4.add (local.get $a) (local.get $low2)))
      (local.set $low2 (i32x4.sub (local.get $a) (local.get $low2)))
      (local.set $high1 (i32x4.add (local.get $b) (local.get $high2)))
      (local.set $high2 (i32x4.sub (local.get $b) (local.get $high2)))
      ;; odd numbers: $0 and $2 are free for z3 and z4
      (local.set $0 (i16x8.add (local.get $7) (local.get $3)))
      (local.set $2 (i16x8.add (local.get $5) (local.get $1)))
      (local.set $a (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $0) (local.get $2)))
      (local.set $b (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $0) (local.get $2)))
      ;; z3 of the lower and upper four in $0 and $2, z4 in $4 and $6
      (local.set $0 (i32x4.dot_i16x8_s (local.get $a) (v128.const i16x8 -6436 9633 -6436 9633 -6436 9633 -6436 9633)))
      (local.set $2 (i32x4.dot_i16x8_s (local.get $b) (v128.const i16x8 -6436 9633 -6436 9633 -6436 9633 -6436 9633)))
      (local.set $4 (i32x4.dot_i16x8_s (local.get $a) (v128.const i16x8 9633 6437 9633 6437 9633 6437 9633 6437)))
      (local.set $6 (i32x4.dot_i16x8_s (local.get $b) (v128.const i16x8 9633 6437 9633 6437 9633 6437 9633 6437)))
      (local.set $a (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $7) (local.get $1)))
      (local.set $b (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $7) (local.get $1)))
      (local.set $c (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $5) (local.get $3)))
      (local.set $d (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $5) (local.get $3)))
      ;; rows 0 and 7
      (local.set $odd
        (i32x4.add (local.get $4)
          (i32x4.dot_i16x8_s (local.get $a) (v128.const i16x8 -7373 4926 -7373 4926 -7373 4926 -7373 4926))))
      (local.set $odds
        (i32x4.add (local.get $6)
          (i32x4.dot_i16x8_s (local.get $b) (v128.const i16x8 -7373 4926 -7373 4926 -7373 4926 -7373 4926))))
      (local.set $7
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.sub (local.get $low0) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.sub (local.get $high0) (local.get $odds)) (local.get $shift))))
      (local.set $low0
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.add (local.get $low0) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.add (local.get $high0) (local.get $odds)) (local.get $shift))))
      ;; rows 3 and 4
      (local.set $odd
        (i32x4.add (local.get $0)
          (i32x4.dot_i16x8_s (local.get $a) (v128.const i16x8 -4927 -7373 -4927 -7373 -4927 -7373 -4927 -7373))))
      (local.set $odds
        (i32x4.add (local.get $2)
          (i32x4.dot_i16x8_s (local.get $b) (v128.const i16x8 -4927 -7373 -4927 -7373 -4927 -7373 -4927 -7373))))
      (local.set $a
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.sub (local.get $low3) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.sub (local.get $high3) (local.get $odds)) (local.get $shift))))
      (local.set $3
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.add (local.get $low3) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.add (local.get $high3) (local.get $odds)) (local.get $shift))))
      ;; rows 1 and 6
      (local.set $odd
        (i32x4.add (local.get $0)
          (i32x4.dot_i16x8_s (local.get $c) (v128.const i16x8 -20995 4177 -20995 4177 -20995 4177 -20995 4177))))
      (local.set $odds
        (i32x4.add (local.get $2)
          (i32x4.dot_i16x8_s (local.get $d) (v128.const i16x8 -20995 4177 -20995 4177 -20995 4177 -20995 4177))))
      (local.set $b
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.sub (local.get $low1) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.sub (local.get $high1) (local.get $odds)) (local.get $shift))))
      (local.set $1
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.add (local.get $low1) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.add (local.get $high1) (local.get $odds)) (local.get $shift))))
      ;; rows 2 and 5
      (local.set $odd
        (i32x4.add (local.get $4)
          (i32x4.dot_i16x8_s (local.get $c) (v128.const i16x8 -4176 -20995 -4176 -20995 -4176 -20995 -4176 -20995))))
      (local.set $odds
        (i32x4.add (local.get $6)
          (i32x4.dot_i16x8_s (local.get $d) (v128.const i16x8 -4176 -20995 -4176 -20995 -4176 -20995 -4176 -20995))))
      (local.set $5
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.sub (local.get $low2) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.sub (local.get $high2) (local.get $odds)) (local.get $shift))))
      (local.set $2
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (i32x4.add (local.get $low2) (local.get $odd)) (local.get $shift))
          (i32x4.shr_s (i32x4.add (local.get $high2) (local.get $odds)) (local.get $shift))))
      (local.set $0 (local.get $low0))
      (local.set $4 (local.get $a))
      (local.set $6 (local.get $b))
      ;; transposed
      (local.set $a (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $0) (local.get $1)))
      (local.set $b (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $0) (local.get $1)))
      (local.set $c (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $2) (local.get $3)))
      (local.set $d (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $2) (local.get $3)))
      (local.set $low0 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $c)))
      (local.set $low1 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $c)))
      (local.set $low2 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $b) (local.get $d)))
      (local.set $low3 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $b) (local.get $d)))
      (local.set $a (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $4) (local.get $5)))
      (local.set $b (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $4) (local.get $5)))
      (local.set $c (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $6) (local.get $7)))
      (local.set $d (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $6) (local.get $7)))
      (local.set $high0 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $c)))
      (local.set $high1 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $c)))
      (local.set $high2 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $b) (local.get $d)))
      (local.set $high3 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $b) (local.get $d)))
      (local.set $0 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low0) (local.get $high0)))
      (local.set $1 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low0) (local.get $high0)))
      (local.set $2 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low1) (local.get $high1)))
      (local.set $3 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low1) (local.get $high1)))
      (local.set $4 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low2) (local.get $high2)))
      (local.set $5 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low2) (local.get $high2)))
      (local.set $6 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low3) (local.get $high3)))
      (local.set $7 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low3) (local.get $high3)))
      (if (i32.eq (local.get $shift) (i32.const 11))
        (then
          (local.set $shift (i32.const 18))
          (local.set $round (i32x4.splat (i32.const 0x20000)))
          (br $pass))))
    ;; bytes, whose middle is 128
    (local.set $c (i8x16.splat (i32.const -128)))
    (local.set $a (v128.xor (local.get $c) (i8x16.narrow_i16x8_s (local.get $0) (local.get $1))))
    (v128.store64_lane align=1 0 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store64_lane align=1 1 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (local.set $a (v128.xor (local.get $c) (i8x16.narrow_i16x8_s (local.get $2) (local.get $3))))
    (v128.store64_lane align=1 0 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store64_lane align=1 1 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (local.set $a (v128.xor (local.get $c) (i8x16.narrow_i16x8_s (local.get $4) (local.get $5))))
    (v128.store64_lane align=1 0 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store64_lane align=1 1 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (local.set $a (v128.xor (local.get $c) (i8x16.narrow_i16x8_s (local.get $6) (local.get $7))))
    (v128.store64_lane align=1 0 (local.get $to) (local.get $a))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store64_lane align=1 1 (local.get $to) (local.get $a)))

  ;; So many pixels of a row, sixteen at a time, as red, green, blue. $blue and $red are the chroma planes' rows, $far how
  ;; far it is to the row that is the other one above or below of each. $mode 0: chroma is as wide as the picture; 1: half
  ;; as wide; 2: and half as high. Beside the first and the last chroma of a row the same stands once more.
  ;; What is between two is weighted 3 to 1, rounded up and down in turn, as libjpeg does.
  (func (export "colourRow")
    (param $y i32) (param $blue i32) (param $red i32) (param $far i32) (param $mode i32) (param $count i32) (param $to i32)
    (local $near v128) (local $other v128) (local $even v128) (local $odd v128) (local $shift i32)
    (local $middle v128) (local $before v128) (local $after v128)
    (local $lowBlue v128) (local $highBlue v128) (local $lowRed v128) (local $highRed v128)
    (local $a v128) (local $b v128) (local $r v128) (local $g v128) (local $light v128)
    (local.set $near (i16x8.splat (select (i32.const 3) (i32.const 1) (i32.eq (local.get $mode) (i32.const 2)))))
    (local.set $other (i16x8.splat (i32.eq (local.get $mode) (i32.const 2))))
    (local.set $even (i16x8.splat (select (i32.const 8) (i32.const 1) (i32.eq (local.get $mode) (i32.const 2)))))
    (local.set $odd (i16x8.splat (select (i32.const 7) (i32.const 2) (i32.eq (local.get $mode) (i32.const 2)))))
    (local.set $shift (i32.shl (local.get $mode) (i32.const 1)))
    (loop $sixteen
      (if (local.get $mode)
        (then
          (local.set $middle
            (i16x8.add
              (i16x8.mul (v128.load8x8_u align=1 (local.get $blue)) (local.get $near))
              (i16x8.mul (v128.load8x8_u align=1 (i32.add (local.get $blue) (local.get $far))) (local.get $other))))
          (local.set $before
            (i16x8.add
              (i16x8.mul (v128.load8x8_u align=1 (i32.sub (local.get $blue) (i32.const 1))) (local.get $near))
              (i16x8.mul
                (v128.load8x8_u align=1 (i32.sub (i32.add (local.get $blue) (local.get $far)) (i32.const 1)))
                (local.get $other))))
          (local.set $after
            (i16x8.add
              (i16x8.mul (v128.load8x8_u offset=1 align=1 (local.get $blue)) (local.get $near))
              (i16x8.mul
                (v128.load8x8_u offset=1 align=1 (i32.add (local.get $blue) (local.get $far))) (local.get $other))))
          (local.set $middle (i16x8.mul (local.get $middle) (v128.const i16x8 3 3 3 3 3 3 3 3)))
          (local.set $a
            (i16x8.shr_u
              (i16x8.add (i16x8.add (local.get $middle) (local.get $before)) (local.get $even)) (local.get $shift)))
          (local.set $b
            (i16x8.shr_u
              (i16x8.add (i16x8.add (local.get $middle) (local.get $after)) (local.get $odd)) (local.get $shift)))
          (local.set $lowBlue (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $a) (local.get $b)))
          (local.set $highBlue
            (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $a) (local.get $b)))
          (local.set $middle
            (i16x8.add
              (i16x8.mul (v128.load8x8_u align=1 (local.get $red)) (local.get $near))
              (i16x8.mul (v128.load8x8_u align=1 (i32.add (local.get $red) (local.get $far))) (local.get $other))))
          (local.set $before
            (i16x8.add
              (i16x8.mul (v128.load8x8_u align=1 (i32.sub (local.get $red) (i32.const 1))) (local.get $near))
              (i16x8.mul
                (v128.load8x8_u align=1 (i32.sub (i32.add (local.get $red) (local.get $far)) (i32.const 1)))
                (local.get $other))))
          (local.set $after
            (i16x8.add
              (i16x8.mul (v128.load8x8_u offset=1 align=1 (local.get $red)) (local.get $near))
              (i16x8.mul
                (v128.load8x8_u offset=1 align=1 (i32.add (local.get $red) (local.get $far))) (local.get $other))))
          (local.set $middle (i16x8.mul (local.get $middle) (v128.const i16x8 3 3 3 3 3 3 3 3)))
          (local.set $a
            (i16x8.shr_u
              (i16x8.add (i16x8.add (local.get $middle) (local.get $before)) (local.get $even)) (local.get $shift)))
          (local.set $b
            (i16x8.shr_u
              (i16x8.add (i16x8.add (local.get $middle) (local.get $after)) (local.get $odd)) (local.get $shift)))
          (local.set $lowRed (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $a) (local.get $b)))
          (local.set $highRed
            (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $a) (local.get $b)))
          (local.set $blue (i32.add (local.get $blue) (i32.const 8)))
          (local.set $red (i32.add (local.get $red) (i32.const 8))))
        (else
          (local.set $lowBlue (v128.load8x8_u align=1 (local.get $blue)))
          (local.set $highBlue (v128.load8x8_u offset=8 align=1 (local.get $blue)))
          (local.set $lowRed (v128.load8x8_u align=1 (local.get $red)))
          (local.set $highRed (v128.load8x8_u offset=8 align=1 (local.get $red)))
          (local.set $blue (i32.add (local.get $blue) (i32.const 16)))
          (local.set $red (i32.add (local.get $red) (i32.const 16)))))
      (local.set $light (v128.const i16x8 128 128 128 128 128 128 128 128))
      (local.set $lowBlue (i16x8.sub (local.get $lowBlue) (local.get $light)))
      (local.set $highBlue (i16x8.sub (local.get $highBlue) (local.get $light)))
      (local.set $lowRed (i16x8.sub (local.get $lowRed) (local.get $light)))
      (local.set $highRed (i16x8.sub (local.get $highRed) (local.get $light)))
      ;; red: y + 1.402 Cr, the factor in 2^-16, 91881 = 65536 + 26345; beside it stands 2 * 2^14, which rounds
      (local.set $r
        (i8x16.narrow_i16x8_u
          (i16x8.add
            (i16x8.add (v128.load8x8_u align=1 (local.get $y)) (local.get $lowRed))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
                    (local.get $lowRed) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 26345 16384 26345 16384 26345 16384 26345 16384))
                (i32.const 16))
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
                    (local.get $lowRed) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 26345 16384 26345 16384 26345 16384 26345 16384))
                (i32.const 16))))
          (i16x8.add
            (i16x8.add (v128.load8x8_u offset=8 align=1 (local.get $y)) (local.get $highRed))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
                    (local.get $highRed) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 26345 16384 26345 16384 26345 16384 26345 16384))
                (i32.const 16))
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
                    (local.get $highRed) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 26345 16384 26345 16384 26345 16384 26345 16384))
                (i32.const 16))))))
      ;; green: y - 0.34414 Cb - 0.71414 Cr, 22554 and 46802 = 65536 - 18734
      (local.set $g
        (i8x16.narrow_i16x8_u
          (i16x8.add
            (i16x8.sub (v128.load8x8_u align=1 (local.get $y)) (local.get $lowRed))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s
                (i32x4.add
                  (i32x4.dot_i16x8_s
                    (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $lowBlue) (local.get $lowRed))
                    (v128.const i16x8 -22554 18734 -22554 18734 -22554 18734 -22554 18734))
                  (v128.const i32x4 0x8000 0x8000 0x8000 0x8000))
                (i32.const 16))
              (i32x4.shr_s
                (i32x4.add
                  (i32x4.dot_i16x8_s
                    (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $lowBlue) (local.get $lowRed))
                    (v128.const i16x8 -22554 18734 -22554 18734 -22554 18734 -22554 18734))
                  (v128.const i32x4 0x8000 0x8000 0x8000 0x8000))
                (i32.const 16))))
          (i16x8.add
            (i16x8.sub (v128.load8x8_u offset=8 align=1 (local.get $y)) (local.get $highRed))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s
                (i32x4.add
                  (i32x4.dot_i16x8_s
                    (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $highBlue) (local.get $highRed))
                    (v128.const i16x8 -22554 18734 -22554 18734 -22554 18734 -22554 18734))
                  (v128.const i32x4 0x8000 0x8000 0x8000 0x8000))
                (i32.const 16))
              (i32x4.shr_s
                (i32x4.add
                  (i32x4.dot_i16x8_s
                    (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $highBlue) (local.get $highRed))
                    (v128.const i16x8 -22554 18734 -22554 18734 -22554 18734 -22554 18734))
                  (v128.const i32x4 0x8000 0x8000 0x8000 0x8000))
                (i32.const 16))))))
      ;; blue: y + 1.772 Cb, 116130 = 131072 - 14942
      (local.set $b
        (i8x16.narrow_i16x8_u
          (i16x8.add
            (i16x8.add (v128.load8x8_u align=1 (local.get $y))
              (i16x8.add (local.get $lowBlue) (local.get $lowBlue)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
                    (local.get $lowBlue) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 -14942 16384 -14942 16384 -14942 16384 -14942 16384))
                (i32.const 16))
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
                    (local.get $lowBlue) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 -14942 16384 -14942 16384 -14942 16384 -14942 16384))
                (i32.const 16))))
          (i16x8.add
            (i16x8.add (v128.load8x8_u offset=8 align=1 (local.get $y))
              (i16x8.add (local.get $highBlue) (local.get $highBlue)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
                    (local.get $highBlue) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 -14942 16384 -14942 16384 -14942 16384 -14942 16384))
                (i32.const 16))
              (i32x4.shr_s
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
                    (local.get $highBlue) (v128.const i16x8 2 2 2 2 2 2 2 2))
                  (v128.const i16x8 -14942 16384 -14942 16384 -14942 16384 -14942 16384))
                (i32.const 16))))))
      (local.set $a (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $r) (local.get $g)))
      (v128.store align=1 (local.get $to)
        (i8x16.shuffle 0 1 16 2 3 17 4 5 18 6 7 19 8 9 20 10 (local.get $a) (local.get $b)))
      (local.set $middle
        (i8x16.shuffle 5 21 6 22 7 23 8 24 9 25 10 26 11 27 12 28 (local.get $r) (local.get $g)))
      (v128.store offset=16 align=1 (local.get $to)
        (i8x16.shuffle 1 21 2 3 22 4 5 23 6 7 24 8 9 25 10 11 (local.get $middle) (local.get $b)))
      (local.set $middle
        (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $r) (local.get $g)))
      (v128.store offset=32 align=1 (local.get $to)
        (i8x16.shuffle 26 6 7 27 8 9 28 10 11 29 12 13 30 14 15 31 (local.get $middle) (local.get $b)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 48)))
      (br_if $sixteen
        (i32.gt_s (local.tee $count (i32.sub (local.get $count) (i32.const 16))) (i32.const 0)))))
)
