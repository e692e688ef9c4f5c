import type { FitOptions } from "./fit-options.js";
import { checkObjective } from "./missing-objective.js";
import type { Trainable } from "./objective.js";
import { Run } from "./run.js";
import { Training } from "./training.js";
import type { TrainingSource } from "./training-data.js";

export type { DoneEvent, EpochEvent, FitEvent, StepEvent } from "./fit-events.js";
export type { FitOptions } from "./fit-options.js";

/**
 * Trains a model, and tells of it event by event. The next step is made when the next event is asked for, so
 * leaving the loop ends the training; on a device that runs ahead, behind the step that it is making.
 *
 *     const training = fit(model, data, { loss: losses.crossEntropy(), optimizer: optim.adam(), epochs: 5 });
 *     for await (const event of training) if (event.kind === "epoch") console.log(event.loss);
 *
 * @returns the training, which between two events also says where it stands, and goes back there: see {@link Training}
 * @throws TrainingError when the loss is no longer a number; the model then has its last good weights; before the first
 *   step, where the loss does not reach the parameters, or a last batch is too small
 * @throws DataError, ShapeError, RangeError before the first step, where data, model and options do not fit
 * @throws WeightsError if `resume` is of another model: names the first parameter that differs
 */
export const fit = (model: Trainable, dataset: TrainingSource, options: FitOptions): Training =>
  new Training(async () => {
    await checkObjective("fit", dataset, options);
    return new Run(model, dataset, options);
  });
