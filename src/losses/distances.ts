/** Losses that compare value by value. */
import { sub } from "../ops/arithmetic.js";
import { abs, square } from "../ops/elementary.js";
import { mean } from "../ops/statistics.js";
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Loss } from "./loss.js";

/** The mean of (output − target)² over all values. */
export const meanSquaredError = (): Loss => (output, target) =>
  mean(square(difference("meanSquaredError", output, target)));

/** The mean of |output − target| over all values. */
export const l1 = (): Loss => (output, target) => mean(abs(difference("l1", output, target)));

/** Shapes must be the same: a target that broadcasts is nearly always a mistake. */
function difference(speaker: string, output: Tensor, target: Tensor): Tensor {
  if (!sameShape(output.shape, target.shape))
    throw new ShapeError(`${speaker}: the output is ${show(output.shape)}, the target ${show(target.shape)}`);
  return sub(output, target);
}
