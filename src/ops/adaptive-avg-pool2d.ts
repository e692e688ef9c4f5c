import { Tensor } from "../tensor/tensor.js";
import { avgPool2d } from "./avg-pool2d.js";
import { cast } from "./cast.js";
import { matmul } from "./matmul.js";
import { reshape } from "./reshape.js";
import { checkPictures, type Pair, pair } from "./windows.js";

/**
 * Average pooling to a picture of a given size, whatever the size of x, with PyTorch's windows:
 *
 *     y[n,i,j,c] = mean of x[n, a, b, c] over ⌊i·H/H'⌋ ≤ a < ⌈(i+1)·H/H'⌉ and ⌊j·W/W'⌋ ≤ b < ⌈(j+1)·W/W'⌉
 *
 * Where H' does not divide H neighbouring windows share pixels, and sizes differ by one; a picture smaller than the
 * result repeats its pixels.
 *
 * @param x     N×H×W×C
 * @param size  of the result, in pixels: its edge, or [height, width]
 * @returns     N×H'×W'×C
 */
export function adaptiveAvgPool2d(x: Tensor, size: Pair): Tensor {
  checkPictures("adaptiveAvgPool2d", x);
  const [height, width] = pair("adaptiveAvgPool2d", "size", size, 1);
  const [n, h, w, c] = x.shape;
  const values = cast(x, "f32");
  if (h === height && w === width) return values;
  if (h % height === 0 && w % width === 0) return avgPool2d(values, [h / height, w / width]);
  const rows = matmul(averaging(h, height), reshape(values, [n, h, w * c]));
  const columns = matmul(averaging(w, width), reshape(rows, [n * height, w, c]));
  return reshape(columns, [n, height, width, c]);
}

/** Where the windows of one axis begin and end. */
export const adaptiveWindows = (extent: number, count: number): [begin: number, end: number][] =>
  Array.from({ length: count }, (_, i) => [
    Math.floor((i * extent) / count),
    Math.ceil(((i + 1) * extent) / count),
  ]);

/** Row i averages over window i. */
function averaging(extent: number, count: number): Tensor {
  const matrix = new Float32Array(count * extent);
  adaptiveWindows(extent, count).forEach(([begin, end], i) => {
    matrix.fill(1 / (end - begin), i * extent + begin, i * extent + end);
  });
  return Tensor.from(matrix, [count, extent], "f32");
}
