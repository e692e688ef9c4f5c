import type { Model } from "../nn/index.js";
import { mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import type { Tensor } from "../tensor/tensor.js";

/** Pixels of 0 to 255 as a model takes them: as they are where it begins by rescaling them itself, otherwise 0 to 1. */
export const pixelsFor = (model: Model, pixels: Tensor): Tensor =>
  model.layers[0]?.type === "rescale" ? pixels : mul(cast(pixels, "f32"), 1 / 255);
