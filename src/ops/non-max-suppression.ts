import { optionsOf } from "../door/options.js";
import { fromOneOn, number, oneOf, positive, required, rule } from "../door/rules.js";
import { rowOf, type Suppression, suppressionKernel } from "../kernels/suppression.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, maximum, mul } from "./arithmetic.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { greaterEqual } from "./comparisons.js";
import { concat } from "./concat.js";
import { apply, defineOp } from "./define.js";
import { gather } from "./gather.js";
import { pad } from "./pad.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { stopGradient } from "./stop-gradient.js";
import { sum } from "./sum.js";
import { transpose } from "./transpose.js";
import { where } from "./where.js";

/** Which boxes of {@link nonMaxSuppression} are one, and how many are left. */
export interface NonMaxSuppressionOptions {
  /** How many places the result has. */
  results: number;
  /** Boxes that overlap a better one by more than this share of what both cover are suppressed; 0.5 if left out. */
  overlap?: number;
  /** N×B whole numbers: boxes of different classes leave each other alone; all are of one class if left out. */
  labels?: Tensor;
  /** Boxes count whose score is above it; all but those of −∞ if left out. */
  least?: number;
  /**
   * Soft suppression: a score s falls with the overlap o instead of the box going, "linear" to s (1 − o) where o is more
   * than `overlap`, "gaussian" to s e^(−o² / sigma) whatever `overlap` is.
   */
  soft?: "linear" | "gaussian";
  /** Of the gaussian, 0.5 if left out. */
  sigma?: number;
}

/** What {@link nonMaxSuppression} leaves, best first. Where nothing is left places are −1, and scores 0. */
export type Unsuppressed = {
  /** N×results: which boxes. */
  readonly indices: Tensor;
  /** N×results: their scores, as they have become. */
  readonly scores: Tensor;
  /** N×results: their classes; 0 where all are of one. */
  readonly labels: Tensor;
  /** N: how many are left. */
  readonly count: Tensor;
};

/** Vectors of the widest target have so many lanes. */
const widest = 16;

/**
 * Non-maximum suppression with a fixed number of results: the box with the highest score is left, of equal ones the one that
 * comes first; those of its class that overlap it by more than `overlap` are suppressed; then the best of what remains, and
 * so on. The overlap is intersection by union in f32; boxes without area overlap nothing.
 *
 *     const { indices, count } = nonMaxSuppression(boxes, scores, { results: 100, overlap: 0.5 });
 *
 * There is no gradient: who wants one picks boxes and scores by the indices (`gather`).
 *
 * @param boxes   N×B×4, [top, left, bottom, right], or [left, top, right, bottom]
 * @param scores  N×B; or N×B×C, a score for each of C classes: each that is above `least` is a box of that class
 * @throws ShapeError where the shapes do not fit each other
 * Felzenszwalb, Girshick, McAllester, Ramanan, IEEE PAMI 32, 2010, section 7. Soft: Bodla, Singh, Chellappa, Davis: Soft-NMS,
 * ICCV 2017.
 */
