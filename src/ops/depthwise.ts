/**
 * Depthwise convolution: each channel with a filter of its own. There is no sum over channels, so it is no
 * contraction: the sum over each window is taken for many channels at once.
 */
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { reduceSum } from "./broadcast-to.js";
import { padWith } from "./cut.js";
import { reshape } from "./reshape.js";
import { flip, slice } from "./slice.js";
import { withGradient } from "./stop-gradient.js";
import { type Steps, windowsOf } from "./windows.js";

/**
 *     y[n,i,j,c] = Σ_{a,b} x[n, i·stride + a·dilation, j·stride + b·dilation, c] · w[a,b,c]
 *
 * @param x  N×H×W×C, already padded
 * @param w  kH×kW×C
 * @returns  N×H'×W'×C with H' = ⌊(H − (kH − 1)·dilation − 1) / stride⌋ + 1 and W' likewise
 */
export function depthwise(x: Tensor, w: Tensor, steps: Steps): Tensor {
  const [kH, kW, channels] = w.shape;
  const seen = windows(x, w, steps);
  const y = reduceSum(mul(seen, reshape(w, [1, 1, 1, kH, kW, channels])), [3, 4]);
  return withGradient(y, [x, w], (dy) => [
    pictureGradient(dy, w, x.shape, steps),
    filterGradient(x, dy, w, steps),
  ]);
}

function windows(x: Tensor, w: Tensor, { stride, dilation }: Steps): Tensor {
  const [kH, kW] = w.shape;
  const output = [0, 1].map(
    (d) => Math.floor((x.shape[d + 1] - (w.shape[d] - 1) * dilation[d] - 1) / stride[d]) + 1,
  );
  return windowsOf(x, { size: [kH, kW], stride, dilation, output: [output[0], output[1]] });
}

/** dE/dx: dE/dy, spread by the stride and surrounded by zeros, with the filters turned by 180°. */
function pictureGradient(
  dy: Tensor,
  w: Tensor,
  shape: readonly number[],
  { stride, dilation }: Steps,
): Tensor {
  const reach = [0, 1].map((d) => (w.shape[d] - 1) * dilation[d]);
  const spread = [0, 1].map((d) => (dy.shape[d + 1] - 1) * stride[d] + 1);
  const framed = padWith(dy, {
    low: [0, reach[0], reach[1], 0],
    // Rows and columns at the end that no window reached get zeros.
    high: [0, shape[1] - spread[0], shape[2] - spread[1], 0],
    interior: [0, stride[0] - 1, stride[1] - 1, 0],
    value: 0,
  });
  return depthwise(framed, flip(w, [0, 1]), { stride: [1, 1], dilation });
}

/** dE/dw: for each weight, the pixels it met times dE/dy there, summed over all windows of all pictures. */
function filterGradient(x: Tensor, dy: Tensor, w: Tensor, steps: Steps): Tensor {
  const [n, height, width, channels] = dy.shape;
  const met = mul(windows(x, w, steps), reshape(dy, [n, height, width, 1, 1, channels]));
  return withGradient(reduceSum(met, [0, 1, 2]), [x, dy], (u) => [
    pictureGradient(dy, u, x.shape, steps),
    depthwise(reachedBy(x, dy, w, steps), u, steps),
  ]);
}

/** The part of x that windows of dy's number reach: a stride may have left pixels at the end that none saw. */
function reachedBy(x: Tensor, dy: Tensor, w: Tensor, { stride, dilation }: Steps): Tensor {
  const end = [0, 1].map((d) => (dy.shape[d + 1] - 1) * stride[d] + (w.shape[d] - 1) * dilation[d] + 1);
  return slice(x, [0, 0, 0, 0], [x.shape[0], end[0], end[1], x.shape[3]]);
}
