import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, rule, text } from "../../door/rules.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import type { Loss, LossParts } from "../../losses/loss.js";
import { add, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, logicalAnd, notEqual } from "../../ops/comparisons.js";
import { argmax } from "../../ops/extremes.js";
import { reshape } from "../../ops/reshape.js";
import { scalar } from "../../ops/scalar.js";
import { slice } from "../../ops/slice.js";
import { sum } from "../../ops/sum.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { BatchTensors, Objective } from "../objective.js";
import { checkedParts, withHeads } from "./heads.js";
import { fieldOf, outputOf } from "./inputs.js";

/** Which fields of an example a network is given, and which its output is compared with. */
export interface FieldNames {
  /** The fields that the network is given: of several it gets an object of tensors by name. `["images"]` if left out. */
  readonly inputs?: readonly string[];
  /** The field that its output is compared with; `"labels"` if left out. */
  readonly target?: string;
}

export const fieldNames = {
  inputs: rule(
    "names of fields",
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string"),
  ),
  target: text,
};

/**
 * One class for each example, or for each of its pixels or words: outputs are scores …×K, targets classes of the axes
 * before. Scores: `accuracy`, the share of the targets that count whose class has the highest score.
 *
 * @param loss  over classes; cross entropy if left out
 */
export function classification(loss: Loss = crossEntropy(), given: FieldNames = {}): Objective {
  checkArgument("classification", "the loss", loss, callback);
  const { inputs = ["images"], target = "labels" } = optionsOf("classification", given, fieldNames);
  return {
    name: "classification",
    inputs,
    classes: { field: target, ignore: loss.ignore },
    best: { score: "accuracy", higher: true },
    cost(model, batch, mode, fields) {
      const labels = fieldOf("classification", batch, target);
      const { output, losses } = withHeads(
        (shown) => outputOf(model, batch, { inputs, fields, mode: shown }),
        mode,
        (y, isMain) =>
          mixedParts(batch, (targets) =>
            checkedParts(loss, y, targets, isMain && mode.training ? model : undefined),
          )(labels),
      );
      return {
        losses,
        output,
        sums: readRightly(output, labels, loss.ignore),
        classes: { [target]: { count: output.shape[output.rank - 1], ignore: loss.ignore } },
      };
    },
    scores: accuracyOf,
  };
}

/** How many targets were read rightly, and how many count. */
export function readRightly(
  output: Tensor,
  labels: Tensor,
  ignore: number | undefined,
): { correct: Tensor; counted: Tensor } {
  const isRead = equal(argmax(output, { axis: output.rank - 1 }), labels);
  if (ignore === undefined) return { correct: count(isRead), counted: scalar(labels.size) };
  const counts = notEqual(labels, ignore);
  return { correct: count(logicalAnd(isRead, counts)), counted: count(counts) };
}

export const accuracyOf = ({ correct = 0, counted = 0 }: { readonly [name: string]: number }) => ({
  accuracy: correct / Math.max(1, counted), // none where the loss ignores all of them
});

const count = (which: Tensor): Tensor => sum(cast(which, "i32"));

/** Of pictures that were mixed with others the loss of both classes, in the same shares. */
function mixedParts(
  { others, share }: BatchTensors,
  parts: (targets: Tensor) => LossParts,
): (labels: Tensor) => LossParts {
  if (!others || !share) return parts;
  return (labels) => {
    const own = reshape(slice(share, [0], [1]), []); // the same for the whole batch
    const [a, b] = [parts(labels), parts(others)];
    const both = (x: Tensor, y: Tensor): Tensor => add(mul(x, own), mul(y, sub(1, own)));
    return { ...a, total: both(a.total, b.total), weight: both(a.weight, b.weight) };
  };
}
