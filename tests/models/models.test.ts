import { describe, expect, test } from "vitest";
import { gradients, random, type Tensor, tensor } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import {
  googlenet,
  lenet5,
  lenet5Of1998,
  registered,
  registry,
  UnknownModelError,
} from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { lossOfCost } from "../../src/training/objective.js";
import { classification } from "../../src/training/objectives/index.js";
import { compiled } from "../checks/compiled.js";

/** As published, or counted by hand where nothing was; the heads of GoogLeNet do not count. */
const counts: { readonly [name: string]: { params: number; macs?: number; gigaMacs?: number } } = {
  lenet5: { params: 61_706, macs: 416_520 },
  // 117,600 in C1, 150,000 in C3 (60 kernels), 48,000, 10,080 and 840
  lenet5_1998: { params: 60_000, macs: 326_520 },
  alexnet: { params: 60_965_224 },
  alexnet_torchvision: { params: 61_100_840, gigaMacs: 0.714 },
  zfnet: { params: 62_357_608 },
  // 9·(3·64 + 64·64 + 64·128 + 128·128 + 128·256 + 256·256) + 896 biases; dense 4096·256 + 256 and 256·10 + 10
  vgg_cifar: {
    params: 9 * 127_168 + 896 + 1_048_832 + 2570,
    macs: 9 * (1024 * 4288 + 256 * 24_576 + 64 * 98_304) + 4096 * 256 + 2560,
  },
  vgg11: { params: 132_863_336, gigaMacs: 7.609 },
  vgg11_lrn: { params: 132_863_336, gigaMacs: 7.609 },
  vgg13: { params: 133_047_848, gigaMacs: 11.308 },
  vgg16_c: { params: 133_638_952 },
  vgg16: { params: 138_357_544, gigaMacs: 15.47 },
  vgg19: { params: 143_667_240, gigaMacs: 19.632 },
  vgg11_bn: { params: 132_868_840, gigaMacs: 7.609 },
  vgg13_bn: { params: 133_053_736, gigaMacs: 11.308 },
  vgg16_bn: { params: 138_365_992, gigaMacs: 15.47 },
  vgg19_bn: { params: 143_678_248, gigaMacs: 19.632 },
  googlenet: { params: 6_998_552 },
  googlenet_bn: { params: 6_624_904, gigaMacs: 1.498 },
  resnet18: { params: 11_689_512, gigaMacs: 1.814 },
  resnet34: { params: 21_797_672, gigaMacs: 3.664 },
  resnet50: { params: 25_557_032, gigaMacs: 4.089 },
  resnet101: { params: 44_549_160, gigaMacs: 7.801 },
  resnet152: { params: 60_192_808, gigaMacs: 11.514 },
  resnet18_v1: { params: 11_689_512, gigaMacs: 1.814 },
  resnet34_v1: { params: 21_797_672, gigaMacs: 3.664 },
  // The 3×3 that begins a stage works on a quarter of the pixels, three times.
  resnet50_v1: { params: 25_557_032, gigaMacs: 3.858 },
  resnet101_v1: { params: 44_549_160, gigaMacs: 7.57 },
  resnet152_v1: { params: 60_192_808, gigaMacs: 11.282 },
  resnet20: { params: 269_722 },
  resnet32: { params: 464_154 },
  resnet44: { params: 658_586 },
  resnet56: { params: 853_018 },
  resnet110: { params: 1_727_962 },
  densenet121: { params: 7_978_856, gigaMacs: 2.834 },
  densenet161: { params: 28_681_000, gigaMacs: 7.728 },
  densenet169: { params: 14_149_480, gigaMacs: 3.36 },
  densenet201: { params: 20_013_928, gigaMacs: 4.291 },
  densenet264: { params: 33_337_704 },
  squeezenet1_0: { params: 1_248_424 },
  squeezenet1_1: { params: 1_235_496 },
  // 160 + 4640; 1568·32 + 32; 32·1568 + 1568; 16·32·9 + 16; 16·9 + 1
  autoencoder: { params: 160 + 4640 + 50_208 + 51_744 + 4624 + 145 },
};

