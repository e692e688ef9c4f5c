/** What a network says of the places of a grid, as boxes. */
import { add, maximum, minimum, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { greaterEqual } from "../../ops/comparisons.js";
import { concat } from "../../ops/concat.js";
import { sigmoid, softplus } from "../../ops/elementary.js";
import { argmax, max } from "../../ops/extremes.js";
import { gather } from "../../ops/gather.js";
import { maxPool2d } from "../../ops/max-pool2d.js";
import { nonMaxSuppression } from "../../ops/non-max-suppression.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { where } from "../../ops/where.js";
import type { Tensor } from "../../tensor/tensor.js";
import { distanceUnit, type PlaceOutputs, stride } from "./model.js";

/** Which boxes are told. */
export interface Telling {
  /** So many of a picture at most. */
  readonly most: number;
  /** Of boxes of a class that overlap by more only the surest is told. */
  readonly overlap: number;
  /** How sure a box must be. */
  readonly least: number;
  /** Instead of suppressing them, scores of overlapping boxes are lowered (soft NMS). */
  readonly soft?: "linear" | "gaussian";
}

/** Boxes that were found in N pictures: R places, the surest first; where nothing was found labels are −1, and scores 0. */
export type FoundBoxes = {
  /** N×R×4, [top, left, bottom, right] in pixels, within the picture. */
  readonly boxes: Tensor;
  /** N×R, 0 to 1 */
  readonly scores: Tensor;
  /** N×R */
  readonly labels: Tensor;
};

/** The sides of the box that each place tells, in pixels: N×h×w×1 each. */
export function toldSides(distances: Tensor): [top: Tensor, left: Tensor, bottom: Tensor, right: Tensor] {
  const [n, h, w] = distances.shape;
  const far = mul(softplus(distances), distanceUnit);
  const side = (i: number): Tensor => slice(far, [0, 0, 0, i], [n, h, w, i + 1]);
  const middles = (count: number, shape: number[]): Tensor =>
    mul(add(cast(reshape(range(count), shape), "f32"), 0.5), stride);
  const [y, x] = [middles(h, [1, h, 1, 1]), middles(w, [1, 1, w, 1])];
  return [sub(y, side(0)), sub(x, side(1)), add(y, side(2)), add(x, side(3))];
}

/** Boxes of N pictures before any is suppressed. */
export type CandidateBoxes = {
  /** N×B×4, [top, left, bottom, right] in pixels, within the picture. */
  readonly boxes: Tensor;
  /** N×B, 0 to 1; −∞ or 0 where there is none. */
  readonly scores: Tensor;
  /** N×B */
  readonly labels: Tensor;
  /** N×B: what the scores are made of, before sigmoid or softmax. */
  readonly answers: Tensor;
};

/** Places that are surer of a class than the eight around them, each with the class that it is surest of. */
export function placeCandidates({ scores, distances }: PlaceOutputs): CandidateBoxes {
  const [n, h, w, classes] = scores.shape;
  const count = h * w;
  const p = sigmoid(scores);
  const peaks = where(greaterEqual(p, maxPool2d(p, 3, { stride: 1, padding: 1 })), p, 0);
  const flat = reshape(peaks, [n, count, classes]);
  const within = (at: Tensor, edge: number) => minimum(maximum(at, 0), edge * stride);
  const [top, left, bottom, right] = toldSides(distances);
  const boxes = reshape(
    concat([within(top, h), within(left, w), within(bottom, h), within(right, w)], { axis: 3 }),
    [n, count, 4],
  );
  return {
    boxes,
    scores: max(flat, { axis: 2 }),
    labels: argmax(flat, { axis: 2 }),
    answers: max(reshape(scores, [n, count, classes]), { axis: 2 }),
  };
}

/** What {@link foundBoxes} leaves of candidates, with their numbers. */
export function unsuppressed(
  { boxes, scores, labels }: Omit<CandidateBoxes, "answers">,
  { most, ...how }: Telling,
): FoundBoxes & { readonly indices: Tensor } {
  const [n, count] = scores.shape;
  const left = nonMaxSuppression(boxes, scores, { ...how, results: most, labels });
  const first = mul(reshape(range(n), [n, 1]), count);
  const rows = gather(
    reshape(boxes, [n * count, 4]),
    reshape(add(maximum(left.indices, 0), first), [n * most]),
  );
  return {
    boxes: reshape(rows, [n, most, 4]),
    scores: left.scores,
    labels: left.labels,
    indices: left.indices,
  };
}

/** The boxes of places, after non-maximum suppression. */
export function foundBoxes(outputs: PlaceOutputs, telling: Telling): FoundBoxes {
  const { indices: _, ...found } = unsuppressed(placeCandidates(outputs), telling);
  return found;
}
