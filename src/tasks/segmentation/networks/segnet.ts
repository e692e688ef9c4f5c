import { optionsOf } from "../../../door/options.js";
import { fromOneOn, required } from "../../../door/rules.js";
import * as nn from "../../../nn/index.js";
import { someBlocks } from "./blocks.js";
import { convolved, Nodes, type SegmentationNetwork, vgg16Blocks } from "./nodes.js";

/** A {@link segnet} in numbers. */
export interface SegnetOptions {
  classes: number;
  /** Filters of the convolutions between two pools, from the finest on; those of VGG-16 if left out. */
  blocks?: readonly (readonly number[])[];
}

/**
 * SegNet: VGG-16's convolutions, and the same backwards, where each pool is undone by its own switches. Pools of odd sizes round
 * up, and are undone to what they were. Input N×H×W×C, pixels of 0 to 255; the result has their size.
 *
 * Badrinarayanan, Kendall, Cipolla: SegNet: A Deep Convolutional Encoder-Decoder Architecture, arXiv:1511.00561, figure 2.
 */
export function segnet(given: SegnetOptions): SegmentationNetwork {
  const { classes, blocks = vgg16Blocks } = optionsOf("segnet", given, {
    classes: required(fromOneOn),
    blocks: someBlocks,
  });
  const nodes = new Nodes();
  let at = nodes.add("pixels", nn.rescale(), "images");
  blocks.forEach((block, i) => {
    const layers = block.flatMap((filters) => convolved(filters));
    nodes.add(`encode${i + 1}`, nn.sequential(...layers), at);
    at = nodes.add(`pool${i + 1}`, nn.maxPool2d(2, { ceil: true }), `encode${i + 1}`);
  });
  for (let i = blocks.length - 1; i >= 0; i--) {
    const unpool = nn.maxUnpool2d(2, { ceil: true });
    at = nodes.add(`unpool${i + 1}`, unpool, [at, `encode${i + 1}`]);
    // Backwards, and the last convolution makes the channels of the next coarse level, or of the classes.
    const inner = [...blocks[i]].reverse().slice(0, -1);
    const last =
      i > 0
        ? convolved(blocks[i - 1][blocks[i - 1].length - 1])
        : [nn.conv2d({ filters: classes, kernel: 3, padding: "same" })];
    const layers = [...inner.flatMap((filters) => convolved(filters)), ...last];
    at = nodes.add(`decode${i + 1}`, nn.sequential(...layers), at);
  }
  return nodes.network("segnet", at);
}
