import { at, fill, type Numbers } from "./numbers.js";
import { axisOfWindows, inside, type Padding, type Pair, pairOf, placeOf } from "./windows.js";

export interface AveragePooling {
  stride?: Pair;
  padding?: Padding;
  ceil?: boolean;
  countPadding?: boolean;
}

/**
 *     y[n,i,j,c] = Σ_a Σ_b x[n, i·s + a − top, j·s + b − left, c] / cells
 *
 * With countPadding, cells are those of the window that lie in the picture or its padding: all of them but for the last
 * windows in ceil mode, which may reach past both. Without it, those inside the picture.
 */
export function avgPool2d(
  x: Numbers,
  size: Pair,
  { stride = size, padding = 0, ceil = false, countPadding = true }: AveragePooling = {},
): Numbers {
  const [n, h, width, channels] = x.shape;
  const [kh, kw] = pairOf(size);
  const [sy, sx] = pairOf(stride);
  const vertical = axisOfWindows(0, h, kh, sy, { padding, ceil });
  const horizontal = axisOfWindows(1, width, kw, sx, { padding, ceil });
  return fill([n, vertical.count, horizontal.count, channels], ([m, i, j, c]) => {
    let [total, cells] = [0, 0];
    for (let a = 0; a < kh; a++) {
      for (let b = 0; b < kw; b++) {
        const [row, column] = [placeOf(vertical, i, a), placeOf(horizontal, j, b)];
        const picture = inside(vertical, row) && inside(horizontal, column);
        const padded = row < h + vertical.high && column < width + horizontal.high;
        if (picture) total += at(x, [m, row, column, c]);
        if (picture || (countPadding && padded)) cells += 1;
      }
    }
    return total / cells;
  });
}
