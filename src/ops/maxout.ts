import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { max } from "./extremes.js";
import { reshape } from "./reshape.js";

/**
 * The greatest of each group of neighbouring channels:
 *
 *     y[…, i] = max over 0 ≤ j < pieces of x[…, i·pieces + j]
 *
 * After a dense layer or a convolution of pieces times as many units it is a maxout layer. The gradient goes to the
 * first of the greatest.
 *
 * @param x  …×(C·pieces)
 * @returns  …×C
 * Goodfellow, Warde-Farley, Mirza, Courville, Bengio: Maxout Networks, ICML 2013, section 3.
 */
export function maxout(x: Tensor, pieces: number): Tensor {
  checkTensor("maxout", "x", x);
  const channels = x.shape[x.rank - 1];
  if (!Number.isInteger(pieces) || pieces < 1 || x.rank === 0 || channels % pieces !== 0)
    throw new ShapeError(`maxout: ${pieces} pieces do not divide the channels of x (${show(x.shape)})`);
  return max(reshape(x, [...x.shape.slice(0, -1), channels / pieces, pieces]), { axis: -1 });
}
