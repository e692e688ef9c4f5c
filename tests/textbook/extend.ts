import { at, fill, type Numbers } from "./numbers.js";

/** Where the value at place k, outside 0 … n − 1, is taken from */
const sources = {
  reflect: (k: number, n: number) => (k < 0 ? -k : 2 * (n - 1) - k),
  symmetric: (k: number, n: number) => (k < 0 ? -1 - k : 2 * n - 1 - k),
  replicate: (k: number, n: number) => (k < 0 ? 0 : n - 1),
  wrap: (k: number, n: number) => (k < 0 ? k + n : k - n),
};

/** x with [low, high] of its own values before and after it along each axis */
export function extend(
  x: Numbers,
  pairs: readonly (readonly [number, number])[],
  mode: keyof typeof sources,
): Numbers {
  return fill(
    x.shape.map((extent, axis) => pairs[axis][0] + extent + pairs[axis][1]),
    (place) =>
      at(
        x,
        place.map((p, axis) => {
          const [k, n] = [p - pairs[axis][0], x.shape[axis]];
          return k >= 0 && k < n ? k : sources[mode](k, n);
        }),
      ),
  );
}
