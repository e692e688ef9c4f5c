import { at, fill, type Numbers } from "./numbers.js";
import { type Pair, pairOf } from "./windows.js";

/** The value between four pixels; held at the edge up to one pixel outside, 0 beyond. */
function bilinear(x: Numbers, n: number, row: number, column: number, c: number): number {
  const [, h, w] = x.shape;
  if (row < -1 || row > h || column < -1 || column > w) return 0;
  const [v, u] = [Math.min(h - 1, Math.max(0, row)), Math.min(w - 1, Math.max(0, column))];
  const [top, left] = [Math.floor(v), Math.floor(u)];
  const [bottom, right] = [Math.min(h - 1, top + 1), Math.min(w - 1, left + 1)];
  const [s, t] = [v - top, u - left];
  return (
    (1 - s) * ((1 - t) * at(x, [n, top, left, c]) + t * at(x, [n, top, right, c])) +
    s * ((1 - t) * at(x, [n, bottom, left, c]) + t * at(x, [n, bottom, right, c]))
  );
}

/** The mean of samples² points of each bin */
export function roiAlign(
  x: Numbers,
  boxes: Numbers,
  size: Pair,
  { scale = 1, samples = 2, aligned = false } = {},
): Numbers {
  const [height, width] = pairOf(size);
  return fill([boxes.shape[0], height, width, x.shape[3]], ([k, i, j, c]) => {
    const [n, x1, y1, x2, y2] = [0, 1, 2, 3, 4].map((column) => at(boxes, [k, column]));
    const length = (from: number, to: number) =>
      aligned ? (to - from) * scale : Math.max(1, (to - from) * scale);
    const point = (from: number, to: number, bin: number, bins: number, s: number) =>
      from * scale - (aligned ? 0.5 : 0) + (bin + (s + 0.5) / samples) * (length(from, to) / bins);
    let total = 0;
    for (let s = 0; s < samples; s++)
      for (let t = 0; t < samples; t++)
        total += bilinear(x, n, point(y1, y2, i, height, s), point(x1, x2, j, width, t), c);
    return total / samples ** 2;
  });
}

/** The greatest value of the whole pixels of each bin, 0 where there are none */
export function roiPool(x: Numbers, boxes: Numbers, size: Pair, { scale = 1 } = {}): Numbers {
  const [height, width] = pairOf(size);
  const rounded = (v: number): number => Math.sign(v) * Math.floor(Math.abs(v) + 0.5);
  const edges = (from: number, to: number, bin: number, bins: number, extent: number) => {
    const start = rounded(from * scale);
    const length = Math.max(1, rounded(to * scale) - start + 1);
    return [
      Math.max(0, start + Math.floor((bin * length) / bins)),
      Math.min(extent, start + Math.ceil(((bin + 1) * length) / bins)),
    ];
  };
  return fill([boxes.shape[0], height, width, x.shape[3]], ([k, i, j, c]) => {
    const [n, x1, y1, x2, y2] = [0, 1, 2, 3, 4].map((column) => at(boxes, [k, column]));
    const [top, bottom] = edges(y1, y2, i, height, x.shape[1]);
    const [left, right] = edges(x1, x2, j, width, x.shape[2]);
    let best = -Infinity;
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) best = Math.max(best, at(x, [n, row, column, c]));
    return best === -Infinity ? 0 : best;
  });
}
