import { optionsOf } from "../door/options.js";
import { type PoolOptions, maxPool2d as pooling } from "../ops/max-pool2d.js";
import { type Pair, pair, planWindows } from "../ops/windows.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Windows of {@link maxPool2d}. */
export interface MaxPool2dOptions extends PoolOptions {
  size: Pair;
}

/** The greatest value in each window: N×H×W×C to N×H'×W'×C. Windows lie side by side if no stride is given. */
export function maxPool2d(size: Pair, given: PoolOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("maxPool2d", given, { stride: 1, padding: 1, ceil: 1, name: 1 });
  pair("maxPool2d", "window", size, 1);
  return printable({
    type: "maxPool2d",
    name,
    options: { size, ...options },
    forward: (x) => pooling(x, size, options),
    sees(x) {
      const plan = planWindows("maxPool2d", x, { stride: size, padding: 0, ...options, size });
      return { ...plan, before: [plan.padding[0][0], plan.padding[1][0]] };
    },
  });
}
