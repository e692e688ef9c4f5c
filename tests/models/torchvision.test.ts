import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ArrayFile, StoredArray } from "../../src/formats/array-file.js";
import { memorySource } from "../../src/formats/byte-source.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import { add, gradients, mul, type Tensor, tensor } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import { loadWeights, registered } from "../../src/models/index.js";
import { torchPlaces } from "../../src/models/weight-places.js";
import * as nn from "../../src/nn/index.js";
import { sizeOf } from "../../src/tensor/shapes.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";
import { compiled } from "../checks/compiled.js";
import { uniform } from "../checks/named-numbers.js";

const script = join(import.meta.dirname, "../golden/networks.py");

/** Debian's Python has PyTorch, where it is installed; another one may come first in the path. */
const python = ["/usr/bin/python3", "python3"].find(
  (name) => spawnSync(name, ["-c", "import torch, torchvision"]).status === 0,
);

/** Our names of torchvision's networks; all but the first two take minutes together: RECEPTIVE_SWEEP=1. */
const architectures: readonly (readonly [ours: string, theirs: string])[] = [
  ["resnet18", "resnet18"],
  ["squeezenet1_1", "squeezenet1_1"],
  ["squeezenet1_0", "squeezenet1_0"],
  ["googlenet_bn", "googlenet"],
  ["densenet121", "densenet121"],
  ["densenet161", "densenet161"],
  ["densenet169", "densenet169"],
  ["densenet201", "densenet201"],
  ["resnet34", "resnet34"],
  ["resnet50", "resnet50"],
  ["resnet101", "resnet101"],
  ["resnet152", "resnet152"],
  ["alexnet_torchvision", "alexnet"],
  ...["vgg11", "vgg13", "vgg16", "vgg19"].flatMap((name) => [
    [name, name] as const,
    [`${name}_bn`, `${name}_bn`] as const,
  ]),
];

/** As registered, but nothing is dropped in training. */
function withoutDropout(name: string, options?: { classes?: number }): nn.Model {
  const text = JSON.stringify(registered(name).make(options).describe());
  return nn.fromDescription(JSON.parse(text, (key, value) => (key === "rate" ? 0 : value)));
}

const greatest = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
};

/** The greatest difference over the scale: the greatest value that was expected, if left out. */
function distance(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale = greatest(expected),
): number {
  expect(actual.length).toBe(expected.length);
  return greatest(Float64Array.from(expected, (value, i) => actual[i] - value)) / scale;
}

/**
 * Gradients that should be 0, such as those before another normalisation, are left-overs of sums that cancel: they are
 * compared on a hundredth of the scale of the largest.
 */
const floor = 1e-2;

/**
 * Of gradients, on their scale. Where max pooling follows a normalisation, some two of the values in a window agree to
 * the last bit; if another one wins than in float64, one of the windows' shares moves. Then PyTorch's own gradients in
 * float32 differ as well, by up to 2.7e-2 in googlenet, and ours may differ twice as much.
 */
const tolerance = (deviationOfTorch: number): number => Math.max(1e-4, 2 * deviationOfTorch);

/** Scores in evaluation, and the gradients of one step of training, by path. */
async function computed(model: nn.Model, pictures: Float32Array, size: number) {
  const x = tensor(pictures, [2, size, size, 3]);
  const scores = await compiled((images: Tensor) => model(images))(x);
  const step = compiled((images: Tensor, labels: Tensor, seed: Tensor) => {
    const heads: Tensor[] = [];
    const loss = (y: Tensor) => crossEntropy()(y, labels);
    const aside = (y: Tensor, weight: number) => void heads.push(mul(loss(y), weight));
    const output = model(images, { training: true, seed, aside });
    return gradients(heads.reduce(add, loss(output)), [...model.parameters.values()]);
  });
  const slopes = await step(x, tensor(Int32Array.of(3, 7)), tensor(Int32Array.of(1), []));
  return { scores, slopes: new Map([...model.parameters.keys()].map((path, i) => [path, slopes[i]])) };
}

/** Weights by the script's formula. */
function numbersOf(name: string, shape: readonly number[], isNormalisation: boolean): Float32Array {
  const u = uniform(name, sizeOf(shape));
  const beforePool = ["bn1.bias", "features.norm0.bias"];
  if (isNormalisation && name.endsWith("bias") && !beforePool.includes(name))
    return u.map((value) => 6 + value / 10);
  if (shape.length > 1) {
    const bound = Math.fround(Math.sqrt(6 / sizeOf(shape.slice(1))));
    return u.map((value) => value * bound);
  }
  return name.endsWith("running_var") || name.endsWith("weight")
    ? u.map((value) => 1 + value / 2)
    : u.map((value) => value / 10);
}

