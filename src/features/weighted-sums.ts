/** Sums of shifted pictures, what every filter is made of, over rows of numbers N×H×W. */
import { add, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { conv2d } from "../ops/conv2d.js";
import { pad } from "../ops/pad.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { transpose } from "../ops/transpose.js";
import { Tensor } from "../tensor/tensor.js";
import type { Matrix } from "./kernels.js";

/** weights[a][b] = column[a] · row[b]: down the columns first, then along the rows. */
export function separableSums(
  x: Tensor,
  { column, row }: { readonly column: readonly number[]; readonly row: readonly number[] },
  step: number,
): Tensor {
  const down = weightedSums(
    x,
    column.map((weight) => [weight]),
    step,
  );
  // What stands in a larger buffer is stored: without it the engine would join both passes into one kernel and
  // compute the first anew for every weight of the second.
  const stored = slice(
    pad(down, [
      [0, 0],
      [0, 0],
      [0, 1],
    ]),
    [0, 0, 0],
    down.shape,
  );
  return weightedSums(stored, [row], step);
}

/** Longer sums go as a convolution of the engine: here each product would be an instruction of its own. */
const mostTerms = 64;

/** Σ_{a,b} weights[a][b] · x[n, i + a, j + b·step] over rows N×H×(W·step). */
export function weightedSums(x: Tensor, weights: Matrix, step: number): Tensor {
  const [n, h, w] = x.shape;
  const [height, width] = [h - weights.length + 1, w - (weights[0].length - 1) * step];
  const terms = weights.flatMap((row, a) =>
    row.flatMap((weight, b) => (weight === 0 ? [] : [{ weight, a, b }])),
  );
  if (terms.length > mostTerms) return convolved(x, weights, step);
  if (terms.length === 0) return mul(slice(cast(x, "f32"), [0, 0, 0], [n, height, width]), 0);
  let total: Tensor | undefined;
  for (const { weight, a, b } of terms) {
    const seen = cast(slice(x, [0, a, b * step], [n, a + height, b * step + width]), "f32");
    const term = mul(seen, Tensor.from(Float32Array.of(weight), [], "f32"));
    total = total ? add(total, term) : term;
  }
  return total!;
}

/** The same by `conv2d`, every channel a picture of its own. */
function convolved(x: Tensor, weights: Matrix, step: number): Tensor {
  const [n, h, w] = x.shape;
  const apart = transpose(reshape(x, [n, h, w / step, step]), [0, 3, 1, 2]);
  const filter = Tensor.from(
    Float32Array.from(weights.flat()),
    [weights.length, weights[0].length, 1, 1],
    "f32",
  );
  const y = conv2d(reshape(apart, [n * step, h, w / step, 1]), filter);
  const [, height, width] = y.shape;
  const together = transpose(reshape(y, [n, step, height, width]), [0, 2, 3, 1]);
  return reshape(together, [n, height, width * step]);
}
