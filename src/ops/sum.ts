import { optionsOf } from "../door/options.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxes } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { keptShape, reduceSum } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { reshape } from "./reshape.js";

/** What a reduction such as {@link sum} goes over, and what becomes of these axes. */
export interface ReductionOptions {
  /** The axes that are reduced; all where left out. Negative ones count from the end. */
  axis?: number | readonly number[];
  /** Keeps reduced axes with length 1. */
  keepDims?: boolean;
}

/** Σ x over the given axes. Of booleans: how many are true. */
export function sum(x: Tensor, given: ReductionOptions = {}): Tensor {
  const { axis, keepDims = false } = optionsOf("sum", given, { axis: 1, keepDims: 1 });
  checkTensor("sum", "x", x);
  const axes = checkedAxes("sum", axis, x.shape);
  const summed = reduceSum(x.type === "u8" || x.type === "bool" ? cast(x, "i32") : x, axes);
  return keepDims ? reshape(summed, keptShape(x, axes)) : summed;
}
