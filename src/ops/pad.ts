import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { checkedNumber, checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { padWith } from "./cut.js";

/**
 * Values of one kind around x: `pairs` gives, for each axis, how many before and how many after.
 *
 * @param given.value  what stands around x; 0 if left out
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
