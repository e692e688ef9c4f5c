/** Layers that make one tensor of several: where ways through a network meet. In `nn.graph`: `from: ["a", "b"]`. */
import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import * as arithmetic from "../ops/arithmetic.js";
import { concat } from "../ops/concat.js";
import { checkedTensors } from "../tensor/arguments.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** A layer of several inputs. */
export type Merging = Layer<readonly Tensor[]>;

const merging =
  (type: string, merge: (tensors: readonly Tensor[]) => Tensor) =>
  (given: Named = {}): Merging =>
    printable({
      type,
      name: optionsOf(type, given, { name: 1 }).name,
      options: {},
      forward: (tensors) => merge(several(type, tensors)),
    });

/** The sum of all inputs, whose shapes broadcast: a = x₀ + x₁ + … */
export const add = merging("add", (tensors) => tensors.reduce(arithmetic.add));

/** The product of all inputs, whose shapes broadcast: N×H×W×C times N×1×1×C weighs channels. */
export const multiply = merging("multiply", (tensors) => tensors.reduce(arithmetic.mul));

/** The mean of all inputs, whose shapes broadcast. */
export const average = merging("average", (tensors) =>
  arithmetic.mul(tensors.reduce(arithmetic.add), 1 / tensors.length),
);

/** The axis of {@link concatenate}. */
export interface ConcatenateOptions {
  /** Along which the inputs are put one after the other; the last one, the channels, if left out. */
  axis?: number;
}

/**
 * The inputs one after the other along an axis.
 * @throws ShapeError where they differ along another one
 */
export function concatenate(given: ConcatenateOptions & Named = {}): Merging {
  const { name, ...options } = optionsOf("concatenate", given, { axis: 1, name: 1 });
  return printable({
    type: "concatenate",
    name,
    options,
    forward: (tensors) => concat([...several("concatenate", tensors)], { axis: options.axis ?? -1 }),
  });
}

/** @throws TypeError where it is not given a list of tensors */
export function several(type: string, tensors: Tree): readonly Tensor[] {
  if (!Array.isArray(tensors))
    throw new TypeError(
      `${type}: the input is ${said(tensors)}, expected a list of tensors; in a graph: from: ["a", "b"]`,
    );
  return checkedTensors(type, "input", tensors as readonly Tensor[]);
}
