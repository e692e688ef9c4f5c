import { yieldToHost } from "#platform";
import { batches } from "../data/batches.js";
import { checkDataset } from "../data/checked-dataset.js";
import type { AnyDataset } from "../data/dataset.js";
import { optionsOf } from "../door/options.js";
import { type Loss, meanSquaredError } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import { checkTensor } from "../tensor/arguments.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkAny, type EvaluateOptions, evaluation, longestTurn } from "./evaluate.js";
import { checkModel } from "./given.js";
import { pixelsFor } from "./pixels.js";
import { targetsOf } from "./target.js";

export interface Reconstruction {
  /** Mean over the pictures: with the mean squared error the mean of (output − pixel)², pixels from 0 to 1. */
  loss: number;
  count: number;
}

type Options = Omit<EvaluateOptions, "loss" | "mistakes">;

/** How well a model that was trained against pictures makes those of a data set again. */
export async function evaluateReconstruction(
  model: Model,
  dataset: AnyDataset,
  options: Options & Pick<EvaluateOptions, "loss"> = {},
): Promise<Reconstruction> {
  checkModel("evaluateReconstruction", model);
  optionsOf("evaluateReconstruction", options, evaluation);
  return reconstructionEvaluator(model, options.loss)(dataset, options);
}

/** The same for several evaluations: what is compiled once serves all of them. */
export function reconstructionEvaluator(
  model: Model,
  loss: Loss = meanSquaredError(),
): (dataset: AnyDataset, options?: Options) => Promise<Reconstruction> {
  const run = compile((images: Tensor, labels: Tensor) =>
    loss(model(pixelsFor(model, images)), targetsOf("picture", { images, labels })),
  );
  return async (dataset, { batchSize = 256, signal, onProgress } = {}) => {
    checkDataset("evaluateReconstruction", dataset, { ofClasses: false });
    checkAny("evaluateReconstruction", dataset);
    if (!model.inputShape) model.build(dataset.shape);
    let [sum, done, rested] = [0, 0, performance.now()];
    for await (const { images, labels, size } of batches(dataset, { batchSize })) {
      signal?.throwIfAborted();
      const [value] = await run(tensor(images, [size, ...dataset.shape]), tensor(labels));
      sum += value * size;
      done += size;
      onProgress?.({ done, count: dataset.length });
      if (performance.now() - rested > longestTurn) {
        await yieldToHost();
        rested = performance.now();
      }
    }
    return { loss: sum / done, count: done };
  };
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
  const output = await compile((x: Tensor) => model(pixelsFor(model, x)))(images);
  return Uint8ClampedArray.from(output, (value) => 255 * value);
}
