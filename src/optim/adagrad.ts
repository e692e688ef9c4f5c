import { optionsOf } from "../door/options.js";
import { notNegative } from "../door/rules.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { sqrt, square } from "../ops/elementary.js";
import { assign } from "../tensor/compile.js";
import { type Optimizer, remembered, zerosFor } from "./optimizer.js";

export interface AdagradOptions {
  /** 0.01 if left out */
  lr?: number;
  /** The learning rate of step t, counted from 1, is lr / (1 + (t − 1) · lrDecay). */
  lrDecay?: number;
  epsilon?: number;
  /** Factor of the parameters in the gradient: L2 regularisation. */
  weightDecay?: number;
}

/**
 * Adagrad: every parameter has a learning rate of its own, which falls with the gradients that it has seen.
 *
 *     s ← s + g²
 *     w ← w − lr · g / (√s + epsilon)
 *
 * Duchi, Hazan, Singer: Adaptive Subgradient Methods, JMLR 12, 2011.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const {
    lrDecay = 0,
    epsilon = 1e-10,
    weightDecay = 0,
  } = optionsOf("adagrad", options, {
    lr: notNegative,
    lrDecay: notNegative,
    epsilon: notNegative,
    weightDecay: notNegative,
  });
  const lr = options.lr ?? 0.01;
  return {
    name: "adagrad",
    lr,
    state: (parameters) => zerosFor(parameters, ["squares"]),
    update(parameters, gradients, { lr, step, state }) {
      const rate = lrDecay > 0 ? div(lr, add(mul(sub(cast(step, "f32"), 1), lrDecay), 1)) : lr;
      [...parameters].forEach(([path, w], i) => {
        const g = weightDecay > 0 ? add(gradients[i], mul(w, weightDecay)) : gradients[i];
        const old = remembered("adagrad", state, `squares/${path}`);
        const s = add(old, square(g));
        assign(old, s);
        assign(w, sub(w, mul(rate, div(g, add(sqrt(s), epsilon)))));
      });
    },
    describe: () => ({ name: "adagrad", options: { ...options, lr } }),
  };
}
