import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { concat, mean, models, mul, nn, sigmoid, tensor } from "../../src/index.js";

const picture = tensor(
  Float32Array.from({ length: 768 }, (_, i) => Math.sin(i * 12.9898) / 2),
  [1, 16, 16, 3],
);
const conv = (filters: number) => nn.conv2d({ filters, kernel: 3, padding: "same" });

describe("Grad-CAM looks at what all goes through, not at one branch", () => {
  const ends: { readonly [kind: string]: nn.Layer } = {
    branches: nn.branches([nn.sequential("a", conv(4), nn.relu()), nn.sequential("b", conv(4), nn.relu())], {
      name: "last",
    }),
    "a dense block": nn.denseBlock([conv(4), conv(4)], { name: "last" }),
    "a residual sum without activation": nn.residual([conv(8), nn.batchNorm()], { name: "last" }),
    "a residual block": nn.residual([conv(8), nn.batchNorm()], { name: "last", activation: nn.relu() }),
    "a layer of one's own": {
      type: "gated",
      name: "last",
      forward: (x, scope) =>
        mul(x, sigmoid(scope.run(conv(8), mean(x, { axis: [1, 2], keepDims: true }), "gate"))),
    },
    "branches in branches": nn.branches([conv(2), nn.branches([conv(3), conv(4)])], { name: "last" }),
  };
  test.each(Object.keys(ends))("%s", async (kind) => {
    const model = nn.sequential(conv(8), nn.relu(), ends[kind], nn.globalAvgPool2d(), nn.dense(5));
    model.build([16, 16, 3], { seed: 2 });
    const options = { enlarge: false, relu: false, target: 1 };
    const whole = await explain.gradCam(model, picture, { ...options, layer: "last" });
    expect(explain.lastMaps(model)).toBe("last");
    expect((await explain.gradCam(model, picture, options)).values).toEqual(whole.values);
  });

  test.each<[string, string, nn.Layer[]]>([
    ["pooling behind it", "relu1", [conv(8), nn.relu(), nn.maxPool2d(2), nn.flatten()]],
    ["pooling and dropout", "relu1", [conv(8), nn.relu(), nn.avgPool2d(2), nn.dropout(0.5), nn.flatten()]],
    ["pooled to fixed size", "relu1", [conv(8), nn.relu(), nn.adaptiveAvgPool2d(2), nn.flatten()]],
    ["pooled before it is rectified", "relu1", [conv(8), nn.maxPool2d(2), nn.relu(), nn.flatten()]],
    ["normalised", "batchNorm1", [conv(8), nn.relu(), nn.batchNorm(), nn.flatten()]],
    [
      "a convolution to one pixel",
      "relu1",
      [conv(8), nn.relu(), nn.conv2d({ filters: 4, kernel: 16 }), nn.relu(), nn.flatten()],
    ],
    [
      "in a holder",
      "features/relu1",
      [nn.sequential("features", conv(8), nn.relu(), nn.maxPool2d(2)), nn.flatten()],
    ],
    ["nothing but a pool", "maxPool1", [nn.maxPool2d(2), nn.flatten()]],
  ])("%s: %s", (_, layer, layers) => {
    const model = nn.sequential(...layers, nn.dense(5), nn.softmax());
    model.build([16, 16, 3]);
    expect(explain.lastMaps(model)).toBe(layer);
  });

  test("two towers that meet as vectors: asks for a layer", async () => {
    const tower = (name: string) => nn.sequential(name, conv(4), nn.relu(), nn.globalAvgPool2d());
    const model = nn.sequential(nn.rescale({ scale: 2 }), nn.branches([tower("a"), tower("b")]), nn.dense(5));
    model.build([16, 16, 3]);
    await expect(explain.gradCam(model, picture)).rejects.toThrow(
      new explain.ExplainError(
        "gradCam: no single layer of sequential holds all that leads to its answer: name one of rescale1, branches1/a/conv1, branches1/a/relu1, branches1/b/conv1, branches1/b/relu1",
      ),
    );
    // The stem before them is seen by both.
    const stem = nn.sequential(conv(4), nn.relu(), nn.branches([tower("a"), tower("b")]), nn.dense(5));
    stem.build([16, 16, 3]);
    expect(explain.lastMaps(stem)).toBe("relu1");
  });

  test("of a unit it is the maps before it; a layer behind it has no part in it", async () => {
    const model = models.vggCifar();
    model.build([32, 32, 3], { seed: 1 });
    const image = tensor(new Uint8Array(32 * 32 * 3).fill(90), [1, 32, 32, 3]);
    const target = { layer: "conv4", unit: 2 };
    expect(explain.lastMaps(model, { target })).toBe("relu3");
    const named = await explain.gradCam(model, image, { target, layer: "relu3", relu: false });
    expect((await explain.gradCam(model, image, { target, relu: false })).values).toEqual(named.values);
    await expect(
      explain.gradCam(model, image, { target: { layer: "conv2", unit: 0 }, layer: "relu2" }),
    ).rejects.toThrow(
      new explain.ExplainError(
        "gradCam: relu2 of vgg_cifar has no part in conv2, whose unit is the target; layers that have are rescale, conv1, relu1, conv2",
      ),
    );
  });
});

