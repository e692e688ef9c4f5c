/** The best of many, and rows by their numbers. */
import { add, maximum, mul } from "../../../ops/arithmetic.js";
import { zeros } from "../../../ops/fill.js";
import { gather } from "../../../ops/gather.js";
import { nonMaxSuppression } from "../../../ops/non-max-suppression.js";
import { range } from "../../../ops/range.js";
import { reshape } from "../../../ops/reshape.js";

import type { Tensor } from "../../../tensor/tensor.js";

/**
 * The places of the highest scores, best first, of equal ones the first.
 *
 * @param scores  N×B; −∞ is never chosen
 * @param count   how many; all, where there are fewer
 * @returns       N×min(count, B) whole numbers, −1 where nothing is left
 */
export function bestOf(scores: Tensor, count: number): Tensor {
  const [n, all] = scores.shape;
  // Boxes without area overlap nothing: all that is left of the suppression is the order.
  return nonMaxSuppression(zeros([n, all, 4]), scores, { results: Math.min(count, all) }).indices;
}

/**
 * Of each example the rows with these numbers; for −1 the first.
 *
 * @param x        N×B or N×B×C
 * @param indices  N×R whole numbers
 * @returns        N×R or N×R×C
 */
export function picked(x: Tensor, indices: Tensor): Tensor {
  const [n, all, ...rest] = x.shape;
  const count = indices.shape[1];
  const rows = add(maximum(indices, 0), mul(reshape(range(n), [n, 1]), all));
  const chosen = gather(reshape(x, [n * all, ...rest]), reshape(rows, [n * count]));
  return reshape(chosen, [n, count, ...rest]);
}
