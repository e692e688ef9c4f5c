import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";
import { checkVariant } from "./variants.js";

/** The first convolution, then fire modules (squeeze, expand by 1×1, expand by 3×3) and pools. */
const plans = {
  // Table 1 of the paper.
  squeezenet1_0: {
    first: { filters: 96, kernel: 7 },
    steps: [
      ...["pool", [16, 64, 64], [16, 64, 64], [32, 128, 128]],
      ...["pool", [32, 128, 128], [48, 192, 192], [48, 192, 192], [64, 256, 256]],
      ...["pool", [64, 256, 256]],
    ],
  },
  // The authors' later release: pools come earlier, which takes a third of the work.
  squeezenet1_1: {
    first: { filters: 64, kernel: 3 },
    steps: [
      ...["pool", [16, 64, 64], [16, 64, 64]],
      ...["pool", [32, 128, 128], [32, 128, 128]],
      ...["pool", [48, 192, 192], [48, 192, 192], [64, 256, 256], [64, 256, 256]],
    ],
  },
} as const;

type Step = "pool" | readonly [squeeze: number, narrow: number, wide: number];
/** The versions of SqueezeNet. */
export type SqueezenetVariant = keyof typeof plans;
export const squeezenetVariants = Object.keys(plans) as SqueezenetVariant[];

const fire = (name: string, squeeze: number, narrow: number, wide: number) =>
  nn.sequential(
    name,
    ...[nn.conv2d({ filters: squeeze, kernel: 1, name: "squeeze" }), nn.relu()],
    nn.branches(
      [
        nn.conv2d({ filters: narrow, kernel: 1, name: "1x1" }),
        nn.conv2d({ filters: wide, kernel: 3, padding: "same", name: "3x3" }),
      ],
      { name: "expand" },
    ),
    nn.relu(),
  );

/**
 * SqueezeNet, N×224×224×3, with the class of each place averaged at the end instead of dense layers.
 * Iandola et al.: SqueezeNet: AlexNet-level Accuracy with 50× Fewer Parameters, arXiv:1602.07360, table 1.
 */
export function squeezenet(variant: SqueezenetVariant, given: { classes?: number } = {}): nn.Model {
  checkVariant("squeezenet", variant, squeezenetVariants);
  const { classes = 1000 } = optionsOf("squeezenet", given, { classes: 1 });
  const { first } = plans[variant];
  const steps: readonly Step[] = plans[variant].steps;
  let number = 1; // the paper counts the first convolution, too
  const features = steps.map((step) =>
    step === "pool" ? nn.maxPool2d(3, { stride: 2, ceil: true }) : fire(`fire${++number}`, ...step),
  );
  return nn.sequential(
    variant,
    imagenetPixels(),
    ...[nn.conv2d({ ...first, stride: 2 }), nn.relu()],
    ...features,
    ...[nn.dropout(0.5), nn.conv2d({ filters: classes, kernel: 1 }), nn.relu()],
    nn.globalAvgPool2d(),
  );
}
