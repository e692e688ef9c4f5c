import { describe, expect, test } from "vitest";
import { forwardCost, parameterCount, trainingCost } from "../../bench/networks/cost.js";
import { lenet5 } from "../../bench/networks/lenet5.js";
import { mobilenet } from "../../bench/networks/mobilenet.js";
import { numbersOf, uniform } from "../../bench/networks/numbers.js";
import { resnet } from "../../bench/networks/resnet.js";
import { allSteps } from "../../bench/networks/step.js";
import { vgg16, vggCifar } from "../../bench/networks/vgg.js";
import { flopsOf, product, training, workloads } from "../../bench/workloads.js";
import { lenet5 as ourLenet5, vggCifar as ourVggCifar } from "../../src/models/index.js";

describe("the networks have their papers' parameters", () => {
  test.each([
    ["vgg16", vgg16(), 138_357_544],
    ["resnet18", resnet(18, 224), 11_689_512],
    ["resnet34", resnet(34, 224), 21_797_672],
    ["resnet50", resnet(50, 224), 25_557_032],
    ["resnet101", resnet(101, 224), 44_549_160],
    ["resnet152", resnet(152, 224), 60_192_808],
    ["mobilenet", mobilenet(), 4_231_976],
  ])("%s", (_, network, count) => {
    expect(parameterCount(network)).toBe(count);
  });

  test.each([
    ["lenet5", lenet5(), ourLenet5(), [28, 28, 1]],
    ["vggCifar", vggCifar(), ourVggCifar(), [32, 32, 3]],
  ] as const)("%s is the one of our models", (_, network, model, input) => {
    const { params, macs } = model.summary(input);
    expect({ params: parameterCount(network), macs: forwardCost(network) }).toEqual({ params, macs });
  });
});

test("multiply-adds of ResNet-50 and VGG-16 on 224×224 are those that are published, 4.089 and 15.470 G", () => {
  expect(forwardCost(resnet(50, 224))).toBe(4_089_184_256);
  expect(forwardCost(vgg16())).toBe(15_470_264_320);
});

test("a training step leaves the gradient of the pictures out", () => {
  const network = lenet5();
  const [conv1, conv2, dense] = [28 * 28 * 6 * 25, 10 * 10 * 16 * 25 * 6, 400 * 120 + 120 * 84 + 84 * 10];
  expect(trainingCost(network)).toBe(2 * conv1 + 3 * (conv2 + dense));
  expect(flopsOf(training("lenet5", network, 128), 1)).toBe(2 * 128 * trainingCost(network));
  expect(flopsOf(product(512), 2)).toBe(2 * 512 ** 3);
});

test("no two parameters of a network share their numbers", () => {
  const seeds = allSteps(resnet(50, 64).steps).flatMap((step) => {
    if (step.kind === "conv") return [step.filters.seed];
    if (step.kind === "norm") return [step.scale, step.shift, step.mean, step.variance].map((p) => p.seed);
    return step.kind === "dense" ? [step.weights.seed, step.bias.seed] : [];
  });
  expect(new Set(seeds).size).toBe(seeds.length);
});

test("the numbers fill their range evenly, and are those of pytorch.py", () => {
  const values = numbersOf({ seed: 3, shape: [100, 100], low: -2, high: 2 });
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(Math.min(...values)).toBeLessThan(-1.99);
  expect(Math.max(...values)).toBeGreaterThan(1.99);
  expect(Math.max(...values)).toBeLessThan(2);
  // As bench/peers/pytorch.py's uniform(7, 3) printed them.
  expect([...uniform(7, 3)]).toEqual([0.9951679110527039, 0.1034451276063919, 0.5237144231796265]);
});

test("a workload is called by its name", () => {
  for (const [name, make] of Object.entries(workloads)) expect(make().name).toBe(name);
});
