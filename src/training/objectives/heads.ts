/** The losses of a network that may have auxiliary heads. */
import { said } from "../../door/said.js";
import { type Loss, type LossParts, partsOf } from "../../losses/loss.js";
import type { Mode } from "../../nn/index.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Cost, Term, Trainable } from "../objective.js";

/**
 * The loss of a network's output, and in training those of its auxiliary heads, as many times as each head says.
 *
 * @param parts  of the loss of an output; `mode.training` and the parameters are the main one's alone
 */
export function withHeads(
  run: (mode: Mode) => Tensor,
  mode: Mode,
  parts: (output: Tensor, isMain: boolean) => LossParts,
): { output: Tensor; losses: Cost["losses"] } {
  const heads: { [path: string]: Term } = {};
  const output = run({
    ...mode,
    aside(y, times, path) {
      heads[path] = { ...parts(y, false), times };
    },
  });
  return { output, losses: { loss: parts(output, true), ...heads } };
}

/**
 * A loss's parts; one of your own that adds up nothing is a mean over examples.
 *
 * @param model  whose parameters the loss is given, so that it may be a penalty of them
 * @throws TypeError where it is no tensor
 */
export function checkedParts(loss: Loss, output: Tensor, target: Tensor, model?: Trainable): LossParts {
  const given = [output, target, ...(model ? [model.parameters] : [])] as const;
  if (loss.parts) return loss.parts(...given);
  const value: unknown = loss(...given);
  if (value instanceof Tensor) return partsOf(() => value, output, target);
  throw new TypeError(
    `the loss answers with ${typeof value === "function" ? "a function: losses are made first, crossEntropy()" : value === undefined || typeof value !== "object" ? typeof value : said(value)}, expected a tensor`,
  );
}
