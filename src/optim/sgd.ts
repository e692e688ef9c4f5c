import { optionsOf } from "../door/options.js";
import { belowOne, flag, notNegative, oneOf, required } from "../door/rules.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { equal } from "../ops/comparisons.js";
import { where } from "../ops/where.js";
import type { Tensor } from "../tensor/tensor.js";
import { eachParameter, type Optimizer } from "./optimizer.js";

/** Options of {@link sgd}; no momentum if left out. */
export interface SgdOptions {
  lr: number;
  momentum?: number;
  /** Looks where the momentum will lead: needs a momentum. */
  nesterov?: boolean;
  /** The share of each gradient but the first that the momentum does not take up: the damped form. */
  dampening?: number;
  /** Factor of the parameters in the gradient, of biases too: L2 regularisation. */
  weightDecay?: number;
  /** What the momentum is of, gradients ("torch", if left out) or steps ("caffe"). */
  form?: "torch" | "caffe";
}

/**
 * Stochastic gradient descent, with the momentum in PyTorch's form, in which a change of the learning rate takes
 * hold at once:
 *
 *     g ← g + weightDecay · w
 *     v ← momentum · v + (1 − dampening) · g      in the first step v ← g
 *     w ← w − lr · v                              Nesterov: w ← w − lr · (g + momentum · v)
 *
 * or, as "caffe", in the form of the AlexNet and ResNet papers, in which earlier steps keep the rate they were made
 * with; both make the same steps while lr stays the same:
 *
 *     v ← momentum · v + (1 − dampening) · lr · g
 *     w ← w − v                                   Nesterov: w ← w − (lr · g + momentum · v)
 *
 * Sutskever, Martens, Dahl, Hinton: On the Importance of Initialization and Momentum, ICML 2013.
 */
export function sgd(options: SgdOptions): Optimizer {
  const {
    momentum = 0,
    nesterov = false,
    dampening = 0,
    weightDecay = 0,
    form = "torch",
  } = optionsOf("sgd", options, {
    lr: required(notNegative),
    momentum: belowOne,
    nesterov: flag,
    dampening: belowOne,
    weightDecay: notNegative,
    form: oneOf("torch", "caffe"),
  });
  const lr = options.lr;
  if (nesterov && momentum === 0) throw new RangeError("sgd: nesterov needs a momentum, such as 0.9");
  if (nesterov && dampening > 0) throw new RangeError("sgd: nesterov takes no dampening");
  const memory = momentum > 0 ? (["momentum"] as const) : [];
  return eachParameter({ name: "sgd", lr, options, memory }, ({ lr, step }) => {
    const taken = dampening > 0 ? where(equal(step, 1), 1, 1 - dampening) : 1;
    const damped = (g: Tensor): Tensor => (dampening > 0 ? mul(g, taken) : g);
    return (w, slope, before) => {
      const g = weightDecay > 0 ? add(slope, mul(w, weightDecay)) : slope;
      if (momentum === 0) return { w: sub(w, mul(g, lr)) };
      const push = form === "torch" ? g : mul(g, lr);
      const v = add(mul(before.momentum, momentum), damped(push));
      const way = nesterov ? add(push, mul(v, momentum)) : v;
      return { w: sub(w, form === "torch" ? mul(way, lr) : way), momentum: v };
    };
  });
}
