import { sub } from "../../../ops/arithmetic.js";
import { broadcastTo } from "../../../ops/broadcast-to.js";

import { greaterEqual, logicalAnd } from "../../../ops/comparisons.js";
import { concat } from "../../../ops/concat.js";
import { sigmoid } from "../../../ops/elementary.js";
import { full } from "../../../ops/fill.js";
import { nonMaxSuppression } from "../../../ops/non-max-suppression.js";
import { reshape } from "../../../ops/reshape.js";
import { stopGradient } from "../../../ops/stop-gradient.js";
import { where } from "../../../ops/where.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { decodedBoxes, fourOf, heldWithin, proposalWeights } from "./box-codes.js";
import { bestOf, picked } from "./picks.js";

/** What the network that proposes says at one level of a pyramid. */
export interface LevelOutputs {
  /** N×A, before a sigmoid: whether there is an object at the anchor. */
  readonly scores: Tensor;
  /** N×A×4: how its box lies to the anchor. */
  readonly codes: Tensor;
  /** 1×A×4, [top, left, bottom, right] in pixels. */
  readonly anchors: Tensor;
}

/** How many boxes are proposed, and which. */
export interface Proposing {
  /** Of each level so many are looked at, the surest. */
  readonly perLevel: number;
  /** Of boxes of a level that overlap by more only the surest is proposed. */
  readonly overlap: number;
  /** So many of a picture at most, of all levels. */
  readonly most: number;
}

/** As torchvision proposes when it is not training. */
export const usualProposing: Proposing = { perLevel: 1000, overlap: 0.7, most: 1000 };

/** Boxes with shorter edges are none, in pixels. */
const shortest = 1e-3;

/** Boxes that may hold objects; places that were not filled have the box 0, 0, 0, 0. */
export interface Proposals {
  /** N×R×4, [top, left, bottom, right] in pixels, within the picture, the surest first. */
  readonly boxes: Tensor;
  /** N×R, 0 to 1. */
  readonly scores: Tensor;
  /** N×R: whether the place is filled. */
  readonly exists: Tensor;
}

/**
 * The boxes that a network proposes: of each level the best `perLevel`, held within the picture, without those that vanish
 * there; then non-maximum suppression in each level, and the best of all. No gradient goes through them.
 *
 * @param sizes  N×2: height and width of each picture, in pixels
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, section 3.3; Lin et al.: Feature Pyramid Networks, CVPR 2017, section 4.1.
 */
export function proposals(
  levels: readonly LevelOutputs[],
  sizes: Tensor,
  { perLevel, overlap, most }: Proposing,
): Proposals {
  const best = levels.map(({ scores, codes, anchors }, level) => {
    const [n, count] = scores.shape;
    const surest = bestOf(scores, perLevel);
    const of = (x: Tensor): Tensor => picked(stopGradient(x), surest);
    const own = of(broadcastTo(anchors, [n, count, 4]));
    return {
      boxes: heldWithin(decodedBoxes(of(codes), own, proposalWeights), sizes),
      scores: sigmoid(of(scores)),
      level: full(surest.shape, level, "i32"),
    };
  });
  const all = (name: "boxes" | "scores" | "level"): Tensor =>
    concat(
      best.map((one) => one[name]),
      { axis: 1 },
    );
  const boxes = all("boxes");
  const [n, count] = boxes.shape;
  const scores = where(
    reshape(hasEdges(boxes, shortest), [n, count]),
    all("scores"),
    Number.NEGATIVE_INFINITY,
  );
  const results = Math.min(most, count);
  const left = nonMaxSuppression(boxes, scores, { results, overlap, labels: all("level") });
  const exists = greaterEqual(left.indices, 0);
  return {
    boxes: where(reshape(exists, [n, results, 1]), picked(boxes, left.indices), 0),
    scores: left.scores,
    exists,
  };
}

/** …×1: whether both edges of a box are at least so long. */
export function hasEdges(boxes: Tensor, least: number): Tensor {
  const [top, left, bottom, right] = fourOf(boxes);
  return logicalAnd(greaterEqual(sub(bottom, top), least), greaterEqual(sub(right, left), least));
}
