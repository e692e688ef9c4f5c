import { optionsOf } from "../door/options.js";
import { belowOne, flag, notNegative } from "../door/rules.js";
import { add, div, maximum, mul, sub } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { eachParameter, type Optimizer } from "./optimizer.js";

/** Options of {@link rmsprop}; epsilon is 1e-8 and momentum 0 if left out. */
export interface RmspropOptions {
  /** 0.01 if left out */
  lr?: number;
  /** Share of the past in the mean of the squares; 0.99 if left out. */
  decay?: number;
  epsilon?: number;
  momentum?: number;
  /** Divides by the deviation of the gradients, not by their root mean square. */
  centred?: boolean;
  /** Factor of the parameters in the gradient: L2 regularisation. */
  weightDecay?: number;
}

/**
 * RMSprop: gradients divided by how large they have been of late, in PyTorch's form, with epsilon outside the root.
 *
 *     s ← decay · s + (1 − decay) · g²
 *     w ← w − lr · g / (√s + epsilon)        with a momentum: v ← momentum · v + g / (√s + epsilon), w ← w − lr · v
 *
 * Centred: √(s − m²) for √s, where m is the mean of the gradients in the same sense.
 * Tieleman, Hinton: Neural Networks for Machine Learning, lecture 6.5, 2012; centred: Graves, arXiv:1308.0850, eq. 38.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const {
    decay = 0.99,
    epsilon = 1e-8,
    momentum = 0,
    centred = false,
    weightDecay = 0,
  } = optionsOf("rmsprop", options, {
    lr: notNegative,
    decay: belowOne,
    epsilon: notNegative,
    momentum: belowOne,
    centred: flag,
    weightDecay: notNegative,
  });
  const lr = options.lr ?? 0.01;
  const memory = [
    "square" as const,
    ...(centred ? ["mean" as const] : []),
    ...(momentum > 0 ? ["momentum" as const] : []),
  ];
  return eachParameter(
    { name: "rmsprop", lr, options: { ...options, lr }, memory },
    ({ lr }) =>
      (w, slope, before) => {
        const g = weightDecay > 0 ? add(slope, mul(w, weightDecay)) : slope;
        const s = add(mul(before.square, decay), mul(square(g), 1 - decay));
        const m = centred ? { mean: add(mul(before.mean, decay), mul(g, 1 - decay)) } : {};
        // Of gradients that are all alike rounding leaves a little less than 0.
        const spread = m.mean ? maximum(sub(s, square(m.mean)), 0) : s;
        const push = div(g, add(sqrt(spread), epsilon));
        if (momentum === 0) return { w: sub(w, mul(push, lr)), square: s, ...m };
        const v = add(mul(before.momentum, momentum), push);
        return { w: sub(w, mul(v, lr)), square: s, ...m, momentum: v };
      },
  );
}
