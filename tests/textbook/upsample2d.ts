import { at, fill, type Numbers } from "./numbers.js";
import { type Pair, pairOf } from "./windows.js";

/** The pixel, or the four pixels around a place weighed by their nearness; places beyond the edge are held at it. */
export function upsample2d(
  x: Numbers,
  size: Pair,
  { method = "nearest" as "nearest" | "bilinear", alignCorners = false } = {},
): Numbers {
  const [n, h, w, channels] = x.shape;
  const [height, width] = pairOf(size);
  const place = (i: number, from: number, to: number): number => {
    if (alignCorners) return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    return Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
  };
  return fill([n, height, width, channels], ([m, i, j, c]) => {
    if (method === "nearest") return at(x, [m, Math.floor((i * h) / height), Math.floor((j * w) / width), c]);
    const [v, u] = [place(i, h, height), place(j, w, width)];
    const [top, left] = [Math.floor(v), Math.floor(u)];
    const [bottom, right] = [Math.min(top + 1, h - 1), Math.min(left + 1, w - 1)];
    const [s, t] = [v - top, u - left];
    return (
      (1 - s) * ((1 - t) * at(x, [m, top, left, c]) + t * at(x, [m, top, right, c])) +
      s * ((1 - t) * at(x, [m, bottom, left, c]) + t * at(x, [m, bottom, right, c]))
    );
  });
}
