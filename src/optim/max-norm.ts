import { optionsOf } from "../door/options.js";
import { positive, required } from "../door/rules.js";
import { div, maximum, minimum, mul } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { sum } from "../ops/sum.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Optimizer, printable } from "./optimizer.js";

/** How long {@link maxNorm} lets weights become. */
export interface MaxNormOptions {
  /** How long the weights that come into a unit may be, as a vector. */
  norm: number;
  /** Paths of the parameters that are held, such as "dense1.weights"; left out, all of two axes and more. */
  only?: readonly string[];
}

/**
 * An optimizer after each of whose steps the weights of every unit are at most so long: of a dense layer a column, of
 * a convolution a filter, which is all that has the same place along the last axis. Longer ones are shortened:
 *
 *     w[…, f] ← w[…, f] · min(1, norm / ‖w[…, f]‖)
 *
 * Srivastava et al.: Dropout, JMLR 15, 2014, section 5.1. Kim: Convolutional Neural Networks for Sentence
 * Classification, EMNLP 2014, holds its last layer at 3.
 */
export function maxNorm(optimizer: Optimizer, given: MaxNormOptions): Optimizer {
  const { norm, only } = optionsOf("maxNorm", given, { norm: required(positive), only: 1 });
  return printable({
    name: "maxNorm",
    lr: optimizer.lr,
    state: (parameters) => optimizer.state(parameters),
    update(parameters, gradients, inputs) {
      const unknown = only?.find((path) => !parameters.has(path));
      if (unknown !== undefined)
        throw new TypeError(
          `maxNorm: there is no parameter ${unknown}; there are ${[...parameters.keys()].join(", ")}`,
        );
      const next = optimizer.update(parameters, gradients, inputs);
      const isHeld = (path: string, w: Tensor) =>
        gradients.has(path) && (only ? only.includes(path) : w.rank >= 2);
      const held = [...next.parameters].map(
        ([path, w]) => [path, isHeld(path, w) ? shortened(w, norm) : w] as const,
      );
      return { ...next, parameters: new Map(held) };
    },
    describe: () => ({
      name: "maxNorm",
      options: { norm, ...(only ? { only } : {}), optimizer: optimizer.describe() },
    }),
  });
}

function shortened(w: Tensor, norm: number): Tensor {
  const axes = w.shape.map((_, d) => d).slice(0, -1);
  const lengths = sqrt(sum(square(w), { axis: axes, keepDims: true }));
  // Of weights that are all 0 nothing is to be shortened, nor divided by.
  return mul(w, minimum(div(norm, maximum(lengths, 1e-12)), 1));
}
