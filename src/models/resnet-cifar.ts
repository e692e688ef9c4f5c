import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { cifarPixels } from "./cifar.js";
import { checkVariant } from "./variants.js";

/** Blocks of each of the three stages: n in 6n + 2 layers. */
const plans = { resnet20: 3, resnet32: 5, resnet44: 7, resnet56: 9, resnet110: 18 } as const;

/** The ResNets for CIFAR by their depth: `resnet20`. */
export type ResnetCifarVariant = keyof typeof plans;
export const resnetCifarVariants = Object.keys(plans) as ResnetCifarVariant[];

const conv = (filters: number, stride = 1): nn.Layer[] => [
  nn.conv2d({ filters, kernel: 3, stride, padding: 1, bias: false, initialiser: "heNormal" }),
  nn.batchNorm(),
];

/** The identity where a stage begins (the paper's option A): every other pixel, zeros for the channels that are new. */
const shortcut = (filters: number): nn.Layer[] => [
  nn.avgPool2d(1, { stride: 2 }),
  nn.pad({ channels: [0, filters / 2] }),
];

/**
 * ResNet for CIFAR's pictures, N×32×32×3, pixels 0 to 255. ResNet-20 has 269,722 parameters.
 * He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385, section 4.2.
 */
export function resnetCifar(variant: ResnetCifarVariant, given: { classes?: number } = {}): nn.Model {
  checkVariant("resnetCifar", variant, resnetCifarVariants);
  const { classes = 10 } = optionsOf("resnetCifar", given, { classes: 1 });
  const stages = [16, 32, 64].map((filters, s) => {
    const blocks = Array.from({ length: plans[variant] }, (_, b) => {
      const begins = s > 0 && b === 0;
      return nn.residual([...conv(filters, begins ? 2 : 1), nn.relu(), ...conv(filters)], {
        shortcut: begins ? shortcut(filters) : undefined,
        activation: nn.relu(),
        name: `block${b + 1}`,
      });
    });
    return nn.sequential(`stage${s + 1}`, ...blocks);
  });
  return nn.sequential(
    variant,
    cifarPixels(),
    ...[...conv(16), nn.relu()],
    ...stages,
    ...[nn.globalAvgPool2d(), nn.dense(classes)],
  );
}
