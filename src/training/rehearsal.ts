import type { BatchOptions } from "../data/batches.js";
import type { Fields } from "../data/examples.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { placeholder, type Tensor } from "../tensor/tensor.js";
import { traced } from "../tensor/tracing.js";
import { exampleShapes } from "./building.js";
import { type BatchTensors, type Cost, lossOfCost, type Objective, type Trainable } from "./objective.js";
import { TrainingError } from "./training-error.js";

export interface Rehearsed {
  model: Trainable;
  objective: Objective;
  /** Which layers' statistics stand still. */
  still?: (layer: string) => boolean;
}

/** What is to be trained on. */
export interface RehearsedData {
  readonly name: string;
  readonly fields: Fields;
  readonly length: number;
  /** What its examples are called, and how many classes they have, where that is known. */
  readonly noun: string;
  readonly classes?: number;
}

/**
 * Walks through a step of training on stand-ins, which computes nothing: what does not fit is said before the first
 * step, not by the one in which it is met.
 *
 * @param sizes  of the batches that there will be: the usual one first
 * @returns      the cost of a batch of the usual size, of stand-ins
 * @throws ShapeError or TrainingError, one line
 */
export function rehearseTraining(
  speaker: string,
  { model, objective, still }: Rehearsed,
  data: RehearsedData,
  sizes: readonly number[],
): Cost {
  const [usual] = sizes;
  const checkParameters = () => {
    if (model.parameters.size === 0)
      throw new TrainingError(`${speaker}: ${model.name} has no parameters that could be trained`);
  };
  if (model.inputShape) checkParameters();
  const costs = sizes.map((size, i) => {
    const cost = walk(size, i > 0);
    const { shape, rank } = lossOfCost(cost);
    if (rank !== 0)
      throw new ShapeError(
        `${speaker}: the loss of a batch of ${size} is ${show(shape)}, expected a single number, such as their mean`,
      );
    checkOutput(size, cost.output);
    return cost;
  });
  checkParameters();
  return costs[0];

  function checkOutput(size: number, output: Tensor | undefined): void {
    if (data.classes === undefined || !objective.classes || !output) return;
    if (output.rank !== 2)
      throw new ShapeError(
        `${speaker}: ${model.name} makes ${show(output.shape)} of a batch of ${size}, expected a score for each class (${size}×${data.classes})`,
      );
    // Losses over classes know which target they ignore; one of your own may read labels as it likes.
    if (objective.classes.ignore !== undefined && output.shape[1] < data.classes)
      throw new ShapeError(
        `${speaker}: ${model.name} has ${output.shape[1]} outputs, ${data.name} has ${data.classes} classes`,
      );
  }

  function walk(size: number, isLast: boolean): Cost {
    try {
      return traced(() => {
        const mode = { training: true, seed: placeholder([], "i32"), ...(still && { still }) };
        return objective.cost(model, standIns(data.fields, size), mode, data.fields);
      }).result;
    } catch (error) {
      if (!isLast || !(error instanceof ShapeError)) throw error;
      throw new TrainingError(
        `${speaker}: ${data.length} ${data.noun} in batches of ${usual} leave a last batch of ${size}, which cannot be trained on: ${error.message}; leave it out (dropLast) or choose another batchSize`,
        { cause: error },
      );
    }
  }
}

/** A batch of nothing but shapes; a mask is no field, and of floats. */
const standIns = (fields: Fields, size: number): BatchTensors =>
  Object.fromEntries(
    [...exampleShapes(fields)].map(([name, shape]) => [
      name,
      placeholder([size, ...shape], fields[name]?.dtype ?? "f32"),
    ]),
  );

/** The sizes that batches have: the usual one, and that of a smaller last one. */
export function batchSizes(
  length: number,
  { batchSize, dropLast = false }: Pick<BatchOptions, "batchSize" | "dropLast">,
): number[] {
  const rest = length % batchSize;
  return [Math.min(batchSize, length), ...(rest > 0 && length > batchSize && !dropLast ? [rest] : [])];
}
