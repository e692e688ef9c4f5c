import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";
import { checkVariant } from "./variants.js";

/** Filters of a module: 1×1, before the 3×3, 3×3, before the 5×5, 5×5, after the pool. Table 1 of the paper. */
type Row = readonly [
  one: number,
  reduce3: number,
  three: number,
  reduce5: number,
  five: number,
  pool: number,
];

const plan: readonly (readonly [string, Row] | "pool" | "last pool" | "head")[] = [
  ["3a", [64, 96, 128, 16, 32, 32]],
  ["3b", [128, 128, 192, 32, 96, 64]],
  "pool",
  ["4a", [192, 96, 208, 16, 48, 64]],
  "head",
  ["4b", [160, 112, 224, 24, 64, 64]],
  ["4c", [128, 128, 256, 24, 64, 64]],
  ["4d", [112, 144, 288, 32, 64, 64]],
  "head",
  ["4e", [256, 160, 320, 32, 128, 128]],
  "last pool",
  ["5a", [256, 160, 320, 32, 128, 128]],
  ["5b", [384, 192, 384, 48, 128, 128]],
];

/** Where torchvision's network is not that of the paper: normalised, 3×3 for 5×5, another pool and other dropout. */
const forms = {
  googlenet: {
    large: 5,
    convolved: (options: Conv) => [nn.conv2d(options), nn.relu()],
    responses: () => [nn.localResponseNorm()],
    lastPool: 3,
    headPool: () => nn.avgPool2d(5, { stride: 3 }),
    dropout: 0.4,
  },
  googlenet_bn: {
    large: 3,
    convolved: (options: Conv) => [
      nn.conv2d({ ...options, bias: false }),
      nn.batchNorm({ epsilon: 1e-3 }),
      nn.relu(),
    ],
    responses: () => [],
    lastPool: 2,
    headPool: () => nn.adaptiveAvgPool2d(4),
    dropout: 0.2,
  },
} as const;

type Conv = { filters: number; kernel: number; stride?: number; padding: "same" | number };

/** GoogLeNet as published, and with batch normalisation. */
export type GooglenetVariant = keyof typeof forms;
export const googlenetVariants = Object.keys(forms) as GooglenetVariant[];

/**
 * GoogLeNet, N×224×224×3: as published, or in torchvision's form with batch normalisation (`googlenet_bn`). In training
 * two auxiliary heads read what the modules 4a and 4d make; their losses count 0.3 times.
 *
 * @param given.naive  modules without 1×1 convolutions before the large filters and after the pool: figure 2a
 * Szegedy et al.: Going Deeper with Convolutions, arXiv:1409.4842, table 1.
 */
export function googlenet(
  variant: GooglenetVariant,
  given: { classes?: number; naive?: boolean } = {},
): nn.Model {
  checkVariant("googlenet", variant, googlenetVariants);
  const { classes = 1000, naive = false } = optionsOf("googlenet", given, { classes: 1, naive: 1 });
  const { large, convolved, responses, lastPool, headPool, dropout } = forms[variant];
  const conv = (filters: number, kernel = 1) => convolved({ filters, kernel, padding: "same" });
  const pool = (size = 3) => nn.maxPool2d(size, { stride: 2, ceil: true });
  const inception = (name: string, [one, reduce3, three, reduce5, five, after]: Row) => {
    const small = (filters: number) => (naive ? [] : conv(filters));
    return nn.branches(
      [
        nn.sequential("1x1", ...conv(one)),
        nn.sequential("3x3", ...small(reduce3), ...conv(three, 3)),
        nn.sequential("5x5", ...small(reduce5), ...conv(five, large)),
        nn.sequential("pool", nn.maxPool2d(3, { stride: 1, padding: "same" }), ...small(after)),
      ],
      { name: `inception${name}` },
    );
  };
  let heads = 0;
  const head = () =>
    nn.auxiliary(
      [
        ...[headPool(), ...conv(128), nn.flatten()],
        ...[nn.dense(1024), nn.relu(), nn.dropout(0.7), nn.dense(classes)],
      ],
      { name: `head${++heads}` },
    );
  const features = plan.map((step) => {
    if (step === "head") return head();
    if (step === "pool") return pool();
    return step === "last pool" ? pool(lastPool) : inception(...step);
  });
  return nn.sequential(
    variant,
    imagenetPixels(),
    ...[...convolved({ filters: 64, kernel: 7, stride: 2, padding: 3 }), pool(), ...responses()],
    ...[...conv(64), ...conv(192, 3), ...responses(), pool()],
    ...features,
    ...[nn.globalAvgPool2d(), nn.dropout(dropout), nn.dense(classes)],
  );
}
