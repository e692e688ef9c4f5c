import { optionsOf } from "../../../door/options.js";
import { fromOneOn, required } from "../../../door/rules.js";
import * as nn from "../../../nn/index.js";
import { someBlocks } from "./blocks.js";
import { convolved, Nodes, type SegmentationNetwork, vgg16Blocks } from "./nodes.js";

/** A {@link deconvnet} in numbers. */
export interface DeconvnetOptions {
  classes: number;
  /** Filters of the convolutions between two pools, from the finest on; those of VGG-16 if left out. */
  blocks?: readonly (readonly number[])[];
  /** Of the two layers in the middle, which see the whole picture; 4096 if left out. */
  hidden?: number;
  /** Edge of what the first of these sees; 7 if left out, which is all that five pools leave of 224×224. */
  kernel?: number;
}

/** A transposed convolution, normalised by the batch, and a rectifier. */
const deconvolved = (filters: number, { kernel = 3, padding = 1 } = {}): nn.Layer[] => [
  nn.conv2dTranspose({ filters, kernel, padding, bias: false }),
  nn.batchNorm(),
  nn.relu(),
];

/**
 * DeconvNet: VGG-16's convolutions and two layers that see the whole picture; then the same backwards by transposed convolutions,
 * where each pool is undone by its own switches. Input N×H×W×C, pixels of 0 to 255, as published 224×224; the result has their
 * size. With 21 classes it has 252 million parameters.
 *
 * Noh, Hong, Han: Learning Deconvolution Network for Semantic Segmentation, arXiv:1505.04366, figure 2.
 */
export function deconvnet(given: DeconvnetOptions): SegmentationNetwork {
  const {
    classes,
    blocks = vgg16Blocks,
    hidden = 4096,
    kernel = 7,
  } = optionsOf("deconvnet", given, {
    classes: required(fromOneOn),
    blocks: someBlocks,
    hidden: fromOneOn,
    kernel: fromOneOn,
  });
  const nodes = new Nodes();
  let at = nodes.add("pixels", nn.rescale(), "images");
  blocks.forEach((block, i) => {
    const layers = block.flatMap((filters) => convolved(filters));
    nodes.add(`encode${i + 1}`, nn.sequential(...layers), at);
    at = nodes.add(`pool${i + 1}`, nn.maxPool2d(2, { ceil: true }), `encode${i + 1}`);
  });
  const deepest = blocks[blocks.length - 1];
  const middle = nn.sequential(
    ...convolved(hidden, { kernel, padding: "valid" }),
    ...convolved(hidden, { kernel: 1 }),
    ...deconvolved(deepest[deepest.length - 1], { kernel, padding: 0 }),
  );
  at = nodes.add("middle", middle, at);
  for (let i = blocks.length - 1; i >= 0; i--) {
    at = nodes.add(`unpool${i + 1}`, nn.maxUnpool2d(2, { ceil: true }), [at, `encode${i + 1}`]);
    const inner = [...blocks[i]].reverse().slice(0, -1);
    const last = i > 0 ? blocks[i - 1][blocks[i - 1].length - 1] : blocks[0][0];
    const layers = [...inner, last].flatMap((filters) => deconvolved(filters));
    at = nodes.add(`decode${i + 1}`, nn.sequential(...layers), at);
  }
  return nodes.network("deconvnet", nodes.add("scores", nn.conv2d({ filters: classes, kernel: 1 }), at));
}
