import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";
import { checkVariant } from "./variants.js";

/** Channels that a layer adds (k), and layers of each of the four blocks: table 1 of the paper; 161 is torchvision's. */
const plans = {
  densenet121: { growth: 32, blocks: [6, 12, 24, 16] },
  densenet161: { growth: 48, blocks: [6, 12, 36, 24] },
  densenet169: { growth: 32, blocks: [6, 12, 32, 32] },
  densenet201: { growth: 32, blocks: [6, 12, 48, 32] },
  densenet264: { growth: 32, blocks: [6, 12, 64, 48] },
} as const;

/** The DenseNets by their depth: `densenet121`. */
export type DensenetVariant = keyof typeof plans;
export const densenetVariants = Object.keys(plans) as DensenetVariant[];

/** Normalised, rectified, convolved: the paper's order. */
const conv = (filters: number, kernel: number) => [
  ...[nn.batchNorm(), nn.relu()],
  nn.conv2d({ filters, kernel, padding: "same", bias: false }),
];

/**
 * DenseNet (its BC form) for ImageNet, N×224×224×3.
 * Huang, Liu, van der Maaten, Weinberger: Densely Connected Convolutional Networks, arXiv:1608.06993, table 1.
 */
export function densenet(variant: DensenetVariant, given: { classes?: number } = {}): nn.Model {
  checkVariant("densenet", variant, densenetVariants);
  const { classes = 1000 } = optionsOf("densenet", given, { classes: 1 });
  const { growth, blocks } = plans[variant];
  let channels = 2 * growth;
  const features = blocks.flatMap((count, b) => {
    const layers = Array.from({ length: count }, (_, l) =>
      nn.sequential(`layer${l + 1}`, ...conv(4 * growth, 1), ...conv(growth, 3)),
    );
    const block = nn.denseBlock(layers, { name: `block${b + 1}` });
    if (b === blocks.length - 1) return [block];
    channels = (channels + count * growth) / 2;
    return [block, nn.sequential(`transition${b + 1}`, ...conv(channels, 1), nn.avgPool2d(2))];
  });
  return nn.sequential(
    variant,
    imagenetPixels(),
    nn.conv2d({ filters: 2 * growth, kernel: 7, stride: 2, padding: 3, bias: false }),
    ...[nn.batchNorm(), nn.relu(), nn.maxPool2d(3, { stride: 2, padding: 1 })],
    ...features,
    ...[nn.batchNorm(), nn.relu(), nn.globalAvgPool2d(), nn.dense(classes)],
  );
}
