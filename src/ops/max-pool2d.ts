import { optionsOf } from "../door/options.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { maximum } from "./arithmetic.js";
import { cast } from "./cast.js";
import { padWith } from "./cut.js";
import { argmaxOver, reduceMax } from "./extremes.js";
import { slice } from "./slice.js";
import { withGradient } from "./stop-gradient.js";
import { spread, type Windows } from "./window-sums.js";
import { checkPictures, type Pair, planWindows, type WindowPadding, windowsOf } from "./windows.js";

/** Stride and border of pooling windows. */
export interface PoolOptions {
  /** Step between windows, in pixels; the window's size if left out. */
  stride?: Pair;
  padding?: WindowPadding;
  /** Rounds the number of windows up: the last one may reach beyond the picture, but starts inside it. */
  ceil?: boolean;
}

/**
 * Max pooling.
 *
 *     y[n,i,j,c] = max over 0 ≤ a < kH, 0 ≤ b < kW of x[n, i·stride + a − top, j·stride + b − left, c]
 *
 * Padding counts as −∞. The gradient goes to each window's winner, among equals the first in row order.
 *
 * @param x     N×H×W×C
 * @param size  of the window, in pixels: its edge, or [height, width]
 * @returns     N×H'×W'×C with H' = ⌊(H + top + bottom − kH) / stride⌋ + 1 (⌈⌉ in ceil mode) and W' likewise
 * Scherer, Müller, Behnke: Evaluation of Pooling Operations in Convolutional Architectures, ICANN 2010.
 */
export function maxPool2d(x: Tensor, size: Pair, options: PoolOptions = {}): Tensor {
  const { padded, windows, before } = padForMax("maxPool2d", x, size, options);
  const seen = windowsOf(padded, windows);
  const y = reduceMax(seen, [3, 4]);
  return withGradient(y, [x], (dy) => {
    const dPadded = spread(dy, windows, winners(seen, windows, before));
    const [n, h, w, c] = x.shape;
    return [slice(dPadded, [0, ...before, 0], [n, before[0] + h, before[1] + w, c])];
  });
}

/**
 * The switches of max pooling: for each window the position a·kW + b, in row order, of its first largest pixel.
 * Same arguments as maxPool2d; i32 of the same shape.
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 2.1.
 */
export function maxPool2dSwitches(x: Tensor, size: Pair, options: PoolOptions = {}): Tensor {
  const { padded, windows, before } = padForMax("maxPool2dSwitches", x, size, options);
  return winners(windowsOf(padded, windows), windows, before);
}

/**
 * The first largest pixel of each window. Where all that a window sees is −∞, its padding is as large, and may come
 * first: the winner is then the window's first pixel of the picture, the smallest position that lies in it.
 */
function winners(seen: Tensor, { output, size, stride }: Windows, [top, left]: [number, number]): Tensor {
  const first = argmaxOver(seen, [3, 4]);
  if (top === 0 && left === 0) return first;
  const [rows, columns] = output;
  const positions = Int32Array.from({ length: rows * columns }, (_, at) => {
    // A window in the padding alone keeps to its own pixels.
    const a = Math.min(Math.max(0, top - Math.floor(at / columns) * stride[0]), size[0] - 1);
    const b = Math.min(Math.max(0, left - (at % columns) * stride[1]), size[1] - 1);
    return a * size[1] + b;
  });
  return maximum(first, tensor(positions, [1, rows, columns, 1]));
}

function padForMax(
  speaker: string,
  x: Tensor,
  size: Pair,
  options: PoolOptions,
): { padded: Tensor; windows: Windows; before: [number, number] } {
  const {
    stride = size,
    padding = 0,
    ceil = false,
  } = optionsOf(speaker, options, { stride: 1, padding: 1, ceil: 1 });
  checkPictures(speaker, x);
  const plan = planWindows(speaker, x, { size, stride, padding, ceil });
  const [[top, bottom], [left, right]] = plan.padding;
  const padded = padWith(cast(x, "f32"), {
    low: [0, top, left, 0],
    high: [0, bottom, right, 0],
    interior: [0, 0, 0, 0],
    value: Number.NEGATIVE_INFINITY,
  });
  const windows = { ...plan, pixels: [padded.shape[1], padded.shape[2]] as [number, number] };
  return { padded, windows: onlyWindows(windows), before: [top, left] };
}

const onlyWindows = ({ size, stride, output, pixels }: Windows): Windows => ({
  size,
  stride,
  output,
  pixels,
});
