import { optionsOf } from "../door/options.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { padWith } from "./cut.js";
import { pow, sqrt, square } from "./elementary.js";
import { slice } from "./slice.js";
import { withGradient } from "./stop-gradient.js";

/** n, k, α and β of {@link localResponseNorm}. */
export interface LocalResponseNormOptions {
  /** n: neighbouring channels in a sum. Of an even number one more lies before than after. */
  size?: number;
  k?: number;
  alpha?: number;
  beta?: number;
  /**
   * alpha times the mean of the squares, α/n · Σ, as Caffe and PyTorch have it; times their sum, as the paper has it,
   * if left out. Channels that are missing at the ends count as zeros either way.
   */
  average?: boolean;
}

/**
 * Local response normalisation across channels, with AlexNet's constants if left out:
 *
 *     y[…, i] = x[…, i] / (k + α · Σ_j x[…, j]²)^β,   i − ⌊n/2⌋ ≤ j ≤ i + ⌊(n−1)/2⌋, where there is such a channel
 *
 * α is that of the paper: it is not divided by n = 5. The same constants in a Caffe or PyTorch network mean α/n, see
 * `average`.
 *
 * @param x  …×C, of at least two axes
 * @throws ShapeError if x has fewer, or the size is not a whole number of at least 1
 * @throws RangeError if k is not above 0, for the base of the power could then be 0
 * Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012, section 3.3.
 */
export function localResponseNorm(x: Tensor, given: LocalResponseNormOptions = {}): Tensor {
  const {
    size = 5,
    k = 2,
    alpha = 1e-4,
    beta = 0.75,
    average = false,
  } = optionsOf("localResponseNorm", given, { size: 1, k: 1, alpha: 1, beta: 1, average: 1 });
  checkTensor("localResponseNorm", "x", x);
  if (x.rank < 2)
    throw new ShapeError(
      `localResponseNorm: x is of rank ${x.rank} (${show(x.shape)}), expected channels as the last of several axes`,
    );
  if (!Number.isInteger(size) || size < 1)
    throw new ShapeError(`localResponseNorm: size is ${size}, expected a whole number of at least 1`);
  if (!(k > 0)) throw new RangeError(`localResponseNorm: k is ${k}, expected a number above 0`);
  const values = cast(x, "f32");
  const sums = neighbours(square(values), Math.floor(size / 2), Math.floor((size - 1) / 2));
  return div(values, power(add(mul(sums, average ? alpha / size : alpha), k), beta));
}

/** base^beta; AlexNet's 3/4 by roots, which cost less than a logarithm and an exponential. */
function power(base: Tensor, beta: number): Tensor {
  if (beta !== 0.75) return pow(base, beta);
  const root = sqrt(base);
  return mul(root, sqrt(root));
}

/** Σ over so many channels before and after each channel, and itself. */
function neighbours(x: Tensor, before: number, after: number): Tensor {
  const channels = x.shape[x.rank - 1];
  // No more than there are on either side: a window wider than the channels sees all of them.
  const [low, high] = [Math.min(before, channels - 1), Math.min(after, channels - 1)];
  const along = (n: number): number[] => x.shape.map((_, d) => (d === x.rank - 1 ? n : 0));
  const padded = padWith(x, { low: along(low), high: along(high), interior: along(0), value: 0 });
  let sum: Tensor | undefined;
  for (let j = 0; j <= low + high; j++) {
    const shifted = slice(padded, along(j), x.shape.with(-1, j + channels));
    sum = sum ? add(sum, shifted) : shifted;
  }
  // A channel's square stands in the sums of those that see it: the same sum, looking the other way.
  return withGradient(sum!, [x], (dy) => [neighbours(dy, after, before)]);
}
