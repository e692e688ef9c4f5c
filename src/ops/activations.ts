/** Activations of a unit. */
import type { Floats } from "../kernels/language.js";
import type { Tensor } from "../tensor/tensor.js";
import { maximum, minimum, mul, sub } from "./arithmetic.js";
import { greater } from "./comparisons.js";
import { apply, defineOp } from "./define.js";
import { exp, tanh } from "./elementary.js";
import type { TensorLike } from "./scalar.js";
import { where } from "./where.js";

/**
 * max(x, 0). The slope at 0 is 0. Glorot, Bordes, Bengio: Deep Sparse Rectifier Neural Networks, AISTATS 2011.
 */
export const relu = (x: Tensor): Tensor => apply(reluOp, [x], {});
const reluOp = defineOp({
  name: "relu",
  shape: ([x]) => x,
  // From the output: the input need not be kept.
  vjp: (dy, { output }) => [where(greater(output, 0), dy, 0)],
  lowering: {
    kind: "map",
    cost: 1,
    rule:
      () =>
      (k, [x]) =>
        x.type === "f32" ? k.max(x as Floats, k.f32(0)) : k.max(x as never, k.i32(0)),
  },
});

/**
 * x above 0, slope · x at and below. Maas, Hannun, Ng: Rectifier Nonlinearities Improve Neural Network Acoustic
 * Models, ICML 2013.
 */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => where(greater(x, 0), x, mul(x, slope));

/**
 * x above 0, alpha · (e^x − 1) at and below. Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.
 */
export const elu = (x: Tensor, alpha = 1): Tensor =>
  // The exponent stays at or below 0: what is not chosen must not overflow, its gradient would be NaN.
  where(greater(x, 0), x, mul(sub(exp(minimum(x, 0)), 1), alpha));

/**
 * amplitude · tanh(slope · x), with LeNet-5's constants if left out: f(±1) = ±1, where its targets lie.
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, appendix A.
 */
export const scaledTanh = (x: Tensor, { amplitude = 1.7159, slope = 2 / 3 } = {}): Tensor =>
  mul(tanh(mul(x, slope)), amplitude);

/** x, held between two bounds. */
export const clip = (x: Tensor, low: TensorLike, high: TensorLike): Tensor => minimum(maximum(x, low), high);
