/** Weights from elsewhere, looked at before a variable gets them. */
import { type Shape, show, sizeOf } from "../tensor/shapes.js";
import type { Variable } from "../tensor/tensor.js";
import { giveBack, type Weights } from "./weights.js";

/** Weights that are not there, or not those of the model. */
export class WeightsError extends Error {
  override name = "WeightsError";
}

/**
 * Gives the variables the numbers of the same paths; nothing is changed where they do not fit.
 *
 * @param origin  whose numbers they are, "the checkpoint"
 * @param owner   whose variables they are, "lenet5"
 * @throws WeightsError naming the first variable that differs
 */
export function setVariables(
  variables: ReadonlyMap<string, Variable>,
  weights: Weights,
  names: { origin?: string; owner: string },
): void {
  setAll([{ variables, weights, ...names }]);
}

/** What {@link setVariables} takes. */
export interface Setting {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly weights: Weights;
  readonly origin?: string;
  readonly owner: string;
}

/** Several of them at once: nothing is changed where one does not fit. */
export function setAll(settings: readonly Setting[]): void {
  for (const { variables, weights, ...names } of settings) checkWeights(shapesOf(variables), weights, names);
  for (const { variables, weights } of settings) giveBack(variables, weights);
}

const shapesOf = (variables: ReadonlyMap<string, Variable>): Map<string, Shape> =>
  new Map([...variables].map(([path, { shape }]) => [path, shape]));

/**
 * Whether weights have these shapes, each of them, and no others.
 * @throws WeightsError naming the first that differs
 */
export function checkWeights(
  shapes: ReadonlyMap<string, Shape>,
  weights: Weights,
  { origin = "the checkpoint", owner }: { origin?: string; owner: string },
): void {
  for (const [path, shape] of shapes) {
    const found = weights.get(path);
    if (!found) throw new WeightsError(`${origin} has no ${path}, ${owner} expects it as ${show(shape)}`);
    if (show(found.shape) !== show(shape))
      throw new WeightsError(
        `${origin} has ${path} as ${show(found.shape)}, ${owner} expects ${show(shape)}`,
      );
    if (found.data.length !== sizeOf(shape))
      throw new WeightsError(
        `${origin} has ${found.data.length} numbers in ${path} (${show(shape)}); those of a buffer that was given away are gone`,
      );
  }
  for (const [path, { shape }] of weights)
    if (!shapes.has(path))
      throw new WeightsError(`${origin} has ${path} (${show(shape)}), which ${owner} does not have`);
}
