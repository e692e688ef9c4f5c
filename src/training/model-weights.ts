/** All numbers of a network, or of any variables, at one moment: read together, and set together. */
import { said } from "../door/said.js";
import type { AnyNetwork } from "../nn/index.js";
import { Variable } from "../tensor/tensor.js";
import { isModel } from "./given.js";
import { copyOf, variablesOf, type Weights } from "./weights.js";
import { setVariables } from "./weights-checks.js";

/** Whose numbers: a network's, or those of variables by path, such as the `state` of an `optim.learner`. */
export type WeightsHolder = AnyNetwork | ReadonlyMap<string, Variable>;

/**
 * A copy of all numbers of a network (its parameters and running statistics) or of variables, in arrays of the caller's
 * own, by path. They are of one moment: of what was asked to run before, and nothing that comes later. To another worker
 * they go without a copy by `postMessage(weights, transferOf(weights))`.
 *
 * @returns by path, "conv1.filters", the shape and the numbers in row-major order
 * @throws TypeError where the network has not been built, and so has no weights yet
 */
export const weightsOf = async (holder: WeightsHolder): Promise<Weights> =>
  copyOf(variablesIn("weightsOf", holder).variables);

/**
 * Gives a network, or variables, the numbers of the same paths: what was asked to run before still sees the old ones.
 *
 * @param weights  as `weightsOf` gives them, each of them of its variable's shape
 * @throws WeightsError naming the first that is missing, is of another shape, or belongs to nobody; nothing is changed then
 * @throws TypeError where the network has not been built
 */
export function setWeights(holder: WeightsHolder, weights: Weights): void {
  const { variables, owner } = variablesIn("setWeights", holder);
  if (!isMap(weights))
    throw new TypeError(
      `setWeights: the weights are ${said(weights)}, expected a map of arrays by path, as weightsOf gives it`,
    );
  setVariables(variables, weights, { origin: "the given map", owner });
}

function variablesIn(
  speaker: string,
  holder: WeightsHolder,
): { variables: ReadonlyMap<string, Variable>; owner: string } {
  if (isModel(holder)) {
    const variables = variablesOf(holder);
    if (variables.size === 0 && !holder.inputShape)
      throw new TypeError(
        `${speaker}: ${holder.name} has no weights yet: it is built by training, by its first call, or by model.build([28, 28, 1])`,
      );
    return { variables, owner: holder.name };
  }
  const variables = holder as ReadonlyMap<string, Variable>;
  if (
    isMap(variables) &&
    [...variables.values()].every((variable) => (variable as unknown) instanceof Variable)
  )
    return { variables, owner: "the variables" };
  throw new TypeError(
    `${speaker}: the first argument is ${said(holder)}, expected a model, or a map of variables, such as model.parameters or learner.state`,
  );
}

const isMap = (value: unknown): boolean => Object.prototype.toString.call(value) === "[object Map]";
