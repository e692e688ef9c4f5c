import { optionsOf } from "../door/options.js";
import { add, mul } from "../ops/arithmetic.js";
import { avgPool2d } from "../ops/avg-pool2d.js";
import { checkPictures, type Pair, pair } from "../ops/windows.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Windows and first coefficients of {@link subsampling2d}. */
export interface Subsampling2dOptions {
  /** Of the windows, which lie side by side: their edge in pixels, or [height, width]. */
  size: Pair;
  /** Of the coefficients, the paper's ±2.4 / fan-in if left out; biases begin at 0. */
  initialiser?: Initialiser;
}

/**
 * LeNet's sub-sampling: the sum of each window times a trained coefficient of the channel, and a trained bias:
 *
 *     y[n,i,j,c] = coefficient[c] · Σ_{a,b} x[n, i·kH + a, j·kW + b, c] + bias[c]
 *
 * N×H×W×C to N×⌊H/kH⌋×⌊W/kW⌋×C. Its squashing function follows as a layer of its own.
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, section II.B.
 */
export function subsampling2d(size: Pair, given: Omit<Subsampling2dOptions, "size"> & Named = {}): Layer {
  const { name, ...options } = optionsOf("subsampling2d", given, { initialiser: 1, name: 1 });
  const [height, width] = pair("subsampling2d", "window", size, 1);
  const { initialiser = { uniform: 2.4 / (height * width) } } = options;
  return printable({
    type: "subsampling2d",
    name,
    options: { size, ...options },
    forward(x, scope) {
      checkPictures("subsampling2d", x);
      const channels = x.shape[3];
      const coefficient = scope.parameter("coefficient", [channels], initialiser);
      const sums = mul(avgPool2d(x, [height, width]), height * width);
      return add(mul(sums, coefficient), scope.parameter("bias", [channels], "zeros"));
    },
    sees: () => ({ size: [height, width], stride: [height, width] }),
  });
}
