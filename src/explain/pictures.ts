/** Pictures on their way into a model. */
import type { Model } from "../nn/index.js";
import { cast } from "../ops/cast.js";
import { show } from "../tensor/shapes.js";
import { compute, Tensor } from "../tensor/tensor.js";
import { pixelsFor } from "../training/pixels.js";
import { ExplainError } from "./explain-error.js";

/**
 * Pictures as the model takes them, f32: bytes (u8) are pixels of 0 to 255, floats are taken as they are.
 *
 * @throws ExplainError where they are no batch of pictures, or have other channels than the model's
 */
export async function picturesFor(speaker: string, model: Model, images: Tensor): Promise<Tensor> {
  if (images.rank !== 4 || images.shape[0] === 0)
    throw new ExplainError(`${speaker}: the pictures are ${show(images.shape)}, expected N×H×W×C`);
  const [, , , channels] = images.shape;
  if (!model.inputShape) model.build(images.shape.slice(1));
  const expected = model.inputShape?.[2];
  if (expected !== undefined && expected !== channels)
    throw new ExplainError(
      `${speaker}: the pictures have ${channels} ${channels === 1 ? "channel" : "channels"} (${show(images.shape)}), ${model.name} takes ${expected}`,
    );
  const taken = images.dtype === "u8" ? pixelsFor(model, images) : images;
  const [values] = await compute([cast(taken, "f32")]);
  return Tensor.from(values, images.shape, "f32");
}

/** The values that pixels have where they go into the model: those of the pictures it was trained on. */
export interface PixelRange {
  readonly low: number;
  readonly high: number;
}

/** 0 to 255 for a model that begins by rescaling pixels itself, otherwise 0 to 1. */
export const pixelRange = (model: Model): PixelRange => ({
  low: 0,
  high: model.layers[0]?.type === "rescale" ? 255 : 1,
});

/** The model's input H×W×C. */
export function inputOf(speaker: string, model: Model): readonly [number, number, number] {
  const shape = model.inputShape;
  if (!shape)
    throw new ExplainError(
      `${speaker}: ${model.name} is not built yet: build it, or give it a picture first`,
    );
  if (shape.length !== 3)
    throw new ExplainError(`${speaker}: ${model.name} takes ${show(shape)}, expected pictures, H×W×C`);
  return [shape[0], shape[1], shape[2]];
}
