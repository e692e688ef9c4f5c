import { describe, expect, test } from "vitest";
import type { ArrayFile, StoredArray } from "../../src/formats/array-file.js";
import { memorySource } from "../../src/formats/byte-source.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import { WeightsError } from "../../src/index.js";
import { loadWeights, registered, registry } from "../../src/models/index.js";
import { torchNamesOf } from "../../src/models/torch-models.js";
import { placesFirst } from "../../src/models/torch-names.js";
import { torchPlaces } from "../../src/models/weight-places.js";
import * as nn from "../../src/nn/index.js";
import { sizeOf } from "../../src/tensor/shapes.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";

const array = (shape: readonly number[], value = 1): StoredArray => ({
  shape,
  dtype: "F32",
  read: async () => new Float32Array(sizeOf(shape)).fill(value),
});

const fileOf = (arrays: Iterable<readonly [string, StoredArray]>): ArrayFile => ({
  name: "net.safetensors",
  arrays: new Map(arrays),
  metadata: {},
});

/** What torchvision's file of a model holds. */
const torchFile = (model: nn.Model) =>
  fileOf(torchPlaces(model).map(({ names: [name], shape }) => [name, array(shape)]));

const built = (name: string, pixels = 32, options: { classes?: number } = {}) => {
  const model = registered(name).make(options);
  model.build([pixels, pixels, 3], { blank: true });
  return model;
};

test("filters and dense weights change their order, and flattened pictures, too", () => {
  // Two filters of three channels and two places: f·100 + c·10 + p
  const values = Float32Array.of(0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121);
  expect([...placesFirst(values, [2, 3, 2])]).toEqual([
    ...[0, 100, 10, 110, 20, 120],
    ...[1, 101, 11, 111, 21, 121],
  ]);
  const many = Float32Array.from({ length: 130 * 2 }, (_, i) => i);
  expect([...placesFirst(many, [130, 2, 1])].slice(128, 134)).toEqual([256, 258, 1, 3, 5, 7]);
});

describe("every number of torchvision's networks has a name of its own", () => {
  const known = Object.entries(registry).filter(
    ([name]) => torchNamesOf(name) && !/_v1|_lrn|_c$|264|googlenet$/.test(name),
  );
  test.each(known.map(([name]) => name))("%s", (name) => {
    // Only what is asked for counts: no numbers are made.
    const { make, input } = registered(name);
    const torch = torchNamesOf(name);
    const model = make();
    const layers = model.summary(input, { training: true }).layers.filter(({ params }) => params > 0);
    const modules = layers.map(({ name: layer }) =>
      torch!(layer, model.layerNames.indexOf(layer.split("/")[0]) - 1),
    );
    expect(layers.filter((_, i) => !modules[i])).toEqual([]);
    expect(new Set(modules.map((module) => module!.names[0])).size).toBe(layers.length);
  });
});

describe("names", () => {
  test.each([
    ["resnet18", "stage2/block1/shortcut/batchNorm1", "layer2.0.downsample.1"],
    ["resnet50", "stage4/block3/conv3", "layer4.2.conv3"],
    ["densenet121", "block4/layer16/batchNorm2", "features.denseblock4.denselayer16.norm2"],
    ["densenet121", "transition3/conv1", "features.transition3.conv"],
    ["vgg16_bn", "conv13", "features.40"],
    ["vgg16_bn", "batchNorm13", "features.41"],
    ["vgg16", "conv13", "features.28"],
    ["alexnet_torchvision", "conv5", "features.10"],
    ["squeezenet1_0", "fire9/expand/3x3", "features.12.expand3x3"],
    ["squeezenet1_1", "fire9/squeeze", "features.12.squeeze"],
    ["googlenet_bn", "inception4b/5x5/batchNorm2", "inception4b.branch3.1.bn"],
    ["googlenet_bn", "head2/conv1", "aux2.conv.conv"],
  ])("%s: %s is %s", (name, layer, module) => {
    const { make } = registered(name);
    const place = make().layerNames.indexOf(layer.split("/")[0]) - 1;
    expect(torchNamesOf(name)!(layer, place)!.names[0]).toBe(module);
  });

  test("timm's dense layers of VGG are convolutions", async () => {
    const model = registered("vgg11").make({ classes: 2 });
    model.build([224, 224, 3], { blank: true });
    const renamed = torchPlaces(model).map(({ names, shape }): [string, StoredArray] => {
      const timm = names.at(-1)!;
      if (!/fc\d\.weight/.test(timm)) return [timm, array(shape)];
      return [timm, array(timm.includes("fc1") ? [4096, 512, 7, 7] : [4096, 4096, 1, 1])];
    });
    await loadWeights(model, fileOf(renamed));
    expect((await model.parameters.get("dense2.weights")!.read())[17]).toBe(1);
  });

  test("old files of DenseNet have another dot", async () => {
    const model = built("densenet121");
    const { arrays } = torchFile(model);
    const old = [...arrays].map(
      ([name, a]) => [name.replace(/(denselayer\d+\.\w+)(\d)\./, "$1.$2."), a] as const,
    );
    await loadWeights(model, fileOf(old));
    expect((await model.buffers.get("block1/layer1/batchNorm2.variance")!.read())[0]).toBe(1);
  });
});