/** Pictures on which one step of training is quick; the variants that are left out differ in their tables only. */
const quick: { readonly [name: string]: number } = {
  lenet5: 28,
  lenet5_1998: 28,
  vgg_cifar: 32,
  alexnet: 67,
  zfnet: 64,
  vgg11_lrn: 32,
  googlenet: 96,
  googlenet_bn: 96,
  resnet18: 64,
  resnet50_v1: 64,
  resnet20: 32,
  densenet121: 64,
  squeezenet1_1: 64,
};

describe.each(Object.entries(registry))("%s", (name, { make, input, loss = crossEntropy }) => {
  test("has its number of parameters and multiply-adds, and is called so", () => {
    const summary = make().summary(input);
    expect(counts, `write the parameters of ${name}, as published, into \`counts\``).toHaveProperty(name);
    const { params, macs, gigaMacs } = counts[name];
    expect(summary.params).toBe(params);
    if (macs !== undefined) expect(summary.macs).toBe(macs);
    if (gigaMacs !== undefined) expect(Number((summary.macs / 1e9).toFixed(3))).toBe(gigaMacs);
    expect(summary.model).toBe(name);
  });

  test.runIf(name in quick)("gives scores for the classes, and a gradient to each parameter", async () => {
    const model = make({ classes: 7 });
    const shape = [quick[name], quick[name], input[2]];
    model.build(shape, { seed: 1 });
    const fields = { images: { shape, dtype: "u8", pixels: true } } as const;
    const step = compiled((images: Tensor, labels: Tensor, seed: Tensor) => {
      const cost = classification(loss()).cost(model, { images, labels }, { training: true, seed }, fields);
      const slopes = gradients(lossOfCost(cost), [...model.parameters.values()]);
      return { output: cost.output!, slopes };
    });
    const size = 2 * shape[0] * shape[1] * shape[2];
    const pixels = Uint8Array.from(await random.uniform([size], { seed: 2, max: 255 }).data());
    const seed = tensor(Int32Array.of(1), []);
    const { output, slopes } = await step(tensor(pixels, [2, ...shape]), tensor(Int32Array.of(0, 6)), seed);
    expect(output.length).toBe(14);
    expect(output.every(Number.isFinite)).toBe(true);
    [...model.parameters.keys()].forEach((path, i) => {
      expect(slopes[i].every(Number.isFinite), path).toBe(true);
      expect(
        slopes[i].some((g) => g !== 0),
        path,
      ).toBe(true);
    });
  });

  test("survives its description", () => {
    const model = make();
    const again = nn.fromDescription(JSON.parse(JSON.stringify(model.describe())));
    const training = { training: true };
    expect(again.summary(input, training)).toEqual(model.summary(input, training));
  });
});

const rows = (model: nn.Model, input: readonly number[]) =>
  model
    .summary(input)
    .layers.map(
      ({ name, output, params, macs, receptiveField }) =>
        `${name} ${output.join("×")} ${params} ${macs} ${receptiveField}`,
    );

test("LeNet-5, layer by layer", () => {
  // Receptive fields 5, 6, 14, 16 are those of the paper's C1, S2, C3 and S4.
  expect(rows(lenet5(), [28, 28, 1])).toEqual([
    "rescale 28×28×1 0 0 1",
    "conv1 28×28×6 156 117600 5",
    "relu1 28×28×6 0 0 5",
    "maxPool1 14×14×6 0 0 6",
    "conv2 10×10×16 2416 240000 14",
    "relu2 10×10×16 0 0 14",
    "maxPool2 5×5×16 0 0 16",
    "flatten1 400 0 0 16",
    "dense1 120 48120 48000 null",
    "relu3 120 0 0 null",
    "dense2 84 10164 10080 null",
    "relu4 84 0 0 null",
    "dense3 10 850 840 null",
  ]);
});