export function nonMaxSuppression(
  boxes: Tensor,
  scores: Tensor,
  given: NonMaxSuppressionOptions,
): Unsuppressed {
  const {
    results,
    overlap = 0.5,
    labels,
    least,
    soft,
    sigma = 0.5,
  } = optionsOf("nonMaxSuppression", given, {
    results: required(fromOneOn),
    overlap: rule("0 ≤ _ ≤ 1", (value) => (value as number) >= 0 && (value as number) <= 1),
    labels: 1,
    least: number,
    soft: oneOf("linear", "gaussian"),
    sigma: positive,
  });
  checkTensor("nonMaxSuppression", "boxes", boxes);
  checkTensor("nonMaxSuppression", "scores", scores);
  const [n, count, corners] = boxes.shape;
  if (boxes.rank !== 3 || corners !== 4)
    throw new ShapeError(`nonMaxSuppression: boxes are ${show(boxes.shape)}, expected N×B×4`);
  const classes = scores.rank === 3 ? scores.shape[2] : undefined;
  if (scores.shape[0] !== n || scores.shape[1] !== count || scores.rank < 2 || scores.rank > 3)
    throw new ShapeError(
      `nonMaxSuppression: scores are ${show(scores.shape)}, expected ${n}×${count} or ${n}×${count}×C for boxes of ${show(boxes.shape)}`,
    );
  if (labels !== undefined) {
    checkTensor("nonMaxSuppression", "labels", labels);
    if (classes !== undefined)
      throw new ShapeError(
        `nonMaxSuppression: labels are given, and scores of ${show(scores.shape)} have ${classes} classes already`,
      );
    if (show(labels.shape) !== show([n, count]))
      throw new ShapeError(`nonMaxSuppression: labels are ${show(labels.shape)}, expected ${n}×${count}`);
  }
  const each = classes ?? 1;
  const all = count * each;
  const how = {
    results,
    overlap,
    least: least ?? null,
    how: soft ?? ("hard" as const),
    sigma,
    byClass: labels !== undefined || classes !== undefined,
  };
  /** N×B×… as N×…×(B·C in whole vectors). */
  const planes = (x: Tensor, width: number, value: number): Tensor => {
    const repeated = reshape(broadcastTo(reshape(x, [n, count, 1, width]), [n, count, each, width]), [
      n,
      all,
      width,
    ]);
    return padded(transpose(repeated, [0, 2, 1]), value);
  };
  const sides = planes(cast(stopGradient(boxes), "f32"), 4, 0);
  const ofClasses = reshape(broadcastTo(range(each), [count, each]), [all]);
  const classPlane = labels
    ? [planes(cast(labels, "f32"), 1, 0)]
    : classes === undefined
      ? []
      : [padded(broadcastTo(reshape(cast(ofClasses, "f32"), [1, 1, all]), [n, 1, all]), 0)];
  const flat = padded(reshape(cast(stopGradient(scores), "f32"), [n, 1, all]), Number.NEGATIVE_INFINITY);
  const candidates = flat.shape[2];
  const row = apply(op, [concat([sides, ...classPlane], { axis: 1 }), reshape(flat, [n, candidates])], how);
  const part = (from: number): Tensor => slice(row, [0, from], [n, from + results]);
  const chosen = cast(part(candidates), "i32");
  const isThere = greaterEqual(chosen, 0);
  const picked = (from: Tensor, at: Tensor): Tensor =>
    where(isThere, reshape(gather(from, reshape(maximum(at, 0), [n * results])), [n, results]), -1);
  const boxOf = reshape(broadcastTo(reshape(range(count), [count, 1]), [count, each]), [all]);
  return {
    indices: classes === undefined ? chosen : picked(boxOf, chosen),
    scores: part(candidates + results),
    labels: labels
      ? picked(reshape(cast(labels, "i32"), [n * count]), add(mul(reshape(range(n), [n, 1]), count), chosen))
      : classes === undefined
        ? cast(where(isThere, 0, -1), "i32")
        : picked(ofClasses, chosen),
    count: sum(cast(isThere, "i32"), { axis: 1 }),
  };
}

/** N×P×B in whole vectors. */
const padded = (x: Tensor, value: number): Tensor => {
  const missing = Math.max(1, Math.ceil(x.shape[2] / widest)) * widest - x.shape[2];
  const around = [
    [0, 0],
    [0, 0],
    [0, missing],
  ] as const;
  return missing === 0 ? x : pad(x, around, { value });
};

type How = Omit<Suppression, "count" | "candidates">;

const op = defineOp<{ [K in keyof How]: How[K] }>({
  name: "nonMaxSuppression",
  shape: ([, scores], { results }) => [scores[0], rowOf({ candidates: scores[1], results })],
  vjp: () => [null, null],
  lowering: (how) => ({ kind: "suppress", ...how, generate: suppressionKernel }),
});
