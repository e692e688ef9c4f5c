/**
 * Two linear operations on pictures, each the gradient of the other, on which all pooling rests: collecting what
 * the windows see, and giving each window's value back to the pixels it saw. With switches, only the pixel that a
 * switch names counts.
 */
import { sum as affineSum, scale } from "../compiler/affine.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { broadcastTo, reduceSum } from "./broadcast-to.js";
import { equal } from "./comparisons.js";
import { padWith } from "./cut.js";
import { apply, defineOp } from "./define.js";
import { interleave } from "./interleave.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import { scalar } from "./scalar.js";
import { slice } from "./slice.js";
import { withGradient } from "./stop-gradient.js";
import { transpose } from "./transpose.js";
import { where } from "./where.js";
import { windowsOf } from "./windows.js";

/** Windows over pictures of H×W pixels, padding included. */
export interface Windows {
  readonly size: [number, number];
  readonly stride: [number, number];
  readonly output: [number, number];
  readonly pixels: [number, number];
}

/**
 * Σ over each window of x; with switches (N×H'×W'×C, positions a·kW + b in row order), the one value they name.
 *
 * @param x  N×H×W×C
 * @returns  N×H'×W'×C
 */
export function collect(x: Tensor, windows: Windows, switches?: Tensor): Tensor {
  const seen = windowsOf(x, windows);
  const chosen = switches
    ? where(
        equal(broadcastTo(positions(windows.size), seen.shape), overWindows(switches, seen.shape)),
        seen,
        0,
      )
    : seen;
  return withGradient(reduceSum(chosen, [3, 4]), [x], (dy) => [spread(dy, windows, switches)]);
}

/**
 * To each pixel Σ over the windows that saw it of y; with switches, over those whose switch names it.
 *
 * @param y  N×H'×W'×C
 * @returns  N×H×W×C
 */
export function spread(y: Tensor, windows: Windows, switches?: Tensor): Tensor {
  const { size, stride } = windows;
  const sideBySide = size[0] === stride[0] && size[1] === stride[1];
  const phases = stride[0] * stride[1];
  const tiles = tilesOf(windows);
  // A phase or a tile costs a kernel: of large strides there are many phases, and few tiles.
  const tiled = sideBySide || 4 * tiles.length <= phases;
  const value = tiled
    ? tiles.map((from) => tile(y, windows, from, switches)).reduce(add)
    : overlapping(y, windows, switches);
  return withGradient(value, [y], (dx) => [collect(dx, windows, switches)]);
}

/** Where in a window its tiles begin, each at most as large as the stride: those of neighbouring windows never overlap. */
function tilesOf({ size, stride }: Windows): [number, number][] {
  const begins = (d: 0 | 1): number[] =>
    Array.from({ length: Math.ceil(size[d] / stride[d]) }, (_, i) => i * stride[d]);
  return begins(0).flatMap((a) => begins(1).map((b): [number, number] => [a, b]));
}

/** a·kW + b for each place of a window, as i32, 1×1×1×kH×kW×1. */
const positions = ([height, width]: [number, number]): Tensor =>
  reshape(range(height * width), [1, 1, 1, height, width, 1]);

/** A value for each window, seen from each of its places. */
function overWindows(y: Tensor, shape: readonly number[]): Tensor {
  const [n, h, w, c] = y.shape;
  return broadcastTo(reshape(y, [n, h, w, 1, 1, c]), shape);
}