/** A file, under torchvision's names, of numbers that follow from them. */
function fileOf(model: nn.Model, values: typeof numbersOf): ArrayFile {
  const places = torchPlaces(model);
  const every = new Set(places.map(({ names: [name] }) => name));
  const arrays = places.map(({ names: [name], shape }): [string, StoredArray] => {
    const isNormalisation = every.has(name.replace(/[^.]*$/, "running_mean"));
    return [name, { shape, dtype: "F32", read: async () => values(name, shape, isNormalisation) }];
  });
  return { name: "a formula", metadata: {}, arrays: new Map(arrays) };
}

describe.skipIf(!python)("as torchvision computes it", () => {
  const sweep = process.env.RECEPTIVE_SWEEP
    ? architectures
    : architectures.slice(process.env.RECEPTIVE_WHOLE ? 0 : 1, 2);

  test.each(sweep)(
    "%s at 224×224: scores, and the gradient of every parameter",
    async (ours, theirs) => {
      const folder = mkdtempSync(join(tmpdir(), "receptive-"));
      try {
        const { status, stderr } = spawnSync(python!, [script, "files", theirs, "224", folder]);
        if (status !== 0) throw new Error(`${script}: ${stderr}`);
        const open = (name: string) =>
          openArrays(memorySource(name, new Uint8Array(readFileSync(join(folder, `${name}.safetensors`)))));
        const cases = await open("cases");
        const model = withoutDropout(ours);
        await loadWeights(model, await open("weights"));
        const pictures = (await cases.arrays.get("pictures")!.read()) as Float32Array;
        const { scores, slopes } = await computed(model, pictures, 224);
        expect(distance(scores, await cases.arrays.get("scores")!.read())).toBeLessThan(1e-4);
        const expected = withoutDropout(ours);
        await loadWeights(expected, await open("gradients"));
        const scales = new Map(
          [...(await copyOf(expected.parameters))].map(([path, { data }]) => [path, greatest(data)]),
        );
        const least = floor * greatest([...scales.values()]);
        const allowed = tolerance(JSON.parse(readFileSync(join(folder, "deviation.json"), "utf8")));
        for (const [path, variable] of expected.parameters) {
          const scale = Math.max(least, scales.get(path)!);
          expect(distance(slopes.get(path)!, await variable.read(), scale), path).toBeLessThan(allowed);
        }
        for (const [path, variable] of expected.buffers)
          expect(distance(await model.buffers.get(path)!.read(), await variable.read()), path).toBeLessThan(
            1e-4,
          );
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    600_000,
  );
});

interface Golden {
  architecture: string;
  size: number;
  /** Every hundredth, of two pictures. */
  scores: number[][];
  scale: number;
  /** The gradient along a direction that follows from the parameter's name, and its length. */
  slopes: { [name: string]: [along: number, length: number] };
}

describe("as torchvision computed it", () => {
  const path = join(import.meta.dirname, "../golden/networks.json");
  const cases: Golden[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  const nameOf = (theirs: string) => architectures.find(([, name]) => name === theirs)![0];

  test.each(cases.map((golden) => [nameOf(golden.architecture), golden.size, golden] as const))(
    "%s at %i pixels",
    async (ours, size, { scores, scale, slopes }) => {
      const model = withoutDropout(ours);
      model.build([size, size, 3], { blank: true });
      await loadWeights(model, fileOf(model, numbersOf));
      const pictures = uniform("pictures", 2 * size * size * 3).map((u) => 2 * u);
      const result = await computed(model, pictures, size);
      const every = scores[0].map((_, k) => 100 * k);
      const seen = [0, 1].flatMap((n) => every.map((k) => result.scores[1000 * n + k]));
      expect(distance(seen, scores.flat(), scale)).toBeLessThan(1e-4);
      if (Object.keys(slopes).length === 0) return;
      const along = withoutDropout(ours);
      along.build([size, size, 3], { blank: true });
      await loadWeights(
        along,
        fileOf(along, (name, shape) => uniform(`along ${name}`, sizeOf(shape))),
      );
      const longest = Math.max(
        ...Object.entries(slopes).map(([name, [, length]]) => (name.includes("running") ? 0 : length)),
      );
      for (const { path, names } of torchPlaces(along)) {
        const direction = await variablesOf(along).get(path)!.read();
        const slope: ArrayLike<number> = result.slopes.get(path) ?? (await model.buffers.get(path)!.read());
        const [expected, length] = slopes[names[0]];
        const scale = result.slopes.has(path) ? Math.max(floor * longest, length) : length;
        let actual = 0;
        for (let i = 0; i < slope.length; i++) actual += slope[i] * direction[i];
        expect(Math.abs(actual - expected) / scale, path).toBeLessThan(ours.endsWith("_bn") ? 5e-3 : 1e-4);
      }
    },
    120_000,
  );
});
