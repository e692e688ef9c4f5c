import { optionsOf } from "../door/options.js";
import { axisOf } from "../door/rules.js";
import { scanKernel } from "../kernels/scan.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxis } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add } from "./arithmetic.js";
import { cast } from "./cast.js";
import { cut, padWith, reversed } from "./cut.js";
import { apply, defineOp } from "./define.js";
import { reshape } from "./reshape.js";
import { withGradient } from "./stop-gradient.js";
import { sum } from "./sum.js";

/** Which way the sums of {@link cumsum} run. */
export interface CumsumOptions {
  /** Along it the sums run. Negative ones count from the end. */
  axis: number;
  /** Sums of what comes before a place, without its own value: the first is 0. */
  exclusive?: boolean;
  /** From the end to the beginning. */
  reverse?: boolean;
}

/**
 * Running sums along an axis (prefix sums).
 *
 *     y[…, i, …] = Σ_{j ≤ i} x[…, j, …]      j < i where `exclusive`, j ≥ i where `reverse`, j > i with both
 *
 * Of f32 no sum is a long chain: at most 64 terms are added one by one, sums of so many are terms again. Of whole numbers
 * and booleans the sums are i32.
 *
 * @param x  of any shape
 * @returns  the shape of x; f32 or i32
 * @throws ShapeError where x has no such axis
 */
export function cumsum(x: Tensor, given: CumsumOptions): Tensor {
  const options = optionsOf("cumsum", given, { axis: axisOf("x"), exclusive: 1, reverse: 1 });
  const { axis, exclusive = false, reverse = false } = options;
  checkTensor("cumsum", "x", x);
  const along = checkedAxis("cumsum", axis, x.shape);
  const terms = x.type === "u8" || x.type === "bool" ? cast(x, "i32") : x;
  return running(terms, along, { exclusive, reverse });
}

/** So many terms are added one by one. */
const longestChain = 64;

type Direction = { exclusive: boolean; reverse: boolean };

function running(x: Tensor, axis: number, { exclusive, reverse }: Direction): Tensor {
  const forwards = reverse ? reversed(x, [axis]) : x;
  const sums = inParts(forwards, axis, exclusive);
  const y = reverse ? reversed(sums, [axis]) : sums;
  // A value is part of all sums from its place on.
  return withGradient(y, [x], (dy) => [running(dy, axis, { exclusive, reverse: !reverse })]);
}

/** Cut into parts, whose sums run by themselves, each from the sum of all parts before it on. */
function inParts(x: Tensor, axis: number, exclusive: boolean): Tensor {
  const n = x.shape[axis];
  if (n <= longestChain) return apply(op, [x], { axis, exclusive });
  const parts = Math.ceil(n / longestChain);
  const none = x.shape.map(() => 0);
  const filled = { low: none, high: none.with(axis, parts * longestChain - n), interior: none, value: 0 };
  const pieces = reshape(padWith(x, filled), x.shape.toSpliced(axis, 1, parts, longestChain));
  const within = apply(op, [pieces], { axis: axis + 1, exclusive });
  const totals = sum(pieces, { axis: axis + 1, keepDims: true });
  const whole = reshape(add(within, inParts(totals, axis, true)), x.shape.with(axis, parts * longestChain));
  return cut(
    whole,
    none,
    x.shape,
    x.shape.map(() => 1),
  );
}

const op = defineOp<{ axis: number; exclusive: boolean }>({
  name: "cumsum",
  shape: ([x]) => x,
  vjp: () => {
    throw new Error("cumsum: the gradient belongs to the sums of all parts");
  },
  lowering: ({ axis, exclusive }) => ({ kind: "scan", axis, exclusive, generate: scanKernel }),
  label: ({ axis }, [x]) => `cumsum of ${x[axis]}`,
});
