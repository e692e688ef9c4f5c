import * as nn from "../nn/index.js";

/** How models for CIFAR-10 begin: pixels of 0 to 255 (RGB) lose the mean of its training pictures, over their deviation. */
export const cifarPixels = () =>
  nn.rescale({ mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616], name: "rescale" });
