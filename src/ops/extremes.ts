/** The largest and smallest values along axes, and where they are. */
import { optionsOf } from "../door/options.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxes, checkedAxis, ShapeError, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { neg } from "./arithmetic.js";
import { broadcastTo, keptShape } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { equal } from "./comparisons.js";
import { apply, defineOp } from "./define.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import type { ReductionOptions } from "./sum.js";
import { where } from "./where.js";

/**
 * The largest value over the given axes; NaN where one is. The gradient goes to the first of the largest, in row
 * order: one winner takes all, as in max pooling.
 *
 * @throws ShapeError where one of the axes has length 0
 */
export function max(x: Tensor, given: ReductionOptions = {}): Tensor {
  const { axis, keepDims = false } = optionsOf("max", given, { axis: 1, keepDims: 1 });
  checkTensor("max", "x", x);
  const axes = someValues("max", x, checkedAxes("max", axis, x.shape));
  const found = reduceMax(numeric(x), axes);
  return keepDims ? reshape(found, keptShape(x, axes)) : found;
}

/** The smallest value over the given axes, otherwise as `max`. */
export function min(x: Tensor, given: ReductionOptions = {}): Tensor {
  const { axis, keepDims = false } = optionsOf("min", given, { axis: 1, keepDims: 1 });
  checkTensor("min", "x", x);
  const axes = someValues("min", x, checkedAxes("min", axis, x.shape));
  const found = axes.length === 0 ? x : apply(minOp, [numeric(x)], { axes });
  return keepDims ? reshape(found, keptShape(x, axes)) : found;
}

/**
 * The index along one axis of the largest value, the first of equals; where there is a NaN, of the first NaN, which is
 * also what `max` answers. Over all values in row order where no axis is named. i32, without gradient.
 */
export function argmax(x: Tensor, given: { axis?: number; keepDims?: boolean } = {}): Tensor {
  const { axis, keepDims = false } = optionsOf("argmax", given, { axis: 1, keepDims: 1 });
  checkTensor("argmax", "x", x);
  const named = axis === undefined ? x.shape.map((_, d) => d) : [checkedAxis("argmax", axis, x.shape)];
  const axes = someValues("argmax", x, named);
  const found = argmaxOver(numeric(x), axes);
  return keepDims ? reshape(found, keptShape(x, axes)) : found;
}

/** Of no values none is the largest: an axis that is looked through must have some. */
function someValues(speaker: string, x: Tensor, axes: number[]): number[] {
  const empty = axes.find((axis) => x.shape[axis] === 0);
  if (empty !== undefined)
    throw new ShapeError(
      `${speaker}: axis ${empty} of x has no values to choose from (x is ${show(x.shape)})`,
    );
  return axes;
}

/** Bytes and truths are compared as whole numbers. */
export const numeric = (x: Tensor): Tensor => (x.type === "u8" || x.type === "bool" ? cast(x, "i32") : x);

export const reduceMax = (x: Tensor, axes: readonly number[]): Tensor =>
  axes.length === 0 ? x : apply(maxOp, [x], { axes: [...axes] });

/** The row-major position, among the values over `axes`, of the first NaN, or else of the first of the largest. */
export function argmaxOver(x: Tensor, axes: readonly number[]): Tensor {
  return apply(argmaxOp, [numeric(x)], { axes: [...axes] });
}

/** dy at the winner of each reduction, 0 elsewhere. */
function toWinner(dy: Tensor, x: Tensor, winner: Tensor, axes: readonly number[]): Tensor {
  const kept = keptShape(x, axes);
  const reduced = x.shape.map((d, i) => (axes.includes(i) ? d : 1));
  const position = reshape(range(sizeOf(reduced)), reduced);
  const wins = equal(broadcastTo(position, x.shape), broadcastTo(reshape(winner, kept), x.shape));
  return where(wins, broadcastTo(reshape(dy, kept), x.shape), 0);
}

const maxOp = defineOp<{ axes: number[] }>({
  name: "max",
  shape: ([x], { axes }) => x.filter((_, d) => !axes.includes(d)),
  vjp: (dy, { inputs: [x], attributes: { axes } }) => [toWinner(dy, x, argmaxOver(x, axes), axes)],
  lowering: ({ axes }) => ({ kind: "reduce", combine: "max", axes }),
});

const minOp = defineOp<{ axes: number[] }>({
  name: "min",
  shape: ([x], { axes }) => x.filter((_, d) => !axes.includes(d)),
  vjp: (dy, { inputs: [x], attributes: { axes } }) => [toWinner(dy, x, argmaxOver(neg(x), axes), axes)],
  lowering: ({ axes }) => ({ kind: "reduce", combine: "min", axes }),
});

const argmaxOp = defineOp<{ axes: number[] }>({
  name: "argmax",
  shape: ([x], { axes }) => x.filter((_, d) => !axes.includes(d)),
  type: () => "i32",
  vjp: () => [null],
  lowering: ({ axes }) => ({ kind: "reduce", combine: "argmax", axes }),
});
