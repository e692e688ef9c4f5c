/** Units switched off and scaled: the network answers as if their numbers were, and stays what it is. */
import { describe, expect, test } from "vitest";
import { evaluate, explain, nn, predict, random, type Tensor, tensor } from "../../src/index.js";
import { agree } from "../checks/close-to.js";

const net = () => {
  const model = nn.sequential(
    "net",
    nn.conv2d({ filters: 4, kernel: 3, padding: "same" }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.dense(3),
  );
  model.build([8, 8, 2], { seed: 5 });
  return model;
};
const closeTo = async (found: Tensor, expected: ArrayLike<number>, { atol = 0 }) =>
  agree(await found.data(), { shape: found.shape, data: Float64Array.from(expected) }, { atol, rtol: 0 });
const x = random.uniform([3, 8, 8, 2], { seed: 2 });

describe("masked", () => {
  test("scales the units of a layer, as if its filters were scaled", async () => {
    const [model, other] = [net(), net()];
    const mask = [1, 0, -2, 0.5];
    for (const name of ["filters", "bias"]) {
      const variable = other.parameters.get(`conv1.${name}`)!;
      variable.set(Float32Array.from(await variable.read(), (v, i) => v * mask[i % 4]));
    }
    const without = nn.masked(model, { conv1: mask });
    await closeTo(without(x), await other(x).data(), { atol: 1e-6 });
    // The network is what it was, and what it learns is seen.
    await closeTo(model(x), await net()(x).data(), { atol: 0 });
    model.parameters.get("dense1.bias")!.set([5, 6, 7]);
    expect((await without(x).data())[0]).toBeCloseTo((await other(x).data())[0] + 5, 5);
    await closeTo(nn.masked(model, {})(x), await model(x).data(), { atol: 0 });
  });

  test("is measured, predicted with, captured and masked again like any model", async () => {
    const model = net();
    const without = nn.masked(model, { conv1: Float32Array.of(1, 0, 1, 1) });
    const none = nn.masked(without, { dense1: [0, 0, 0] });
    const set = {
      name: "some",
      split: "test",
      shape: [8, 8, 2] as [number, number, number],
      classes: ["a", "b", "c"],
      length: 3,
      images: Uint8Array.from(await x.data(), (v) => 255 * v),
      labels: Uint8Array.of(0, 1, 2),
    };
    expect((await evaluate(none, set)).loss).toBeCloseTo(Math.log(3), 6);
    expect((await evaluate(without, set)).loss).not.toBe((await evaluate(model, set)).loss);
    expect([...(await predict(none, x))[0]].map((p) => p.toFixed(4))).toEqual(["0.3333", "0.3333", "0.3333"]);
    const maps = await explain.featureMaps(without, x, { layer: "conv1" });
    expect(maps.values!.every((v, i) => i % 4 !== 1 || v === 0)).toBe(true);
    const seen: string[] = [];
    without(x, { capture: (path, _, { type }) => void seen.push(`${path} ${type}`) });
    expect(seen).toEqual([
      "conv1 conv2d",
      "relu1 relu",
      "maxPool1 maxPool2d",
      "flatten1 flatten",
      "dense1 dense",
    ]);
    expect(String(without)).toBe(String(model));
    expect(without.describe()).toEqual(model.describe());
  });

  test("holds for layers in blocks and graphs, and beside another one's stand-in", async () => {
    const graph = nn.graph({
      inputs: ["a", "b"],
      nodes: {
        one: { layer: nn.sequential(nn.dense(2), nn.tanh()), from: "a" },
        sum: { layer: nn.add(), from: ["one", "b"] },
      },
      outputs: ["sum"],
    });
    graph.build({ a: [3], b: [2] });
    const [a, b] = [random.uniform([2, 3], { seed: 1 }), random.uniform([2, 2], { seed: 2 })];
    const half = nn.masked(graph, { "one/dense1": [0, 0] });
    await closeTo(half({ a, b }).sum, await b.data(), { atol: 0 });
    const doubled = nn.masked(graph, { sum: [2, 2] });
    const stood = doubled(
      { a, b },
      {
        instead: (path) =>
          path === "one"
            ? ({
                type: "none",
                forward: () =>
                  tensor([
                    [1, 1],
                    [1, 1],
                  ]),
              } as never)
            : undefined,
      },
    );
    await closeTo(
      stood.sum,
      Array.from(await b.data(), (v) => 2 * (1 + v)),
      { atol: 1e-6 },
    );
  });

  test("holds where the network stands as a layer of another one, with weights of that one's own", async () => {
    const inner = nn.masked(net(), { conv1: [1, 0, 1, 2], dense1: [0, 1, 1] });
    for (const outer of [
      nn.sequential("outer", inner, nn.tanh()),
      nn.graph("outer", {
        inputs: "x",
        nodes: { net: { layer: inner, from: "x" }, tanh1: { layer: nn.tanh(), from: "net" } },
        outputs: "tanh1",
      }),
    ]) {
      outer.build([8, 8, 2], { seed: 9 });
      const alike = net();
      for (const [path, variable] of alike.parameters)
        variable.set(await outer.parameters.get(`net/${path}`)!.read());
      const masked = nn.masked(alike, { conv1: [1, 0, 1, 2], dense1: [0, 1, 1] });
      await closeTo(outer(x) as Tensor, Array.from(await masked(x).data(), Math.tanh), { atol: 1e-6 });
      // A mask upon the mask, by the path that it has there.
      const more = nn.masked(outer as nn.Model, { "net/conv1": [0, 1, 1, 1] });
      const both = nn.masked(alike, { conv1: [0, 0, 1, 2], dense1: [0, 1, 1] });
      await closeTo(more(x), Array.from(await both(x).data(), Math.tanh), { atol: 1e-6 });
      expect(
        (
          await nn
            .masked(inner, { conv1: [1, 0, 1, 2] })(x)
            .data()
        ).length,
      ).toBe(9);
      // What it looks like inside is what counts.
      const maps = await explain.featureMaps(outer as nn.Model, x, { layer: "net/conv1" });
      expect(maps.values!.every((v, i) => i % 4 !== 1 || v === 0)).toBe(true);
      expect(() => nn.fromDescription(JSON.parse(JSON.stringify(outer.describe())))).toThrow(
        "fromDescription: net was masked, which a description does not keep",
      );
    }
  });

  test("masks one of several outputs of a layer by its name", async () => {
    const encoder: nn.Layer<Tensor, { mean: Tensor; deviation: Tensor }> = {
      type: "encoder",
      forward: (x, scope) => ({
        mean: scope.run(nn.dense(3), x, "mean"),
        deviation: scope.run(nn.dense(3), x, "deviation"),
      }),
    };
    const model = nn.graph("coder", {
      inputs: "x",
      nodes: {
        encoder: { layer: encoder as never, from: "x" },
        sum: { layer: nn.add(), from: ["encoder.mean", "encoder.deviation"] },
      },
      outputs: "sum",
    });
    model.build([4]);
    const input = random.uniform([2, 4], { seed: 1 });
    const without = nn.masked(model, { "encoder.mean": [0, 0, 0] });
    const alone = nn.masked(model, { "encoder/mean": [0, 0, 0] });
    const whole = await model(input).data();
    expect(await without(input).data()).toEqual(await alone(input).data());
    expect(await without(input).data()).not.toEqual(whole);
    expect(() => nn.masked(model, { encoder: [1, 1, 1] })).toThrow(
      "masked: encoder gives several tensors, expected one of them: encoder.mean, encoder.deviation",
    );
  });

  test.each([
    [
      { conv7: [1] },
      'masked: net has no layer "conv7"; there are conv1, relu1, maxPool1, flatten1, dense1; did you mean "conv1"?',
    ],
    [{ conv1: [1, 0] }, "masked: conv1 has 4 units (8×8×4), its mask has 2 numbers"],
    [{ conv1: "off" }, 'masked: the mask of conv1 is "off", expected 4 numbers'],
    [{ conv1: [1, 1, 1, "0"] }, 'masked: the mask of conv1 is [1, 1, 1, "0"], expected 4 numbers'],
  ])("%j is refused", (masks, text) => {
    expect(() => nn.masked(net(), masks as never)).toThrow(text);
  });

  test("a network that is not built yet is refused", () => {
    const model = nn.sequential("net", nn.dense(2));
    expect(() => nn.masked(model, {})).toThrow("masked: net is not built yet: call it, or build it, first");
  });
});
