/** A batch without examples goes through every layer, as it goes through every operation. */
import { describe, expect, test } from "vitest";
import { compute, gradients, nn, ShapeError, square, sum, tensor, zeros } from "../../src/index.js";

const pixels = [8, 8, 6];
const same = { kernel: 3, padding: "same" } as const;
const layers: Record<string, () => nn.Layer> = {
  adaptiveAvgPool2d: () => nn.adaptiveAvgPool2d(3),
  avgPool2d: () => nn.avgPool2d(3, { padding: 1, countPadding: false }),
  batchNorm: () => nn.batchNorm(),
  branches: () =>
    nn.branches([
      nn.sequential("a", nn.relu()),
      nn.sequential("b", nn.maxPool2d(3, { stride: 1, padding: 1 })),
    ]),
  conv2d: () => nn.conv2d({ filters: 4, kernel: 3, stride: 2 }),
  conv2dTranspose: () => nn.conv2dTranspose({ filters: 4, kernel: 4, stride: 2, padding: "same" }),
  dense: () => nn.sequential(nn.flatten(), nn.dense(5), nn.softmax()),
  denseBlock: () => nn.denseBlock([nn.conv2d({ filters: 2, ...same }), nn.conv2d({ filters: 2, ...same })]),
  depthwiseConv2d: () => nn.depthwiseConv2d(same),
  dropout: () => nn.dropout(0.5),
  globalAvgPool2d: () => nn.globalAvgPool2d(),
  globalMaxPool2d: () => nn.globalMaxPool2d(),
  groupNorm: () => nn.groupNorm(3),
  instanceNorm: () => nn.instanceNorm(),
  layerNorm: () => nn.layerNorm({ over: "example" }),
  localResponseNorm: () => nn.localResponseNorm(),
  maxPool2d: () => nn.maxPool2d(3, { stride: 2, padding: 1 }),
  maxout: () => nn.maxout(3),
  pad: () => nn.pad({ rows: [1, 1], columns: [2, 0], mode: "reflect" }),
  prelu: () => nn.prelu(),
  residual: () => nn.residual([nn.conv2d({ filters: 6, ...same }), nn.relu()]),
  spatialDropout: () => nn.spatialDropout(0.5),
  subsampling2d: () => nn.subsampling2d(2),
  upsample2d: () => nn.upsample2d({ factor: 2, method: "bilinear" }),
};
const lines: Record<string, () => nn.Layer> = {
  conv1d: () => nn.conv1d({ filters: 4, kernel: 3 }),
  gru: () => nn.gru({ units: 4 }),
  lstm: () => nn.lstm({ units: 4 }),
};
const seed = tensor(Int32Array.of(1), []);

describe.each([
  ...Object.entries(layers).map(([name, layer]) => ({ name, layer, shape: pixels })),
  ...Object.entries(lines).map(([name, layer]) => ({ name, layer, shape: [7, 6] })),
])("$name", ({ name, layer, shape }) => {
  test.each([false, true])(
    "an empty batch has empty results, and gradients of 0 (training: %s)",
    async (training) => {
      const before =
        shape.length === 3 ? nn.conv2d({ filters: 6, kernel: 1 }) : nn.conv1d({ filters: 6, kernel: 1 });
      const model = nn.sequential("net", before, layer());
      model.build(shape);
      if (training && name === "batchNorm") {
        expect(() => model(zeros([0, ...shape]), { training })).toThrow(
          new ShapeError(
            "net › layer 2 (batchNorm1): an empty batch (0×8×8×6) has no variance; train with more than one example",
          ),
        );
        return;
      }
      const y = model(zeros([0, ...shape]), { training, seed });
      expect(y.shape[0]).toBe(0);
      const [values, ...found] = await compute([
        y,
        ...gradients(sum(square(y)), [...model.parameters.values()]),
      ]);
      expect(values.length).toBe(0);
      expect(found.length).toBeGreaterThan(0);
      for (const gradient of found) expect(gradient.every((g) => g === 0)).toBe(true);
    },
  );
});
