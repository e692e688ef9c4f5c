import { describe, expect, test } from "vitest";
import { mul, random, type Tensor, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";
import type * as layers from "../../src/nn/layers.js";

/** A layer, and examples it takes; pictures of 12×12×2 if left out. */
interface Example {
  layer: nn.Layer;
  x?: Tensor;
}

const pictures = random.uniform([2, 12, 12, 2], { seed: 1, max: 255 });
const rows = random.uniform([3, 5], { seed: 2 });
const line = random.uniform([2, 9, 4], { seed: 3 });

/** A layer of several inputs, and which of x and relu(x) it takes. */
interface Merged {
  layer: nn.Merging;
  from?: readonly string[];
  x?: Tensor;
}

/** One of each layer of several inputs. */
const everyMerging = {
  add: { layer: nn.add() },
  average: { layer: nn.average() },
  concatenate: { layer: nn.concatenate({ axis: 1 }) },
  maxOverTime: { layer: nn.maxOverTime({ window: 2, before: 1, pad: 3 }), from: ["x"], x: line },
  multiply: { layer: nn.multiply() },
};

/** One of each layer, with options: a layer that is added must be described here or there, too. */
const everyLayer: { readonly [Type in Exclude<keyof typeof layers, keyof typeof everyMerging>]: Example } = {
  graph: {
    layer: nn.graph("block", {
      inputs: "x",
      nodes: {
        one: { layer: nn.conv2d({ filters: 2, kernel: 1 }), from: "x" },
        two: { layer: "one", from: "one" },
      },
      outputs: "two",
    }),
  },
  rescale: { layer: nn.rescale({ scale: 0.01, mean: [0.1, 0.2], deviation: [0.3, 0.4] }) },
  conv2d: {
    layer: nn.conv2d({
      filters: 4,
      kernel: [3, 2],
      stride: 2,
      padding: "same",
      groups: 2,
      initialiser: { normal: 0.1 },
    }),
  },
  conv1d: {
    layer: nn.conv1d({ filters: 4, kernel: 3, stride: 2, padding: [1, 0], dilation: 2, groups: 2 }),
    x: line,
  },
  depthwiseConv2d: { layer: nn.depthwiseConv2d({ kernel: 3, multiplier: 2, padding: "same" }) },
  conv2dTranspose: {
    layer: nn.conv2dTranspose({ filters: 4, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  },
  upsample2d: { layer: nn.upsample2d({ factor: [2, 3], method: "bilinear", alignCorners: true }) },
  batchNorm: { layer: nn.batchNorm({ momentum: 0.2, epsilon: 1e-3, frozen: false }) },
  localResponseNorm: {
    layer: nn.localResponseNorm({ size: 3, k: 1, alpha: 1e-3, beta: 0.5, average: true }),
  },
  relu: { layer: nn.relu() },
  leakyRelu: { layer: nn.leakyRelu({ slope: 0.2 }) },
  elu: { layer: nn.elu({ alpha: 0.5 }) },
  selu: { layer: nn.selu() },
  silu: { layer: nn.silu() },
  gelu: { layer: nn.gelu({ approximate: "tanh" }) },
  prelu: { layer: nn.prelu({ shared: true, initialiser: { constant: 0.1 } }) },
  maxout: { layer: nn.maxout(2) },
  spatialDropout: { layer: nn.spatialDropout(0.25) },
  layerNorm: { layer: nn.layerNorm({ over: "example", epsilon: 1e-3 }) },
  groupNorm: { layer: nn.groupNorm(2, { epsilon: 1e-3 }) },
  instanceNorm: { layer: nn.instanceNorm({ affine: false }) },
  embedding: {
    layer: nn.embedding({ words: 7, size: 3, trained: false, initialiser: { normal: 1 } }),
    x: tensor(Int32Array.of(0, 6, 3, 3, 2, 1), [2, 3]),
  },
  lstm: { layer: nn.lstm({ units: 3, outputs: "last" }), x: random.uniform([2, 4, 3], { seed: 3 }) },
  gru: { layer: nn.gru({ units: 3 }), x: random.uniform([2, 4, 3], { seed: 3 }) },
  sigmoid: { layer: nn.sigmoid() },
  tanh: { layer: nn.tanh({ name: "squash" }) },
  softplus: { layer: nn.softplus() },
  scaledTanh: { layer: nn.scaledTanh({ amplitude: 1.5, slope: 0.5 }) },
  subsampling2d: { layer: nn.subsampling2d([2, 3], { initialiser: { uniform: 0.6 } }) },
  partialConv2d: {
    layer: nn.partialConv2d({ connections: [[0], [1, 0], [1]], kernel: 3, padding: "same", stride: 2 }),
  },
  rbf: {
    layer: nn.rbf({
      centres: [
        [1, -1, 1, 1, 1],
        [-1, 1, 1, -1, 0.5],
      ],
    }),
    x: rows,
  },
  maxPool2d: { layer: nn.maxPool2d([2, 3], { stride: 1 }) },
  avgPool2d: {
    layer: nn.avgPool2d(2, {
      padding: [
        [0, 1],
        [1, 1],
      ],
      ceil: true,
      countPadding: false,
    }),
  },
  adaptiveAvgPool2d: { layer: nn.adaptiveAvgPool2d([5, 3]) },
  globalAvgPool2d: { layer: nn.globalAvgPool2d() },
  globalMaxPool2d: { layer: nn.globalMaxPool2d({ name: "pool" }) },
  auxiliary: { layer: nn.auxiliary([nn.flatten(), nn.dense(2)], { weight: 0.5 }) },
  pad: { layer: nn.pad({ rows: [1, 0], columns: [2, 1], channels: [0, 1], mode: "constant", value: 0.5 }) },
  unflatten: { layer: nn.unflatten([5, 1, 1]), x: rows },
  branches: {
    layer: nn.branches([
      nn.conv2d({ filters: 2, kernel: 1 }),
      nn.sequential("deep", nn.relu(), nn.softplus()),
    ]),
  },
  denseBlock: {
    layer: nn.denseBlock([nn.conv2d({ filters: 2, kernel: 1 }), nn.relu({ name: "last" })]),
  },
  residual: {
    layer: nn.residual([nn.conv2d({ filters: 2, kernel: 1 }), nn.relu()], {
      shortcut: [nn.conv2d({ filters: 2, kernel: 1, bias: false })],
      activation: nn.relu(),
    }),
  },
  sequential: { layer: nn.sequential("block", nn.conv2d({ filters: 3, kernel: 1, bias: false })) },
  flatten: { layer: nn.flatten() },
  dropout: { layer: nn.dropout(0.5) },
  dense: { layer: nn.dense(3, { bias: false, initialiser: "glorotNormal" }), x: rows },
  softmax: { layer: nn.softmax() },
};

describe("a description", () => {
  const sameAgain = async (model: nn.Model, x: Tensor) => {
    const description = model.describe();
    const json = JSON.stringify(description);
    const again = nn.fromDescription(JSON.parse(json));
    expect(JSON.stringify(again.describe())).toBe(json);
    expect(again.name).toBe("net");
    for (const m of [model, again]) m.build(x.shape.slice(1), { seed: 3 });
    expect([...again.parameters.keys()]).toEqual([...model.parameters.keys()]);
    expect(await again(x).data()).toEqual(await model(x).data());
  };

  test.each(Object.entries(everyLayer))(
    "makes the same layer again, after a way through JSON: %s",
    async (type, { layer, x = pictures }) => {
      expect(layer.type).toBe(type);
      await sameAgain(nn.sequential("net", layer), x);
    },
  );

  test.each(Object.entries(everyMerging))(
    "makes the same layer of several inputs again: %s",
    async (type, { layer, from = ["x", "less"], x = pictures }: Merged) => {
      expect(layer.type).toBe(type);
      const nodes = {
        ...(from.includes("less") ? { less: { layer: nn.relu(), from: "x" } } : {}),
        merged: { layer, from },
      };
      await sameAgain(nn.sequential("net", nn.graph({ inputs: "x", nodes, outputs: "merged" })), x);
    },
  );

  test("makes the same model again", async () => {
    const { rescale, conv2d, batchNorm, relu, maxPool2d, sequential, flatten, dense } = everyLayer;
    const chain = [rescale, conv2d, batchNorm, relu, maxPool2d, sequential, flatten, dense];
    await sameAgain(nn.sequential("net", ...chain.map(({ layer }) => layer)), pictures);
  });

  test("is plain and short", () => {
    expect(nn.sequential("net", nn.dense(3), nn.relu()).describe()).toEqual({
      type: "sequential",
      name: "net",
      options: {
        layers: [
          { type: "dense", name: "dense1", options: { units: 3 } },
          { type: "relu", name: "relu1", options: {} },
        ],
      },
    });
  });

  test("holds layers of one's own", async () => {
    const times = (factor: number): nn.Layer => ({
      type: "times",
      options: { factor },
      forward: (x) => mul(x, factor),
    });
    const description = nn.sequential(times(3), nn.sequential("inner", times(5))).describe();
    const again = nn.fromDescription(description, {
      times: ({ factor }: { factor: number }) => times(factor),
    });
    expect(again.describe()).toEqual(description);
    expect([...(await again(tensor([[2]])).data())]).toEqual([30]);
  });

  test.each<[unknown, string]>([
    [null, "fromDescription: the model is null, expected { type, name, options }"],
    [undefined, "fromDescription: the model is missing, expected { type, name, options }"],
    [{ type: "conv2d" }, 'fromDescription: the model is {"type":"conv2d"}, expected { type, name, options }'],
    [
      { type: "dense", name: "dense1", options: { units: 3 } },
      "fromDescription: dense1 is of type dense with units, expected sequential with layers",
    ],
    [
      {
        type: "sequential",
        name: "net",
        options: { layers: [{ type: "Conv2D", name: "conv1", options: {} }] },
      },
      'fromDescription: there is no layer of type "Conv2D" (conv1); one of your own is made by fromDescription(description, { Conv2D: (options) => … }); did you mean "conv2d"?',
    ],
    [
      {
        type: "sequential",
        name: "net",
        options: { layers: [{ type: "dense", name: "dense1", options: { units: "3" } }] },
      },
      'fromDescription: dense: units is "3", expected a whole number of at least 1',
    ],
    [
      {
        type: "sequential",
        name: "net",
        options: { layers: [{ type: "sequential", name: "inner", options: {} }] },
      },
      "fromDescription: inner is of type sequential with no options, expected sequential with layers",
    ],
  ])("%j makes no model", (description, message) => {
    expect(() => nn.fromDescription(description as nn.ModelDescription)).toThrow(
      new nn.DescriptionError(message),
    );
  });
});