describe("files that do not fit", () => {
  test("everything is listed in one line, and nothing is changed", async () => {
    const model = built("resnet18", 32, { classes: 10 });
    const { arrays } = torchFile(model);
    const changed = new Map(arrays);
    changed.delete("bn1.weight");
    changed.set("fc.weight", array([1000, 512]));
    changed.set("fc.bias", { ...array([10]), dtype: "I64" });
    changed.set("head.weight", array([3]));
    changed.set("bn1.num_batches_tracked", { ...array([]), dtype: "I64" });
    await expect(loadWeights(model, fileOf(changed))).rejects.toThrow(
      new WeightsError(
        "net.safetensors does not fit resnet18; missing: bn1.weight (64); not of this model: head.weight (3); of another shape: fc.weight is 1000×512, expected 10×512, fc.bias is I64 10, expected 10",
      ),
    );
    expect((await model.parameters.get("conv1.filters")!.read()).every((value) => value === 0)).toBe(true);
  });

  test("long lists end in a number", async () => {
    const model = built("squeezenet1_1");
    await expect(loadWeights(model, fileOf([["x", array([1])]]))).rejects.toThrow(
      new WeightsError(
        "net.safetensors does not fit squeezenet1_1; missing: features.0.weight (64×3×3×3), features.0.bias (64), features.3.squeeze.weight (16×64×1×1), features.3.squeeze.bias (16), features.3.expand1x1.weight (64×16×1×1), features.3.expand1x1.bias (64), features.3.expand3x3.weight (64×16×3×3), features.3.expand3x3.bias (64), features.4.squeeze.weight (16×128×1×1), features.4.squeeze.bias (16) and 42 more; not of this model: x (1)",
      ),
    );
  });

  test("a model that is neither built nor known", async () => {
    await expect(loadWeights(nn.sequential("net", nn.dense(2)), fileOf([]))).rejects.toThrow(
      new WeightsError("net: not built yet: build it for the shape of its pictures"),
    );
  });
});

test("auxiliary heads may be missing, but not half of them", async () => {
  const model = built("googlenet_bn", 96);
  const { arrays } = torchFile(model);
  const without = [...arrays].filter(([name]) => !name.startsWith("aux"));
  await loadWeights(model, fileOf(without));
  expect((await model.parameters.get("dense1.weights")!.read())[0]).toBe(1);
  expect((await model.parameters.get("head1/dense2.weights")!.read())[0]).toBe(0);
  const half = [...arrays].filter(([name]) => name !== "aux1.fc2.bias");
  await expect(loadWeights(model, fileOf(half))).rejects.toThrow(
    new WeightsError("net.safetensors does not fit googlenet_bn; missing: aux1.fc2.bias (1000)"),
  );
});

test("weights under our own names, from a file of safetensors", async () => {
  const from = nn.sequential("net", nn.conv2d({ filters: 2, kernel: 3 }), nn.batchNorm());
  from.build([5, 5, 1], { seed: 3 });
  const bytes = encodeSafetensors(await copyOf(variablesOf(from)));
  const again = nn.fromDescription(from.describe());
  again.build([5, 5, 1], { blank: true });
  await loadWeights(again, await openArrays(memorySource("net.safetensors", bytes)));
  for (const [path, variable] of variablesOf(from))
    expect(await variablesOf(again).get(path)!.read(), path).toEqual(await variable.read());
});
