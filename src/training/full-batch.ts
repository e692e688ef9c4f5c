import { type Dataset, picturesAt } from "../data/dataset.js";
import { optionsOf } from "../door/options.js";
import { required, wholeNumber } from "../door/rules.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import {
  type MinimizeEvent,
  type MinimizeOptions,
  type MinimizeResult,
  minimize,
  minimizing,
} from "../optim/minimize.js";
import { tensor } from "../tensor/creation.js";
import { aLoss, checkModel } from "./given.js";
import { pixelsFor } from "./pixels.js";
import { checkTrainable } from "./training-data.js";

/** The loss of {@link fitFullBatch}, and how it is minimised. */
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
  options: FullBatchOptions,
): AsyncGenerator<MinimizeEvent, MinimizeResult, void> {
  checkModel("fitFullBatch", model);
  optionsOf("fitFullBatch", options, { ...minimizing, loss: required(aLoss), seed: wholeNumber });
  const { loss, seed = 0, ...rest } = options;
  checkTrainable("fitFullBatch", dataset, { classes: { field: "labels", ignore: loss.ignore } });
  if (!model.inputShape) model.build(dataset.shape, { seed });
  const { length, shape } = dataset;
  const images = tensor(
    await picturesAt(
      dataset,
      Int32Array.from({ length }, (_, i) => i),
    ),
    [length, ...shape],
  );
  const labels = tensor(Int32Array.from(dataset.labels));
  const { parameters } = model;
  const objective = () => loss(model(pixelsFor(model, images), { training: true }), labels, parameters);
  return yield* minimize(objective, [...parameters.values()], rest);
}
