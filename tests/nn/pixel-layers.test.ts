/** Layers that fit one picture to another: made again from what describes them, and what they refuse. */
import { describe, expect, test } from "vitest";
import { gradients, random, sum, type Tensor, tensor, zeros } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

const pictures = random.uniform([2, 7, 9, 3], { seed: 1 });

/** A graph of x and of what a pool of it makes. */
const joined = (layer: nn.Merging, from: readonly string[]) =>
  nn.graph("joined", {
    inputs: "x",
    nodes: {
      pooled: { layer: nn.maxPool2d(2, { ceil: true }), from: "x" },
      fitted: { layer, from },
    },
    outputs: "fitted",
  });

describe("a description", () => {
  test.each<[string, nn.Merging, string[], number[]]>([
    ["cropTo", nn.cropTo({ offset: 1 }), ["x", "pooled"], [2, 4, 5, 3]],
    ["cropTo", nn.cropTo(), ["x", "pooled"], [2, 4, 5, 3]],
    ["maxUnpool2d", nn.maxUnpool2d(2, { ceil: true }), ["pooled", "x"], [2, 7, 9, 3]],
    ["upsampleTo", nn.upsampleTo({ method: "bilinear" }), ["pooled", "x"], [2, 7, 9, 3]],
    ["upsampleTo", nn.upsampleTo(), ["pooled", "x"], [2, 7, 9, 3]],
  ])("makes the same layer again: %s", async (type, layer, from, shape) => {
    expect(layer.type).toBe(type);
    const network = joined(layer, from);
    const description = JSON.parse(JSON.stringify(network.describe()));
    const again = nn.fromDescription<Tensor, Tensor>(description, nn.pixelLayers);
    expect(again.describe()).toEqual(description);
    const y = network(pictures);
    expect(y.shape).toEqual(shape);
    expect(await again(pictures).data()).toEqual(await y.data());
    expect(() => nn.fromDescription(description)).toThrow(`there is no layer of type "${type}"`);
  });
});

test("a crop is the middle, or begins at an offset", async () => {
  const x = tensor(
    Array.from({ length: 20 }, (_, i) => i),
    [1, 4, 5, 1],
  );
  const crop = async (height: number, width: number, options: nn.CropToOptions = {}) => [
    ...(await nn
      .network<readonly Tensor[], Tensor>(nn.cropTo(options))([x, zeros([1, height, width, 2])])
      .data()),
  ];
  expect(await crop(2, 2)).toEqual([6, 7, 11, 12]);
  expect(await crop(2, 2, { offset: 0 })).toEqual([0, 1, 5, 6]);
  expect(await crop(2, 2, { offset: 2 })).toEqual([12, 13, 17, 18]);
});

test("no gradient goes to what was pooled, and that of an unpooled value is that of its place", async () => {
  const [x, pooled] = [random.uniform([1, 2, 2, 1], { seed: 2 }), random.uniform([1, 3, 3, 1], { seed: 3 })];
  const layer = nn.network<readonly Tensor[], Tensor>(nn.maxUnpool2d(2, { ceil: true }));
  const [dx, none] = gradients(sum(layer([x, pooled])), [x, pooled]);
  expect([...(await dx.data())]).toEqual([1, 1, 1, 1]);
  expect([...(await none.data())]).toEqual(Array(9).fill(0));
});

test.each<[nn.Merging, readonly Tensor[], string]>([
  [nn.cropTo(), [zeros([1, 3, 5, 1]), zeros([1, 4, 4, 1])], "cropTo: 4×4 pixels do not lie in x (1×3×5×1)"],
  [
    nn.cropTo({ offset: 2 }),
    [zeros([1, 5, 5, 1]), zeros([1, 4, 4, 1])],
    "cropTo: 4×4 pixels from 2 on do not lie in x (1×5×5×1)",
  ],
  [
    nn.upsampleTo(),
    [zeros([1, 5, 5, 1])],
    "upsampleTo: there are 1 inputs, expected x and another of the size that x is to have",
  ],
  [
    nn.maxUnpool2d(2),
    [zeros([1, 2, 2, 1]), zeros([1, 7, 7, 1])],
    "maxUnpool2d: x is 1×2×2×1, the switches are 1×3×3×1",
  ],
])("%# is refused", (layer, given, message) => {
  expect(() => nn.network<readonly Tensor[], Tensor>(layer)(given)).toThrow(message);
});
