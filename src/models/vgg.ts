import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";

/** Filters of the 3×3 convolutions: columns A, B, D and E of the paper's table 1. */
const plans = {
  vgg11: [64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"],
  vgg13: [64, 64, "pool", 128, 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"],
  vgg16: [
    ...[64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool"],
    ...[512, 512, 512, "pool", 512, 512, 512, "pool"],
  ],
  vgg19: [
    ...[64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool"],
    ...[512, 512, 512, 512, "pool", 512, 512, 512, 512, "pool"],
  ],
} as const satisfies { [name: string]: readonly (number | "pool")[] };

type Plan = keyof typeof plans;
export type VggVariant = Plan | `${Plan}_bn`;

const names = Object.keys(plans) as Plan[];
export const vggVariants: readonly VggVariant[] = [
  ...names,
  ...names.map((name): VggVariant => `${name}_bn`),
];

/**
 * VGG for ImageNet, N×224×224×3; with `_bn` a batch normalisation after each convolution, as torchvision has it.
 * Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv:1409.1556, table 1.
 */
export function vgg(variant: VggVariant, { classes = 1000 }: { classes?: number } = {}): nn.Model {
  const normalised = variant.endsWith("_bn") ? () => [nn.batchNorm()] : () => [];
  const features = plans[variant.replace("_bn", "") as Plan].flatMap((step) =>
    step === "pool"
      ? [nn.maxPool2d(2)]
      : [nn.conv2d({ filters: step, kernel: 3, padding: "same" }), ...normalised(), nn.relu()],
  );
  const hidden = () => [nn.dense(4096), nn.relu(), nn.dropout(0.5)];
  return nn.sequential(
    variant,
    imagenetPixels(),
    ...features,
    nn.flatten(),
    ...hidden(),
    ...hidden(),
    nn.dense(classes),
  );
}
