import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { checkedNumber, checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";
import { slice } from "./slice.js";

/**
 * Values of one kind around x: `pairs` gives, for each axis, how many before and how many after.
 *
 * @param value  0 if left out
 */
export function pad(
  x: Tensor,
  pairs: readonly (readonly [number, number])[],
  given: { value?: number } = {},
): Tensor {
  const { value = 0 } = optionsOf("pad", given, { value: 1 });
  checkPairs("pad", x, pairs);
  checkedNumber("pad", "value", value);
  return padWith(x, {
    low: pairs.map((p) => p[0]),
    high: pairs.map((p) => p[1]),
    interior: pairs.map(() => 0),
    value,
  });
}

/** For each axis of x how many values before and how many after. */
export function checkPairs(speaker: string, x: Tensor, pairs: readonly (readonly [number, number])[]): void {
  checkTensor(speaker, "x", x);
  if (!Array.isArray(pairs))
    throw new ShapeError(
      `${speaker}: the pairs are ${said(pairs)}, expected [before, after] for each axis of x`,
    );
  if (pairs.length !== x.rank)
    throw new ShapeError(
      `${speaker}: ${pairs.length === 1 ? "1 pair" : `${pairs.length} pairs`} for the ${x.rank} axes of x (${show(x.shape)})`,
    );
  pairs.forEach((pair, axis) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new ShapeError(`${speaker}: the pair of axis ${axis} is ${said(pair)}, expected [before, after]`);
    for (const n of pair)
      if (!Number.isInteger(n) || n < 0)
        throw new ShapeError(
          `${speaker}: ${said(n)} values are to be put around x (${show(x.shape)}), expected a whole number of at least 0`,
        );
  });
}

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
  return apply(op, [x], padding);
}

const op = defineOp<Padding>({
  name: "pad",
  shape: ([x], { low, high, interior }) =>
    x.map((d, i) => low[i] + Math.max(0, d + (d - 1) * interior[i]) + high[i]),
  vjp(dy, { inputs: [x], attributes: { low, interior } }) {
    const end = x.shape.map((d, i) => low[i] + Math.max(0, d + (d - 1) * interior[i]));
    return [
      slice(
        dy,
        low,
        end,
        interior.map((n) => n + 1),
      ),
    ];
  },
  lowering: {
    kind: "assemble",
    parts: (attributes, _, out) => {
      const { low, interior } = attributes as Padding;
      return [
        {
          offset: low.reduce((sum, n, d) => sum + n * out.strides[d], out.offset),
          strides: out.strides.map((s, d) => s * (interior[d] + 1)),
        },
      ];
    },
    gaps(attributes, [x], out) {
      const { low, high, interior, value } = attributes as Padding;
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
    },
  },
});
