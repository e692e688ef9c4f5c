import { optionsOf } from "../door/options.js";
import { mul } from "../ops/arithmetic.js";
import { greaterEqual } from "../ops/comparisons.js";
import { where } from "../ops/where.js";
import type { Shape } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedShare } from "./checks.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** The share of values that {@link dropout} sets to 0 while training. */
export interface DropoutOptions {
  rate: number;
}

/**
 * In training each value is 0 with the probability `rate`, and the others are divided by 1 − rate, so that the
 * expected sum stays ("inverted" dropout). Of any shape, which stays. In evaluation nothing happens.
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout, JMLR 15, 2014.
 */
export function dropout(rate: number, given: Named = {}): Layer {
  const { name } = optionsOf("dropout", given, { name: 1 });
  return dropping("dropout", rate, (x) => x.shape, name);
}

/**
 * Dropout of whole channels of N×…×C: in training a channel of an example is 0 everywhere with the probability `rate`.
 * Of neighbouring pixels, which say nearly the same, plain dropout leaves enough to guess the others by.
 * Tompson, Goroshin, Jain, LeCun, Bregler: Efficient Object Localization Using Convolutional Networks, CVPR 2015,
 * section 3.2.
 */
export function spatialDropout(rate: number, given: Named = {}): Layer {
  const { name } = optionsOf("spatialDropout", given, { name: 1 });
  return dropping(
    "spatialDropout",
    rate,
    (x) => x.shape.map((extent, d) => (d === 0 || d === x.rank - 1 ? extent : 1)),
    name,
  );
}

/** @param drawn  the shape in which it is decided what is dropped */
function dropping(type: string, rate: number, drawn: (x: Tensor) => Shape, name?: string): Layer {
  checkedShare(type, "rate", rate);
  return printable({
    type,
    name,
    options: { rate },
    forward: (x, scope) =>
      scope.training && rate > 0
        ? where(greaterEqual(scope.uniform(drawn(x)), rate), mul(x, 1 / (1 - rate)), 0)
        : x,
  });
}
