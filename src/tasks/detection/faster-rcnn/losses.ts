/** What the two halves of Faster R-CNN cost: of the places that a step looks at, all pictures together. */
import type { LossParts } from "../../../losses/loss.js";
import { add, mul, sub } from "../../../ops/arithmetic.js";
import { cast } from "../../../ops/cast.js";
import { equal, less } from "../../../ops/comparisons.js";
import { abs, softplus, square } from "../../../ops/elementary.js";
import { range } from "../../../ops/range.js";
import { reshape } from "../../../ops/reshape.js";
import { logSoftmax } from "../../../ops/softmax.js";
import { stopGradient } from "../../../ops/stop-gradient.js";
import { sum } from "../../../ops/sum.js";
import { where } from "../../../ops/where.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { TrueBoxes } from "../targets.js";
import { encodedBoxes, proposalWeights, regionWeights } from "./box-codes.js";
import type { Matched, Sampled } from "./matching.js";
import { picked } from "./picks.js";

/** Of classes and of boxes; both are divided by the number of places looked at, not of those that find a box. */
export interface RcnnLosses {
  readonly classes: LossParts;
  readonly boxes: LossParts;
}

/** Where the smooth L1 distance goes over from a parabola to a line. */
const knee = 1 / 9;

function distance(code: Tensor, target: Tensor): Tensor {
  const far = abs(sub(code, target));
  return where(less(far, knee), mul(square(far), 0.5 / knee), sub(far, knee / 2));
}

/** The codes of the boxes that sampled places are to find, N×R×4; 0 where none is. */
function targetCodes(
  places: Tensor,
  { boxes }: Pick<TrueBoxes, "boxes">,
  { which, sample, weights }: { which: Tensor; sample: Sampled; weights: Parameters<typeof encodedBoxes>[2] },
): Tensor {
  const [n, count] = sample.indices.shape;
  const isFinding = reshape(sample.finds, [n, count, 1]);
  const own = picked(places, sample.indices);
  const wanted = picked(cast(boxes, "f32"), picked(which, sample.indices));
  // Of the others the place itself: a logarithm of an edge of 0 would be none.
  return stopGradient(where(isFinding, encodedBoxes(where(isFinding, wanted, own), own, weights), 0));
}

/**
 * What proposing costs: a binary cross entropy of the scores, and smooth L1 of the codes of anchors that find a box.
 *
 * @param told     `scores`, N×A before a sigmoid; `codes`, N×A×4; `anchors`, N×A×4: all levels, one after the other
 * @param truths   N×K
 * @param matches  what the anchors are to find
 * @param sample   those that are looked at
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, equation 1, with λ such that both count alike.
 */
export function proposalLosses(
  told: { readonly scores: Tensor; readonly codes: Tensor; readonly anchors: Tensor },
  truths: Pick<TrueBoxes, "boxes">,
  { matches: { which }, sample }: { matches: Matched; sample: Sampled },
): RcnnLosses {
  const [n, count] = sample.indices.shape;
  const score = picked(told.scores, sample.indices);
  const isThere = cast(sample.finds, "f32");
  const cost = sub(softplus(score), mul(score, isThere));
  const target = targetCodes(told.anchors, truths, { which, sample, weights: proposalWeights });
  const far = distance(picked(told.codes, sample.indices), target);
  const weight = sum(cast(sample.exists, "f32"));
  return {
    classes: { total: sum(where(sample.exists, cost, 0)), weight },
    boxes: { total: sum(where(reshape(sample.finds, [n, count, 1]), far, 0)), weight },
  };
}

/**
 * What judging costs: a cross entropy of the classes, background among them, and smooth L1 of the codes of the true class where a
 * region finds a box.
 *
 * @param judged   of the sampled regions: `scores`, (N·R)×(classes + 1) before softmax; `codes`, (N·R)×4·(classes + 1)
 * @param regions  N×M×4, of which those were sampled
 * @param truths   N×K, labels from 0 on
 * Girshick: Fast R-CNN, ICCV 2015, section 2.3.
 */
export function regionLosses(
  judged: { readonly scores: Tensor; readonly codes: Tensor },
  regions: Tensor,
  {
    truths,
    matches: { which },
    sample,
  }: { truths: Pick<TrueBoxes, "boxes" | "labels">; matches: Matched; sample: Sampled },
): RcnnLosses {
  const [n, count] = sample.indices.shape;
  const all = judged.scores.shape[1];
  const label = picked(cast(truths.labels, "i32"), picked(which, sample.indices));
  // 0 is the background.
  const isClass = equal(reshape(where(sample.finds, add(label, 1), 0), [n, count, 1]), range(all));
  const costs = where(isClass, mul(logSoftmax(reshape(judged.scores, [n, count, all])), -1), 0);
  const target = targetCodes(regions, truths, { which, sample, weights: regionWeights });
  const ofClass = reshape(isClass, [n, count, all, 1]);
  const code = sum(where(ofClass, reshape(judged.codes, [n, count, all, 4]), 0), { axis: 2 });
  const weight = sum(cast(sample.exists, "f32"));
  return {
    classes: { total: sum(where(reshape(sample.exists, [n, count, 1]), costs, 0)), weight },
    boxes: {
      total: sum(where(reshape(sample.finds, [n, count, 1]), distance(code, target), 0)),
      weight,
    },
  };
}
