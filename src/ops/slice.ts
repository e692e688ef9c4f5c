import { said } from "../door/said.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxes, checkedNumbers, ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { cut, reversed } from "./cut.js";

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

/** The values in reverse order along the given axes. Nothing is copied. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  checkTensor("flip", "x", x);
  const turned = checkedAxes("flip", axes, x.shape);
  return reversed(x, turned);
}
