/**
 * Linear maps of pictures that work along rows and columns apart: blur, shift, enlargement. Each is a matrix for
 * either direction, given as numbers from outside, so that a program is compiled once and moves pictures anew in each
 * step; gradients come by themselves.
 */
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/reshape.js";
import { transpose } from "../ops/transpose.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * y[n,i,j,c] = Σ over a,b of rows[i,a] · columns[j,b] · x[n,a,b,c]
 *
 * @param x        N×H×W×C
 * @param rows     H'×H
 * @param columns  W'×W
 * @returns        N×H'×W'×C
 */
export function separable(x: Tensor, rows: Tensor, columns: Tensor): Tensor {
  const [n, h, w, c] = x.shape;
  const [[height], [width]] = [rows.shape, columns.shape];
  const upright = reshape(matmul(rows, reshape(x, [n, h, w * c])), [n, height, w, c]);
  const across = matmul(transpose(upright, [0, 1, 3, 2]), transpose(columns, [1, 0]));
  return transpose(reshape(across, [n, height, c, width]), [0, 1, 3, 2]);
}

/** n×n: means weighed by a Gaussian of this standard deviation in pixels; at the border over what there is. */
export function gaussian(n: number, deviation: number): Tensor {
  return matrix(n, n, (i, row) => {
    let total = 0;
    for (let a = 0; a < n; a++) {
      row[a] = Math.exp(-((a - i) ** 2) / (2 * deviation ** 2));
      total += row[a];
    }
    for (let a = 0; a < n; a++) row[a] /= total;
  });
}

/**
 * n×n: what stands at (i − middle) / scale + middle + shift comes to i, by linear interpolation; beyond the border
 * its pixels go on.
 */
export function moved(n: number, { shift = 0, scale = 1 }: { shift?: number; scale?: number }): Tensor {
  const middle = (n - 1) / 2;
  return matrix(n, n, (i, row) => {
    const from = Math.min(Math.max((i - middle) / scale + middle + shift, 0), n - 1);
    const low = Math.min(Math.floor(from), n - 1);
    const share = from - low;
    row[low] += 1 - share;
    if (share > 0) row[low + 1] += share;
  });
}

function matrix(rows: number, columns: number, fill: (i: number, row: Float32Array) => void): Tensor {
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) fill(i, values.subarray(i * columns, (i + 1) * columns));
  return Tensor.from(values, [rows, columns], "f32");
}
