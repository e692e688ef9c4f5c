/** Pictures on their way into a model. */

import type { Model } from "../nn/index.js";
import { mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { checkTensor } from "../tensor/arguments.js";
import { compute } from "../tensor/compute.js";
import { show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { shapeLeaves, showShapes } from "../tensor/tree.js";
import { checkModel } from "../training/given.js";
import { pixelsFor } from "../training/pixels.js";
import { ExplainError } from "./explain-error.js";

/**
 * Pictures as the model takes them, f32: bytes (u8) are pixels of 0 to 255, floats are taken as they are.
 *
 * @throws ExplainError where they are no batch of pictures, or have other channels than the model's
 */
export async function picturesFor(speaker: string, model: Model, images: Tensor): Promise<Tensor> {
  checkModel(speaker, model);
  checkTensor(speaker, "images", images);
  if (images.rank !== 4 || images.shape[0] === 0)
    throw new ExplainError(`${speaker}: the pictures are ${show(images.shape)}, expected N×H×W×C`);
  const [, , , channels] = images.shape;
  if (!model.inputShape) model.build(images.shape.slice(1));
  const expected = model.inputShape?.[2];
  if (expected !== undefined && expected !== channels)
    throw new ExplainError(
      `${speaker}: the pictures have ${channels} ${channels === 1 ? "channel" : "channels"} (${show(images.shape)}), ${model.name} takes ${expected}`,
    );
  const floats = cast(images, "f32");
  const [values] = await compute([images.dtype === "u8" ? pixelsFor(model, floats) : floats]);
  return Tensor.from(values, images.shape, "f32");
}

/**
 * Pictures whose pixels are shares of their range, 0 (black) to 1, as the model takes them: methods that make pictures
 * work in shares, so that the range of the data is the same for every model.
 */
export const fromShares = (model: Model, p: Tensor): Tensor => pixelsFor(model, mul(p, 255));

/** An even grey of this share, 1×1×1×C, as the model takes it. */
export const evenGrey = (model: Model, share: number, channels: number): Tensor =>
  fromShares(model, Tensor.from(new Float32Array(channels).fill(share), [1, 1, 1, channels], "f32"));

/** Which picture an input of zeros is, as the model takes it: gradient × input compares with it. */
export async function zeroInput(model: Model): Promise<"black" | "an even colour that is not black"> {
  const [, , channels] = inputOf("zeroInput", model);
  const [black] = await compute([evenGrey(model, 0, channels)]);
  return Array.from(black).every((v) => Math.abs(v) < 1e-6) ? "black" : "an even colour that is not black";
}

/** The model's input H×W×C. */
export function inputOf(speaker: string, model: Model): readonly [number, number, number] {
  checkModel(speaker, model);
  if (!model.inputShape)
    throw new ExplainError(
      `${speaker}: ${model.name} is not built yet: build it, or give it a picture first`,
    );
  const [[, shape], ...others] = shapeLeaves(model.inputShape);
  if (others.length > 0 || shape.length !== 3)
    throw new ExplainError(
      `${speaker}: ${model.name} takes ${showShapes(model.inputShape)}, expected pictures, H×W×C`,
    );
  return [shape[0], shape[1], shape[2]];
}
