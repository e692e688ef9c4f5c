import { optionsOf } from "../door/options.js";
import { notNegative } from "../door/rules.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { sqrt, square } from "../ops/elementary.js";
import { eachParameter, type Optimizer } from "./optimizer.js";

/** Options of {@link adagrad}; epsilon is 1e-10 if left out. */
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
  const memory = ["squares"] as const;
  return eachParameter({ name: "adagrad", lr, options: { ...options, lr }, memory }, ({ lr, step }) => {
    const rate = lrDecay > 0 ? div(lr, add(mul(sub(cast(step, "f32"), 1), lrDecay), 1)) : lr;
    return (w, slope, before) => {
      const g = weightDecay > 0 ? add(slope, mul(w, weightDecay)) : slope;
      const squares = add(before.squares, square(g));
      return { w: sub(w, mul(rate, div(g, add(sqrt(squares), epsilon)))), squares };
    };
  });
}
