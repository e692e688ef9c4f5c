import { optionsOf } from "../door/options.js";
import { positive, required } from "../door/rules.js";
import { clip } from "../ops/activations.js";
import { type Optimizer, printable } from "./optimizer.js";

/**
 * An optimizer whose gradients have no component beyond a bound, each for itself; their direction may change:
 *
 *     g ← min(max(g, −value), value)
 *
 * Where only the length counts, and the direction shall stay: `clipNorm`.
 * Mikolov: Statistical Language Models Based on Neural Networks, 2012, section 3.2.2. PyTorch's clip_grad_value_.
 */
export function clipValue(optimizer: Optimizer, given: { value: number }): Optimizer {
  const { value } = optionsOf("clipValue", given, { value: required(positive) });
  return printable({
    name: "clipValue",
    lr: optimizer.lr,
    state: (parameters) => optimizer.state(parameters),
    update(parameters, gradients, inputs) {
      const clipped = new Map([...gradients].map(([path, g]) => [path, clip(g, -value, value)]));
      return optimizer.update(parameters, clipped, inputs);
    },
    describe: () => ({ name: "clipValue", options: { value, optimizer: optimizer.describe() } }),
  });
}
