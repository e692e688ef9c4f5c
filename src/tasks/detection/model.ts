import { optionsOf } from "../../door/options.js";
import { fromOneOn, positive, required } from "../../door/rules.js";
import * as nn from "../../nn/index.js";
import type { Tensor } from "../../tensor/tensor.js";

/** A {@link detectionNetwork} in numbers. */
export interface DetectionNetworkOptions {
  classes: number;
  /** Filters are so many times as many: 1 if left out. */
  width?: number;
}

/** What a {@link detectionNetwork} says of each place of a grid; a place stands for `stride` by `stride` pixels. */
export interface PlaceOutputs {
  /** N×h×w×classes, before a sigmoid: whether an object of the class has its middle there. */
  readonly scores: Tensor;
  /** N×h×w×4, before `softplus`: how far its top, left, bottom and right are from the middle of the place, in units of `distanceUnit` pixels. */
  readonly distances: Tensor;
}

/** A network of N×H×W×3 pixels of 0 to 255 to {@link PlaceOutputs}. */
export type DetectionNetwork = nn.Graph<Tensor, { readonly [K in keyof PlaceOutputs]: Tensor }>;

/** Pixels of a place, along both edges. */
export const stride = 4;
/** Edges of pictures are multiples of it: five times the network halves them. */
export const sizesBy = 32;
/** In pixels: so that the network's numbers are about 1. */
export const distanceUnit = 16;

/** Of the levels of 2, 4, 8, 16 and 32 pixels. */
const filters = [16, 32, 64, 128, 192] as const;
/** Of the level of 4 pixels that all others have been added to, and of what scores and distances are made of. */
const [finest, head] = [48, 32];

/** So many filters in a network of this width. */
export const filtersBy =
  (width: number) =>
  (count: number): number =>
    Math.max(8, 8 * Math.round((count * width) / 8));

/** Normalised, and none below 0. */
const conv = (count: number, { kernel = 3, step = 1 } = {}): nn.Layer[] => [
  nn.conv2d({ filters: count, kernel, stride: step, padding: "same", bias: false }),
  nn.batchNorm(),
  nn.relu(),
];

type Nodes = { [name: string]: { layer: nn.AnyLayer; from: string | readonly string[] } };

/**
 * Levels of 2 to 32 pixels from the input `images` on, pixels of 0 to 255, and the way back up to the level of `finest` pixels,
 * a power of two from 4 to 16.
 */
export function pyramidNodes({ width, finest: until }: { width: number; finest: number }): {
  nodes: Nodes;
  /** What has seen all levels. */
  last: string;
} {
  const times = filtersBy(width);
  const level = (count: number): nn.Layer =>
    nn.sequential(
      ...conv(count, { step: 2 }),
      nn.residual(
        [
          ...conv(count),
          nn.conv2d({ filters: count, kernel: 3, padding: "same", bias: false }),
          nn.batchNorm(),
        ],
        { activation: nn.relu() },
      ),
    );
  const [stem, ...levels] = filters.map(times);
  const nodes: Nodes = {
    pixels: { layer: nn.rescale(), from: "images" },
    level2: { layer: nn.sequential(...conv(stem, { step: 2 })), from: "pixels" },
  };
  levels.forEach((count, i) => {
    nodes[`level${4 << i}`] = { layer: level(count), from: `level${2 << i}` };
  });
  // From the coarsest level up to the finest, each as wide as the one that it is added to.
  let last = `level${2 << levels.length}`;
  for (let i = levels.length - 2; 4 << i >= until; i--) {
    const size = 4 << i;
    const count = i === 0 ? times(finest) : levels[i];
    nodes[`up${size}`] = {
      layer: nn.sequential(...conv(count, { kernel: 1 }), nn.upsample2d({ factor: 2 })),
      from: last,
    };
    nodes[`across${size}`] = { layer: nn.sequential(...conv(count, { kernel: 1 })), from: `level${size}` };
    nodes[`both${size}`] = { layer: nn.add(), from: [`up${size}`, `across${size}`] };
    nodes[`joined${size}`] = { layer: nn.sequential(...conv(count)), from: `both${size}` };
    last = `joined${size}`;
  }
  return { nodes, last };
}

/**
 * The network that finds objects: levels of 2 to 32 pixels, each a convolution that halves and a residual block; then back
 * up, each level added to the next finer one, to places of 4 by 4 pixels; there a score for each class and four distances.
 * Nothing in it is of a picture's size but that edges are multiples of 32.
 *
 * With three classes there are 1.66 million parameters, and a picture of 320×320 takes 1.0 billion multiply-adds.
 *
 * Lin, Dollár, Girshick, He, Hariharan, Belongie: Feature Pyramid Networks, arXiv:1612.03144 (the way back up); Zhou, Wang,
 * Krähenbühl: Objects as Points, arXiv:1904.07850 (scores of middles); Liu, Zheng, Xu, Yang, Cai: Training-Time-Friendly
 * Network for Real-Time Object Detection, arXiv:1909.00700 (distances).
 */
export function detectionNetwork(given: DetectionNetworkOptions): DetectionNetwork {
  const { classes, width = 1 } = optionsOf("detectionNetwork", given, {
    classes: required(fromOneOn),
    width: positive,
  });
  const times = filtersBy(width);
  const { nodes, last: above } = pyramidNodes({ width, finest: stride });
  nodes.scores = {
    layer: nn.sequential(
      ...conv(times(head)),
      nn.conv2d({ filters: classes, kernel: 1 }),
      // So that it begins by finding a tenth of an object at each place: at a half, nothing would be learned for long but that there is none.
      nn.rescale({ scale: 1, offset: Math.log(0.1 / 0.9) }),
    ),
    from: above,
  };
  nodes.distances = {
    layer: nn.sequential(...conv(times(head)), nn.conv2d({ filters: 4, kernel: 1 })),
    from: above,
  };
  return nn.graph("detection", {
    inputs: "images",
    nodes: nodes as never,
    outputs: ["scores", "distances"],
  }) as never;
}
