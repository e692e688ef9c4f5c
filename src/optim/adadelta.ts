import { optionsOf } from "../door/options.js";
import { belowOne, notNegative } from "../door/rules.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { eachParameter, type Optimizer } from "./optimizer.js";

/** Options of {@link adadelta}; epsilon is 1e-6 if left out. */
export interface AdadeltaOptions {
  /** Factor of the steps, which the method sizes itself; 1 if left out, as in the paper. */
  lr?: number;
  /** Share of the past in both means; the paper's 0.95 if left out (PyTorch has 0.9). */
  rho?: number;
  epsilon?: number;
  /** Factor of the parameters in the gradient: L2 regularisation. */
  weightDecay?: number;
}

/**
 * Adadelta: steps in the unit of the parameters, from the size of the steps before.
 *
 *     s ← rho · s + (1 − rho) · g²
 *     d = √(u + epsilon) / √(s + epsilon) · g
 *     u ← rho · u + (1 − rho) · d²
 *     w ← w − lr · d
 *
 * Zeiler: ADADELTA, arXiv:1212.5701, algorithm 1.
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const {
    rho = 0.95,
    epsilon = 1e-6,
    weightDecay = 0,
  } = optionsOf("adadelta", options, {
    lr: notNegative,
    rho: belowOne,
    epsilon: notNegative,
    weightDecay: notNegative,
  });
  const lr = options.lr ?? 1;
  const memory = ["square", "steps"] as const;
  return eachParameter(
    { name: "adadelta", lr, options: { ...options, lr }, memory },
    ({ lr }) =>
      (w, slope, before) => {
        const g = weightDecay > 0 ? add(slope, mul(w, weightDecay)) : slope;
        const s = add(mul(before.square, rho), mul(square(g), 1 - rho));
        const d = mul(div(sqrt(add(before.steps, epsilon)), sqrt(add(s, epsilon))), g);
        const steps = add(mul(before.steps, rho), mul(square(d), 1 - rho));
        return { w: sub(w, mul(d, lr)), square: s, steps };
      },
  );
}
