import { optionsOf } from "../door/options.js";
import { add } from "../ops/arithmetic.js";
import { conv2d as convolution } from "../ops/conv2d.js";
import { checkPictures, type Pair, pair, planWindows, type WindowPadding } from "../ops/windows.js";
import { checkedCount } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Filters of {@link depthwiseConv2d}, and how they move over a picture. */
export interface DepthwiseConv2dOptions {
  /** Edge of the filters in pixels, or [height, width]. */
  kernel: Pair;
  /** Filters of each channel; 1 if left out. */
  multiplier?: number;
  stride?: Pair;
  padding?: WindowPadding;
  dilation?: Pair;
  bias?: boolean;
  /** Of the filters; biases begin at 0. */
  initialiser?: Initialiser;
}

/**
 * Convolution in which each filter sees one channel: N×H×W×C to N×H'×W'×(C·multiplier), the results of a channel side
 * by side. Filters are kH×kW×1×(C·multiplier); it is conv2d with as many groups as channels.
 * Howard et al.: MobileNets, arXiv:1704.04861, section 3.1.
 */
export function depthwiseConv2d(given: DepthwiseConv2dOptions & Named): Layer {
  const { name, ...options } = optionsOf("depthwiseConv2d", given, {
    kernel: 1,
    multiplier: 1,
    stride: 1,
    padding: 1,
    dilation: 1,
    bias: 1,
    initialiser: 1,
    name: 1,
  });
  const { stride = 1, padding = "valid", dilation = 1, bias = true, initialiser = "heUniform" } = options;
  const size = pair("depthwiseConv2d", "kernel", options.kernel, 1);
  const multiplier = checkedCount("depthwiseConv2d", "multiplier", options.multiplier ?? 1);
  return printable({
    type: "depthwiseConv2d",
    name,
    options,
    forward(x, scope) {
      checkPictures("depthwiseConv2d", x);
      const groups = x.shape[3];
      const w = scope.parameter("filters", [...size, 1, groups * multiplier], initialiser);
      const y = convolution(x, w, { stride, padding, dilation, groups });
      return bias ? add(y, scope.parameter("bias", [groups * multiplier], "zeros")) : y;
    },
    macs: (_, y) => y.size * size[0] * size[1],
    sees(x) {
      const plan = planWindows("depthwiseConv2d", x, { size, stride, dilation, padding });
      return { ...plan, before: [plan.padding[0][0], plan.padding[1][0]] };
    },
  });
}
