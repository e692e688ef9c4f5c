import { broadcastTo } from "../../../ops/broadcast-to.js";
import { greaterEqual, logicalAnd } from "../../../ops/comparisons.js";
import { range } from "../../../ops/range.js";
import { reshape } from "../../../ops/reshape.js";
import { slice } from "../../../ops/slice.js";
import { softmax } from "../../../ops/softmax.js";
import { where } from "../../../ops/where.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { type CandidateBoxes, type FoundBoxes, type Telling, unsuppressed } from "../decoding.js";
import { decodedBoxes, heldWithin, regionWeights } from "./box-codes.js";
import { hasEdges, type Proposals } from "./proposals.js";

/** Which judged boxes are told. */
export interface Judging extends Telling {
  /** N×2: height and width of each picture, in pixels. */
  readonly sizes: Tensor;
}

/** Boxes with shorter edges are none, in pixels. */
const shortest = 1e-2;

/**
 * The boxes of proposed regions before any is suppressed: each class has its box, told from the region and held within the
 * picture. The background, class 0 of the scores, has none, and the labels of the others begin at 0.
 *
 * @param judged   `scores`, (N·R)×(classes + 1) before softmax; `codes`, (N·R)×4·(classes + 1)
 * @param regions  N×R of them
 * @param sizes    N×2: height and width of each picture, in pixels
 * @returns        N×(R·classes), all classes of the first region first
 * Girshick: Fast R-CNN, ICCV 2015, section 2.
 */
export function regionCandidates(
  judged: { readonly scores: Tensor; readonly codes: Tensor },
  { boxes, exists }: Pick<Proposals, "boxes" | "exists">,
  sizes: Tensor,
): CandidateBoxes {
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
  const labels = broadcastTo(reshape(range(classes), [1, 1, classes]), [n, regions, classes]);
  return {
    boxes: reshape(told, [n, count, 4]),
    scores: reshape(scores, [n, count]),
    labels: reshape(labels, [n, count]),
    answers: reshape(ofThings(judged.scores, 1), [n, count]),
  };
}

/** The boxes of proposed regions that are surer than `least`, after non-maximum suppression in each class. */
export function judgedBoxes(
  judged: { readonly scores: Tensor; readonly codes: Tensor },
  regions: Pick<Proposals, "boxes" | "exists">,
  { sizes, ...telling }: Judging,
): FoundBoxes {
  const { boxes, scores, labels, indices } = unsuppressed(regionCandidates(judged, regions, sizes), telling);
  const isThere = reshape(greaterEqual(indices, 0), [...indices.shape, 1]);
  return { boxes: where(isThere, boxes, 0), scores, labels };
}
