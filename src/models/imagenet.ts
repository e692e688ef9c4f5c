import * as nn from "../nn/index.js";

/** Of ImageNet's training pictures: RGB, pixels of 0 to 1. */
export const imagenetStatistics = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/**
 * How the models for ImageNet begin: bytes of 0 to 255 (RGB) lose ImageNet's mean and are divided by its deviation;
 * floats are taken as they are, as weights made elsewhere expect them.
 */
export const imagenetPixels = () => nn.rescale({ ...imagenetStatistics, bytesOnly: true, name: "rescale" });
