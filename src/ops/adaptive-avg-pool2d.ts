import type { Tensor } from "../tensor/tensor.js";
import { avgPool2d } from "./avg-pool2d.js";
import { cast } from "./cast.js";
import { resample, type Weights } from "./resample.js";
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
  const [, h, w] = x.shape;
  const values = cast(x, "f32");
  if (h === height && w === width) return values;
  if (h % height === 0 && w % width === 0) return avgPool2d(values, [h / height, w / width]);
  return resample(values, averages(h, height), averages(w, width));
}

/** Where the windows of one axis begin and end. */
export const adaptiveWindows = (extent: number, count: number): [begin: number, end: number][] =>
  Array.from({ length: count }, (_, i) => [
    Math.floor((i * extent) / count),
    Math.ceil(((i + 1) * extent) / count),
  ]);

const averages = (extent: number, count: number): Weights[] =>
  adaptiveWindows(extent, count).map(([begin, end]) =>
    Array.from({ length: end - begin }, (_, a) => [begin + a, 1 / (end - begin)]),
  );
