import { optionsOf } from "../door/options.js";
import { adaptiveWindows, adaptiveAvgPool2d as pooling } from "../ops/adaptive-avg-pool2d.js";
import { type Pair, pair } from "../ops/windows.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** How many averages {@link adaptiveAvgPool2d} takes. */
export interface AdaptiveAvgPool2dOptions {
  /** Of the result, in pixels: its edge, or [height, width]. */
  size: Pair;
}

/** Averages over windows that give a picture of this size: N×H×W×C to N×H'×W'×C. */
export function adaptiveAvgPool2d(size: Pair, given: Named = {}): Layer {
  const { name } = optionsOf("adaptiveAvgPool2d", given, { name: 1 });
  const [height, width] = pair("adaptiveAvgPool2d", "size", size, 1);
  return printable({
    type: "adaptiveAvgPool2d",
    name,
    options: { size },
    forward: (x) => pooling(x, size),
    sees(x) {
      const [, h, w] = x.shape;
      if (height === 1 && width === 1) return "everything";
      // Where windows differ, the largest, at the largest step.
      const largest = (extent: number, count: number): number =>
        Math.max(...adaptiveWindows(extent, count).map(([begin, end]) => end - begin));
      return {
        size: [largest(h, height), largest(w, width)],
        stride: [Math.ceil(h / height), Math.ceil(w / width)],
        places(along, i) {
          const [begin, end] = adaptiveWindows(along === 0 ? h : w, along === 0 ? height : width)[i];
          return [begin, end - 1];
        },
      };
    },
  });
}
