/** Softmax and its logarithm. The largest value is taken off first, so that nothing overflows. */
import { optionsOf } from "../door/options.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxis } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { div, sub } from "./arithmetic.js";
import { keptShape } from "./broadcast-to.js";
import { exp, log } from "./elementary.js";
import { numeric, reduceMax } from "./extremes.js";
import { reshape } from "./reshape.js";
import { stopGradient } from "./stop-gradient.js";
import { sum } from "./sum.js";

/** e^x_i / Σ_j e^x_j along an axis, the last if none is named */
export function softmax(x: Tensor, given: { axis?: number } = {}): Tensor {
  const { axis = -1 } = optionsOf("softmax", given, { axis: 1 });
  checkTensor("softmax", "x", x);
  const along = { axis: checkedAxis("softmax", axis, x.shape), keepDims: true };
  const e = exp(sub(x, largest(x, along.axis)));
  return div(e, sum(e, along));
}

/** x_i − ln Σ_j e^x_j along an axis, the last if none is named */
export function logSoftmax(x: Tensor, given: { axis?: number } = {}): Tensor {
  const { axis = -1 } = optionsOf("logSoftmax", given, { axis: 1 });
  checkTensor("logSoftmax", "x", x);
  const along = { axis: checkedAxis("logSoftmax", axis, x.shape), keepDims: true };
  const z = sub(x, largest(x, along.axis));
  return sub(z, log(sum(exp(z), along)));
}

/** Along an axis, which it keeps with length 1; also of an axis without values, of which nothing is asked then. */
const largest = (x: Tensor, axis: number): Tensor =>
  stopGradient(reshape(reduceMax(numeric(x), [axis]), keptShape(x, [axis])));
