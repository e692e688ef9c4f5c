/** What the places of a grid have to say of a picture with boxes, as tensors: part of a step of training. */

import { add, div, maximum, minimum, mul, neg, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, greater, greaterEqual, less, lessEqual, logicalAnd } from "../../ops/comparisons.js";
import { concat } from "../../ops/concat.js";
import { abs, exp, log } from "../../ops/elementary.js";
import { argmax, max } from "../../ops/extremes.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import type { Tensor } from "../../tensor/tensor.js";

/** The true boxes of N pictures, of which each has up to K. */
export interface TrueBoxes {
  /** N×K×4, [top, left, bottom, right] in pixels. */
  readonly boxes: Tensor;
  /** N×K, −1 where there is none. */
  readonly labels: Tensor;
  /** N×K, all but 0 are not to be found. */
  readonly ignored?: Tensor;
}

/** The grid that finds them. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  /** Pixels of a place along each edge. */
  readonly stride: number;
  readonly classes: number;
}

/** What each place has to say. */
export interface PlaceTargets {
  /** N×h×w×classes: 1 where the middle of an object of the class is, less around it, 0 elsewhere. */
  readonly middles: Tensor;
  /** N×h×w×1 each: top, left, bottom and right of the box that a place is to tell, in pixels. */
  readonly sides: readonly [top: Tensor, left: Tensor, bottom: Tensor, right: Tensor];
  /** N×h×w×1: how much it counts that it tells it; 0 where it need not. */
  readonly weights: Tensor;
  /** N×h×w×1: places within what is not to be found, of which nothing is asked. */
  readonly exempt: Tensor;
  /** N: how many objects are to be found. */
  readonly counts: Tensor;
}

/** The share of an object, around its middle, whose places tell its box. */
const share = 0.54;

/**
 * What places have to say.
 *
 * The middle of a box lies in one place; around it the middles are e^(−dy²/2σ² − dx²/2σ²) as far as 54 % of the box reach,
 * r = ⌊0.54 · edge / 2⌋ places, with σ = (2r + 1) / 6 for each edge. The same places tell the box; where boxes overlap, the
 * smaller one's. A place counts ln(1 + area) · g / Σg, so that large objects, which have many places, count little more
 * than small ones.
 *
 * Liu, Zheng, Xu, Yang, Cai: Training-Time-Friendly Network for Real-Time Object Detection, arXiv:1909.00700, section 3.
 */
export function placeTargets({ boxes, labels, ignored }: TrueBoxes, grid: Grid): PlaceTargets {
  const { height, width, stride, classes } = grid;
  const [n, k] = labels.shape;
  const [top, left, bottom, right] = [0, 1, 2, 3].map((side) =>
    reshape(slice(boxes, [0, 0, side], [n, k, side + 1]), [n, 1, 1, k]),
  );
  const label = reshape(cast(labels, "i32"), [n, 1, 1, k]);
  const isBox = greaterEqual(label, 0);
  const isIgnored = ignored
    ? logicalAnd(isBox, greater(reshape(cast(ignored, "i32"), [n, 1, 1, k]), 0))
    : logicalAnd(isBox, less(label, 0));
  const isThere = greater(cast(isBox, "i32"), cast(isIgnored, "i32"));
  const rows = reshape(range(height), [1, height, 1, 1]);
  const columns = reshape(range(width), [1, 1, width, 1]);
  const bell = (from: Tensor, to: Tensor, at: Tensor, count: number): Tensor => {
    const middle = cast(mul(add(from, to), 0.5 / stride), "i32"); // towards 0, and none is negative
    const reach = cast(mul(sub(to, from), share / 2 / stride), "i32");
    const sigma = div(add(mul(cast(reach, "f32"), 2), 1), 6);
    const far = sub(at, minimum(middle, count - 1));
    const away = div(cast(far, "f32"), sigma);
    return where(lessEqual(abs(far), reach), exp(mul(mul(away, away), -0.5)), 0);
  };
  const down = where(isThere, bell(top, bottom, rows, height), 0); // N×h×1×K
  const across = bell(left, right, columns, width); // N×1×w×K
  const bells = mul(down, across); // N×h×w×K
  const middles = concat(
    Array.from({ length: classes }, (_, c) =>
      max(where(equal(label, c), bells, 0), { axis: 3, keepDims: true }),
    ),
    { axis: 3 },
  );
  const area = mul(maximum(sub(bottom, top), 0), maximum(sub(right, left), 0));
  const covers = greater(bells, 0);
  const smallest = argmax(where(covers, neg(area), Number.NEGATIVE_INFINITY), { axis: 3, keepDims: true });
  const isChosen = logicalAnd(covers, equal(smallest, range(k)));
  const ofChosen = (x: Tensor): Tensor => sum(where(isChosen, x, 0), { axis: 3, keepDims: true });
  const total = mul(
    sum(down, { axis: [1, 2], keepDims: true }),
    sum(across, { axis: [1, 2], keepDims: true }),
  );
  const weight = div(log(add(area, 1)), maximum(total, 1e-6));
  const [y, x] = [rows, columns].map((at) => mul(add(cast(at, "f32"), 0.5), stride));
  const within = (from: Tensor, to: Tensor, at: Tensor) => logicalAnd(lessEqual(from, at), less(at, to));
  const isWithin = logicalAnd(isIgnored, logicalAnd(within(top, bottom, y), within(left, right, x)));
  return {
    middles,
    sides: [ofChosen(top), ofChosen(left), ofChosen(bottom), ofChosen(right)],
    weights: ofChosen(mul(bells, weight)),
    exempt: greater(max(cast(isWithin, "i32"), { axis: 3, keepDims: true }), 0),
    counts: sum(cast(reshape(isThere, [n, k]), "f32"), { axis: 1 }),
  };
}
