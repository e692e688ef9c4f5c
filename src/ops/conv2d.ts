import { along } from "../compiler/lowering.js";
import { optionsOf } from "../door/options.js";
import { checkedWhole, checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { padWith } from "./cut.js";
import { apply, defineOp } from "./define.js";
import { depthwise } from "./depthwise.js";
import { interleave } from "./interleave.js";
import { reshape } from "./reshape.js";
import { scalar } from "./scalar.js";
import { flip, slice } from "./slice.js";
import { withGradient } from "./stop-gradient.js";
import { transpose } from "./transpose.js";
import { checkPictures, type Pair, planWindows, type Steps, type WindowPadding } from "./windows.js";

/** Stride, padding, dilation and groups of {@link conv2d}; 1, none, 1 and 1 if left out. */
export interface Conv2dOptions {
  /** Step between windows, in pixels. */
  stride?: Pair;
  padding?: WindowPadding;
  /** Distance between the pixels that neighbouring weights of the filter see. */
  dilation?: Pair;
  /** The channels fall into so many groups; a filter sees one of them. */
  groups?: number;
}

/**
 * Two-dimensional convolution, as the lectures and all libraries of the field mean it: the filter is not mirrored.
 *
 *     y[n,i,j,f] = Σ_{a,b,c} x[n, i·stride + a·dilation − top, j·stride + b·dilation − left, c] · w[a,b,c,f]
 *
 * with zeros outside the picture.
 *
 * @param x  N×H×W×C
 * @param w  kH×kW×(C/groups)×F
 * @returns  N×H'×W'×F with H' = ⌊(H + top + bottom − (kH − 1)·dilation − 1) / stride⌋ + 1 and W' likewise
 * @throws ShapeError where x and w do not fit each other or the window is larger than the picture
 */
export function conv2d(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor {
  const {
    stride = 1,
    padding = "valid",
    dilation = 1,
    groups = 1,
  } = optionsOf("conv2d", options, { stride: 1, padding: 1, dilation: 1, groups: 1 });
  checkPictures("conv2d", x);
  checkTensor("conv2d", "the filter", w);
  checkedWhole("conv2d", "groups", groups, 1);
  if (w.rank !== 4)
    throw new ShapeError(`conv2d: the filter is of rank ${w.rank} (${show(w.shape)}), expected kH×kW×C×F`);
  const [kH, kW, depth, filters] = w.shape;
  const channels = x.shape[3];
  if (channels % groups !== 0)
    throw new ShapeError(
      `conv2d: ${groups} groups do not divide the ${channels} channels of x (${show(x.shape)})`,
    );
  if (filters % groups !== 0)
    throw new ShapeError(`conv2d: ${groups} groups do not divide the ${filters} filters (${show(w.shape)})`);
  if (depth !== channels / groups) {
    const has = groups === 1 ? "" : `, ${channels / groups} in each of ${groups} groups,`;
    throw new ShapeError(
      `conv2d: x has ${channels} ${channels === 1 ? "channel" : "channels"} (${show(x.shape)})${has} but the filter takes ${depth} (${show(w.shape)})`,
    );
  }
  const plan = planWindows("conv2d", x, { size: [kH, kW], stride, dilation, padding });
  const picture = cast(x, "f32");
  const padded = padWith(picture, {
    low: [0, plan.padding[0][0], plan.padding[1][0], 0],
    high: [0, plan.padding[0][1], plan.padding[1][1], 0],
    interior: [0, 0, 0, 0],
    value: 0,
  });
  if (groups === channels && filters === channels)
    return depthwise(padded, reshape(cast(w, "f32"), [kH, kW, channels]), plan);
  const grouped = reshape(padded, [...padded.shape.slice(0, 3), groups, depth]);
  const filter = reshape(cast(w, "f32"), [kH, kW, depth, groups, filters / groups]);
  const steps: Steps = { stride: plan.stride, dilation: plan.dilation };
  // The gradient is formed for the picture alone, not for the border around it.
  const y = withGradient(apply(op, [grouped, filter], steps), [picture, filter], (dy) => [
    reshape(inputGradient(dy, filter, grouped.shape, steps, plan.padding), x.shape),
    filterGradient(grouped, dy, filter.shape, steps),
  ]);
  return reshape(y, [x.shape[0], ...plan.output, filters]);
}

/** y = x * w over pictures N×H×W×G×C, already padded, and filters kH×kW×C×G×F. */
const op = defineOp<Steps>({
  name: "conv2d",
  shape: ([[n, h, w, g], [kH, kW, , , f]], { stride, dilation }) => [
    n,
    Math.floor((h - (kH - 1) * dilation[0] - 1) / stride[0]) + 1,
    Math.floor((w - (kW - 1) * dilation[1] - 1) / stride[1]) + 1,
    g,
    f,
  ],
  vjp: (dy, { inputs: [x, w], attributes }) => [
    inputGradient(dy, w, x.shape, attributes),
    filterGradient(x, dy, w.shape, attributes),
  ],
  lowering: ({ stride, dilation }, { inputs: [, [kH, kW, c]], out: [n, y, x, g, f] }) => ({
    kind: "contract",
    convolution: { computes: "results", stride, dilation },
    batch: [{ count: g, a: along(3), b: along(3), out: 3 }],
    rows: [
      { count: n, a: along(0), b: null, out: 0 },
      { count: y, a: along(1, stride[0]), b: null, out: 1 },
      { count: x, a: along(2, stride[1]), b: null, out: 2 },
    ],
    columns: { count: f, a: null, b: along(4), out: 4 },
    depth: [
      { count: kH, a: along(1, dilation[0]), b: along(0), out: null },
      { count: kW, a: along(2, dilation[1]), b: along(1), out: null },
      { count: c, a: along(4), b: along(2), out: null },
    ],
  }),
  label: (_, [[, , , g, c], [kH, kW, , , f]]) => `conv2d ${kH}×${kW}×${c * g}→${f * g}`,
});

/**
 * dE/dx, without the border: every pixel collects from the windows that saw it, which is a convolution of dE/dy, spread by the stride
 * and surrounded by zeros, with the filter turned by 180° and its channels and filters exchanged.
 */
export function inputGradient(
  dy: Tensor,
  w: Tensor,
  shape: readonly number[],
  { stride, dilation }: Steps,
  border: readonly (readonly [number, number])[] = [
    [0, 0],
    [0, 0],
  ],
): Tensor {
  if (Math.max(...stride) > 1 && Math.max(...dilation) === 1)
    return gradientInPhases(dy, w, shape, stride, border);
  const [kH, kW] = w.shape;
  const reach = [(kH - 1) * dilation[0], (kW - 1) * dilation[1]];
  const spread = [0, 1].map((d) => (dy.shape[d + 1] - 1) * stride[d] + 1);
  // Rows and columns at the end that no window reached get zeros.
  const beyond = [0, 1].map((d) => shape[d + 1] - (spread[d] + reach[d]));
  // Pixels of the border are left out where the zeros around dy allow it, else cut off afterwards.
  const before = [0, 1].map((d) => reach[d] - border[d][0]);
  const after = [0, 1].map((d) => reach[d] + beyond[d] - border[d][1]);
  const [n, height, width, groups, filters] = dy.shape;
  const flat = padWith(reshape(dy, [n, height, width, groups * filters]), {
    low: [0, Math.max(0, before[0]), Math.max(0, before[1]), 0],
    high: [0, Math.max(0, after[0]), Math.max(0, after[1]), 0],
    interior: [0, stride[0] - 1, stride[1] - 1, 0],
    value: 0,
  });
  const padded = reshape(flat, [...flat.shape.slice(0, 3), groups, filters]);
  const cut = (list: number[], d: number): number => Math.max(0, -list[d]);
  const needed = slice(
    padded,
    [0, cut(before, 0), cut(before, 1), 0, 0],
    padded.shape.map((extent, d) => (d === 1 || d === 2 ? extent - cut(after, d - 1) : extent)),
  );
  return apply(op, [needed, turnedRound(w)], { stride: [1, 1], dilation });
}

/**
 * The same for a stride, without multiplying by the zeros between: the pixels i = stride·u + p of one phase p meet
 * only the weights a = stride·t + (p mod stride), which are a small filter over the windows u + c − t.
 */
function gradientInPhases(
  dy: Tensor,
  w: Tensor,
  shape: readonly number[],
  stride: readonly [number, number],
  border: readonly (readonly [number, number])[],
): Tensor {
  const [n, height, width, groups, filters] = dy.shape;
  const channels = w.shape[2];
  const pixels = [0, 1].map((d) => shape[d + 1] - border[d][0] - border[d][1]);
  const count = [0, 1].map((d) => Math.ceil(pixels[d] / stride[d]));
  const phases = [0, 1].map((d) =>
    Array.from({ length: stride[d] }, (_, p) => {
      const first = (p + border[d][0]) % stride[d];
      const taps = Math.max(0, Math.ceil((w.shape[d] - first) / stride[d]));
      return { first, taps, start: (p + border[d][0] - first) / stride[d] - taps + 1 };
    }),
  );
  // Windows before the first and after the last give nothing: one frame of zeros serves all phases.
  const frame = [0, 1].map((d) => {
    const used = phases[d].filter(({ taps }) => taps > 0);
    const low = Math.max(0, ...used.map(({ start }) => -start));
    const end = Math.max(...used.map(({ start, taps }) => start + count[d] + taps - 1));
    return { low, high: Math.max(0, end - dy.shape[d + 1]) };
  });
  const flat = padWith(reshape(dy, [n, height, width, groups * filters]), {
    low: [0, frame[0].low, frame[1].low, 0],
    high: [0, frame[0].high, frame[1].high, 0],
    interior: [0, 0, 0, 0],
    value: 0,
  });
  const framed = reshape(flat, [...flat.shape.slice(0, 3), groups, filters]);
  const phase = (y: (typeof phases)[0][0], x: (typeof phases)[0][0]): Tensor => {
    if (y.taps === 0 || x.taps === 0)
      return broadcastTo(scalar(0), [n, count[0], count[1], groups * channels]);
    const begin = [y.start + frame[0].low, x.start + frame[1].low];
    const windows = slice(
      framed,
      [0, ...begin, 0, 0],
      [n, begin[0] + count[0] + y.taps - 1, begin[1] + count[1] + x.taps - 1, groups, filters],
    );
    const met = slice(w, [y.first, x.first, 0, 0, 0], w.shape, [...stride, 1, 1, 1]);
    const part = apply(op, [windows, turnedRound(met)], { stride: [1, 1], dilation: [1, 1] });
    return reshape(part, [n, count[0], count[1], groups * channels]);
  };
  const whole = interleave(
    phases[0].flatMap((y) => phases[1].map((x) => phase(y, x))),
    stride,
  );
  const picture = slice(whole, [0, 0, 0, 0], [n, pixels[0], pixels[1], groups * channels]);
  return reshape(picture, [n, pixels[0], pixels[1], groups, channels]);
}

/** The filter turned by 180°, its channels and filters exchanged. */
const turnedRound = (w: Tensor): Tensor => transpose(flip(w, [0, 1]), [0, 1, 4, 3, 2]);

/** dE/dw: for each weight, the pixels it met times dE/dy there, summed over all windows of all pictures. */
export function filterGradient(
  x: Tensor,
  dy: Tensor,
  shape: readonly number[],
  { stride, dilation }: Steps,
): Tensor {
  return apply(filterOp, [x, dy], { stride, dilation, size: [shape[0], shape[1]] });
}

const filterOp = defineOp<Steps & { size: [number, number] }>({
  name: "conv2d filter gradient",
  shape: ([[, , , , c], [, , , g, f]], { size }) => [...size, c, g, f],
  vjp: (u, { inputs: [x, dy], attributes: { stride, dilation } }) => [
    inputGradient(dy, u, x.shape, { stride, dilation }),
    apply(op, [reachedBy(x, dy, u, { stride, dilation }), u], { stride, dilation }),
  ],
  lowering: ({ stride, dilation }, { inputs: [, [n, y, x]], out: [kH, kW, c, g, f] }) => ({
    kind: "contract",
    convolution: { computes: "filter gradient", stride, dilation },
    batch: [{ count: g, a: along(3), b: along(3), out: 3 }],
    rows: [
      { count: kH, a: along(1, dilation[0]), b: null, out: 0 },
      { count: kW, a: along(2, dilation[1]), b: null, out: 1 },
      { count: c, a: along(4), b: null, out: 2 },
    ],
    columns: { count: f, a: null, b: along(4), out: 4 },
    depth: [
      { count: n, a: along(0), b: along(0), out: null },
      { count: y, a: along(1, stride[0]), b: along(1), out: null },
      { count: x, a: along(2, stride[1]), b: along(2), out: null },
    ],
  }),
  label: ({ size }, [[, , , , c], [, , , g, f]]) =>
    `conv2d filter gradient ${size.join("×")}×${c * g}→${f * g}`,
});

/** The part of x that windows of dy's number reach: a stride may have left pixels at the end that none saw. */
function reachedBy(x: Tensor, dy: Tensor, w: Tensor, { stride, dilation }: Steps): Tensor {
  const end = [0, 1].map((d) => (dy.shape[d + 1] - 1) * stride[d] + (w.shape[d] - 1) * dilation[d] + 1);
  return slice(x, [0, 0, 0, 0, 0], [x.shape[0], end[0], end[1], x.shape[3], x.shape[4]]);
}