test("LeNet-5 of 1998, layer by layer: the paper's parameters", () => {
  expect(rows(lenet5Of1998(), [28, 28, 1]).filter((row) => !/^(scaledTanh|flatten)/.test(row))).toEqual([
    "rescale 28×28×1 0 0 1",
    "pad1 32×32×1 0 0 1",
    "c1 28×28×6 156 117600 5",
    "s2 14×14×6 12 0 6",
    "c3 10×10×16 1516 150000 14",
    "s4 5×5×16 32 0 16",
    "c5 1×1×120 48120 48000 32",
    "f6 84 10164 10080 null",
    "output 10 0 840 null",
  ]);
  expect(() => lenet5Of1998({ classes: 11 })).toThrow(
    new RangeError("lenet5_1998: its output has a picture for each of 10 digits, 11 classes are asked for"),
  );
});

/** Shape and receptive field after some layers, and where given the parameters: as the papers have them. */
test.each<[string, readonly string[]]>([
  [
    "alexnet",
    [
      ...["conv1 55×55×96 11 34944", "maxPool1 27×27×96 19", "conv2 27×27×256 51 307456"],
      ...["maxPool2 13×13×256 67", "conv3 13×13×384 99 885120", "conv4 13×13×384 131 663936"],
      ...["conv5 13×13×256 163 442624", "maxPool3 6×6×256 195", "dense1 4096 null 37752832"],
      ...["dense2 4096 null 16781312", "dense3 1000 null 4097000"],
    ],
  ],
  ["alexnet_torchvision", ["conv1 55×55×64 11", "maxPool1 27×27×64 19", "maxPool3 6×6×256 195"]],
  [
    "zfnet",
    [
      ...["conv1 110×110×96 7", "maxPool1 55×55×96 11", "conv2 26×26×256 27", "maxPool2 13×13×256 43"],
      ...["conv3 13×13×384 75", "conv4 13×13×384 107", "conv5 13×13×256 139", "maxPool3 6×6×256 171"],
    ],
  ],
  [
    "vgg16",
    [
      ...["maxPool1 112×112×64 6", "maxPool2 56×56×128 16", "maxPool3 28×28×256 44"],
      ...["maxPool4 14×14×512 100", "maxPool5 7×7×512 212"],
    ],
  ],
  ["vgg19", ["maxPool5 7×7×512 268"]],
  [
    "googlenet",
    [
      ...["conv1 112×112×64 7", "maxPool1 56×56×64 11", "conv3 56×56×192 19", "maxPool2 28×28×192 27"],
      ...["maxPool3 14×14×480 107", "maxPool4 7×7×832 459"],
    ],
  ],
  ["resnet18", ["conv1 112×112×64 7", "maxPool1 56×56×64 11", "stage4/block2/relu2 7×7×512 435"]],
  ["resnet34", ["stage4/block3/relu2 7×7×512 899"]],
  [
    "resnet50",
    [
      ...["stage1/block3/relu3 56×56×256 35", "stage2/block4/relu3 28×28×512 91"],
      ...["stage3/block6/relu3 14×14×1024 267", "stage4/block3/relu3 7×7×2048 427"],
    ],
  ],
  ["resnet50_v1", ["stage4/block3/relu3 7×7×2048 483"]],
  ["resnet101", ["stage4/block3/relu3 7×7×2048 971"]],
  ["resnet101_v1", ["stage4/block3/relu3 7×7×2048 1027"]],
  ["resnet152", ["stage4/block3/relu3 7×7×2048 1451"]],
  ["resnet152_v1", ["stage4/block3/relu3 7×7×2048 1507"]],
  ["resnet20", ["stage1/block3/relu2 32×32×16 15", "stage3/block3/relu2 8×8×64 81"]],
  ["densenet121", ["conv1 112×112×64 7", "maxPool1 56×56×64 11"]],
])("%s: shapes, receptive fields", (name, expected) => {
  const { make, input } = registered(name);
  const { layers } = make().summary(input);
  const seen = expected.map((line) => {
    const [layer, , , params] = line.split(" ");
    const found = layers.find((row) => row.name === layer);
    const parts = [layer, found?.output.join("×"), `${found?.receptiveField}`];
    return [...parts, ...(params ? [found?.params] : [])].join(" ");
  });
  expect(seen).toEqual(expected);
});

