import { optionsOf } from "../door/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { Tensor as TensorClass } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { padWith } from "./cut.js";
import type { PoolOptions } from "./max-pool2d.js";
import { collect } from "./window-sums.js";
import { checkPictures, type Pair, pair, planWindows, type WindowPadding } from "./windows.js";

/**
 * Average pooling.
 *
 *     y[n,i,j,c] = Σ over 0 ≤ a < kH, 0 ≤ b < kW of x[n, i·stride + a − top, j·stride + b − left, c] / count
 *
 * `count` is the window's size; without `countPadding` only the pixels inside the picture. What lies beyond the
 * padded picture (a last window in ceil mode) never counts.
 *
 * @param x     N×H×W×C
 * @param size  of the window, in pixels: its edge, or [height, width]
 * @returns     N×H'×W'×C, as in maxPool2d
 */
export function avgPool2d(
  x: Tensor,
  size: Pair,
  given: PoolOptions & { countPadding?: boolean } = {},
): Tensor {
  const {
    stride = size,
    padding = 0,
    ceil = false,
    countPadding = true,
  } = optionsOf("avgPool2d", given, { stride: 1, padding: 1, ceil: 1, countPadding: 1 });
  checkPictures("avgPool2d", x);
  const plan = planWindows("avgPool2d", x, { size, stride, padding, ceil });
  const [[top, bottom], [left, right]] = plan.padding;
  const padded = padWith(cast(x, "f32"), {
    low: [0, top, left, 0],
    high: [0, bottom, right, 0],
    interior: [0, 0, 0, 0],
    value: 0,
  });
  const sums = collect(padded, {
    size: plan.size,
    stride: plan.stride,
    output: plan.output,
    pixels: [padded.shape[1], padded.shape[2]],
  });
  const asked = askedPadding(padding, plan.padding);
  const countAt = [0, 1].map((d) => {
    const before = plan.padding[d][0];
    const from = countPadding ? 0 : before;
    const to = before + x.shape[d + 1] + (countPadding ? asked[d] : 0);
    return (i: number) => {
      const start = i * plan.stride[d];
      return Math.max(1, Math.min(to, start + plan.size[d]) - Math.max(from, start));
    };
  });
  // The first and the last window hold the fewest pixels: where they are whole, all are, however many there are.
  const isWhole = [0, 1].every((d) => [0, plan.output[d] - 1].every((i) => countAt[d](i) === plan.size[d]));
  if (isWhole) return mul(sums, 1 / (plan.size[0] * plan.size[1]));
  const counts = countAt.map((count, d) => Array.from({ length: plan.output[d] }, (_, i) => count(i)));
  const uniform = counts.every((list) => list.every((n) => n === list[0]));
  if (uniform) return mul(sums, 1 / (counts[0][0] * counts[1][0]));
  const shares = new Float32Array(plan.output[0] * plan.output[1]);
  counts[0].forEach((a, i) => {
    counts[1].forEach((b, j) => {
      shares[i * plan.output[1] + j] = 1 / (a * b);
    });
  });
  return mul(sums, TensorClass.from(shares, [1, ...plan.output, 1], "f32"));
}

/** Rows at the bottom and columns at the right that padding adds, as asked for: the windows may need fewer. */
function askedPadding(
  padding: WindowPadding,
  needed: readonly (readonly [number, number])[],
): [number, number] {
  if (padding === "valid") return [0, 0];
  if (padding === "same") return [needed[0][1], needed[1][1]];
  if (typeof padding === "number") return pair("avgPool2d", "padding", padding, 0);
  return [padding[0][1], padding[1][1]];
}
