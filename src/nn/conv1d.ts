import { optionsOf } from "../door/options.js";
import { add } from "../ops/arithmetic.js";
import { conv1d as convolution, type LinePadding } from "../ops/conv1d.js";
import { planWindows } from "../ops/windows.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { checkedCount } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Filters of {@link conv1d}, and how they move along a signal. */
export interface Conv1dLayerOptions {
  /** Number of filters: the channels of the result. */
  filters: number;
  /** Length of the filters. */
  kernel: number;
  stride?: number;
  padding?: LinePadding;
  dilation?: number;
  groups?: number;
  bias?: boolean;
  /** Of the filters; biases begin at 0. */
  initialiser?: Initialiser;
}

/** Convolution along a line, with trained filters k×(C/groups)×F and a bias for each: N×L×C to N×L'×F. */
export function conv1d(given: Conv1dLayerOptions & Named): Layer {
  const { name, ...options } = optionsOf("conv1d", given, {
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
  const { stride = 1, padding = "valid", dilation = 1, groups = 1, bias = true } = options;
  const { initialiser = "heUniform" } = options;
  const filters = checkedCount("conv1d", "filters", options.filters);
  const kernel = checkedCount("conv1d", "kernel", options.kernel);
  checkedCount("conv1d", "groups", groups);
  return printable({
    type: "conv1d",
    name,
    options,
    forward(x, scope) {
      if (x.rank !== 3)
        throw new ShapeError(`conv1d: x is of rank ${x.rank} (${show(x.shape)}), expected N×L×C`);
      const w = scope.parameter("filters", [kernel, Math.floor(x.shape[2] / groups), filters], initialiser);
      const y = convolution(x, w, { stride, padding, dilation, groups });
      return bias ? add(y, scope.parameter("bias", [filters], "zeros")) : y;
    },
    macs: (x, y) => (y.size * kernel * x.shape[2]) / groups,
    sees(x) {
      // The line as a picture of width 1: its places are the rows.
      const [n, length, channels] = x.shape;
      const sides = typeof padding === "number" ? ([padding, padding] as const) : padding;
      const plan = planWindows(
        "conv1d",
        { shape: [n, length, 1, channels] },
        {
          size: [kernel, 1],
          stride: [stride, 1],
          dilation: [dilation, 1],
          padding: typeof sides === "string" ? sides : [sides, [0, 0]],
        },
      );
      return { ...plan, before: [plan.padding[0][0], 0] };
    },
  });
}
