/** Losses that compare value by value. */
import { sub } from "../ops/arithmetic.js";
import { abs, square } from "../ops/elementary.js";
import { mean } from "../ops/statistics.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameShape } from "./checks.js";
import type { Loss } from "./loss.js";

/** The mean of (output − target)² over all values. */
export const meanSquaredError = (): Loss => (output, target) =>
  mean(square(difference("meanSquaredError", output, target)));

/** The mean of |output − target| over all values. */
export const l1 = (): Loss => (output, target) => mean(abs(difference("l1", output, target)));

function difference(speaker: string, output: Tensor, target: Tensor): Tensor {
  checkSameShape(speaker, output, target);
  return sub(output, target);
}
