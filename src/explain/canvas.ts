/** One picture that is painted on. */
import type { Model } from "../nn/index.js";
import { cast } from "../ops/cast.js";
import { checkTensor } from "../tensor/arguments.js";
import { compute } from "../tensor/compute.js";
import { show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { inputOf } from "./pictures.js";

export interface Canvas {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** H·W·C, 0 to 255. */
  readonly values: Float32Array;
}

/** @throws ExplainError if it is not one picture with the model's channels */
export async function canvasOf(speaker: string, model: Model, image: Tensor): Promise<Canvas> {
  const [, , expected] = inputOf(speaker, model);
  checkTensor(speaker, "the picture", image);
  const [n, height, width, channels] = image.shape;
  if (image.rank !== 4 || n !== 1 || channels !== expected)
    throw new ExplainError(
      `${speaker}: the picture is ${show(image.shape)}, ${model.name} expects one of 1×H×W×${expected}`,
    );
  const [values] = await compute([cast(image, "f32")]);
  return { height, width, channels, values: Float32Array.from(values) };
}

/** 1×H×W×C, pixels of 0 to 255. */
export const pixelsOf = ({ height, width, channels, values }: Canvas): Tensor =>
  Tensor.from(values.slice(), [1, height, width, channels], "f32");
