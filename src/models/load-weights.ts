import type { ArrayFile } from "../formats/array-file.js";
import type { Model } from "../nn/index.js";
import { WeightsError } from "../training/weights.js";
import { registry } from "./registry.js";

/**
 * Gives a model the weights of a file: under our own names, as a checkpoint has them, or under those of torchvision
 * and timm, whose layouts are turned into ours. A model that is not built yet is built for pictures of its usual size.
 * Auxiliary heads may be missing as a whole; they keep what they have.
 *
 * @throws WeightsError that lists what is missing, what the model has no place for, and what is of another shape;
 *     nothing is changed then
 */
export async function loadWeights(model: Model, file: ArrayFile): Promise<void> {
  if (!model.inputShape) {
    if (!Object.hasOwn(registry, model.name))
      throw new WeightsError(`${model.name}: not built yet: build it for the shape of its pictures`);
    model.build(registry[model.name].input, { blank: true });
  }
  // Most pages never read a file of weights.
  const { placeWeights } = await import("./weight-places.js");
  await placeWeights(model, file);
}
