import { at, fill, type Numbers } from "./numbers.js";
import { axisOfWindows, inside, type Padding, type Pair, pairOf, placeOf } from "./windows.js";

export interface MaxPooling {
  stride?: Pair;
  padding?: Padding;
  ceil?: boolean;
}

/** What each window finds: its greatest value and the cell a·kW + b it stands in, among equals the first in row order. */
function winners(x: Numbers, size: Pair, { stride = size, padding = 0, ceil = false }: MaxPooling) {
  const [n, h, width, channels] = x.shape;
  const [kh, kw] = pairOf(size);
  const [sy, sx] = pairOf(stride);
  const vertical = axisOfWindows(0, h, kh, sy, { padding, ceil });
  const horizontal = axisOfWindows(1, width, kw, sx, { padding, ceil });
  const shape = [n, vertical.count, horizontal.count, channels];
  return (what: "value" | "cell") =>
    fill(shape, ([m, i, j, c]) => {
      let best = { value: -Infinity, cell: -1 }; // padding counts as −∞, and never wins
      for (let a = 0; a < kh; a++) {
        for (let b = 0; b < kw; b++) {
          const [row, column] = [placeOf(vertical, i, a), placeOf(horizontal, j, b)];
          if (!inside(vertical, row) || !inside(horizontal, column)) continue;
          const value = at(x, [m, row, column, c]);
          if (Number.isNaN(value) || value > best.value || best.cell < 0) best = { value, cell: a * kw + b };
          if (Number.isNaN(value)) return best[what];
        }
      }
      return best[what];
    });
}

/** y[n,i,j,c] = max over a, b of x[n, i·s + a − top, j·s + b − left, c] */
export const maxPool2d = (x: Numbers, size: Pair, options: MaxPooling = {}): Numbers =>
  winners(x, size, options)("value");

/** a·kW + b of the winner of each window */
export const maxPool2dSwitches = (x: Numbers, size: Pair, options: MaxPooling = {}): Numbers =>
  winners(x, size, options)("cell");
