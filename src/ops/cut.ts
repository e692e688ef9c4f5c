/** Values cut out of a tensor at even steps, and values put around and between those of one: each is the gradient of the other. */
import { scale } from "../compiler/affine.js";
import type { Gaps } from "../compiler/lowering.js";
import type { Shape } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/** `count` values along each axis, from `from` on. */
export function cut(
  x: Tensor,
  from: readonly number[],
  count: readonly number[],
  step: readonly number[],
): Tensor {
  if (x.shape.every((d, i) => from[i] === 0 && count[i] === d && step[i] === 1)) return x;
  return apply(cutting, [x], { from: [...from], count: [...count], step: [...step] });
}

/** The values in reverse order along axes that are counted from the start. */
export function reversed(x: Tensor, axes: readonly number[]): Tensor {
  const step = x.shape.map((_, d) => (axes.includes(d) ? -1 : 1));
  return cut(
    x,
    x.shape.map((extent, d) => (step[d] < 0 ? Math.max(0, extent - 1) : 0)),
    x.shape,
    step,
  );
}

type Attributes = { from: number[]; count: number[]; step: number[] };

const cutting = defineOp<Attributes>({
  name: "slice",
  shape: (_, { count }) => count,
  // The gradient lies at the places that were read, in rising order, with zeros between and around.
  vjp(dy, { inputs: [x], attributes: { from, count, step } }) {
    const backwards = step.flatMap((s, d) => (s < 0 ? [d] : []));
    const rising = backwards.length > 0 ? reversed(dy, backwards) : dy;
    const low = from.map((f, d) => (step[d] < 0 ? f + (count[d] - 1) * step[d] : f));
    const interior = step.map((s) => Math.abs(s) - 1);
    const high = x.shape.map(
      (extent, d) => extent - low[d] - (count[d] > 0 ? (count[d] - 1) * (interior[d] + 1) + 1 : 0),
    );
    return [padWith(rising, { low, high, interior, value: 0 })];
  },
  lowering: ({ from, step }) => ({
    kind: "view",
    index: (out) => out.map((i, d) => scale(i, step[d], from[d])),
  }),
});

export type Padding = {
  low: number[];
  high: number[];
  /** Values put between neighbours, along each axis. */
  interior: number[];
  value: number;
};

export function padWith(x: Tensor, padding: Padding): Tensor {
  const { low, high, interior } = padding;
  if ([...low, ...high, ...interior].every((n) => n === 0)) return x;
  return apply(padded, [x], padding);
}

const padded = defineOp<Padding>({
  name: "pad",
  shape: ([x], { low, high, interior }) =>
    x.map((d, i) => low[i] + Math.max(0, d + (d - 1) * interior[i]) + high[i]),
  vjp(dy, { inputs: [x], attributes: { low, interior } }) {
    const step = interior.map((n) => n + 1);
    return [cut(dy, low, x.shape, step)];
  },
  lowering: (padding, { inputs: [x], out }) => ({
    kind: "assemble",
    parts: [{ begin: padding.low, step: padding.interior.map((n) => n + 1) }],
    gaps: gapsAround(x, padding, out),
  }),
});

function gapsAround(x: Shape, { low, high, interior, value }: Padding, out: Shape): Gaps {
  if (interior.some((n, d) => n > 0 && x[d] > 1)) return { value, everywhere: true };
  // Slabs before and after x along each axis; along the axes already done, only beside x.
  const boxes: { begin: number[]; end: number[] }[] = [];
  const begin = out.map(() => 0);
  const end = [...out];
  for (let d = out.length - 1; d >= 0; d--) {
    if (low[d] > 0) boxes.push({ begin: [...begin], end: end.with(d, low[d]) });
    if (high[d] > 0) boxes.push({ begin: begin.with(d, out[d] - high[d]), end: [...end] });
    begin[d] = low[d];
    end[d] = out[d] - high[d];
  }
  return { value, boxes: boxes.filter((box) => box.end.every((e, d) => e > box.begin[d])) };
}