/** What blocks make, which have no rows of their own. */
test.each<[string, { readonly [path: string]: string }]>([
  [
    "densenet121",
    {
      block1: "56×56×256",
      transition1: "28×28×128",
      block2: "28×28×512",
      transition2: "14×14×256",
      block3: "14×14×1024",
      transition3: "7×7×512",
      block4: "7×7×1024",
    },
  ],
  [
    "googlenet",
    {
      inception3a: "28×28×256",
      inception3b: "28×28×480",
      inception4a: "14×14×512",
      inception4b: "14×14×512",
      inception4c: "14×14×512",
      inception4d: "14×14×528",
      inception4e: "14×14×832",
      inception5a: "7×7×832",
      inception5b: "7×7×1024",
    },
  ],
  ["squeezenet1_0", { fire2: "54×54×128", fire4: "54×54×256", fire8: "27×27×512", fire9: "13×13×512" }],
])("%s: what its blocks make", (name, expected) => {
  const { make, input } = registered(name);
  const made = new Map<string, string>();
  const model = make();
  const watched = nn.sequential(
    name,
    ...model.layers.map(
      (layer, i): nn.Layer => ({
        ...layer,
        type: layer.type,
        name: model.layerNames[i],
        forward(x, scope) {
          const y = layer.forward(x, scope);
          made.set(model.layerNames[i], y.shape.slice(1).join("×"));
          return y;
        },
      }),
    ),
  );
  watched.summary(input);
  expect(Object.fromEntries(Object.keys(expected).map((path) => [path, made.get(path)]))).toEqual(expected);
});

describe("GoogLeNet", () => {
  const paramsBelow = (model: nn.Model, prefix: string, training = false) =>
    model
      .summary([224, 224, 3], { training })
      .layers.filter(({ name }) => name.startsWith(`${prefix}/`))
      .reduce((total, { params }) => total + params, 0);

  test("modules, as Caffe's network has them", () => {
    const model = googlenet("googlenet");
    const modules = ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"];
    expect(modules.map((module) => paramsBelow(model, `inception${module}`))).toEqual([
      ...[163_696, 388_736, 376_176, 449_160, 510_104, 605_376, 868_352, 1_043_456, 1_444_080],
    ]);
  });

  test.each([
    ["googlenet", 13_378_280],
    ["googlenet_bn", 13_004_888],
  ] as const)("%s has its heads in training: %i parameters", (variant, params) => {
    const model = googlenet(variant);
    expect(model.summary([224, 224, 3], { training: true }).params).toBe(params);
    expect(paramsBelow(model, "head1")).toBe(0);
    expect(paramsBelow(model, "head2", true)).toBeGreaterThan(0);
  });

  test("naive modules have no convolutions before the large filters", () => {
    const { layers } = googlenet("googlenet", { naive: true }).summary([224, 224, 3]);
    const names = layers.map(({ name }) => name).filter((name) => name.startsWith("inception3a/"));
    expect(names).toEqual(
      ["1x1/conv1", "1x1/relu1", "3x3/conv1", "3x3/relu1", "5x5/conv1", "5x5/relu1", "pool/maxPool1"].map(
        (layer) => `inception3a/${layer}`,
      ),
    );
  });
});

test("an unknown name", () => {
  expect(() => registered("LeNet")).toThrow(
    new UnknownModelError('there is no model "LeNet"; did you mean "lenet5"?'),
  );
  expect(() => registered("perceptron")).toThrow(
    new UnknownModelError(`there is no model "perceptron" (there are ${Object.keys(registry).join(", ")})`),
  );
});
