import { checkDataset } from "../data/checked-dataset.js";
import type { AnyDataset } from "../data/dataset.js";
import { labelledPictures } from "../data/labelled-pictures.js";
import { optionsOf } from "../door/options.js";
import type { Model } from "../nn/index.js";
import { checkTensor } from "../tensor/arguments.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkAny, type EvaluateOptions, evaluation } from "./evaluate.js";
import { checkModel } from "./given.js";
import { objectiveEvaluator } from "./objective-evaluation.js";
import { reconstruction } from "./objectives/reconstruction.js";
import { pixelsFor } from "./pixels.js";

/** How well a network gives back the pictures that it was shown. */
export interface Reconstruction {
  /** Mean over the pictures: with the mean squared error the mean of (output − pixel)², pixels from 0 to 1. */
  loss: number;
  count: number;
}

/** Batches of {@link evaluateReconstruction}, and who hears of them. */
export type ReconstructionOptions = Omit<EvaluateOptions, "loss" | "mistakes">;

/** How well a model that was trained against pictures makes those of a data set again. */
export async function evaluateReconstruction(
  model: Model,
  dataset: AnyDataset,
  options: ReconstructionOptions & Pick<EvaluateOptions, "loss"> = {},
): Promise<Reconstruction> {
  checkModel("evaluateReconstruction", model);
  optionsOf("evaluateReconstruction", options, evaluation);
  const { loss, ...rest } = options;
  checkDataset("evaluateReconstruction", dataset, { ofClasses: false });
  checkAny("evaluateReconstruction", dataset);
  const measure = objectiveEvaluator("evaluateReconstruction", model, reconstruction(loss));
  const measured = await measure(labelledPictures(dataset), rest);
  return { loss: measured.loss, count: measured.count };
}

/**
 * What such a model makes of pictures.
 *
 * @param images  N×H×W×C, bytes of 0 to 255
 * @returns       of the same shape, bytes again: outputs below 0 and above 1 become black and white
 */
export async function reconstructed(model: Model, images: Tensor): Promise<Uint8ClampedArray> {
  checkModel("reconstructed", model);
  checkTensor("reconstructed", "images", images);
  const output = await numbersOf(compile((x: Tensor) => model(pixelsFor(model, x)))(images));
  return Uint8ClampedArray.from(output, (value) => 255 * value);
}
