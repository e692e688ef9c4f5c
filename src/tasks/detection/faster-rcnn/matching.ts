/** Which true box each anchor or proposal is to find, and which of them a step of training looks at. */
import { add, div, maximum, minimum, mul, sub } from "../../../ops/arithmetic.js";
import { cast } from "../../../ops/cast.js";
import { equal, greater, greaterEqual, less, logicalAnd, logicalOr } from "../../../ops/comparisons.js";
import { argmax, max } from "../../../ops/extremes.js";
import { reshape } from "../../../ops/reshape.js";
import { slice } from "../../../ops/slice.js";
import { where } from "../../../ops/where.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { TrueBoxes } from "../targets.js";
import { fourOf } from "./box-codes.js";
import { bestOf, picked } from "./picks.js";

/** From which overlap on a place finds a box. */
export interface Matching {
  /** From here on it finds the box that it overlaps most. */
  readonly finds: number;
  /** Below, it is background; between the two nothing is asked of it. */
  readonly background: number;
  /** Whether places that overlap a box most of all find one, too, however little that is, if only it is something. */
  readonly nearest: boolean;
}

/** Of anchors, and of proposed regions. */
export const [anchorMatching, regionMatching]: readonly Matching[] = [
  { finds: 0.7, background: 0.3, nearest: true },
  { finds: 0.5, background: 0.5, nearest: false },
];

/** What each of A places is to find. */
export interface Matched {
  /** N×A: 1 where it finds a box, 0 where it is background, −1 where nothing is asked. */
  readonly kind: Tensor;
  /** N×A: the number of the box that it overlaps most. */
  readonly which: Tensor;
}

/** N×A×K: intersection by union; 0 where both have no area. */
export function overlaps(places: Tensor, boxes: Tensor): Tensor {
  const [n, k] = boxes.shape;
  const [top, left, bottom, right] = fourOf(boxes).map((side) => reshape(cast(side, "f32"), [n, 1, k]));
  const [aTop, aLeft, aBottom, aRight] = fourOf(places);
  const length = (from: Tensor, to: Tensor): Tensor => maximum(sub(to, from), 0);
  const both = mul(
    length(maximum(top, aTop), minimum(bottom, aBottom)),
    length(maximum(left, aLeft), minimum(right, aRight)),
  );
  const own = add(
    mul(length(top, bottom), length(left, right)),
    mul(length(aTop, aBottom), length(aLeft, aRight)),
  );
  return where(greater(both, 0), div(both, sub(own, both)), 0);
}

/** Background that overlaps what is not to be found by so much is asked nothing. */
const exempt = 0.5;

/**
 * What places are to find. A box without area is nobody's; nor is one that is not to be found, of which nothing is asked
 * either.
 *
 * @param places  N×A×4 or 1×A×4, [top, left, bottom, right]
 * @param truths  N×K boxes with their labels, −1 where there is none
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, section 3.1.2.
 */
export function matched(
  places: Tensor,
  { boxes, labels, ignored }: TrueBoxes,
  { finds, background, nearest }: Matching,
): Matched {
  const [n, k] = labels.shape;
  const exists = reshape(greaterEqual(cast(labels, "i32"), 0), [n, 1, k]);
  const all = where(exists, overlaps(places, boxes), 0);
  const isIgnored = ignored && reshape(greater(cast(ignored, "i32"), 0), [n, 1, k]);
  const shared = isIgnored ? where(isIgnored, 0, all) : all;
  const most = max(shared, { axis: 2 });
  const isSure = greaterEqual(most, finds);
  const isNearest = logicalAnd(greater(shared, 0), equal(shared, max(shared, { axis: 1, keepDims: true })));
  const isFinding = nearest
    ? logicalOr(isSure, greater(max(cast(isNearest, "i32"), { axis: 2 }), 0))
    : isSure;
  const isBackground = less(most, background);
  const isAsked = isIgnored
    ? logicalAnd(isBackground, less(max(where(isIgnored, all, 0), { axis: 2 }), exempt))
    : isBackground;
  const kind = where(isFinding, 1, where(isAsked, 0, -1));
  return { kind: cast(kind, "i32"), which: argmax(shared, { axis: 2 }) };
}

/** How many places a step looks at. */
export interface Sampling {
  /** In each picture. */
  readonly count: number;
  /** At most such a share of them finds a box; background fills up. */
  readonly share: number;
}

/** Of anchors, and of proposed regions. */
export const [anchorSampling, regionSampling]: readonly Sampling[] = [
  { count: 256, share: 0.5 },
  { count: 512, share: 0.25 },
];

/** The places that a step looks at, those that find a box first. */
export interface Sampled {
  /** N×R, −1 where there are no more. */
  readonly indices: Tensor;
  /** N×R: whether there is one. */
  readonly exists: Tensor;
  /** N×R: whether it finds a box. */
  readonly finds: Tensor;
}

/**
 * A balanced choice: of places that find a box at most `share`, then background up to `count`.
 *
 * @param kind   N×A, as {@link matched} has it
 * @param draws  N×A numbers of 0 ≤ u < 1, of which no two are equal: the largest are chosen, so that who draws at random chooses at
 *               random, and the same draws choose the same
 */
export function sampled(kind: Tensor, draws: Tensor, { count, share }: Sampling): Sampled {
  const n = kind.shape[0];
  const isFinding = equal(kind, 1);
  const finding = where(isFinding, draws, Number.NEGATIVE_INFINITY);
  const mostFinding = Math.floor(count * share);
  const surest = bestOf(finding, mostFinding);
  const last = slice(surest, [0, surest.shape[1] - 1], [n, surest.shape[1]]);
  // With fewer of them than may be, all are chosen.
  const least = where(greaterEqual(last, 0), picked(draws, last), -1);
  const chosen = logicalAnd(isFinding, greaterEqual(draws, least));
  const others = where(equal(kind, 0), draws, Number.NEGATIVE_INFINITY);
  const indices = bestOf(where(chosen, add(draws, 2), others), count);
  const exists = greaterEqual(indices, 0);
  return { indices, exists, finds: logicalAnd(exists, equal(picked(kind, indices), 1)) };
}
