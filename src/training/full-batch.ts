import { batches } from "../data/batches.js";
import type { Dataset } from "../data/dataset.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import {
  type MinimizeEvent,
  type MinimizeOptions,
  type MinimizeResult,
  minimize,
} from "../optim/minimize.js";
import { tensor } from "../tensor/creation.js";
import { pixelsFor } from "./pixels.js";

export interface FullBatchOptions extends MinimizeOptions {
  loss: Loss;
  /** The weights that an unbuilt model begins with follow from it. */
  seed?: number;
}

/**
 * Trains a model by L-BFGS on all pictures at once: for small data sets and smooth losses. Event by event, as
 * `optim.minimize` tells of it.
 *
 * @throws TypeError where the model draws random numbers in training: an objective with noise has no lowest point
 */
export async function* fitFullBatch(
  model: Model,
  dataset: Dataset,
  { loss, seed = 0, ...options }: FullBatchOptions,
): AsyncGenerator<MinimizeEvent, MinimizeResult, void> {
  if (!model.inputShape) model.build(dataset.shape, { seed });
  const all = await batches(dataset, { batchSize: Math.max(1, dataset.length) }).next();
  if (all.done) throw new RangeError(`fitFullBatch: ${dataset.name} has no pictures to train on`);
  const images = tensor(all.value.images, [dataset.length, ...dataset.shape]);
  const labels = tensor(all.value.labels);
  const { parameters } = model;
  const objective = () => loss(model(pixelsFor(model, images), { training: true }), labels, parameters);
  return yield* minimize(objective, [...parameters.values()], options);
}
