import type { AnyDataset } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, fromOneOn, rule } from "../../door/rules.js";
import { painting } from "../../explain/rules.js";
import { parts, type Stepwise } from "../../explain/running.js";
import { canvasesOf } from "../../explain/style.js";
import type { Model } from "../../nn/index.js";
import { adam } from "../../optim/adam.js";
import type { Tensor } from "../../tensor/tensor.js";
import { fit } from "../../training/fit.js";
import { photographs } from "./data.js";
import { styleNetwork } from "./model.js";
import { type PerceptualWeights, perceptual } from "./objective.js";

/** Weights, steps and layers with which {@link trainStyle} trains. */
export interface StyleTrainingOptions extends Stepwise, PerceptualWeights {
  /** Steps of Adam. */
  steps?: number;
  batchSize?: number;
  lr?: number;
  /** Filters of the network's first convolution. */
  width?: number;
  seed?: number;
  /** Is told the loss of each step, counted from 1. */
  onStep?: (step: { step: number; loss: number; network: Model }) => void | Promise<void>;
}

/**
 * Trains a network that paints any photograph in the manner of a picture in one go. Its losses are those of
 * `explain.style`, seen through the same model, over photographs of which nothing but their pixels is known.
 *
 * @param model   through which pictures are looked at
 * @param styles  one picture or several, 1×H×W×3, pixels of 0 to 255
 * @param photos  of one size, height and width multiples of 4; their classes do not count
 * @throws ExplainError where there is no such layer, it has no height and width, or the photographs do not fit
 * @throws TrainingError where the loss is no longer a number
 * Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution, arXiv:1603.08155.
 */
export async function trainStyle(
  model: Model,
  styles: Tensor | readonly Tensor[],
  photos: AnyDataset,
  options: StyleTrainingOptions = {},
): Promise<Model> {
  checkArgument(
    "trainStyle",
    "the network",
    model,
    rule("a network", (value) => typeof value === "function" && "parameters" in value),
  );
  checkArgument(
    "trainStyle",
    "the list of photographs",
    photos,
    rule("a data set of pictures", (value) => Array.isArray((value as AnyDataset | null)?.shape)),
  );
  optionsOf("trainStyle", options, {
    ...painting,
    steps: fromOneOn,
    batchSize: fromOneOn,
    width: fromOneOn,
    onStep: callback,
  });
  const { steps = 2000, batchSize = 4, lr = 0.001, width, seed = 0 } = options;
  const data = photographs(photos);
  const objective = await perceptual(model, await canvasesOf(model, styles), photos.shape, options);
  const network = styleNetwork({ width });
  network.build(photos.shape, { seed });

  // Batches of one size are one program: what is left over of an epoch is another epoch's.
  const size = Math.min(batchSize, photos.length);
  const epochs = Math.ceil(steps / Math.floor(photos.length / size));
  const done = parts(options, steps);
  let [step, before] = [0, 0];
  const training = { objective, optimizer: adam({ lr }), epochs, batchSize: size, dropLast: true, seed };
  for await (const event of fit(network, data, training)) {
    if (event.kind !== "step") continue;
    // An event tells the mean of its epoch so far.
    const summed = event.loss * event.step;
    const loss = event.step === 1 ? event.loss : summed - before;
    before = summed;
    await options.onStep?.({ step: ++step, loss, network });
    await done(step);
    if (step === steps || options.stop?.aborted) break;
  }
  return network;
}
