import { oneOf, wholeOfAtLeast } from "../door/rules.js";
import { cast } from "../ops/cast.js";
import { type Extension, extend } from "../ops/extend.js";
import { pad } from "../ops/pad.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { sum } from "../ops/sum.js";
import { compute } from "../tensor/compute.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { checkMatrix, type Matrix, separated } from "./kernels.js";
import { FeatureError, type Raster } from "./raster.js";
import { aBorder, settingsOf } from "./settings.js";
import { separableSums, weightedSums } from "./weighted-sums.js";

/** What lies beyond the picture: zeros, values of its own (see `extend`), or nothing: then the result is smaller. */
export type Border = "zero" | "none" | Extension;

/** Step, border and channels of {@link filter}. */
export interface FilterOptions {
  /** Step between the places of the kernel, in pixels. */
  stride?: number;
  /** "reflect" if left out: no dark rim, and a flat picture stays flat. */
  padding?: Border;
  /** "each": every channel by itself. "sum": over all channels, into one, as a unit of a convolution layer does. */
  channels?: "each" | "sum";
}

/**
 * A picture filtered by hand: the kernel laid over every place, not mirrored, as convolutions of networks do it.
 *
 *     y[n,i,j,c] = Σ_{a,b} w[a,b] · x[n, i·stride + a − kH/2, j·stride + b − kW/2, c]
 *
 * A kernel of rank 1 is applied as a column and a row. Differentiable in x.
 *
 * @param x       N×H×W×C
 * @param kernel  kH×kW, odd edges unless padding is "none"
 * @returns       N×H'×W'×C (C = 1 for channels "sum"), f32, H' = ⌈H / stride⌉, or ⌊(H − kH) / stride⌋ + 1 without padding
 * @throws FeatureError for a kernel that is ragged, has no middle, no numbers, or is larger than the picture
 */
export function filterTensor(x: Tensor, kernel: Matrix, options: FilterOptions = {}): Tensor {
  const {
    stride = 1,
    padding = "reflect",
    channels = "each",
  } = settingsOf("filter", options, {
    stride: wholeOfAtLeast(1),
    padding: aBorder,
    channels: oneOf("each", "sum"),
  });
  if (x.rank !== 4)
    throw new ShapeError(`filter: x is of rank ${x.rank} (${show(x.shape)}), expected N×H×W×C`);
  checkKernel(kernel, [x.shape[1], x.shape[2]], padding);
  const picture = channels === "sum" ? sum(cast(x, "f32"), { axis: 3, keepDims: true }) : x;
  const bordered = withBorder(picture, [kernel.length, kernel[0].length], padding);
  const [n, h, w, c] = bordered.shape;
  // A row of pixels is taken as one row of numbers: a step of one pixel is then a step of C numbers.
  const flat = reshape(bordered, [n, h, w * c]);
  const parts = savesWork(kernel) ? separated(kernel) : undefined;
  const rows = parts ? separableSums(flat, parts, c) : weightedSums(flat, kernel, c);
  const y = reshape(rows, [n, h - kernel.length + 1, w - kernel[0].length + 1, c]);
  return slice(y, [0, 0, 0, 0], y.shape, [1, stride, stride, 1]);
}

/**
 * The same for a picture of the host.
 *
 * @returns a picture of the same number of channels (1 for channels "sum"), not clipped or rounded
 */
export async function filter(
  { width, height, channels, pixels }: Raster,
  kernel: Matrix,
  options: FilterOptions = {},
): Promise<Raster> {
  const x = Tensor.from(pixels, [1, height, width, channels], pixels instanceof Uint8Array ? "u8" : "f32");
  const y = filterTensor(x, kernel, options);
  const values = await y.data();
  return { width: y.shape[2], height: y.shape[1], channels: y.shape[3], pixels: values as Float32Array };
}

/** Several kernels over one picture, read once: the answers one after the other. */
export async function filterBank(
  { width, height, channels, pixels }: Raster,
  bank: readonly Matrix[],
  options: FilterOptions = {},
): Promise<Raster[]> {
  const x = Tensor.from(pixels, [1, height, width, channels], pixels instanceof Uint8Array ? "u8" : "f32");
  const answers = bank.map((kernel) => filterTensor(x, kernel, options));
  const values = await compute(answers);
  return answers.map(({ shape }, i) => ({
    width: shape[2],
    height: shape[1],
    channels: shape[3],
    pixels: values[i] as Float32Array,
  }));
}

/** Two passes write and read the picture once more: that pays from 7×7 on. */
const savesWork = (kernel: Matrix): boolean => kernel.length * kernel[0].length >= 49;

function checkKernel(kernel: Matrix, [height, width]: readonly [number, number], padding: Border): void {
  checkMatrix("filter", kernel);
  const size = [kernel.length, kernel[0].length];
  if (padding !== "none" && size.some((edge) => edge % 2 === 0))
    throw new FeatureError(
      `filter: a kernel of ${size.join("×")} has no middle, expected odd edges (or padding "none")`,
    );
  if (size[0] > height || size[1] > width)
    throw new FeatureError(
      `filter: the kernel of ${size.join("×")} is larger than the picture of ${height}×${width} pixels`,
    );
}

function withBorder(x: Tensor, [kH, kW]: readonly [number, number], padding: Border): Tensor {
  if (padding === "none") return x;
  const [y, z] = [(kH - 1) / 2, (kW - 1) / 2];
  const pairs = [
    [0, 0],
    [y, y],
    [z, z],
    [0, 0],
  ] as const;
  return padding === "zero" ? pad(x, pairs) : extend(x, pairs, padding);
}
