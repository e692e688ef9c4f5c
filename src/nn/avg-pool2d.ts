import { optionsOf } from "../door/options.js";
import { avgPool2d as pooling } from "../ops/avg-pool2d.js";
import type { PoolOptions } from "../ops/max-pool2d.js";
import { type Pair, pair, planWindows } from "../ops/windows.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** How the windows of {@link avgPool2d} move, and what counts in them. */
export type AvgPool2dWindows = PoolOptions & {
  /** Whether padding counts in the average; it does if left out. */
  countPadding?: boolean;
};

/** {@link avgPool2d} as plain data. */
export type AvgPool2dOptions = AvgPool2dWindows & { size: Pair };

/** The average of each window: N×H×W×C to N×H'×W'×C. Windows lie side by side if no stride is given. */
export function avgPool2d(size: Pair, given: AvgPool2dWindows & Named = {}): Layer {
  const { name, ...options } = optionsOf("avgPool2d", given, {
    stride: 1,
    padding: 1,
    ceil: 1,
    countPadding: 1,
    name: 1,
  });
  pair("avgPool2d", "window", size, 1);
  return printable({
    type: "avgPool2d",
    name,
    options: { size, ...options },
    forward: (x) => pooling(x, size, options),
    sees(x) {
      const plan = planWindows("avgPool2d", x, { stride: size, padding: 0, ...options, size });
      return { ...plan, before: [plan.padding[0][0], plan.padding[1][0]] };
    },
  });
}
