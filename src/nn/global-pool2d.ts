import { max } from "../ops/extremes.js";
import { mean } from "../ops/statistics.js";
import { checkPictures } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer, Named } from "./layer.js";

const overPictures = (type: string, pooled: (x: Tensor) => Tensor, name?: string): Layer => ({
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
export const globalAvgPool2d = ({ name }: Named = {}): Layer =>
  overPictures("globalAvgPool2d", (x) => mean(x, { axis: [1, 2] }), name);

/** The greatest value of each channel in the picture: N×H×W×C to N×C. The gradient goes to the first of the greatest. */
export const globalMaxPool2d = ({ name }: Named = {}): Layer =>
  overPictures("globalMaxPool2d", (x) => max(x, { axis: [1, 2] }), name);
