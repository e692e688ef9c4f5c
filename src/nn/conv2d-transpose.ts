import { optionsOf } from "../door/options.js";
import { add } from "../ops/arithmetic.js";
import { conv2dTranspose as convolution, planTranspose } from "../ops/conv2d-transpose.js";
import { checkPictures, type Pair, pair, type WindowPadding } from "../ops/windows.js";
import { ShapeError } from "../tensor/shapes.js";
import { checkedCount } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Filters of {@link conv2dTranspose}, and how they move over the result. */
export interface Conv2dTransposeLayerOptions {
  /** Number of filters: the channels of the result. */
  filters: number;
  /** Edge of the filters in pixels, or [height, width]. */
  kernel: Pair;
  stride?: Pair;
  /** Cut off the result; "same": it is stride times as large as x. */
  padding?: WindowPadding;
  outputPadding?: Pair;
  dilation?: Pair;
  groups?: number;
  bias?: boolean;
  /** Of the filters; biases begin at 0. */
  initialiser?: Initialiser;
}

/**
 * Transposed convolution with trained filters kH×kW×(filters/groups)×C and a bias for each: N×H×W×C to N×H'×W'×filters,
 * larger by the stride.
 */
export function conv2dTranspose(given: Conv2dTransposeLayerOptions & Named): Layer {
  const { name, ...options } = optionsOf("conv2dTranspose", given, {
    filters: 1,
    kernel: 1,
    stride: 1,
    padding: 1,
    outputPadding: 1,
    dilation: 1,
    groups: 1,
    bias: 1,
    initialiser: 1,
    name: 1,
  });
  const { bias = true, initialiser = "heUniform", groups = 1, padding, outputPadding } = options;
  const filters = checkedCount("conv2dTranspose", "filters", options.filters);
  const size = pair("conv2dTranspose", "kernel", options.kernel, 1);
  const stride = pair("conv2dTranspose", "stride", options.stride ?? 1, 1);
  const dilation = pair("conv2dTranspose", "dilation", options.dilation ?? 1, 1);
  if (filters % checkedCount("conv2dTranspose", "groups", groups) !== 0)
    throw new ShapeError(`conv2dTranspose: ${groups} groups do not divide the ${filters} filters`);
  return printable({
    type: "conv2dTranspose",
    name,
    options,
    forward(x, scope) {
      checkPictures("conv2dTranspose", x);
      const w = scope.parameter("filters", [...size, filters / groups, x.shape[3]], initialiser);
      const y = convolution(x, w, { stride, dilation, groups, padding, outputPadding });
      return bias ? add(y, scope.parameter("bias", [filters], "zeros")) : y;
    },
    macs: (x) => (x.size * size[0] * size[1] * filters) / groups,
    // A pixel of the result lies under as many filters as fit at the stride, each of one pixel of x.
    sees: (x) => ({
      size: [0, 1].map((d) => Math.ceil(((size[d] - 1) * dilation[d] + 1) / stride[d])) as [number, number],
      stride: [1 / stride[0], 1 / stride[1]],
      // Pixel j of x lies at j · stride − before, and each tap of a filter dilation on from there.
      places(along, i) {
        const { cut } = planTranspose({
          pixels: [x.shape[1], x.shape[2]],
          kernel: size,
          steps: { stride, dilation },
          padding: padding ?? "valid",
          added: pair("conv2dTranspose", "outputPadding", outputPadding ?? 0, 0),
        });
        const before = cut[along][0];
        return Array.from(
          { length: size[along] },
          (_, k) => (i + before - k * dilation[along]) / stride[along],
        ).filter(Number.isInteger);
      },
    }),
  });
}
