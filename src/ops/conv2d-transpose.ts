import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { checkedWhole, checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import { conv2d, filterGradient, inputGradient } from "./conv2d.js";
import { padWith } from "./cut.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { withGradient } from "./stop-gradient.js";
import {
  checkPaddingForm,
  checkPictures,
  type Pair,
  pair,
  type Steps,
  type WindowPadding,
} from "./windows.js";

/** Stride, padding, dilation and groups of the convolution that {@link conv2dTranspose} is the transpose of. */
export interface Conv2dTransposeOptions {
  /** Step between the places at which neighbouring pixels of x stand in the result. */
  stride?: Pair;
  /**
   * Rows and columns cut off the result, as the convolution that it is the transpose of pads its own input. "same":
   * so many that the result is stride times as large as x.
   */
  padding?: WindowPadding;
  /** Rows at the bottom and columns at the right that are put on: of the sizes that a stride makes one, which is meant. */
  outputPadding?: Pair;
  dilation?: Pair;
  groups?: number;
}

/**
 * Transposed convolution: the gradient of conv2d by its picture, as an operation. Every pixel of x lays the filter,
 * times its value, onto the result:
 *
 *     y[n, i·stride + a·dilation − top, j·stride + b·dilation − left, c] += Σ_f x[n,i,j,f] · w[a,b,c,f]
 *
 * so that with the same filter, stride and padding ⟨conv2d(u, w), x⟩ = ⟨u, conv2dTranspose(x, w)⟩.
 *
 * @param x  N×H×W×F
 * @param w  kH×kW×(C/groups)×F, as conv2d takes it for pictures of C channels
 * @returns  N×H'×W'×C with H' = (H − 1)·stride − top − bottom + (kH − 1)·dilation + 1 + outputPadding, and W' likewise
 * @throws ShapeError where x and w do not fit each other, or nothing is left after cutting
 * Dumoulin, Visin: A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285, chapter 4.
 */
export function conv2dTranspose(x: Tensor, w: Tensor, options: Conv2dTransposeOptions = {}): Tensor {
  const { groups = 1, padding = "valid" } = optionsOf("conv2dTranspose", options, {
    stride: 1,
    padding: 1,
    outputPadding: 1,
    dilation: 1,
    groups: 1,
  });
  checkPictures("conv2dTranspose", x);
  checkTensor("conv2dTranspose", "the filter", w);
  checkedWhole("conv2dTranspose", "groups", groups, 1);
  if (w.rank !== 4)
    throw new ShapeError(
      `conv2dTranspose: the filter is of rank ${w.rank} (${show(w.shape)}), expected kH×kW×C×F`,
    );
  const [n, h, width, filters] = x.shape;
  const [kH, kW, depth] = w.shape;
  if (w.shape[3] !== filters)
    throw new ShapeError(
      `conv2dTranspose: x has ${filters} channels (${show(x.shape)}) but the filter takes ${w.shape[3]} (${show(w.shape)})`,
    );
  if (filters % groups !== 0)
    throw new ShapeError(
      `conv2dTranspose: ${groups} groups do not divide the ${filters} channels of x (${show(x.shape)})`,
    );
  const steps: Steps = {
    stride: pair("conv2dTranspose", "stride", options.stride ?? 1, 1),
    dilation: pair("conv2dTranspose", "dilation", options.dilation ?? 1, 1),
  };
  const added = pair("conv2dTranspose", "outputPadding", options.outputPadding ?? 0, 0);
  const { cut, size } = planTranspose({ pixels: [h, width], kernel: [kH, kW], steps, padding, added });
  const whole = [0, 1].map((d) => size[d] + cut[d][0] + cut[d][1]);

  const values = cast(x, "f32");
  const grouped = reshape(values, [n, h, width, groups, filters / groups]);
  const filter = reshape(cast(w, "f32"), [kH, kW, depth, groups, filters / groups]);
  const shape = [n, whole[0], whole[1], groups, depth];
  const y = withGradient(inputGradient(grouped, filter, shape, steps, cut), [grouped, filter], (dy) => {
    const pictures = reshape(dy, [n, ...size, groups * depth]);
    const bordered = padWith(pictures, {
      low: [0, cut[0][0], cut[1][0], 0],
      high: [0, cut[0][1], cut[1][1], 0],
      interior: [0, 0, 0, 0],
      value: 0,
    });
    const back = conv2d(pictures, reshape(filter, [kH, kW, depth, filters]), {
      ...steps,
      padding: cut,
      groups,
    });
    return [
      // Output padding of a stride or more, which a dilation allows, has room for windows that x has no pixel for.
      reshape(slice(back, [0, 0, 0, 0], [n, h, width, filters]), grouped.shape),
      filterGradient(reshape(bordered, shape), grouped, filter.shape, steps),
    ];
  });
  return reshape(y, [n, ...size, groups * depth]);
}

/** How many rows and columns are cut off, and what is left. */
export function planTranspose({
  pixels,
  kernel,
  steps: { stride, dilation },
  padding,
  added,
}: {
  pixels: readonly [number, number];
  kernel: readonly [number, number];
  steps: Steps;
  padding: WindowPadding;
  added: readonly [number, number];
}): { cut: [[number, number], [number, number]]; size: [number, number] } {
  checkPaddingForm("conv2dTranspose", padding);
  const along = ([0, 1] as const).map((d): { cut: [number, number]; size: number } => {
    const laid = (pixels[d] - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1 + added[d];
    if (padding === "same") {
      const size = pixels[d] * stride[d];
      const total = Math.max(0, laid - added[d] - size);
      return { cut: [Math.floor(total / 2), Math.ceil(total / 2)], size };
    }
    const [low, high] =
      padding === "valid" ? [0, 0] : typeof padding === "number" ? [padding, padding] : padding[d];
    if (![low, high].every((p) => Number.isInteger(p) && p >= 0))
      throw new ShapeError(
        `conv2dTranspose: padding is ${said(low)} and ${said(high)}, expected whole numbers of at least 0`,
      );
    if (added[d] >= Math.max(stride[d], dilation[d]))
      throw new ShapeError(
        `conv2dTranspose: outputPadding is ${added[d]}, expected less than the stride ${stride[d]} or the dilation ${dilation[d]}`,
      );
    if (laid - low - high < 1)
      throw new ShapeError(
        `conv2dTranspose: padding cuts ${low + high} of ${laid} ${d === 0 ? "rows" : "columns"} off`,
      );
    return { cut: [low, high], size: laid - low - high };
  });
  return { cut: [along[0].cut, along[1].cut], size: [along[0].size, along[1].size] };
}
