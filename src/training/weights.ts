import type { SafetensorsArray } from "../formats/safetensors.js";
import type { AnyNetwork } from "../nn/index.js";
import { type Shape, show, sizeOf } from "../tensor/shapes.js";
import type { Variable } from "../tensor/tensor.js";

/** Arrays of numbers by path, "conv1.filters". */
export type Weights = ReadonlyMap<string, SafetensorsArray>;

/** Weights that are not there, or not those of the model. */
export class WeightsError extends Error {
  override name = "WeightsError";
}

/** All that a model has learned, by path: its parameters and then its running statistics. */
export const variablesOf = (model: Pick<AnyNetwork, "parameters" | "buffers">): Map<string, Variable> =>
  new Map([...model.parameters, ...model.buffers]);

/** A copy of the numbers as they are now, all of the same moment. */
export const copyOf = async (variables: ReadonlyMap<string, Variable>): Promise<Weights> =>
  new Map(
    // Asked for at once: no run comes in between.
    await Promise.all(
      [...variables].map(async ([path, v]) => [path, { shape: v.shape, data: await v.read() }] as const),
    ),
  );

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
  for (const { variables, weights } of settings)
    for (const [path, variable] of variables) variable.set(weights.get(path)!.data);
}

const shapesOf = (variables: ReadonlyMap<string, Variable>): Map<string, Shape> =>
  new Map([...variables].map(([path, { shape }]) => [path, shape]));

/** The same numbers in arrays of their own. */
export const copied = (weights: Weights): Weights =>
  new Map([...weights].map(([path, { shape, data }]) => [path, { shape, data: data.slice() }]));

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

/** The path of the first array that holds a NaN or an infinity; undefined if all is well. */
export function firstNotFinite(weights: Weights): string | undefined {
  for (const [path, { data }] of weights)
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return path;
  return undefined;
}
