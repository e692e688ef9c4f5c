import { at, fill, type Numbers, numbers } from "./numbers.js";
import { axisOfWindows, type Padding, type Pair, pairOf, placeOf } from "./windows.js";

/** y[n, i·s + a − top, j·s + b − left, c] += x[n,i,j,c] with a·kW + b = switches[n,i,j,c] */
export function maxUnpool2d(
  x: Numbers,
  switches: Numbers,
  size: Pair,
  {
    pixels,
    stride = size,
    padding = 0,
    ceil = false,
  }: { pixels: [number, number]; stride?: Pair; padding?: Padding; ceil?: boolean },
): Numbers {
  const [n, , , channels] = x.shape;
  const [kh, kw] = pairOf(size);
  const [sy, sx] = pairOf(stride);
  const vertical = axisOfWindows(0, pixels[0], kh, sy, { padding, ceil });
  const horizontal = axisOfWindows(1, pixels[1], kw, sx, { padding, ceil });
  const y = numbers(new Float64Array(n * pixels[0] * pixels[1] * channels), [n, ...pixels, channels]);
  fill(x.shape, ([m, i, j, c]) => {
    const cell = at(switches, [m, i, j, c]);
    const row = placeOf(vertical, i, Math.floor(cell / kw));
    const column = placeOf(horizontal, j, cell % kw);
    y.data[((m * pixels[0] + row) * pixels[1] + column) * channels + c] += at(x, [m, i, j, c]);
    return 0;
  });
  return y;
}
