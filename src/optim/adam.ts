import { optionsOf } from "../door/options.js";
import { belowOne, notNegative } from "../door/rules.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { sqrt, square, tanh } from "../ops/elementary.js";
import type { Tensor } from "../tensor/tensor.js";
import { eachParameter, type Optimizer } from "./optimizer.js";

/** Options of {@link adam} and {@link adamW}; betas 0.9 and 0.999, epsilon 1e-8 if left out. */
export interface AdamOptions {
  /** 0.001 if left out */
  lr?: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Of adam: factor of the parameters in the gradient, L2 regularisation, as PyTorch's Adam has it. */
  weightDecay?: number;
}

/**
 * Adam, with t counted from 1:
 *
 *     m ← beta1 · m + (1 − beta1) · g
 *     v ← beta2 · v + (1 − beta2) · g²
 *     w ← w − lr · m / (1 − beta1^t) / (√(v / (1 − beta2^t)) + epsilon)
 *
 * Kingma, Ba: Adam, ICLR 2015, arXiv:1412.6980, algorithm 1.
 */
export const adam = (options: AdamOptions = {}): Optimizer => adaptive("adam", options);

/**
 * AdamW: Adam whose weight decay is no part of the gradient, and so not divided by its size:
 *
 *     w ← w − lr · weightDecay · w, then Adam's step
 *
 * Its weight decay is 0.01 if left out.
 * Loshchilov, Hutter: Decoupled Weight Decay Regularization, ICLR 2019, arXiv:1711.05101, algorithm 2.
 */
export const adamW = (options: AdamOptions = {}): Optimizer => adaptive("adamW", options, 0.01);

function adaptive(name: "adam" | "adamW", options: AdamOptions, decay = 0): Optimizer {
  const {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = decay,
  } = optionsOf(name, options, {
    lr: notNegative,
    beta1: belowOne,
    beta2: belowOne,
    epsilon: notNegative,
    weightDecay: notNegative,
  });
  const lr = options.lr ?? 0.001;
  const coupled = name === "adam" && weightDecay > 0;
  const decoupled = name === "adamW" && weightDecay > 0;
  const memory = ["mean", "square"] as const;
  return eachParameter({ name, lr, options: { ...options, lr }, memory }, ({ lr, step }) => {
    const t = cast(step, "f32");
    const [left1, left2] = [remaining(beta1, t), remaining(beta2, t)];
    return (w, slope, before) => {
      const g = coupled ? add(slope, mul(w, weightDecay)) : slope;
      const m = add(mul(before.mean, beta1), mul(g, 1 - beta1));
      const v = add(mul(before.square, beta2), mul(square(g), 1 - beta2));
      const held = decoupled ? sub(w, mul(mul(w, weightDecay), lr)) : w;
      const move = mul(lr, div(div(m, left1), add(sqrt(div(v, left2)), epsilon)));
      return { w: sub(held, move), mean: m, square: v };
    };
  });
}

/**
 * 1 − beta^t. As 2·tanh(z/2) / (1 + tanh(z/2)) with z = −t·ln beta: the difference from 1 would lose four of f32's
 * seven digits in the first steps, where beta2^t is 0.999.
 */
function remaining(beta: number, t: Tensor): Tensor | number {
  if (beta === 0) return 1;
  const h = tanh(mul(t, -Math.log(beta) / 2));
  return div(mul(h, 2), add(h, 1));
}
