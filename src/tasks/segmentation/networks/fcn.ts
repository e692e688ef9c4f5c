import { checkArgument } from "../../../door/argument.js";
import { optionsOf } from "../../../door/options.js";
import { callback, fromOneOn, oneOf, required, wholeOfAtLeast } from "../../../door/rules.js";
import * as nn from "../../../nn/index.js";
import type { Shape } from "../../../tensor/shapes.js";
import { someBlocks } from "./blocks.js";
import { convolved, Nodes, type SegmentationNetwork, vgg16Blocks } from "./nodes.js";
import { stagesOf } from "./stages.js";

/** Which levels are looked at: that of 32 pixels alone, that of 16, too, or those of 16 and 8. */
export type FcnVariant = "32s" | "16s" | "8s";

/** An {@link fcn} in numbers; what is left out is as published, on VGG-16. */
export interface FcnOptions {
  classes: number;
  /** Filters of the convolutions between two pools, from the finest on; those of VGG-16 if left out. */
  blocks?: readonly (readonly number[])[];
  /** Of the two layers behind them; 4096 if left out. */
  hidden?: number;
  /** Zeros around the picture, beside those of its first convolution; 99 if left out. */
  margin?: number;
  /**
   * Another network that it stands on, such as those of `models`, in the place of all these: from its levels of 8, 16 and 32
   * pixels each a score, enlarged bilinearly to the next finer one and added. `train` takes over what it has learned.
   */
  backbone?: nn.Model;
}

/** Where what was enlarged is cropped from on: so that what stands on the same pixel lies on each other. */
const offsets = { score4: 5, score3: 9, "32s": 19, "16s": 27, "8s": 31 };
const strides = { "32s": 32, "16s": 16, "8s": 8 };

/**
 * Fully convolutional networks: VGG-16 with its dense layers as convolutions, a score of each class at 32 pixels; enlarged by
 * transposed convolutions that begin as bilinear interpolation ({@link beginInterpolating}), and added to scores of the pools
 * before (16s, 8s). Input N×H×W×C, pixels of 0 to 255; the result has their size. Scores begin at 0.
 *
 * Long, Shelhamer, Darrell: Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, section 4.
 */
export function fcn(variant: FcnVariant, given: FcnOptions): SegmentationNetwork {
  checkArgument("fcn", "the variant", variant, oneOf("32s", "16s", "8s"));
  const options = optionsOf("fcn", given, {
    classes: required(fromOneOn),
    blocks: someBlocks,
    hidden: fromOneOn,
    margin: wholeOfAtLeast(0),
    backbone: 1,
  });
  return options.backbone
    ? onBackbone(variant, options.backbone, options.classes)
    : published(variant, options);
}

const scoring = (classes: number): nn.Layer =>
  nn.conv2d({ filters: classes, kernel: 1, initialiser: "zeros" });

function published(
  variant: FcnVariant,
  { classes, blocks = vgg16Blocks, hidden = 4096, margin = 99 }: FcnOptions,
): SegmentationNetwork {
  const nodes = new Nodes();
  nodes.add("pixels", nn.rescale(), "images");
  let at = nodes.add("margin", nn.pad({ rows: [margin, margin], columns: [margin, margin] }), "pixels");
  blocks.forEach((block, i) => {
    const layers = block.flatMap((filters) => convolved(filters, { normalise: false }));
    at = nodes.add(`stage${i + 1}`, nn.sequential(...layers, nn.maxPool2d(2, { ceil: true })), at);
  });
  const plain = { padding: "valid", normalise: false } as const;
  const head = nn.sequential(
    ...convolved(hidden, { kernel: 7, ...plain }),
    nn.dropout(0.5),
    ...convolved(hidden, { kernel: 1, ...plain }),
    nn.dropout(0.5),
  );
  at = nodes.add("scores", scoring(classes), nodes.add("head", head, at));
  const enlarged = (name: string, factor: number): string => {
    const by = { kernel: 2 * factor, stride: factor, bias: false };
    return nodes.add(name, nn.conv2dTranspose({ filters: classes, ...by }), at);
  };
  const skips = variant === "32s" ? [] : variant === "16s" ? [1] : [1, 2];
  for (const back of skips) {
    const stage = blocks.length - back;
    const larger = enlarged(`enlarged${stage}`, 2);
    nodes.add(`scores${stage}`, scoring(classes), `stage${stage}`);
    const offset = offsets[back === 1 ? "score4" : "score3"];
    const cropped = nodes.add(`cropped${stage}`, nn.cropTo({ offset }), [`scores${stage}`, larger]);
    at = nodes.add(`both${stage}`, nn.add(), [larger, cropped]);
  }
  const whole = enlarged("enlarged", strides[variant]);
  return nodes.network(
    `fcn${variant}`,
    nodes.add("cut", nn.cropTo({ offset: offsets[variant] }), [whole, "pixels"]),
  );
}

/**
 * Gives the transposed convolutions of an {@link fcn} that is built the filters by which they interpolate bilinearly, each class
 * by itself; `train` does it. Other networks stay as they are.
 */
export function beginInterpolating(network: SegmentationNetwork): void {
  checkArgument("beginInterpolating", "the network", network, callback);
  if (!/^fcn/.test(network.name)) return;
  for (const [path, filters] of network.parameters ?? [])
    if (/^enlarged\d*\.filters$/.test(path)) filters.set(interpolation(filters.shape));
}

/** Of filters kH×kW×K×K: tents along both axes, from each channel to itself. */
function interpolation([height, width, to, from]: Shape): Float32Array {
  const tent = (edge: number): number[] =>
    Array.from({ length: edge }, (_, i) => 1 - Math.abs(i - (edge - 1) / 2) / Math.ceil(edge / 2));
  const [down, across] = [tent(height), tent(width)];
  const numbers = new Float32Array(height * width * to * from);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let c = 0; c < to; c++) numbers[((i * width + j) * to + c) * from + c] = down[i] * across[j];
  return numbers;
}

function onBackbone(variant: FcnVariant, backbone: nn.Model, classes: number): SegmentationNetwork {
  const { pixels, stages } = stagesOf("fcn", backbone);
  const nodes = new Nodes();
  let at = nodes.add("pixels", pixels, "images");
  stages.forEach(({ layers }, i) => {
    at = nodes.add(`stage${i + 1}`, nn.sequential(...layers), at);
  });
  at = nodes.add("scores", scoring(classes), at);
  const finest = strides[variant];
  for (let i = stages.length - 2; i >= 0 && stages[i].stride >= finest; i--) {
    const skip = nodes.add(`scores${i + 1}`, scoring(classes), `stage${i + 1}`);
    const larger = nodes.add(`enlarged${i + 1}`, nn.upsampleTo({ method: "bilinear" }), [at, skip]);
    at = nodes.add(`both${i + 1}`, nn.add(), [larger, skip]);
  }
  const whole = nodes.add("enlarged", nn.upsampleTo({ method: "bilinear" }), [at, "pixels"]);
  return nodes.network(`fcn${variant}_${backbone.name}`, whole);
}
