import { conv2d } from "./conv2d.js";
import { at, fill, type Numbers, numbers } from "./numbers.js";
import { type Padding, type Pair, pairOf } from "./windows.js";

/** y[n,i,f] = Σ_a Σ_c x[n, i·s + a·d − before, c] · w[a, c, f], as a picture of height 1 */
export function conv1d(
  x: Numbers,
  w: Numbers,
  {
    stride = 1,
    padding = "valid" as "valid" | "same" | number | readonly [number, number],
    dilation = 1,
    groups = 1,
  } = {},
): Numbers {
  const flat: Padding =
    typeof padding === "string"
      ? padding
      : [[0, 0], typeof padding === "number" ? [padding, padding] : [padding[0], padding[1]]];
  const [n, length, channels] = x.shape;
  const y = conv2d(
    { shape: [n, 1, length, channels], data: x.data },
    { shape: [1, ...w.shape], data: w.data },
    { stride: [1, stride], dilation: [1, dilation], groups, padding: flat },
  );
  return { shape: [n, ...y.shape.slice(2)], data: y.data };
}

/**
 * Every pixel of x lays the filter, times its value, onto a larger picture, from which the padding is then cut:
 *
 *     y[n, i·s + a·d − top, j·s + b·d − left, g·C/groups + c] += x[n,i,j,f] · w[a, b, c, f]
 */
export function conv2dTranspose(
  x: Numbers,
  w: Numbers,
  {
    stride = 1 as Pair,
    padding = "valid" as Padding,
    outputPadding = 0 as Pair,
    dilation = 1 as Pair,
    groups = 1,
  } = {},
): Numbers {
  const [n, h, width, filters] = x.shape;
  const [kh, kw, depth] = w.shape;
  const axis = (k: 0 | 1) => {
    const [extent, window] = [[h, width][k], [kh, kw][k]];
    const [s, d, added] = [pairOf(stride)[k], pairOf(dilation)[k], pairOf(outputPadding)[k]];
    const laid = (extent - 1) * s + (window - 1) * d + 1;
    if (padding === "same")
      return { s, d, low: Math.floor(Math.max(0, laid - extent * s) / 2), size: extent * s };
    const [low, high] =
      padding === "valid" ? [0, 0] : typeof padding === "number" ? [padding, padding] : padding[k];
    return { s, d, low, size: laid - low - high + added };
  };
  const [vertical, horizontal] = [axis(0), axis(1)];
  const shape = [n, vertical.size, horizontal.size, groups * depth];
  const y = numbers(new Float64Array(shape.reduce((a, b) => a * b, 1)), shape);
  fill([n, h, width, filters, kh, kw, depth], ([m, i, j, f, a, b, c]) => {
    const [row, column] = [
      i * vertical.s + a * vertical.d - vertical.low,
      j * horizontal.s + b * horizontal.d - horizontal.low,
    ];
    if (row < 0 || row >= vertical.size || column < 0 || column >= horizontal.size) return 0;
    const channel = Math.floor(f / (filters / groups)) * depth + c;
    y.data[((m * vertical.size + row) * horizontal.size + column) * shape[3] + channel] +=
      at(x, [m, i, j, f]) * at(w, [a, b, c, f]);
    return 0;
  });
  return y;
}
