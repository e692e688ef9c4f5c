/** How torchvision and timm call the layers of the networks that they have too. Only who reads their files loads it. */
import { type TorchNames, type TorchRule, torchNames } from "./torch-names.js";

const torchKinds: { readonly [kind: string]: string } = { conv: "conv", batchNorm: "bn" };

const alexnet: readonly TorchRule[] = [
  [/^conv\d$/, (_, place) => `features.${place}`],
  [/^dense1$/, () => "classifier.1", [256, 6, 6]],
  [/^dense2$/, () => "classifier.4"],
  [/^dense3$/, () => "classifier.6"],
];

/** torchvision's names, and timm's for the dense layers, which are convolutions there. */
const vgg: readonly TorchRule[] = [
  [/^(conv|batchNorm)\d+$/, (_, place) => `features.${place}`],
  [/^dense1$/, () => ["classifier.0", "pre_logits.fc1"], [512, 7, 7]],
  [/^dense2$/, () => ["classifier.3", "pre_logits.fc2"]],
  [/^dense3$/, () => ["classifier.6", "head.fc"]],
];

/** Of torchvision's form. */
const googlenet: readonly TorchRule[] = [
  [/^(conv|batchNorm)(\d)$/, ([, kind, i]) => `conv${i}.${torchKinds[kind]}`],
  [/^inception(\w+)\/1x1\/(\D+)1$/, ([, m, kind]) => `inception${m}.branch1.${torchKinds[kind]}`],
  [
    /^inception(\w+)\/3x3\/(\D+)(\d)$/,
    ([, m, kind, i]) => `inception${m}.branch2.${+i - 1}.${torchKinds[kind]}`,
  ],
  [
    /^inception(\w+)\/5x5\/(\D+)(\d)$/,
    ([, m, kind, i]) => `inception${m}.branch3.${+i - 1}.${torchKinds[kind]}`,
  ],
  [/^inception(\w+)\/pool\/(\D+)1$/, ([, m, kind]) => `inception${m}.branch4.1.${torchKinds[kind]}`],
  [/^head(\d)\/dense1$/, ([, h]) => `aux${h}.fc1`, [128, 4, 4]],
  [/^head(\d)\/dense2$/, ([, h]) => `aux${h}.fc2`],
  [/^head(\d)\/(\D+)1$/, ([, h, kind]) => `aux${h}.conv.${torchKinds[kind]}`],
  [/^dense1$/, () => "fc"],
];

/** The same in torchvision and timm. */
const resnet: readonly TorchRule[] = [
  [/^conv1$/, () => "conv1"],
  [/^batchNorm1$/, () => "bn1"],
  [/^stage(\d)\/block(\d+)\/conv(\d)$/, ([, s, b, i]) => `layer${s}.${+b - 1}.conv${i}`],
  [/^stage(\d)\/block(\d+)\/batchNorm(\d)$/, ([, s, b, i]) => `layer${s}.${+b - 1}.bn${i}`],
  [/^stage(\d)\/block(\d+)\/shortcut\/conv1$/, ([, s, b]) => `layer${s}.${+b - 1}.downsample.0`],
  [/^stage(\d)\/block(\d+)\/shortcut\/batchNorm1$/, ([, s, b]) => `layer${s}.${+b - 1}.downsample.1`],
  [/^dense1$/, () => "fc"],
];

/** Of the one with a feature pyramid on ResNet-50; convolutions of newer files stand in blocks of their own. */
const fasterRcnn: readonly TorchRule[] = [
  [/^pyramid\/stem\/conv1$/, () => "backbone.body.conv1"],
  [/^pyramid\/stem\/batchNorm1$/, () => "backbone.body.bn1"],
  // Those of its stages; it ends in no dense layer.
  ...resnet
    .filter(([pattern]) => pattern.source.startsWith("^stage"))
    .map(
      ([pattern, name]): TorchRule => [
        new RegExp(pattern.source.replace("^", "^pyramid\\/")),
        (match, place) => `backbone.body.${name(match, place)}`,
      ],
    ),
  [/^pyramid\/across(\d)$/, ([, level]) => blocksOf("inner", level)],
  [/^pyramid\/level(\d)$/, ([, level]) => blocksOf("layer", level)],
  [/^rpn\/seen\/conv1$/, () => ["rpn.head.conv", "rpn.head.conv.0.0"]],
  [/^rpn\/scores$/, () => "rpn.head.cls_logits"],
  [/^rpn\/codes$/, () => "rpn.head.bbox_pred"],
  [/^head\/seen\/dense1$/, () => "roi_heads.box_head.fc6", [256, 7, 7]],
  [/^head\/seen\/dense2$/, () => "roi_heads.box_head.fc7"],
  [/^head\/scores$/, () => "roi_heads.box_predictor.cls_score"],
  [/^head\/codes$/, () => "roi_heads.box_predictor.bbox_pred"],
];

/** Of the level whose places are 2^level pixels apart; the first is that of 2². */
function blocksOf(kind: "inner" | "layer", level: string): string[] {
  const block = `backbone.fpn.${kind}_blocks.${Number(level) - 2}`;
  return [block, `${block}.0`];
}

/** torchvision's names and timm's; old files have a dot before the number in a dense layer. */
const densenet: readonly TorchRule[] = [
  [/^conv1$/, () => "features.conv0"],
  [/^batchNorm1$/, () => "features.norm0"],
  [
    /^block(\d)\/layer(\d+)\/(conv|batchNorm)(\d)$/,
    ([, b, l, kind, i]) => {
      const module = `features.denseblock${b}.denselayer${l}.${kind === "conv" ? "conv" : "norm"}`;
      return [`${module}${i}`, `${module}.${i}`];
    },
  ],
  [/^transition(\d)\/conv1$/, ([, t]) => `features.transition${t}.conv`],
  [/^transition(\d)\/batchNorm1$/, ([, t]) => `features.transition${t}.norm`],
  [/^batchNorm2$/, () => "features.norm5"],
  [/^dense1$/, () => "classifier"],
];

const squeezenet: readonly TorchRule[] = [
  [/^conv1$/, (_, place) => `features.${place}`],
  [/^fire\d\/squeeze$/, (_, place) => `features.${place}.squeeze`],
  [/^fire\d\/expand\/(\dx\d)$/, ([, size], place) => `features.${place}.expand${size}`],
  [/^conv2$/, () => "classifier.1"],
];

/** Of models by their names in the registry; undefined where torchvision and timm have none like it. */
export function torchNamesOf(model: string): TorchNames | undefined {
  const [, rules] = families.find(([pattern]) => pattern.test(model)) ?? [];
  return rules && torchNames(rules);
}

const families: readonly (readonly [model: RegExp, rules: readonly TorchRule[]])[] = [
  [/^alexnet_torchvision$/, alexnet],
  [/^vgg\d/, vgg],
  [/^googlenet/, googlenet],
  // Not those for CIFAR, which have other numbers.
  [/^resnet(18|34|50|101|152)(_|$)/, resnet],
  [/^densenet/, densenet],
  [/^squeezenet/, squeezenet],
  [/^fasterrcnn_resnet50_fpn$/, fasterRcnn],
];
