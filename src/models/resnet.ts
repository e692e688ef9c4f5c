import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";
import { checkVariant } from "./variants.js";

/** Blocks of each of the four stages: table 1 of the paper. */
const plans = {
  resnet18: { block: "basic", repeats: [2, 2, 2, 2] },
  resnet34: { block: "basic", repeats: [3, 4, 6, 3] },
  resnet50: { block: "bottleneck", repeats: [3, 4, 6, 3] },
  resnet101: { block: "bottleneck", repeats: [3, 4, 23, 3] },
  resnet152: { block: "bottleneck", repeats: [3, 8, 36, 3] },
} as const;

type Depth = keyof typeof plans;
/** The ResNets for ImageNet by their depth: `resnet50`; with `_v1` the stride is where the paper has it. */
export type ResnetVariant = Depth | `${Depth}_v1`;

const depths = Object.keys(plans) as Depth[];
export const resnetVariants: readonly ResnetVariant[] = [
  ...depths,
  ...depths.map((depth): ResnetVariant => `${depth}_v1`),
];

type Conv = (filters: number, kernel: number, stride?: number) => nn.Layer[];

/** What a block adds to its input. Where a stage begins, v1 steps in the first convolution, v1.5 in the 3×3. */
const blocks = {
  basic: (conv: Conv, width: number, stride: number) => [
    ...[...conv(width, 3, stride), nn.relu()],
    ...conv(width, 3),
  ],
  bottleneck: (conv: Conv, width: number, stride: number, isV1: boolean) => [
    ...[...conv(width, 1, isV1 ? stride : 1), nn.relu()],
    ...[...conv(width, 3, isV1 ? 1 : stride), nn.relu()],
    ...conv(4 * width, 1),
  ],
};

/**
 * What of a ResNet sees: its stem, N×H×W×3 to a quarter of the edges, and its four stages, of which all but the first
 * halve them. What other networks stand on, too.
 */
export function resnetBody(
  variant: ResnetVariant,
  normalisation: nn.BatchNormOptions = {},
): { stem: nn.Layer[]; stages: nn.Layer[] } {
  const isV1 = variant.endsWith("_v1");
  const { block, repeats } = plans[variant.replace("_v1", "") as Depth];
  const conv: Conv = (filters, kernel, stride = 1) => [
    nn.conv2d({ filters, kernel, stride, padding: (kernel - 1) / 2, bias: false }),
    nn.batchNorm(normalisation),
  ];
  let channels = 64;
  const stages = repeats.map((count, s) => {
    const width = 64 * 2 ** s;
    const made = block === "basic" ? width : 4 * width;
    const stage = Array.from({ length: count }, (_, b) => {
      const stride = s > 0 && b === 0 ? 2 : 1;
      const fits = channels === made && stride === 1;
      channels = made;
      return nn.residual(blocks[block](conv, width, stride, isV1), {
        shortcut: fits ? undefined : conv(made, 1, stride),
        activation: nn.relu(),
        name: `block${b + 1}`,
      });
    });
    return nn.sequential(`stage${s + 1}`, ...stage);
  });
  const stem = [...conv(64, 7, 2), nn.relu(), nn.maxPool2d(3, { stride: 2, padding: 1 })];
  return { stem, stages };
}

/**
 * ResNet for ImageNet, N×224×224×3. Without a suffix "v1.5", as torchvision and timm have it: bottlenecks halve the
 * picture in their 3×3 convolution; with `_v1` in the first 1×1, as published (18 and 34 have no bottlenecks and are
 * the same in both).
 * He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385, table 1.
 */
export function resnet(variant: ResnetVariant, given: { classes?: number } = {}): nn.Model {
  checkVariant("resnet", variant, resnetVariants);
  const { classes = 1000 } = optionsOf("resnet", given, { classes: 1 });
  const { stem, stages } = resnetBody(variant);
  return nn.sequential(
    variant,
    imagenetPixels(),
    ...stem,
    ...stages,
    ...[nn.globalAvgPool2d(), nn.dense(classes)],
  );
}
