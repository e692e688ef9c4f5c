import { optionsOf } from "../door/options.js";
import { maxPool2dSwitches, type PoolOptions } from "../ops/max-pool2d.js";
import { maxUnpool2d as unpooled } from "../ops/max-unpool2d.js";
import { stopGradient } from "../ops/stop-gradient.js";
import { type Pair, pair } from "../ops/windows.js";
import type { Named } from "./layer.js";
import type { MaxPool2dOptions } from "./max-pool2d.js";
import type { Merging } from "./merging.js";
import { printable } from "./printable.js";
import { twoPictures } from "./two-pictures.js";

/**
 * Max unpooling: of x and what was pooled, each value of x goes back to the pixel that won its window, and all others are 0.
 * N×H'×W'×C and N×H×W×C to N×H×W×C, odd sizes too; size and options are those of the pooling:
 *
 *     nodes: {
 *       pool1: { layer: nn.maxPool2d(2, { ceil: true }), from: "conv1" },
 *       …
 *       unpool1: { layer: nn.maxUnpool2d(2, { ceil: true }), from: ["deep", "conv1"] },
 *     }
 *
 * No gradient goes to what was pooled: only where its largest values are counts.
 *
 * @throws ShapeError where pooling the second does not give the shape of the first
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 2.1.
 */
export function maxUnpool2d(size: Pair, given: PoolOptions & Named = {}): Merging {
  const { name, ...options } = optionsOf("maxUnpool2d", given, { stride: 1, padding: 1, ceil: 1, name: 1 });
  pair("maxUnpool2d", "window", size, 1);
  const description: MaxPool2dOptions = { size, ...options };
  return printable({
    type: "maxUnpool2d",
    name,
    options: description,
    forward(tensors) {
      const [x, pooled] = twoPictures("maxUnpool2d", "what was pooled", tensors);
      const switches = maxPool2dSwitches(stopGradient(pooled), size, options);
      return unpooled(x, switches, size, { ...options, pixels: [pooled.shape[1], pooled.shape[2]] });
    },
  });
}
