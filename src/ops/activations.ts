/** Activations of a unit, element by element: the result has the shape of x. */
import { optionsOf } from "../door/options.js";
import type { Floats } from "../kernels/language.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul, sub } from "./arithmetic.js";
import { greater, greaterEqual, lessEqual, logicalOr, notEqual } from "./comparisons.js";
import { apply, defineOp } from "./define.js";
import { exp, sigmoid, tanh } from "./elementary.js";
import type { TensorLike } from "./scalar.js";
import { where } from "./where.js";

/**
 * max(x, 0), element by element. The slope at 0 is 0. Glorot, Bordes, Bengio: Deep Sparse Rectifier Neural Networks,
 * AISTATS 2011.
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
    rule: (k, [x]) => (x.type === "f32" ? k.max(x as Floats, k.f32(0)) : k.max(x as never, k.i32(0))),
  },
});

/**
 * x above 0, slope · x at and below, element by element. Maas, Hannun, Ng: Rectifier Nonlinearities Improve Neural
 * Network Acoustic Models, ICML 2013.
 */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => where(greater(x, 0), x, mul(x, slope));

/**
 * x above 0, alpha · (e^x − 1) at and below, element by element. Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.
 */
export const elu = (x: Tensor, alpha = 1): Tensor =>
  // The exponent stays at or below 0: what is not chosen must not overflow, its gradient would be NaN.
  where(greater(x, 0), x, mul(sub(exp(where(greater(x, 0), 0, x)), 1), alpha));

/**
 * x above 0, slope · x at and below, where the slope is trained: for each channel (the last axis) or one for all.
 *
 * @param slope  C values, or a single one
 * He, Zhang, Ren, Sun: Delving Deep into Rectifiers, ICCV 2015, equation 1.
 */
export const prelu = (x: Tensor, slope: Tensor): Tensor => where(greater(x, 0), x, mul(x, slope));

/**
 * λx above 0, λα · (e^x − 1) at and below, element by element, with λ = 1.0507 and α = 1.6733: mean 0 and variance 1
 * map to themselves.
 * Klambauer, Unterthiner, Mayr, Hochreiter: Self-Normalizing Neural Networks, NIPS 2017, equations 2 and 14.
 */
export const selu = (x: Tensor): Tensor => mul(elu(x, 1.6732632423543772), 1.0507009873554805);

/**
 * x · sigmoid(x), element by element, also called swish. Elfwing, Uchibe, Doya, arXiv:1702.03118; Ramachandran, Zoph,
 * Le, arXiv:1710.05941.
 */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

/**
 * amplitude · tanh(slope · x), element by element, with LeNet-5's constants if left out: f(±1) = ±1, where its targets
 * lie.
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, appendix A.
 */
export function scaledTanh(x: Tensor, given: { amplitude?: number; slope?: number } = {}): Tensor {
  const { amplitude = 1.7159, slope = 2 / 3 } = optionsOf("scaledTanh", given, { amplitude: 1, slope: 1 });
  return mul(tanh(mul(x, slope)), amplitude);
}

/**
 * x, held between two bounds, element by element: min(max(x, low), high); the shapes broadcast. The slope is 1 between
 * them and on them, 0 beyond, as PyTorch's clamp has it; what is beyond a bound passes its gradient to the bound.
 */
export const clip = (x: Tensor, low: TensorLike, high: TensorLike): Tensor => {
  const above = where(logicalOr(greaterEqual(x, low), isNoNumber(x)), x, low);
  return where(logicalOr(lessEqual(above, high), isNoNumber(above)), above, high);
};

const isNoNumber = (x: Tensor): Tensor => notEqual(x, x);
