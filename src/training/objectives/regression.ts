import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback } from "../../door/rules.js";
import { meanSquaredError } from "../../losses/index.js";
import type { Loss } from "../../losses/loss.js";
import { sub } from "../../ops/arithmetic.js";
import { abs, square } from "../../ops/elementary.js";
import { scalar } from "../../ops/scalar.js";
import { sum } from "../../ops/sum.js";
import { ShapeError, sameShape, show } from "../../tensor/shapes.js";
import type { Objective } from "../objective.js";
import { type FieldNames, fieldNames } from "./classification.js";
import { checkedParts, withHeads } from "./heads.js";
import { outputOf, targetOf } from "./inputs.js";

/**
 * Numbers for each example: outputs and targets of one shape, N×K say, or N×H×W×C. Scores: `rmse`, the root of the mean
 * squared error, and `mae`, the mean absolute error, in the targets' unit.
 *
 * @param loss  the mean squared error if left out
 * @throws ShapeError where outputs and targets differ in shape: broadcast, they would be compared with one another
 */
export function regression(loss: Loss = meanSquaredError(), given: FieldNames = {}): Objective {
  checkArgument("regression", "the loss", loss, callback);
  const { inputs = ["images"], target = "labels" } = optionsOf("regression", given, fieldNames);
  return {
    name: "regression",
    inputs,
    best: { score: "rmse", higher: false },
    cost(model, batch, mode, fields) {
      const wanted = targetOf("regression", batch, target, fields);
      const { output, losses } = withHeads(
        (shown) => outputOf(model, batch, { inputs, fields, mode: shown }),
        mode,
        (y, isMain) => {
          if (!sameShape(y.shape, wanted.shape))
            throw new ShapeError(
              `regression: ${model.name} makes ${show(y.shape)}, ${target} is ${show(wanted.shape)}; expected the same shape`,
            );
          return checkedParts(loss, y, wanted, isMain && mode.training ? model : undefined);
        },
      );
      const error = sub(output, wanted);
      const sums = { squares: sum(square(error)), absolutes: sum(abs(error)), values: scalar(error.size) };
      return { losses, output, sums };
    },
    scores: ({ squares, absolutes, values }) => ({
      rmse: Math.sqrt(squares / values),
      mae: absolutes / values,
    }),
  };
}
