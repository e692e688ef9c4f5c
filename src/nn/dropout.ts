import { mul } from "../ops/arithmetic.js";
import { greaterEqual } from "../ops/comparisons.js";
import { where } from "../ops/where.js";
import { checkedShare } from "./checks.js";
import type { Layer, Named } from "./layer.js";

export interface DropoutOptions {
  rate: number;
}

/**
 * In training each value is 0 with the probability `rate`, and the others are divided by 1 − rate, so that the
 * expected sum stays ("inverted" dropout). In evaluation nothing happens.
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout, JMLR 15, 2014.
 */
export function dropout(rate: number, { name }: Named = {}): Layer {
  checkedShare("dropout", "rate", rate);
  return {
    type: "dropout",
    name,
    options: { rate },
    forward: (x, scope) =>
      scope.training && rate > 0
        ? where(greaterEqual(scope.uniform(x.shape), rate), mul(x, 1 / (1 - rate)), 0)
        : x,
  };
}
