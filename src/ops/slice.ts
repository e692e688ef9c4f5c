import { scale } from "../compiler/affine.js";
import { said } from "../door/said.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxes, checkedNumbers, ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";
import { padWith } from "./pad.js";

/**
 * Every step-th value from `begin` up to, not including, `end`, along each axis, as Python's slices: negative
 * indices count from the end, indices beyond the ends are held at them, a negative step walks backwards. Nothing
 * is copied.
 */
export function slice(
  x: Tensor,
  begin: readonly number[],
  end: readonly number[],
  steps?: readonly number[],
): Tensor {
  checkTensor("slice", "x", x);
  const step = steps ?? x.shape.map(() => 1);
  for (const [name, list] of [
    ["begin", begin],
    ["end", end],
    ["step", step],
  ] as const)
    if (checkedNumbers("slice", name, list).length !== x.rank)
      throw new ShapeError(
        `slice: ${name} names ${list.length === 1 ? "1 axis" : `${list.length} axes`}, x has ${x.rank} (${show(x.shape)})`,
      );
  const axes = x.shape.map((extent, d) => {
    if (!Number.isInteger(step[d]) || step[d] === 0)
      throw new ShapeError(
        `slice: the step of axis ${d} is ${said(step[d])}${step[d] === 0 ? "" : ", expected a whole number"}`,
      );
    const place = (name: string, i: number): number => {
      // An infinite index lies beyond the ends, as any large one.
      if (Number.isInteger(i) || i === Number.POSITIVE_INFINITY || i === Number.NEGATIVE_INFINITY) return i;
      throw new ShapeError(`slice: the ${name} of axis ${d} is ${said(i)}, expected a whole number`);
    };
    const [low, high] = step[d] > 0 ? [0, extent] : [-1, extent - 1];
    const held = (i: number): number => Math.min(high, Math.max(low, i < 0 ? i + extent : i));
    const from = held(place("begin", begin[d]));
    return { from, count: Math.max(0, Math.ceil((held(place("end", end[d])) - from) / step[d])) };
  });
  return cut(
    x,
    axes.map((a) => a.from),
    axes.map((a) => a.count),
    step,
  );
}

/** `count` values along each axis, from `from` on. */
function cut(x: Tensor, from: readonly number[], count: readonly number[], step: readonly number[]): Tensor {
  if (x.shape.every((d, i) => from[i] === 0 && count[i] === d && step[i] === 1)) return x;
  return apply(op, [x], { from: [...from], count: [...count], step: [...step] });
}

/** The values in reverse order along the given axes. Nothing is copied. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  checkTensor("flip", "x", x);
  const turned = checkedAxes("flip", axes, x.shape);
  const step = x.shape.map((_, d) => (turned.includes(d) ? -1 : 1));
  return cut(
    x,
    x.shape.map((extent, d) => (step[d] < 0 ? Math.max(0, extent - 1) : 0)),
    x.shape,
    step,
  );
}

type Attributes = { from: number[]; count: number[]; step: number[] };

const op = defineOp<Attributes>({
  name: "slice",
  shape: (_, { count }) => count,
  // The gradient lies at the places that were read, in rising order, with zeros between and around.
  vjp(dy, { inputs: [x], attributes: { from, count, step } }) {
    const backwards = step.flatMap((s, d) => (s < 0 ? [d] : []));
    const rising = backwards.length > 0 ? flip(dy, backwards) : dy;
    const low = from.map((f, d) => (step[d] < 0 ? f + (count[d] - 1) * step[d] : f));
    const interior = step.map((s) => Math.abs(s) - 1);
    const high = x.shape.map(
      (extent, d) => extent - low[d] - (count[d] > 0 ? (count[d] - 1) * (interior[d] + 1) + 1 : 0),
    );
    return [padWith(rising, { low, high, interior, value: 0 })];
  },
  lowering: {
    kind: "view",
    index: (out, attributes) => {
      const { from, step } = attributes as Attributes;
      return out.map((i, d) => scale(i, step[d], from[d]));
    },
  },
});
