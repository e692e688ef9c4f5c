import { broadcastTo } from "../../../ops/broadcast-to.js";
import { greaterEqual, logicalAnd } from "../../../ops/comparisons.js";
import { nonMaxSuppression } from "../../../ops/non-max-suppression.js";
import { range } from "../../../ops/range.js";
import { reshape } from "../../../ops/reshape.js";
import { slice } from "../../../ops/slice.js";
import { softmax } from "../../../ops/softmax.js";
import { where } from "../../../ops/where.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { FoundBoxes } from "../decoding.js";
import { decodedBoxes, heldWithin, regionWeights } from "./box-codes.js";
import { picked } from "./picks.js";
import { hasEdges, type Proposals } from "./proposals.js";

/** Which judged boxes are told. */
export interface Judging {
  /** N×2: height and width of each picture, in pixels. */
  readonly sizes: Tensor;
  /** How sure a box must be. */
  readonly least: number;
  /** Of boxes of a class that overlap by more only the surest is told. */
  readonly overlap: number;
  /** So many of a picture at most. */
  readonly most: number;
}

/** Boxes with shorter edges are none, in pixels. */
const shortest = 1e-2;

/**
 * The boxes of proposed regions: each class that a region is surer of than `least` has its box, told from the region and held
 * within the picture; then non-maximum suppression in each class. The background, class 0 of the scores, is never told, and the
 * labels of the others begin at 0.
 *
 * @param judged   `scores`, (N·R)×(classes + 1) before softmax; `codes`, (N·R)×4·(classes + 1)
 * @param regions  N×R of them
 * Girshick: Fast R-CNN, ICCV 2015, section 2.
 */
export function judgedBoxes(
  judged: { readonly scores: Tensor; readonly codes: Tensor },
  { boxes, exists }: Pick<Proposals, "boxes" | "exists">,
  { sizes, least, overlap, most }: Judging,
): FoundBoxes {
  const [n, regions] = exists.shape;
  const all = judged.scores.shape[1];
  const classes = all - 1;
  const ofThings = (x: Tensor, width: number): Tensor =>
    slice(reshape(x, [n, regions, all, width]), [0, 0, 1, 0], [n, regions, all, width]);
  const from = broadcastTo(reshape(boxes, [n, regions, 1, 4]), [n, regions, classes, 4]);
  const told = heldWithin(decodedBoxes(ofThings(judged.codes, 4), from, regionWeights), sizes);
  const isBox = logicalAnd(reshape(exists, [n, regions, 1, 1]), hasEdges(told, shortest));
  const scores = where(isBox, ofThings(softmax(judged.scores), 1), Number.NEGATIVE_INFINITY);
  const count = regions * classes;
  const flat = reshape(told, [n, count, 4]);
  const labels = reshape(broadcastTo(reshape(range(classes), [1, 1, classes]), [n, regions, classes]), [
    n,
    count,
  ]);
  const left = nonMaxSuppression(flat, reshape(scores, [n, count]), {
    results: most,
    overlap,
    least,
    labels,
  });
  const isThere = reshape(greaterEqual(left.indices, 0), [n, most, 1]);
  return {
    boxes: where(isThere, picked(flat, left.indices), 0),
    scores: left.scores,
    labels: left.labels,
  };
}
