import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback } from "../../door/rules.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import type { Loss } from "../../losses/loss.js";
import { add, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, logicalAnd, notEqual } from "../../ops/comparisons.js";
import { argmax } from "../../ops/extremes.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { sum } from "../../ops/sum.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Objective, type Sums, vectorOf } from "../objective.js";
import { accuracyOf, classification, type FieldNames, fieldNames } from "./classification.js";

/**
 * A class for each pixel: outputs N×H×W×K, targets N×H×W. Scores, all of them over all pixels together: `accuracy` of the
 * pixels that count; `mIoU`, the mean over the classes that occur of intersection by union; `classAccuracy`, the mean over the
 * classes that are there of the share of their pixels that is found.
 * Long, Shelhamer, Darrell: Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, section 5.
 *
 * @param loss  over classes; cross entropy if left out, which does not count pixels of the class −1
 */
export function segmentation(loss: Loss = crossEntropy(), given: FieldNames = {}): Objective {
  checkArgument("segmentation", "the loss", loss, callback);
  const { inputs = ["images"], target = "labels" } = optionsOf("segmentation", given, fieldNames);
  const pixels = classification(loss, { inputs, target });
  return {
    ...pixels,
    name: "segmentation",
    best: { score: "mIoU", higher: true },
    cost(model, batch, mode, fields) {
      const cost = pixels.cost(model, batch, mode, fields);
      return { ...cost, sums: { ...cost.sums, ...overlaps(cost.output!, batch[target], loss.ignore) } };
    },
    scores: (sums) => ({
      ...accuracyOf(sums),
      mIoU: meanShare(sums, "union"),
      classAccuracy: meanShare(sums, "there"),
    }),
  };
}

/** For each class how many pixels it has in both, in either, and in truth. */
function overlaps(
  output: Tensor,
  labels: Tensor,
  ignore: number | undefined,
): { intersection: Tensor; union: Tensor; there: Tensor } {
  const classes = output.shape[output.rank - 1];
  const flat = reshape(cast(labels, "i32"), [labels.size, 1]);
  const read = reshape(argmax(output, { axis: output.rank - 1 }), [labels.size, 1]);
  const each = reshape(range(classes), [1, classes]);
  const counted = (where: Tensor): Tensor => {
    const those = ignore === undefined ? where : logicalAnd(where, notEqual(flat, ignore));
    return sum(cast(those, "i32"), { axis: 0 });
  };
  const [isTrue, isRead] = [equal(flat, each), equal(read, each)];
  const [intersection, there] = [counted(logicalAnd(isTrue, isRead)), counted(isTrue)];
  return { intersection, union: sub(add(there, counted(isRead)), intersection), there };
}

/** Of the pixels that a class has in both as a share of those by which that is divided. */
function meanShare(sums: Sums, by: "union" | "there"): number {
  const [intersections, all] = [vectorOf(sums, "intersection"), vectorOf(sums, by)];
  const shares = intersections.map((n, c) => n / all[c]).filter((_, c) => all[c] > 0);
  return shares.length === 0 ? 0 : shares.reduce((a, b) => a + b) / shares.length;
}
