/** Outputs and inputs of several layers in one run. */
import { describe, expect, test } from "vitest";
import { explain, nn, random, type Tensor, tensor } from "../../src/index.js";

const model = nn.sequential(
  "net",
  nn.conv2d({ filters: 4, kernel: 3, padding: "same" }),
  nn.relu(),
  nn.residual([nn.conv2d({ filters: 4, kernel: 3, padding: "same" })], { name: "block1" }),
  nn.flatten(),
  nn.dense(3),
);
model.build([6, 6, 1], { seed: 1 });
const x = random.uniform([2, 6, 6, 1], { seed: 3 });
const all = ["conv1", "relu1", "block1/conv1", "block1", "flatten1", "dense1"];

describe("layerOutputs", () => {
  test("has every layer, what went in and what came out", async () => {
    const layers = await explain.layerOutputs(model, x);
    expect([...layers.keys()].sort()).toEqual([...all].sort());
    for (const [path, { output }] of layers) {
      let alone: Tensor | undefined;
      model(x, {
        capture: (at, y) => {
          if (at === path) alone = y;
        },
      });
      expect(output.shape).toEqual(alone!.shape);
      expect(await output.data()).toEqual(await alone!.data());
    }
    const [first, second] = [layers.get("conv1")!, layers.get("relu1")!];
    expect(await (first.input as Tensor).data()).toEqual(await x.data());
    expect(await (second.input as Tensor).data()).toEqual(await first.output.data());
    expect([first.type, second.type, layers.get("dense1")!.type]).toEqual(["conv2d", "relu", "dense"]);
    expect(await layers.get("dense1")!.output.data()).toEqual(await model(x).data());
  });

  test.each([
    ["conv1", ["conv1"]],
    [
      ["conv*", "dense1"],
      ["conv1", "dense1"],
    ],
    ["block1", ["block1/conv1", "block1"]],
    ["*/conv1", ["block1/conv1"]],
    ["!relu*", all.filter((path) => path !== "relu1")],
    [(path: string) => path.endsWith("1") && path.startsWith("d"), ["dense1"]],
    [() => false, []],
  ] as const)("by pattern %s", async (layers, paths) => {
    const found = await explain.layerOutputs(model, x, { layers: layers as never });
    expect([...found.keys()].sort()).toEqual([...paths].sort());
  });

  test("bytes are pixels; one picture, and none of the wrong kind", async () => {
    const bytes = tensor(
      Uint8Array.from({ length: 36 }, (_, i) => 7 * i),
      [1, 6, 6, 1],
    );
    const input = (await explain.layerOutputs(model, bytes, { layers: "conv1" })).get("conv1")!
      .input as Tensor;
    expect((await input.data())[35]).toBeCloseTo(245 / 255, 6);
    await expect(explain.layerOutputs(model, x, { layers: "cnv1" })).rejects.toThrow(
      'layerOutputs: layers: no layer is called "cnv1"; did you mean "conv1"?',
    );
    await expect(explain.layerOutputs(model, tensor(new Float32Array(12), [1, 2, 2, 3]))).rejects.toThrow(
      "layerOutputs: the pictures have 3 channels (1×2×2×3), net takes 1",
    );
    await expect(explain.layerOutputs(model, x, { layers: 3 as never })).rejects.toThrow("layers is 3");
  });

  test("of a graph with two inputs, and of a network for rows", async () => {
    const graph = nn.graph("two", {
      inputs: ["a", "b"],
      nodes: { left: { layer: nn.dense(2), from: "a" }, both: { layer: nn.add(), from: ["left", "b"] } },
      outputs: ["both"],
    });
    const given = { a: random.uniform([2, 3], { seed: 1 }), b: random.uniform([2, 2], { seed: 2 }) };
    const layers = await explain.layerOutputs(graph as never, given as never, { layers: "both" });
    const [left, b] = layers.get("both")!.input as readonly Tensor[];
    expect(await b.data()).toEqual(await given.b.data());
    expect(left.shape).toEqual([2, 2]);
    const rows = nn.sequential(nn.dense(2));
    expect((await explain.layerOutputs(rows, given.a)).get("dense1")!.output.shape).toEqual([2, 2]);
  });

  test("stops where it is asked to", async () => {
    await expect(explain.layerOutputs(model, x, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });
});
