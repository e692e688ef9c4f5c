import { optionsOf } from "../door/options.js";
import { positive, required } from "../door/rules.js";
import { add, div, minimum, mul } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { scalar } from "../ops/scalar.js";
import { sum } from "../ops/sum.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Optimizer, printable } from "./optimizer.js";

/**
 * An optimizer whose gradients, all together as one vector, are at most so long; longer ones are shortened, and keep
 * their direction:
 *
 *     g ← g · min(1, norm / (‖g‖ + 1e-6))        over all parameters, as in PyTorch's clip_grad_norm_
 *
 * Pascanu, Mikolov, Bengio: On the Difficulty of Training Recurrent Neural Networks, ICML 2013, algorithm 1.
 */
export function clipNorm(optimizer: Optimizer, given: { norm: number }): Optimizer {
  const { norm } = optionsOf("clipNorm", given, { norm: required(positive) });
  return printable({
    name: "clipNorm",
    lr: optimizer.lr,
    state: (parameters) => optimizer.state(parameters),
    update(parameters, gradients, inputs) {
      const total = [...gradients.values()].map((g) => sum(square(g))).reduce<Tensor>(add, scalar(0));
      const factor = minimum(div(norm, add(sqrt(total), 1e-6)), 1);
      const clipped = new Map([...gradients].map(([path, g]) => [path, mul(g, factor)]));
      return optimizer.update(parameters, clipped, inputs);
    },
    describe: () => ({ name: "clipNorm", options: { norm, optimizer: optimizer.describe() } }),
  });
}
