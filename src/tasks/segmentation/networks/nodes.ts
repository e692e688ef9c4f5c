/** Nodes of the graphs that the networks of this folder are. */
import * as nn from "../../../nn/index.js";
import type { Tensor } from "../../../tensor/tensor.js";

/** Pictures N×H×W×C of 0 to 255 to a score of each class for each pixel, N×H'×W'×K, before softmax. */
export type SegmentationNetwork = nn.Graph<Tensor, Tensor>;

/** A graph that grows node by node. */
export class Nodes {
  readonly #nodes: { [name: string]: { layer: nn.AnyLayer; from: string | readonly string[] } } = {};

  /** @returns its name, for those that take what it makes */
  add(name: string, layer: nn.Layer | nn.Merging, from: string | readonly string[]): string {
    this.#nodes[name] = { layer: layer as nn.AnyLayer, from };
    return name;
  }

  /** From `images` to what the node `outputs` makes. */
  network(name: string, outputs: string): SegmentationNetwork {
    return nn.graph(name, { inputs: "images", nodes: this.#nodes, outputs }) as never;
  }
}

/** A convolution, normalised by the batch where that is asked for, and a rectifier. */
export const convolved = (
  filters: number,
  { kernel = 3, stride = 1, padding = "same" as "same" | "valid", normalise = true } = {},
): nn.Layer[] => [
  nn.conv2d({ filters, kernel, stride, padding, bias: !normalise }),
  ...(normalise ? [nn.batchNorm()] : []),
  nn.relu(),
];

/** The convolutions of VGG-16 between its pools. Simonyan, Zisserman, arXiv:1409.1556, table 1, column D. */
export const vgg16Blocks: readonly (readonly number[])[] = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];
