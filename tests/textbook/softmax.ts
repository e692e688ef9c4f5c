import type { Numbers } from "./numbers.js";
import { div, exp, log, sub } from "./pointwise.js";
import { max, sum } from "./reductions.js";

/**
 *     y[i] = exp(x[i]) / Σ_j exp(x[j])        i, j along the axis
 *
 * The greatest x is taken off first: it cancels, and e to its power would be infinite.
 */
export function softmax(x: Numbers, { axis = -1 } = {}): Numbers {
  const e = exp(sub(x, max(x, { axis, keepDims: true })));
  return div(e, sum(e, { axis, keepDims: true }));
}

/** y[i] = x[i] − log Σ_j exp(x[j]) */
export function logSoftmax(x: Numbers, { axis = -1 } = {}): Numbers {
  const z = sub(x, max(x, { axis, keepDims: true }));
  return sub(z, log(sum(exp(z), { axis, keepDims: true })));
}
