import { mul } from "../ops/arithmetic.js";
import { equal, logicalAnd } from "../ops/comparisons.js";
import { where } from "../ops/where.js";
import type { Tensor } from "../tensor/tensor.js";

/** weight · cost, of which nothing is left where the weight is 0, though the cost be infinite. */
export function weighed(weight: Tensor, cost: Tensor): Tensor {
  const needless = logicalAnd(equal(weight, 0), equal(cost, Number.POSITIVE_INFINITY));
  return mul(weight, where(needless, 0, cost));
}
