import {
  type LocalResponseNormOptions,
  localResponseNorm as normalised,
} from "../ops/local-response-norm.js";
import type { Layer, Named } from "./layer.js";

/**
 * Local response normalisation across channels. AlexNet's constants if left out, α times the sum as in its paper;
 * `average: true` reads the constants as Caffe and PyTorch do.
 */
export const localResponseNorm = ({ name, ...options }: LocalResponseNormOptions & Named = {}): Layer => ({
  type: "localResponseNorm",
  name,
  options,
  forward: (x) => normalised(x, options),
});
