import { describe, expect, test } from "vitest";
import { compile, gradients, random, type Tensor, tensor } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import { lenet5, registered, registry, UnknownModelError } from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";

/** As published, or counted by hand where nothing was. */
const counts: { readonly [name: string]: { params: number; macs?: number; gigaMacs?: number } } = {
  lenet5: { params: 61_706, macs: 416_520 },
  // 9·(3·64 + 64·64 + 64·128 + 128·128 + 128·256 + 256·256) + 896 biases; dense 4096·256 + 256 and 256·10 + 10
  vgg_cifar: {
    params: 9 * 127_168 + 896 + 1_048_832 + 2570,
    macs: 9 * (1024 * 4288 + 256 * 24_576 + 64 * 98_304) + 4096 * 256 + 2560,
  },
  vgg11: { params: 132_863_336, gigaMacs: 7.609 },
  vgg13: { params: 133_047_848, gigaMacs: 11.308 },
  vgg16: { params: 138_357_544, gigaMacs: 15.47 },
  vgg19: { params: 143_667_240, gigaMacs: 19.632 },
  vgg11_bn: { params: 132_868_840, gigaMacs: 7.609 },
  vgg13_bn: { params: 133_053_736, gigaMacs: 11.308 },
  vgg16_bn: { params: 138_365_992, gigaMacs: 15.47 },
  vgg19_bn: { params: 143_678_248, gigaMacs: 19.632 },
  resnet18: { params: 11_689_512, gigaMacs: 1.814 },
  resnet34: { params: 21_797_672, gigaMacs: 3.664 },
  resnet50: { params: 25_557_032, gigaMacs: 4.089 },
  resnet101: { params: 44_549_160, gigaMacs: 7.801 },
  resnet152: { params: 60_192_808, gigaMacs: 11.514 },
  resnet18_v1: { params: 11_689_512, gigaMacs: 1.814 },
  resnet34_v1: { params: 21_797_672, gigaMacs: 3.664 },
  // The first 1×1 of three stages works on a quarter of the pixels, and the 3×3 as before.
  resnet50_v1: { params: 25_557_032, gigaMacs: 3.858 },
  resnet101_v1: { params: 44_549_160, gigaMacs: 7.57 },
  resnet152_v1: { params: 60_192_808, gigaMacs: 11.282 },
};

describe.each(Object.entries(registry))("%s", (name, { make, input }) => {
  test("has its number of parameters and multiply-adds, and is called so", () => {
    const summary = make().summary(input);
    const { params, macs, gigaMacs } = counts[name];
    expect(summary.params).toBe(params);
    if (macs !== undefined) expect(summary.macs).toBe(macs);
    if (gigaMacs !== undefined) expect(Number((summary.macs / 1e9).toFixed(3))).toBe(gigaMacs);
    expect(summary.model).toBe(name);
  });

  test.runIf(input[0] <= 32)("gives scores for the classes, and a gradient to each parameter", async () => {
    const model = make({ classes: 7 });
    model.build(input, { seed: 1 });
    const step = compile((x: Tensor, labels: Tensor, seed: Tensor) => {
      const { output, value } = trainingLoss(model, loss(), { images: x, labels, seed });
      return { output, slopes: gradients(value, [...model.parameters.values()]) };
    });
    const size = 2 * input[0] * input[1] * input[2];
    const pixels = Uint8Array.from(await random.uniform([size], { seed: 2, max: 255 }).data());
    const seed = tensor(Int32Array.of(1), []);
    const { output, slopes } = await step(tensor(pixels, [2, ...input]), tensor(Int32Array.of(0, 6)), seed);
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
    expect(again.summary(input)).toEqual(model.summary(input));
  });
});

test("LeNet-5, layer by layer", () => {
  const row = ({ name, output, params, macs, receptiveField }: nn.LayerSummary) =>
    `${name} ${output.join("×")} ${params} ${macs} ${receptiveField}`;
  // Receptive fields 5, 6, 14, 16 are those of the paper's C1, S2, C3 and S4.
  expect(lenet5().summary([28, 28, 1]).layers.map(row)).toEqual([
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

test("an unknown name", () => {
  expect(() => registered("LeNet")).toThrow(
    new UnknownModelError(
      `there is no model "LeNet" (there are ${Object.keys(registry).join(", ")}); did you mean "lenet5"?`,
    ),
  );
});
