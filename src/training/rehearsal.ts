import type { BatchOptions } from "../data/batches.js";
import type { AnyDataset } from "../data/dataset.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { placeholder } from "../tensor/tensor.js";
import { traced } from "../tensor/tracing.js";
import { trainingLoss } from "./step.js";
import { type Target, targetsOf } from "./target.js";
import { TrainingError } from "./training-error.js";

export interface Rehearsed {
  model: Model;
  loss: Loss;
  target?: Target;
}

/**
 * Walks through a step of training on stand-ins, which computes nothing: what does not fit is said before the first
 * step, not by the one in which it is met.
 *
 * @param sizes  of the batches that there will be: the usual one first
 * @returns how many numbers the model makes of a picture, where targets are classes
 * @throws ShapeError or TrainingError, one line
 */
export function rehearseTraining(
  speaker: string,
  { model, loss, target = "class" }: Rehearsed,
  { name, shape, classes, length }: AnyDataset,
  sizes: readonly number[],
): number | undefined {
  if (model.parameters.size === 0)
    throw new TrainingError(`${speaker}: ${model.name} has no parameters that could be trained`);
  const [usual] = sizes;
  let outputs: number | undefined;
  sizes.forEach((size, i) => {
    const { output, value } = walk(size, i > 0);
    if (value.rank !== 0)
      throw new ShapeError(
        `${speaker}: the loss of a batch of ${size} is ${show(value.shape)}, expected a single number, such as their mean`,
      );
    if (target !== "class") return;
    if (output.rank !== 2)
      throw new ShapeError(
        `${speaker}: ${model.name} makes ${show(output.shape)} of a batch of ${size}, expected a score for each class (${size}×${classes.length})`,
      );
    // Losses over classes know which target they ignore; one of your own may read labels as it likes.
    if (loss.ignore !== undefined && output.shape[1] < classes.length)
      throw new ShapeError(
        `${speaker}: ${model.name} has ${output.shape[1]} outputs, ${name} has ${classes.length} classes`,
      );
    outputs = output.shape[1];
  });
  return outputs;

  function walk(size: number, isLast: boolean) {
    try {
      return traced(() => {
        const images = placeholder([size, ...shape], "u8");
        const targets = targetsOf(target, { images, labels: placeholder([size], "i32") });
        return trainingLoss(model, loss, { images, targets, seed: placeholder([], "i32") });
      }).result;
    } catch (error) {
      if (!isLast || !(error instanceof ShapeError)) throw error;
      throw new TrainingError(
        `${speaker}: ${length} pictures in batches of ${usual} leave a last batch of ${size}, which cannot be trained on: ${error.message}; leave it out (dropLast) or choose another batchSize`,
        { cause: error },
      );
    }
  }
}

/** The sizes that batches have: the usual one, and that of a smaller last one. */
export function batchSizes(
  length: number,
  { batchSize, dropLast = false }: Pick<BatchOptions, "batchSize" | "dropLast">,
): number[] {
  const rest = length % batchSize;
  return [Math.min(batchSize, length), ...(rest > 0 && length > batchSize && !dropLast ? [rest] : [])];
}