/** The last block, or the last rectified convolution where there are no blocks. */
const lastOf: readonly (readonly [RegExp, string])[] = [
  [/^lenet5$/, "relu2"],
  [/^lenet5_1998$/, "scaledTanh4"],
  [/^(alexnet|alexnet_torchvision|zfnet)$/, "relu5"],
  [/^vgg11/, "relu8"],
  [/^vgg13/, "relu10"],
  [/^vgg16/, "relu13"],
  [/^vgg19/, "relu16"],
  [/^vgg_cifar$/, "relu6"],
  [/^googlenet/, "inception5b"],
  [/^resnet18/, "stage4/block2"],
  [/^resnet(34|50|101|152)/, "stage4/block3"],
  [/^resnet20$/, "stage3/block3"],
  [/^resnet32$/, "stage3/block5"],
  [/^resnet44$/, "stage3/block7"],
  [/^resnet56$/, "stage3/block9"],
  [/^resnet110$/, "stage3/block18"],
  [/^(densenet|squeezenet)/, "relu2"],
  [/^autoencoder$/, "conv2dTranspose2"],
];

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe.each(Object.keys(models.registry))("the layers of %s that are looked at", (name) => {
  const { make, input } = models.registered(name);
  let model: nn.Model;
  beforeAll(() => {
    model = make();
    model.build([...input], { blank: true });
  });
  // All of them together are more than WebAssembly's memory holds.
  afterAll(async () => {
    model = make();
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve));
  });

  test("the last maps", () => {
    expect(explain.lastMaps(model)).toBe(lastOf.find(([pattern]) => pattern.test(name))?.[1]);
  });

  test("style and dream look at layers and blocks that see all branches", () => {
    const { content, style } = explain.usualLayers(model);
    const maps = explain.layersWithMaps(model);
    for (const layer of [...content, ...style, explain.dreamLayer(model)]) {
      expect(maps).toContain(layer);
      expect(layer).not.toMatch(/\/(1x1|3x3|5x5|pool|expand|squeeze)/);
    }
  });
});

test("blocks of one's own are found for style, in a holder and with any rectifier", () => {
  const block = (filters: number): nn.Layer[] => [conv(filters), nn.gelu(), nn.maxPool2d(2)];
  const model = nn.sequential(
    nn.sequential("features", ...block(4), ...block(4), ...block(8)),
    nn.globalAvgPool2d(),
    nn.dense(3),
  );
  model.build([32, 32, 3]);
  expect(explain.usualLayers(model)).toEqual({
    content: ["features/gelu2"],
    style: ["features/gelu1", "features/gelu2", "features/gelu3"],
  });
  expect(explain.dreamLayer(model)).toBe("features/gelu3");
});

describe("methods that name no layer look at the last maps, and at the strongest units", () => {
  const model = models.lenet5();
  model.build([28, 28, 1], { seed: 4 });
  const images = tensor(
    Uint8Array.from({ length: 2 * 784 }, (_, i) => (i * 7919) % 256),
    [2, 28, 28, 1],
  );

  test("feature maps", async () => {
    const named = await explain.featureMaps(model, images, { layer: "relu2" });
    expect((await explain.featureMaps(model, images)).values).toEqual(named.values);
  });

  test("the strongest units, and deconvnet of the strongest in each picture", async () => {
    const maps = await explain.featureMaps(model, images);
    const units = await explain.strongestUnits(model, images);
    for (const i of [0, 1]) {
      const highest = Array.from({ length: 16 }, (_, k) =>
        Math.max(...maps.values!.slice(i * 1600, (i + 1) * 1600).filter((_, at) => at % 16 === k)),
      );
      const expected = highest.map((_, k) => k).filter((k) => highest[k] > 0);
      expect(units[i]).toEqual(expected.sort((a, b) => highest[b] - highest[a]));
    }
    const found = await explain.deconvnet(model, images);
    expect([found.layer, found.units]).toEqual(["relu2", units.map(([k]) => k)]);
    const first = await explain.deconvnet(model, images, { layer: "relu2", unit: units.map(([k]) => k) });
    expect(found.pixels.values).toEqual(first.pixels.values);
  });

  test("no pictures for a dead unit", async () => {
    const dead = nn.sequential(nn.conv2d({ filters: 2, kernel: 3 }), nn.relu(), nn.flatten(), nn.dense(2));
    dead.build([8, 8, 1], { seed: 1 });
    dead.parameters.get("conv1.bias")!.set(Float32Array.of(-1e6, 1));
    const pictures = {
      name: "noise",
      split: "test" as const,
      shape: [8, 8, 1] as [number, number, number],
      classes: ["a", "b"],
      length: 4,
      images: Uint8Array.from({ length: 256 }, (_, i) => i),
      labels: Uint8Array.of(0, 1, 0, 1),
    };
    const [none, some] = (await explain.topActivations(dead, pictures, { k: 3 })).get("relu1")!;
    expect([none.length, some.length]).toEqual([0, 3]);
  });
});

test("what branches make together is one map after the other", async () => {
  const model = nn.sequential(
    conv(4),
    { type: "both", name: "both", forward: (x) => concat([x, x], { axis: 3 }) },
    nn.flatten(),
    nn.dense(2),
  );
  model.build([16, 16, 3]);
  expect(explain.lastMaps(model)).toBe("both");
});
