import type { Model } from "../nn/index.js";
import { type RescaleOptions, scalingOf } from "../nn/rescale.js";
import { mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Pixels of 0 to 255, bytes or (where they were augmented) floats, as a model takes them: as they are where it begins
 * by rescaling them itself, otherwise 0 to 1. Floats that its rescaling would leave alone are rescaled here.
 */
export function pixelsFor({ layers: [first] }: Model, pixels: Tensor): Tensor {
  if (first?.type === "embedding") return pixels; // numbers of words, whatever the data set takes them for
  if (first?.type !== "rescale") return mul(cast(pixels, "f32"), 1 / 255);
  const { bytesOnly, ...scaling } = first.options as RescaleOptions;
  return bytesOnly && pixels.type === "f32" ? scalingOf(scaling)(pixels) : pixels;
}
