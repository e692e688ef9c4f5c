import { at, fill, type Numbers } from "./numbers.js";
import { axisOfWindows, inside, type Padding, type Pair, pairOf, placeOf } from "./windows.js";

/**
 *     y[n,i,j,f] = Σ_a Σ_b Σ_c x[n, i·s + a·d − top, j·s + b·d − left, g·C/groups + c] · w[a, b, c, f]
 *
 * where g = ⌊f / (F/groups)⌋ is the group of filter f, and x is 0 outside the picture.
 */
export function conv2d(
  x: Numbers,
  w: Numbers,
  {
    stride = 1 as Pair,
    padding = "valid" as Padding,
    dilation = 1 as Pair,
    groups = 1,
  }: { stride?: Pair; padding?: Padding; dilation?: Pair; groups?: number } = {},
): Numbers {
  const [n, h, width] = x.shape;
  const [kh, kw, channels, filters] = w.shape;
  const [sy, sx] = pairOf(stride);
  const [dy, dx] = pairOf(dilation);
  const vertical = axisOfWindows(0, h, kh, sy, { padding, dilation: dy });
  const horizontal = axisOfWindows(1, width, kw, sx, { padding, dilation: dx });
  return fill([n, vertical.count, horizontal.count, filters], ([m, i, j, f]) => {
    const group = Math.floor(f / (filters / groups));
    let total = 0;
    for (let a = 0; a < kh; a++) {
      for (let b = 0; b < kw; b++) {
        const [row, column] = [placeOf(vertical, i, a), placeOf(horizontal, j, b)];
        if (!inside(vertical, row) || !inside(horizontal, column)) continue;
        for (let c = 0; c < channels; c++)
          total += at(x, [m, row, column, group * channels + c]) * at(w, [a, b, c, f]);
      }
    }
    return total;
  });
}