/** What one tile of each window gives: each pixel lies in one of them or in none, its value lies at the window's place. */
function tile(y: Tensor, windows: Windows, from: [number, number], switches?: Tensor): Tensor {
  const { size, stride, output, pixels } = windows;
  const [n, , , c] = y.shape;
  const extent = [0, 1].map((d) => Math.min(stride[d], size[d] - from[d]));
  const shape = [n, ...output, ...extent, c];
  const given = overWindows(y, shape);
  const ends = [0, 1].map((d) => from[d] + extent[d]);
  const places = slice(positions(size), [0, 0, 0, ...from, 0], [1, 1, 1, ...ends, 1]);
  const chosen = switches
    ? where(equal(broadcastTo(places, shape), overWindows(switches, shape)), given, 0)
    : given;
  const spaced = padWith(chosen, {
    low: [0, 0, 0, 0, 0, 0],
    high: [0, 0, 0, stride[0] - extent[0], stride[1] - extent[1], 0],
    interior: [0, 0, 0, 0, 0, 0],
    value: 0,
  });
  const covered = [0, 1].map((d) => output[d] * stride[d]);
  const picture = reshape(transpose(spaced, [0, 1, 3, 2, 4, 5]), [n, ...covered, c]);
  // Behind the last window's tile may be room that the picture does not have.
  const [height, width] = [0, 1].map((d) => Math.min(covered[d], pixels[d] - from[d]));
  return padWith(slice(picture, [0, 0, 0, 0], [n, height, width, c]), {
    low: [0, ...from, 0],
    high: [0, pixels[0] - from[0] - height, pixels[1] - from[1] - width, 0],
    interior: [0, 0, 0, 0],
    value: 0,
  });
}

/**
 * Overlapping windows, or windows with gaps, phase by phase: the pixels i = stride·u + p of one phase p see the
 * windows u − q at their places p + stride·q, q = 0, 1, … All phases together interleave to the picture.
 */
function overlapping(y: Tensor, windows: Windows, switches?: Tensor): Tensor {
  const { size, stride, pixels } = windows;
  const [n, , , c] = y.shape;
  const count = [0, 1].map((d) => Math.ceil(pixels[d] / stride[d]));
  const phases: Tensor[] = [];
  for (let p = 0; p < stride[0]; p++)
    for (let r = 0; r < stride[1]; r++) {
      const steps = [Math.ceil((size[0] - p) / stride[0]), Math.ceil((size[1] - r) / stride[1])];
      const shape = [n, count[0], count[1], Math.max(0, steps[0]), Math.max(0, steps[1]), c];
      phases.push(phaseOf(y, switches, windows, [p, r], shape));
    }
  const whole = interleave(phases, stride);
  return reshape(cropped(whole, pixels), [n, ...pixels, c]);
}

function phaseOf(
  y: Tensor,
  switches: Tensor | undefined,
  { size, stride, output }: Windows,
  phase: [number, number],
  shape: number[],
): Tensor {
  const [n, h, w, kh, kw, c] = shape;
  // A stride larger than the window leaves pixels that no window sees.
  if (kh === 0 || kw === 0) return broadcastTo(scalar(0), [n, h, w, c]);
  // Windows before the first and after the last give nothing.
  const around = (t: Tensor, value: number): Tensor =>
    padWith(t, {
      low: [0, kh - 1, kw - 1, 0],
      high: [0, Math.max(0, h - output[0]), Math.max(0, w - output[1]), 0],
      interior: [0, 0, 0, 0],
      value,
    });
  const backwards = (t: Tensor): Tensor => apply(backwardsOp, [t], { shape });
  const given = backwards(around(y, 0));
  if (!switches) return reduceSum(given, [3, 4]);
  const row = reshape(add(mul(range(kh), stride[0] * size[1]), phase[0] * size[1] + phase[1]), [kh, 1, 1]);
  const place = add(row, reshape(mul(range(kw), stride[1]), [1, kw, 1]));
  const named = equal(broadcastTo(place, shape), backwards(around(switches, -1)));
  return reduceSum(where(named, given, 0), [3, 4]);
}

/** Drops the rows and columns beyond the picture that full phases have. */
function cropped(x: Tensor, pixels: [number, number]): Tensor {
  return slice(x, [0, 0, 0, 0], [x.shape[0], pixels[0], pixels[1], x.shape[3]]);
}

/** Windows u − q of a picture of windows with q − 1 rows before: N×H×W×C as N×H'×W'×kH×kW×C. */
const backwardsOp = defineOp<{ shape: number[] }>({
  name: "windows backwards",
  shape: (_, { shape }) => shape,
  vjp: () => {
    throw new Error(
      "windows backwards: the gradient belongs to the operation that looks through the windows",
    );
  },
  lowering: ({ shape: [, , , kh, kw] }) => ({
    kind: "view",
    index: ([n, y, x, q, r, c]) => [
      n,
      affineSum(y, scale(q, -1, kh - 1)),
      affineSum(x, scale(r, -1, kw - 1)),
      c,
    ],
  }),
});
