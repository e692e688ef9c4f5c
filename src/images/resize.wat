;; Resizing as images/resize.ts does it, and brightness, four to eight numbers at a time.
;;
;; A weight w of 2^-22 is taken apart into w = high * 2^11 + low, so that both fit into 16 bits: i32x4.dot_i16x8_s then
;; multiplies eight pixels and adds them in pairs. Sums are whole numbers, and the same however they are taken apart.
;; Whatever is read beyond a row has the weight zero; whatever is written beyond one is written over by the next.
(module
  (memory (export "memory") 1)

  ;; n bytes of 0 to 255 of the greatest of (sum + 2^21) >> 22, for each of four sums
  (func $bytes (param $high v128) (param $low v128) (result v128)
    (local $sum v128)
    (local.set $sum
      (i32x4.shr_s
        (i32x4.add
          (i32x4.add (i32x4.shl (local.get $high) (i32.const 11)) (local.get $low))
          (i32x4.splat (i32.const 0x200000)))
        (i32.const 22)))
    (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
    (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))

  ;; Rows of red, green, blue in another width. Of each column the table has the place of its first byte in a row, how
  ;; many groups of four pixels, and of each group 16 bytes: high 0 1, low 0 1, high 2 3, low 2 3.
  (func (export "narrowColours")
    (param $from i32) (param $rowBytes i32) (param $rows i32) (param $table i32) (param $columns i32) (param $to i32)
    (local $t i32) (local $j i32) (local $p i32) (local $n i32)
    (local $pixels v128) (local $pair v128) (local $high v128) (local $low v128)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $t (local.get $table))
        (local.set $j (local.get $columns))
        (loop $column
          (local.set $p (i32.add (local.get $from) (i32.load (local.get $t))))
          (local.set $n (i32.load offset=4 (local.get $t)))
          (local.set $t (i32.add (local.get $t) (i32.const 8)))
          (local.set $high (v128.const i32x4 0 0 0 0))
          (local.set $low (v128.const i32x4 0 0 0 0))
          (loop $group
            (local.set $pixels (v128.load align=1 (local.get $p)))
            (local.set $pair
              (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
                (local.get $pixels) (v128.const i32x4 0 0 0 0)))
            (local.set $high
              (i32x4.add (local.get $high)
                (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat (local.get $t)))))
            (local.set $low
              (i32x4.add (local.get $low)
                (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=4 (local.get $t)))))
            (local.set $pair
              (i8x16.shuffle 6 16 9 16 7 16 10 16 8 16 11 16 16 16 16 16
                (local.get $pixels) (v128.const i32x4 0 0 0 0)))
            (local.set $high
              (i32x4.add (local.get $high)
                (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=8 (local.get $t)))))
            (local.set $low
              (i32x4.add (local.get $low)
                (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=12 (local.get $t)))))
            (local.set $t (i32.add (local.get $t) (i32.const 16)))
            (local.set $p (i32.add (local.get $p) (i32.const 12)))
            (br_if $group (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (v128.store32_lane align=1 0 (local.get $to) (call $bytes (local.get $high) (local.get $low)))
          (local.set $to (i32.add (local.get $to) (i32.const 3)))
          (br_if $column (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
        (local.set $from (i32.add (local.get $from) (local.get $rowBytes)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row))))

  ;; The same of grey rows: groups of eight pixels, and of each 32 bytes: eight times high, eight times low.
  (func (export "narrowGrey")
    (param $from i32) (param $rowBytes i32) (param $rows i32) (param $table i32) (param $columns i32) (param $to i32)
    (local $t i32) (local $j i32) (local $p i32) (local $n i32)
    (local $pixels v128) (local $high v128) (local $low v128)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $t (local.get $table))
        (local.set $j (local.get $columns))
        (loop $column
          (local.set $p (i32.add (local.get $from) (i32.load (local.get $t))))
          (local.set $n (i32.load offset=4 (local.get $t)))
          (local.set $t (i32.add (local.get $t) (i32.const 8)))
          (local.set $high (v128.const i32x4 0 0 0 0))
          (local.set $low (v128.const i32x4 0 0 0 0))
          (loop $group
            (local.set $pixels (v128.load8x8_u align=1 (local.get $p)))
            (local.set $high
              (i32x4.add (local.get $high)
                (i32x4.dot_i16x8_s (local.get $pixels) (v128.load align=1 (local.get $t)))))
            (local.set $low
              (i32x4.add (local.get $low)
                (i32x4.dot_i16x8_s (local.get $pixels) (v128.load offset=16 align=1 (local.get $t)))))
            (local.set $t (i32.add (local.get $t) (i32.const 32)))
            (local.set $p (i32.add (local.get $p) (i32.const 8)))
            (br_if $group (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (local.set $high (call $total (local.get $high)))
          (local.set $low (call $total (local.get $low)))
          (v128.store8_lane 0 (local.get $to) (call $bytes (local.get $high) (local.get $low)))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (br_if $column (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
        (local.set $from (i32.add (local.get $from) (local.get $rowBytes)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row))))

  ;; the sum of four numbers, four times
  (func $total (param $four v128) (result v128)
    (local $two v128)
    (local.set $two
      (i32x4.add (local.get $four)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $four) (local.get $four))))
    (i32x4.add (local.get $two)
      (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $two) (local.get $two))))

  ;; Rows of bytes in another height. Of each new row the table has the place of its first row, how many pairs of rows,
  ;; and of each pair 8 bytes: high 0 1, low 0 1.
  (func (export "shorten")
    (param $from i32) (param $rowBytes i32) (param $table i32) (param $rows i32) (param $to i32)
    (local $t i32) (local $begin i32) (local $j i32) (local $p i32) (local $n i32) (local $pairs i32) (local $zip v128)
    (local $left v128) (local $right v128)
    (local $high0 v128) (local $low0 v128) (local $high1 v128) (local $low1 v128)
    (loop $row
      (local.set $begin (i32.add (local.get $from) (i32.load (local.get $table))))
      (local.set $pairs (i32.load offset=4 (local.get $table)))
      (local.set $table (i32.add (local.get $table) (i32.const 8)))
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $p (i32.add (local.get $begin) (local.get $j)))
        (local.set $t (local.get $table))
        (local.set $n (local.get $pairs))
        (local.set $high0 (v128.const i32x4 0 0 0 0))
        (local.set $low0 (v128.const i32x4 0 0 0 0))
        (local.set $high1 (v128.const i32x4 0 0 0 0))
        (local.set $low1 (v128.const i32x4 0 0 0 0))
        (loop $pair
          (local.set $zip
            (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
              (v128.load64_zero align=1 (local.get $p))
              (v128.load64_zero align=1 (i32.add (local.get $p) (local.get $rowBytes)))))
          (local.set $left (i16x8.extend_low_i8x16_u (local.get $zip)))
          (local.set $right (i16x8.extend_high_i8x16_u (local.get $zip)))
          (local.set $high0
            (i32x4.add (local.get $high0)
              (i32x4.dot_i16x8_s (local.get $left) (v128.load32_splat (local.get $t)))))
          (local.set $low0
            (i32x4.add (local.get $low0)
              (i32x4.dot_i16x8_s (local.get $left) (v128.load32_splat offset=4 (local.get $t)))))
          (local.set $high1
            (i32x4.add (local.get $high1)
              (i32x4.dot_i16x8_s (local.get $right) (v128.load32_splat (local.get $t)))))
          (local.set $low1
            (i32x4.add (local.get $low1)
              (i32x4.dot_i16x8_s (local.get $right) (v128.load32_splat offset=4 (local.get $t)))))
          (local.set $t (i32.add (local.get $t) (i32.const 8)))
          (local.set $p (i32.add (local.get $p) (i32.shl (local.get $rowBytes) (i32.const 1))))
          (br_if $pair (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (v128.store32_lane align=1 0 (i32.add (local.get $to) (local.get $j))
          (call $bytes (local.get $high0) (local.get $low0)))
        (v128.store32_lane offset=4 align=1 0 (i32.add (local.get $to) (local.get $j))
          (call $bytes (local.get $high1) (local.get $low1)))
        (br_if $columns
          (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 8))) (local.get $rowBytes))))
      (local.set $table (local.get $t))
      (local.set $to (i32.add (local.get $to) (local.get $rowBytes)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Brightness of so many pixels, four at a time: (299 r + 587 g + 114 b + 500) / 1000, downwards. That is what
  ;; images/preprocessing.ts rounds: the fractions are thousandths, which f32 and f64 tell from a half.
  ;; Of n / 1000 with n < 2^18 it is (n / 8) * 33555 / 2^22.
  (func (export "brightness") (param $from i32) (param $count i32) (param $to i32)
    (local $pixels v128) (local $sum v128)
    (block $done
      (loop $four
        (br_if $done (i32.le_s (local.get $count) (i32.const 0)))
        (local.set $pixels (v128.load align=1 (local.get $from)))
        (local.set $sum
          (i32x4.add
            (i32x4.dot_i16x8_s
              (i8x16.shuffle 0 16 1 16 3 16 4 16 6 16 7 16 9 16 10 16
                (local.get $pixels) (v128.const i32x4 0 0 0 0))
              (v128.const i16x8 299 587 299 587 299 587 299 587))
            (i32x4.dot_i16x8_s
              (i8x16.shuffle 2 16 17 16 5 16 17 16 8 16 17 16 11 16 17 16
                (local.get $pixels) (v128.const i8x16 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0))
              (v128.const i16x8 114 500 114 500 114 500 114 500))))
        (local.set $sum
          (i32x4.shr_u
            (i32x4.mul (i32x4.shr_u (local.get $sum) (i32.const 3)) (i32x4.splat (i32.const 33555)))
            (i32.const 22)))
        (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
        (v128.store32_lane align=1 0 (local.get $to)
          (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
        (local.set $from (i32.add (local.get $from) (i32.const 12)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 4)))
        (br $four))))
)
