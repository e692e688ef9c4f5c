import { describe, expect, test } from "vitest";
import * as ops from "../../src/index.js";
import { random, ShapeError, type Tensor, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

const picture = random.normal([2, 7, 6, 4], { seed: 3 });

/** The only layer of a model, and its parameters by their names. */
async function alone(layer: nn.Layer, x: Tensor) {
  const model = nn.sequential(layer);
  model.build(x.shape.slice(1), { seed: 5 });
  for (const [path, v] of model.parameters)
    if (path.endsWith("bias")) v.set(Array.from({ length: v.size }, (_, i) => i + 1));
  const own = Object.fromEntries(
    [...model.parameters].map(([path, v]) => [path.slice(path.indexOf(".") + 1), v]),
  );
  return { y: model(x), own };
}

async function same(actual: Tensor, expected: Tensor) {
  expect(actual.shape).toEqual(expected.shape);
  expect(await actual.data()).toEqual(await expected.data());
}

describe("a layer does what its operation does", () => {
  const rows: { name: string; layer: nn.Layer; f: (x: Tensor) => Tensor }[] = [
    { name: "relu", layer: nn.relu(), f: ops.relu },
    { name: "leakyRelu", layer: nn.leakyRelu({ slope: 0.2 }), f: (x) => ops.leakyRelu(x, 0.2) },
    { name: "leakyRelu's slope", layer: nn.leakyRelu(), f: (x) => ops.leakyRelu(x) },
    { name: "elu", layer: nn.elu({ alpha: 0.5 }), f: (x) => ops.elu(x, 0.5) },
    { name: "sigmoid", layer: nn.sigmoid(), f: ops.sigmoid },
    { name: "tanh", layer: nn.tanh(), f: ops.tanh },
    { name: "softplus", layer: nn.softplus(), f: ops.softplus },
    { name: "softmax", layer: nn.softmax(), f: (x) => ops.softmax(x) },
    { name: "selu", layer: nn.selu(), f: ops.selu },
    { name: "silu", layer: nn.silu(), f: ops.silu },
    { name: "gelu", layer: nn.gelu(), f: (x) => ops.gelu(x) },
    {
      name: "gelu by tanh",
      layer: nn.gelu({ approximate: "tanh" }),
      f: (x) => ops.gelu(x, { approximate: "tanh" }),
    },
    { name: "maxout", layer: nn.maxout(2), f: (x) => ops.maxout(x, 2) },
    { name: "prelu", layer: nn.prelu(), f: (x) => ops.leakyRelu(x, 0.25) },
    { name: "scaledTanh", layer: nn.scaledTanh({ slope: 2 }), f: (x) => ops.scaledTanh(x, { slope: 2 }) },
    { name: "maxPool2d", layer: nn.maxPool2d(2), f: (x) => ops.maxPool2d(x, 2) },
    {
      name: "maxPool2d, overlapping",
      layer: nn.maxPool2d(3, { stride: 2, ceil: true }),
      f: (x) => ops.maxPool2d(x, 3, { stride: 2, ceil: true }),
    },
    {
      name: "avgPool2d",
      layer: nn.avgPool2d(3, { padding: 1, countPadding: false }),
      f: (x) => ops.avgPool2d(x, 3, { padding: 1, countPadding: false }),
    },
    { name: "localResponseNorm", layer: nn.localResponseNorm(), f: (x) => ops.localResponseNorm(x) },
    {
      name: "localResponseNorm, Caffe's",
      layer: nn.localResponseNorm({ alpha: 0.5, average: true }),
      f: (x) => ops.localResponseNorm(x, { alpha: 0.5, average: true }),
    },
    { name: "adaptiveAvgPool2d", layer: nn.adaptiveAvgPool2d(3), f: (x) => ops.adaptiveAvgPool2d(x, 3) },
    { name: "globalAvgPool2d", layer: nn.globalAvgPool2d(), f: (x) => ops.mean(x, { axis: [1, 2] }) },
    { name: "globalMaxPool2d", layer: nn.globalMaxPool2d(), f: (x) => ops.max(x, { axis: [1, 2] }) },
    {
      name: "upsample2d by a factor",
      layer: nn.upsample2d({ factor: [2, 3] }),
      f: (x) => ops.upsample2d(x, [14, 18]),
    },
    {
      name: "upsample2d to a size",
      layer: nn.upsample2d({ size: 9, method: "bilinear" }),
      f: (x) => ops.upsample2d(x, 9, { method: "bilinear" }),
    },
    { name: "flatten", layer: nn.flatten(), f: (x) => ops.reshape(x, [2, 168]) },
  ];
  test.each(rows)("$name", async ({ layer, f }) => {
    const { y } = await alone(layer, picture);
    await same(y, f(picture));
  });

  test("conv2d, with its bias", async () => {
    const options = { stride: [2, 1], padding: "same", dilation: 2, groups: 2 } as const;
    const { y, own } = await alone(nn.conv2d({ filters: 6, kernel: [3, 2], ...options }), picture);
    expect(own.filters.shape).toEqual([3, 2, 2, 6]);
    await same(y, ops.add(ops.conv2d(picture, own.filters, options), own.bias));
  });

  test("conv1d, with its bias", async () => {
    const x = random.normal([2, 9, 4], { seed: 3 });
    const options = { stride: 2, padding: [1, 2], dilation: 2, groups: 2 } as const;
    const { y, own } = await alone(nn.conv1d({ filters: 6, kernel: 3, ...options }), x);
    expect(own.filters.shape).toEqual([3, 2, 6]);
    await same(y, ops.add(ops.conv1d(x, own.filters, options), own.bias));
  });

  test("depthwiseConv2d: the filters of a channel lie side by side", async () => {
    const options = { stride: 2, padding: "same" } as const;
    const layer = nn.depthwiseConv2d({ kernel: [3, 2], multiplier: 2, ...options });
    const { y, own } = await alone(layer, picture);
    expect(own.filters.shape).toEqual([3, 2, 1, 8]);
    await same(y, ops.add(ops.conv2d(picture, own.filters, { ...options, groups: 4 }), own.bias));
    const channel = (t: Tensor, from: number, to: number) =>
      ops.slice(t, [0, 0, 0, from], [...t.shape.slice(0, 3), to]);
    const third = ops.conv2d(channel(picture, 2, 3), channel(own.filters, 4, 6), options);
    const found = ops.sub(channel(y, 4, 6), ops.slice(own.bias, [4], [6]));
    for (const [i, v] of (await found.data()).entries()) expect(v).toBeCloseTo((await third.data())[i], 4);
  });

  test("conv2dTranspose, with its bias", async () => {
    const options = { stride: 2, padding: "same", groups: 2 } as const;
    const { y, own } = await alone(nn.conv2dTranspose({ filters: 6, kernel: 3, ...options }), picture);
    expect(own.filters.shape).toEqual([3, 3, 3, 4]);
    expect(y.shape).toEqual([2, 14, 12, 6]);
    await same(y, ops.add(ops.conv2dTranspose(picture, own.filters, options), own.bias));
  });

  test("dense, with its bias", async () => {
    const x = random.normal([3, 5], { seed: 1 });
    const { y, own } = await alone(nn.dense(4), x);
    await same(y, ops.add(ops.matmul(x, own.weights), own.bias));
  });

  test("no bias", async () => {
    const { own } = await alone(nn.conv2d({ filters: 6, kernel: 3, bias: false }), picture);
    expect(Object.keys(own)).toEqual(["filters"]);
    const dense = await alone(nn.dense(4, { bias: false, initialiser: { constant: 2 } }), tensor([[1, 2]]));
    expect(Object.keys(dense.own)).toEqual(["weights"]);
    expect([...(await dense.y.data())]).toEqual([6, 6, 6, 6]);
  });
});

describe("rescale", () => {
  const pixels = tensor(Uint8Array.of(0, 255, 51, 255, 0, 102), [1, 1, 2, 3]);
  const rows: { options: Parameters<typeof nn.rescale>[0]; expected: number[] }[] = [
    { options: undefined, expected: [0, 1, 0.2, 1, 0, 0.4] },
    { options: { scale: 2 / 255, offset: -1 }, expected: [-1, 1, -0.6, 1, -1, -0.2] },
    { options: { mean: 0.2, deviation: 0.5 }, expected: [-0.4, 1.6, 0, 1.6, -0.4, 0.4] },
    { options: { mean: [0, 0.5, 0.2], deviation: [1, 0.5, 2] }, expected: [0, 1, 0, 1, -1, 0.1] },
  ];
  test.each(rows)("$options", async ({ options, expected }) => {
    const { y } = await alone(nn.rescale(options), pixels);
    expect(y.dtype).toBe("f32");
    (await y.data()).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i], 6);
    });
  });

  test("takes as many channels as it has means", () => {
    const model = nn.sequential("net", nn.rescale({ mean: [0, 0] }));
    expect(() => model(pixels)).toThrow(
      new ShapeError("net › layer 1 (rescale1): x has 3 channels (1×1×2×3), expected 2"),
    );
    expect(() => nn.rescale({ mean: [0, 0], deviation: [1, 1, 1] })).toThrow(
      new ShapeError("rescale: 2 means and 3 deviations, expected as many of both"),
    );
  });
});

