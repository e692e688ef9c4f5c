import type { SafetensorsArray } from "../formats/safetensors.js";
import type { AnyNetwork } from "../nn/index.js";
import type { Variable } from "../tensor/tensor.js";

/** Arrays of numbers by path, "conv1.filters". */
export type Weights = ReadonlyMap<string, SafetensorsArray>;

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

/** The same numbers in arrays of their own. */
export const copied = (weights: Weights): Weights =>
  new Map([...weights].map(([path, { shape, data }]) => [path, { shape, data: data.slice() }]));

/** Gives the variables numbers back that were theirs. */
export function giveBack(variables: ReadonlyMap<string, Variable>, weights: Weights): void {
  for (const [path, variable] of variables) variable.set(weights.get(path)!.data);
}

/** The path of the first array that holds a NaN or an infinity; undefined if all is well. */
export function firstNotFinite(weights: Weights): string | undefined {
  for (const [path, { data }] of weights)
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return path;
  return undefined;
}
