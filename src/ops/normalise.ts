import { optionsOf } from "../door/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { sqrt, square } from "./elementary.js";
import { mean } from "./statistics.js";

/**
 * Mean 0 and variance 1 over the given axes:
 *
 *     y = (x − mean) / √(variance + epsilon)
 *
 * with the variance divided by the number n of values, not n − 1. It is taken of the distances from the mean, in a
 * second look at the values: the mean of squares less the square of the mean would lose all digits where the mean is
 * large.
 *
 * @param given.epsilon  1e-5 if left out
 */
export function normalise(x: Tensor, given: { axis: number | readonly number[]; epsilon?: number }): Tensor {
  const { axis, epsilon = 1e-5 } = optionsOf("normalise", given, { axis: 1, epsilon: 1 });
  const values = cast(x, "f32");
  const centred = sub(values, mean(values, { axis, keepDims: true }));
  return div(centred, sqrt(add(mean(square(centred), { axis, keepDims: true }), epsilon)));
}
