/** Rows and columns of pictures as weighted sums of others: what averaging and interpolation have in common. */
import { Tensor } from "../tensor/tensor.js";
import { matmul } from "./matmul.js";
import { reshape } from "./reshape.js";

/** Of one result along an axis: the places it looks at, and how much each counts. */
export type Weights = readonly (readonly [place: number, weight: number])[];

/**
 * y[n,i,j,c] = Σ_{a,b} rows[i][a] · columns[j][b] · x[n,a,b,c], as two matrix products.
 *
 * @param x  N×H×W×C
 * @returns  N×(number of rows)×(number of columns)×C
 */
export function resample(x: Tensor, rows: readonly Weights[], columns: readonly Weights[]): Tensor {
  const [n, h, w, c] = x.shape;
  const high = matmul(matrix(rows, h), reshape(x, [n, h, w * c]));
  const wide = matmul(matrix(columns, w), reshape(high, [n * rows.length, w, c]));
  return reshape(wide, [n, rows.length, columns.length, c]);
}

function matrix(weights: readonly Weights[], extent: number): Tensor {
  const values = new Float32Array(weights.length * extent);
  weights.forEach((list, i) => {
    for (const [place, weight] of list) values[i * extent + place] += weight;
  });
  return Tensor.from(values, [weights.length, extent], "f32");
}
