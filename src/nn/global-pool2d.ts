import { optionsOf } from "../door/options.js";
import { max } from "../ops/extremes.js";
import { mean } from "../ops/statistics.js";
import { checkPictures } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

const overPictures = (type: string, pooled: (x: Tensor) => Tensor, name?: string): Layer =>
  printable({
    type,
    name,
    options: {},
    forward(x) {
      checkPictures(type, x);
      return pooled(x);
    },
    sees: () => "everything",
  });

/**
 * The average of each channel over the picture: N×H×W×C to N×C.
 * Lin, Chen, Yan: Network in Network, arXiv:1312.4400, section 3.2.
 */
export function globalAvgPool2d(given: Named = {}): Layer {
  const { name } = optionsOf("globalAvgPool2d", given, { name: 1 });
  return overPictures("globalAvgPool2d", (x) => mean(x, { axis: [1, 2] }), name);
}

/** The greatest value of each channel in the picture: N×H×W×C to N×C. The gradient goes to the first of the greatest. */
export function globalMaxPool2d(given: Named = {}): Layer {
  const { name } = optionsOf("globalMaxPool2d", given, { name: 1 });
  return overPictures("globalMaxPool2d", (x) => max(x, { axis: [1, 2] }), name);
}
