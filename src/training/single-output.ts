/** Networks that take one tensor and give one, alone or in a record of one name, as `nn.graph` makes them of lists. */
import type { Mode } from "../nn/index.js";
import { Tensor } from "../tensor/tensor.js";
import { isShape, leavesOf, type ShapeTree } from "../tensor/tree.js";
import type { Trainable } from "./objective.js";

/** What a network says of its input. */
type Taking = Pick<Trainable, "inputShape" | "options">;

/** Under which names a network takes its inputs; undefined where it takes a tensor, or says nothing before it is built. */
export function inputNames({ inputShape, options }: Taking): readonly string[] | undefined {
  if (inputShape) return isShape(inputShape) ? undefined : Object.keys(inputShape);
  const { inputs } = options as { readonly inputs?: unknown };
  return Array.isArray(inputs) ? inputs : undefined;
}

/** A tensor, or the shape of one, as a network of one input takes it. */
export function asInput<T extends Tensor | ShapeTree>(model: Taking, x: T): T | { [name: string]: T } {
  const names = inputNames(model);
  return names?.length === 1 ? { [names[0]]: x } : x;
}

/**
 * The one tensor that a network gives.
 * @throws TypeError where it gives several
 */
export function onlyOutput(model: Trainable, given: unknown): Tensor {
  if (given instanceof Tensor) return given;
  const leaves = leavesOf(given as { readonly [name: string]: Tensor });
  if (leaves.length === 1) return leaves[0][1];
  const names = leaves.map(([place]) => place).join(", ");
  throw new TypeError(
    `${model.name} gives ${names}, expected one output: objectives.several has a loss for each`,
  );
}

/** What a network of one input and one output makes of a tensor. */
export const outputFor = (model: Trainable, x: Tensor, mode?: Mode): Tensor =>
  onlyOutput(model, model(asInput(model, x), mode));
