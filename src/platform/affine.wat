;; A picture turned, scaled, sheared and moved as `moveAffinely` of data/augment.ts does it, two pixels at a time, in f64.
;;
;; The picture lies in a frame of two pixels of background on each side: points beside it need no case of their own, as
;; the places (and not the shares) of what is farther away are moved into the frame.
(module
  (memory (export "memory") 1)

  ;; Background from `at` on, and up to three values beyond `end`.
  (func (export "fill") (param $at i32) (param $end i32) (param $value f32)
    (local $four v128)
    (local.set $four (f32x4.splat (local.get $value)))
    (loop $more
      (v128.store align=4 (local.get $at) (local.get $four))
      (br_if $more
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end)))))

  ;; Copies h rows of n values into the middle of a frame: `border` values before and behind each of them, two rows above.
  (func (export "place")
    (param $from i32) (param $h i32) (param $n i32) (param $border i32) (param $to i32)
    (local $skip i32) (local $end i32) (local $whole i32)
    (local.set $skip (i32.shl (local.get $border) (i32.const 3)))
    (local.set $n (i32.shl (local.get $n) (i32.const 2)))
    (local.set $to
      (i32.add (local.get $to)
        (i32.add
          (i32.shl (i32.add (local.get $n) (local.get $skip)) (i32.const 1))
          (i32.shl (local.get $border) (i32.const 2)))))
    (loop $rows
      (local.set $end (i32.add (local.get $to) (local.get $n)))
      (local.set $whole (i32.add (local.get $to) (i32.and (local.get $n) (i32.const -16))))
      (block $last
        (loop $vectors
          (br_if $last (i32.ge_u (local.get $to) (local.get $whole)))
          (v128.store align=4 (local.get $to) (v128.load align=4 (local.get $from)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (br $vectors)))
      (block $done
        (loop $values
          (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
          (f32.store (local.get $to) (f32.load (local.get $from)))
          (local.set $to (i32.add (local.get $to) (i32.const 4)))
          (local.set $from (i32.add (local.get $from) (i32.const 4)))
          (br $values)))
      (local.set $to (i32.add (local.get $to) (local.get $skip)))
      (br_if $rows (local.tee $h (i32.sub (local.get $h) (i32.const 1))))))

  ;; What the columns add to where their pixels come from lies from `columns` on, in f64: first to the rows, sin · x, then
  ;; to the columns, cos · x; of an odd width there is one more.
  (func (export "move")
    (param $framed i32) (param $h i32) (param $w i32) (param $c i32)
    (param $sin f64) (param $cos f64) (param $slant f64) (param $right f64) (param $down f64)
    (param $columns i32) (param $to i32)
    (local $i i32) (local $k i32) (local $row i32) (local $p i32) (local $q i32) (local $next i32)
    (local $step i32) (local $middleY f64) (local $middle f64) (local $y f64) (local $at i32) (local $end i32)
    (local $half i32)
    (local $x v128) (local $turnedY v128) (local $fromX v128) (local $fromY v128)
    (local $top v128) (local $left v128) (local $place v128)
    (local $toLeft v128) (local $toRight v128) (local $toTop v128) (local $toBottom v128)
    (local $middleX v128) (local $middleY2 v128)
    (local $slant2 v128) (local $cosY v128) (local $sinY v128) (local $one v128) (local $least v128)
    (local $lastX v128) (local $lastY v128) (local $row2 v128) (local $step2 v128) (local $bits v128)
    (local.set $middleY (f64.div (f64.sub (f64.convert_i32_s (local.get $h)) (f64.const 1)) (f64.const 2)))
    (local.set $middleY2 (f64x2.splat (local.get $middleY)))
    (local.set $middle (f64.div (f64.sub (f64.convert_i32_s (local.get $w)) (f64.const 1)) (f64.const 2)))
    (local.set $middleX (f64x2.splat (local.get $middle)))
    (local.set $slant2 (f64x2.splat (local.get $slant)))
    (local.set $one (v128.const f64x2 1 1))
    (local.set $least (v128.const f64x2 -2 -2))
    ;; 2^52 + 2^51: a whole number that is added to it stands in the lowest bits
    (local.set $bits (v128.const f64x2 6755399441055744 6755399441055744))
    (local.set $lastX (f64x2.splat (f64.convert_i32_s (local.get $w))))
    (local.set $lastY (f64x2.splat (f64.convert_i32_s (local.get $h))))
    (local.set $step (i32.shl (local.get $c) (i32.const 2)))
    (local.set $row (i32.mul (i32.add (local.get $w) (i32.const 4)) (local.get $step)))
    (local.set $row2 (f64x2.splat (f64.convert_i32_s (local.get $row))))
    (local.set $step2 (f64x2.splat (f64.convert_i32_s (local.get $step))))
    (local.set $half (i32.shl (i32.and (i32.add (local.get $w) (i32.const 1)) (i32.const -2)) (i32.const 3)))
    (local.set $end (i32.add (local.get $columns) (local.get $half)))
    (local.set $at (local.get $columns))
    (local.set $x (v128.const f64x2 0 1))
    (loop $each
      (local.set $fromX
        (f64x2.sub (f64x2.sub (local.get $x) (local.get $middleX)) (f64x2.splat (local.get $right))))
      (v128.store (local.get $at) (f64x2.mul (f64x2.splat (local.get $sin)) (local.get $fromX)))
      (v128.store
        (i32.add (local.get $at) (local.get $half))
        (f64x2.mul (f64x2.splat (local.get $cos)) (local.get $fromX)))
      (local.set $x (f64x2.add (local.get $x) (v128.const f64x2 2 2)))
      (br_if $each
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
    ;; where the picture's own first pixel stands
    (local.set $framed
      (i32.add (local.get $framed) (i32.shl (i32.add (local.get $row) (local.get $step)) (i32.const 1))))
    (loop $rows
      (local.set $y
        (f64.sub (f64.sub (f64.convert_i32_s (local.get $i)) (local.get $middleY)) (local.get $down)))
      (local.set $cosY (f64x2.splat (f64.mul (local.get $cos) (local.get $y))))
      (local.set $sinY (f64x2.splat (f64.mul (local.get $sin) (local.get $y))))
      (local.set $at (local.get $columns))
      (loop $pixels
        (local.set $turnedY (f64x2.add (v128.load (local.get $at)) (local.get $cosY)))
        (local.set $fromX
          (f64x2.add
            (f64x2.add
              (f64x2.sub (v128.load (i32.add (local.get $at) (local.get $half))) (local.get $sinY))
              (f64x2.mul (local.get $slant2) (local.get $turnedY)))
            (local.get $middleX)))
        (local.set $fromY (f64x2.add (local.get $turnedY) (local.get $middleY2)))
        (local.set $top (f64x2.floor (local.get $fromY)))
        (local.set $left (f64x2.floor (local.get $fromX)))
        (local.set $toRight (f64x2.sub (local.get $fromX) (local.get $left)))
        (local.set $toLeft (f64x2.add (f64x2.sub (local.get $one) (local.get $fromX)) (local.get $left)))
        (local.set $toBottom (f64x2.sub (local.get $fromY) (local.get $top)))
        (local.set $toTop (f64x2.add (f64x2.sub (local.get $one) (local.get $fromY)) (local.get $top)))
        (local.set $place
          (f64x2.add
            (f64x2.add
              (f64x2.mul
                (f64x2.pmin (f64x2.pmax (local.get $top) (local.get $least)) (local.get $lastY))
                (local.get $row2))
              (f64x2.mul
                (f64x2.pmin (f64x2.pmax (local.get $left) (local.get $least)) (local.get $lastX))
                (local.get $step2)))
            (local.get $bits)))
        (local.set $p (i32.add (local.get $framed) (i32x4.extract_lane 0 (local.get $place))))
        (local.set $q (i32.add (local.get $framed) (i32x4.extract_lane 2 (local.get $place))))
        (if (i32.eq (local.get $c) (i32.const 1))
          (then
            ;; a pixel and its right neighbour, of both: the left ones, then the right ones
            (local.set $x
              (v128.load64_lane align=4 1 (local.get $q) (v128.load64_zero align=4 (local.get $p))))
            (local.set $place
              (v128.load64_lane align=4 1 (i32.add (local.get $q) (local.get $row))
                (v128.load64_zero align=4 (i32.add (local.get $p) (local.get $row)))))
            (v128.store64_lane align=4 0 (local.get $to)
              (f32x4.demote_f64x2_zero
                (f64x2.add
                  (f64x2.mul (local.get $toTop)
                    (f64x2.add
                      (f64x2.mul (local.get $toLeft)
                        (f64x2.promote_low_f32x4
                          (i8x16.shuffle 0 1 2 3 8 9 10 11 0 1 2 3 8 9 10 11 (local.get $x) (local.get $x))))
                      (f64x2.mul (local.get $toRight)
                        (f64x2.promote_low_f32x4
                          (i8x16.shuffle 4 5 6 7 12 13 14 15 4 5 6 7 12 13 14 15 (local.get $x) (local.get $x))))))
                  (f64x2.mul (local.get $toBottom)
                    (f64x2.add
                      (f64x2.mul (local.get $toLeft)
                        (f64x2.promote_low_f32x4
                          (i8x16.shuffle 0 1 2 3 8 9 10 11 0 1 2 3 8 9 10 11 (local.get $place) (local.get $place))))
                      (f64x2.mul (local.get $toRight)
                        (f64x2.promote_low_f32x4
                          (i8x16.shuffle 4 5 6 7 12 13 14 15 4 5 6 7 12 13 14 15 (local.get $place) (local.get $place)))))))))
            (local.set $to (i32.add (local.get $to) (i32.const 8))))
          (else
            (local.set $next (i32.add (local.get $to) (local.get $step)))
            (local.set $k (local.get $c))
            (loop $channels
              (local.set $x
                (f32x4.demote_f64x2_zero
                  (f64x2.add
                    (f64x2.mul (local.get $toTop)
                      (f64x2.add
                        (f64x2.mul (local.get $toLeft) (f64x2.promote_low_f32x4
                              (v128.load32_lane align=4 1 (local.get $q) (v128.load32_zero align=4 (local.get $p)))))
                        (f64x2.mul (local.get $toRight)
                          (f64x2.promote_low_f32x4 (v128.load32_lane align=4 1 (i32.add (local.get $q) (local.get $step)) (v128.load32_zero align=4 (i32.add (local.get $p) (local.get $step))))))))
                    (f64x2.mul (local.get $toBottom)
                      (f64x2.add
                        (f64x2.mul (local.get $toLeft)
                          (f64x2.promote_low_f32x4 (v128.load32_lane align=4 1 (i32.add (local.get $q) (local.get $row)) (v128.load32_zero align=4 (i32.add (local.get $p) (local.get $row))))))
                        (f64x2.mul (local.get $toRight)
                          (f64x2.promote_low_f32x4 (v128.load32_lane align=4 1 (i32.add (i32.add (local.get $q) (local.get $row)) (local.get $step)) (v128.load32_zero align=4 (i32.add (i32.add (local.get $p) (local.get $row)) (local.get $step)))))))))))
              (v128.store32_lane align=4 0 (local.get $to) (local.get $x))
              (v128.store32_lane align=4 1 (local.get $next) (local.get $x))
              (local.set $to (i32.add (local.get $to) (i32.const 4)))
              (local.set $next (i32.add (local.get $next) (i32.const 4)))
              (local.set $p (i32.add (local.get $p) (i32.const 4)))
              (local.set $q (i32.add (local.get $q) (i32.const 4)))
              (br_if $channels (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
            (local.set $to (local.get $next))))
        (br_if $pixels
          (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
      ;; of an odd width the last pixel was a pair
      (local.set $to
        (i32.sub (local.get $to) (i32.mul (i32.and (local.get $w) (i32.const 1)) (local.get $step))))
      (br_if $rows (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $h)))))
)
