import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback } from "../../door/rules.js";
import { meanSquaredError } from "../../losses/index.js";
import type { Loss } from "../../losses/loss.js";
import type { Objective } from "../objective.js";
import { type FieldNames, fieldNames } from "./classification.js";
import { checkedParts, withHeads } from "./heads.js";
import { outputOf, targetOf } from "./inputs.js";

/**
 * What comes in shall come out again: an autoencoder. Pixels are compared as 0 to 1.
 *
 * @param loss   the mean squared error if left out
 * @param given  `target` is the first of the inputs if left out; another field makes it denoising, say
 */
export function reconstruction(loss: Loss = meanSquaredError(), given: FieldNames = {}): Objective {
  checkArgument("reconstruction", "the loss", loss, callback);
  const { inputs = ["images"], target = inputs[0] } = optionsOf("reconstruction", given, fieldNames);
  return {
    name: "reconstruction",
    inputs,
    cost(model, batch, mode, fields) {
      const wanted = targetOf("reconstruction", batch, target, fields);
      const { output, losses } = withHeads(
        (shown) => outputOf(model, batch, { inputs, fields, mode: shown }),
        mode,
        (y, isMain) => checkedParts(loss, y, wanted, isMain && mode.training ? model : undefined),
      );
      return { losses, output };
    },
  };
}
