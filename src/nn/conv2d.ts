import { optionsOf } from "../door/options.js";
import { add } from "../ops/arithmetic.js";
import { conv2d as convolution } from "../ops/conv2d.js";
import { checkPictures, type Pair, pair, planWindows, type WindowPadding } from "../ops/windows.js";
import { checkedCount } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Filters of {@link conv2d}, and how they move over a picture. */
export interface Conv2dLayerOptions {
  /** Number of filters: the channels of the result. */
  filters: number;
  /** Edge of the filters in pixels, or [height, width]. */
  kernel: Pair;
  stride?: Pair;
  padding?: WindowPadding;
  dilation?: Pair;
  groups?: number;
  bias?: boolean;
  /** Of the filters; biases begin at 0. */
  initialiser?: Initialiser;
}

/** Convolution with trained filters kH×kW×(C/groups)×F and a bias for each: N×H×W×C to N×H'×W'×F. */
export function conv2d(given: Conv2dLayerOptions & Named): Layer {
  const { name, ...options } = optionsOf("conv2d", given, {
    filters: 1,
    kernel: 1,
    stride: 1,
    padding: 1,
    dilation: 1,
    groups: 1,
    bias: 1,
    initialiser: 1,
    name: 1,
  });
  const {
    stride = 1,
    padding = "valid",
    dilation = 1,
    groups = 1,
    bias = true,
    initialiser = "heUniform",
  } = options;
  const filters = checkedCount("conv2d", "filters", options.filters);
  const size = pair("conv2d", "kernel", options.kernel, 1);
  checkedCount("conv2d", "groups", groups);
  return printable({
    type: "conv2d",
    name,
    options,
    forward(x, scope) {
      checkPictures("conv2d", x);
      const w = scope.parameter("filters", [...size, Math.floor(x.shape[3] / groups), filters], initialiser);
      const y = convolution(x, w, { stride, padding, dilation, groups });
      return bias ? add(y, scope.parameter("bias", [filters], "zeros")) : y;
    },
    macs: (x, y) => (y.size * size[0] * size[1] * x.shape[3]) / groups,
    sees(x) {
      const plan = planWindows("conv2d", x, { size, stride, dilation, padding });
      return { ...plan, before: [plan.padding[0][0], plan.padding[1][0]] };
    },
  });
}
