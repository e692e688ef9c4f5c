/** Averages over axes. */
import { optionsOf } from "../door/options.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxes, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { counted } from "./scalar.js";
import { type ReductionOptions, sum } from "./sum.js";

/** The mean over the given axes, in f32. */
export function mean(x: Tensor, given: ReductionOptions = {}): Tensor {
  const { axis, keepDims } = optionsOf("mean", given, { axis: 1, keepDims: 1 });
  checkTensor("mean", "x", x);
  const axes = checkedAxes("mean", axis, x.shape);
  const count = sizeOf(axes.map((a) => x.shape[a]));
  const share = 1 / count;
  return mul(sum(cast(x, "f32"), { axis: axes, keepDims }), axes.includes(0) ? counted(share) : share);
}

/** The mean squared distance from the mean over the given axes (divided by their number n, not n − 1). */
export function variance(x: Tensor, given: ReductionOptions = {}): Tensor {
  const { axis, keepDims } = optionsOf("variance", given, { axis: 1, keepDims: 1 });
  checkTensor("variance", "x", x);
  const centred = sub(x, mean(x, { axis: checkedAxes("variance", axis, x.shape), keepDims: true }));
  return mean(mul(centred, centred), { axis, keepDims });
}
