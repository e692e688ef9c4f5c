import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";
import { checkVariant } from "./variants.js";

const one = (filters: number) => ({ filters, kernel: 1 });

/** Filters of the 3×3 (or 1×1) convolutions: columns A, A-LRN, B, C, D and E of the paper's table 1. */
const plans = {
  vgg11: [64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"],
  vgg11_lrn: [64, "norm", "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"],
  vgg13: [64, 64, "pool", 128, 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"],
  vgg16_c: [
    ...[64, 64, "pool", 128, 128, "pool", 256, 256, one(256), "pool"],
    ...[512, 512, one(512), "pool", 512, 512, one(512), "pool"],
  ],
  vgg16: [
    ...[64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool"],
    ...[512, 512, 512, "pool", 512, 512, 512, "pool"],
  ],
  vgg19: [
    ...[64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool"],
    ...[512, 512, 512, 512, "pool", 512, 512, 512, 512, "pool"],
  ],
} as const satisfies { [name: string]: readonly Step[] };

type Step = number | { readonly filters: number; readonly kernel: number } | "pool" | "norm";
type Plan = keyof typeof plans;
type Normalised = "vgg11" | "vgg13" | "vgg16" | "vgg19";
/** The VGGs by their depth: `vgg16`; with `_bn` those with batch normalisation. */
export type VggVariant = Plan | `${Normalised}_bn`;

export const vggVariants: readonly VggVariant[] = [
  ...(Object.keys(plans) as Plan[]),
  ...(["vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"] as const),
];

/**
 * VGG for ImageNet, N×224×224×3; with `_bn` a batch normalisation after each convolution, as torchvision has it.
 * Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv:1409.1556, table 1.
 */
export function vgg(variant: VggVariant, given: { classes?: number } = {}): nn.Model {
  checkVariant("vgg", variant, vggVariants);
  const { classes = 1000 } = optionsOf("vgg", given, { classes: 1 });
  const normalised = variant.endsWith("_bn") ? () => [nn.batchNorm()] : () => [];
  const steps: readonly Step[] = plans[variant.replace("_bn", "") as Plan];
  const features = steps.flatMap((step) => {
    if (step === "pool") return [nn.maxPool2d(2)];
    if (step === "norm") return [nn.localResponseNorm()];
    const { filters, kernel } = typeof step === "number" ? { filters: step, kernel: 3 } : step;
    return [nn.conv2d({ filters, kernel, padding: "same" }), ...normalised(), nn.relu()];
  });
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