test.each<[() => nn.Layer, string]>([
  [() => nn.conv2d({ filters: 0, kernel: 3 }), "conv2d: filters is 0, expected a whole number of at least 1"],
  [
    () => nn.conv2d({ filters: 4, kernel: [3, 0] }),
    "conv2d: kernel is 0, expected a whole number of at least 1",
  ],
  [
    () => nn.conv2d({ filters: 4, kernel: 3, groups: 1.5 }),
    "conv2d: groups is 1.5, expected a whole number of at least 1",
  ],
  [() => nn.dense(2.5), "dense: units is 2.5, expected a whole number of at least 1"],
  [
    () => nn.depthwiseConv2d({ kernel: 3, multiplier: 0 }),
    "depthwiseConv2d: multiplier is 0, expected a whole number of at least 1",
  ],
  [
    () => nn.conv2dTranspose({ filters: 4, kernel: 3, groups: 3 }),
    "conv2dTranspose: 3 groups do not divide the 4 filters",
  ],
  [() => nn.upsample2d({ factor: 1.5 }), "upsample2d: factor is 1.5, expected a whole number of at least 1"],
  [() => nn.maxPool2d(-1), "maxPool2d: window is -1, expected a whole number of at least 1"],
])("options are checked where the layer is made: %s", (make, message) => {
  expect(make).toThrow(new ShapeError(message));
});
