import { optionsOf } from "../door/options.js";
import {
  type LocalResponseNormOptions,
  localResponseNorm as normalised,
} from "../ops/local-response-norm.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/**
 * Local response normalisation across the channels of N×H×W×C, whose shape stays. AlexNet's constants if left out, α
 * times the sum as in its paper; `average: true` reads the constants as Caffe and PyTorch do.
 */
export function localResponseNorm(given: LocalResponseNormOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("localResponseNorm", given, {
    size: 1,
    k: 1,
    alpha: 1,
    beta: 1,
    average: 1,
    name: 1,
  });
  return printable({
    type: "localResponseNorm",
    name,
    options,
    forward: (x) => normalised(x, options),
  });
}
