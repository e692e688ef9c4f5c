import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  concat,
  random,
  ShapeError,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

type Pair = { a: Tensor; b: Tensor };

const encoder = nn.sequential("encoder", nn.dense(3), nn.batchNorm());

/** Two inputs through one encoder, and two outputs. */
const twins = () =>
  nn.network<Pair, { difference: Tensor; sum: Tensor }>({
    type: "twins",
    forward({ a, b }, scope) {
      const left = scope.run(encoder, a, "left");
      const right = scope.run(encoder, b, "right", { shared: "left" });
      return { difference: sub(left, right), sum: add(left, right) };
    },
  });

describe("a network of several tensors", () => {
  test("takes a record and gives one, and shares parameters", async () => {
    const model = twins();
    model.build({ a: [4], b: [4] }, { seed: 1 });
    expect([...model.parameters.keys()]).toEqual([
      "left/dense1.weights",
      "left/dense1.bias",
      "left/batchNorm1.scale",
      "left/batchNorm1.shift",
    ]);
    const x = random.normal([2, 4], { seed: 2 });
    const { difference, sum } = model({ a: x, b: x });
    expect([...(await difference.data())]).toEqual(Array(6).fill(0));
    expect(sum.shape).toEqual([2, 3]);
    expect(model.inputShape).toEqual({ a: [4], b: [4] });
  });

  test("has statistics that both uses have moved, one after the other", async () => {
    const model = nn.network<Pair, Tensor>({
      type: "both",
      forward: ({ a, b }, scope) => {
        const norm = nn.batchNorm({ momentum: 0.5 });
        return add(scope.run(norm, a, "first"), scope.run(norm, b, "second", { shared: "first" }));
      },
    });
    model.build({ a: [1], b: [1] });
    const step = compile((inputs: Pair) => model(inputs, { training: true }));
    await step({ a: tensor([[7], [9]]), b: tensor([[1], [3]]) });
    // 0 → (0 + 8) / 2 = 4 → (4 + 2) / 2
    expect([...(await model.buffers.get("first.mean")!.read())]).toEqual([3]);
  });

  test("shows each of a layer's outputs by its name", () => {
    const split: nn.Layer<Tensor, { low: Tensor; high: Tensor }> = {
      type: "split",
      forward: (x) => ({ low: sub(x, 1), high: add(x, 1) }),
    };
    const model = nn.network<Tensor>({
      type: "net",
      forward(x, scope) {
        const { low, high } = scope.run(split, x, "split");
        return concat([low, high], { axis: 1 });
      },
    });
    const seen: string[] = [];
    model(zeros([1, 2]), { capture: (path, { shape }) => void seen.push(`${path} ${shape}`) });
    expect(seen).toEqual(["split.low 1,2", "split.high 1,2"]);
    expect(model.summary().layers.map(({ name }) => name)).toEqual(["split.low", "split.high"]);
  });

  test("is summed up with what is seen of each input", () => {
    const conv = nn.conv2d({ filters: 2, kernel: 3, padding: "same" });
    const model = nn.network<{ photo: Tensor; depth: Tensor }, Tensor>({
      type: "two",
      forward({ photo, depth }, scope) {
        const one = scope.run(conv, photo, "one");
        return scope.run(conv, add(one, scope.run(conv, scope.run(conv, depth, "two"), "three")), "four");
      },
    });
    const summary = model.summary({ photo: [8, 8, 1], depth: [8, 8, 1] });
    expect(summary.layers.map(({ name, receptiveFields }) => [name, receptiveFields])).toEqual([
      ["one", { photo: 3 }],
      ["two", { depth: 3 }],
      ["three", { depth: 5 }],
      ["four", { photo: 5, depth: 7 }],
    ]);
    expect(String(summary)).toContain("two, input photo 8×8×1, depth 8×8×1");
    expect(String(summary)).toContain("photo 5×5, depth 7×7");
  });

  test("freezes the statistics of layers that stand still, and looks at these in training", async () => {
    const model = nn.sequential(nn.batchNorm(), nn.batchNorm());
    model.build([1]);
    const still = (path: string) => path === "batchNorm1";
    const step = compile((x: Tensor) => model(x, { training: true, still }));
    await step(tensor([[10], [30]]));
    expect([...(await model.buffers.get("batchNorm1.mean")!.read())]).toEqual([0]);
    expect((await model.buffers.get("batchNorm2.mean")!.read())[0]).toBeCloseTo(2, 3);
  });
});

describe("inputs of several tensors that do not fit", () => {
  const model = twins();
  model.build({ a: [4], b: [4] });
  const call = model as unknown as (x: unknown) => unknown;
  test.each<[string, unknown, Error]>([
    [
      "one tensor",
      zeros([1, 4]),
      new TypeError("twins: x is a tensor (f32 1×4), expected a record of a (N×4) and b (N×4)"),
    ],
    [
      "another name",
      { a: zeros([1, 4]), B: zeros([1, 4]) },
      new TypeError('twins: there is no input B, expected a (N×4) and b (N×4); did you mean "b"?'),
    ],
    [
      "a missing one",
      { a: zeros([1, 4]) },
      new TypeError("twins: the input b is missing, expected a (N×4) and b (N×4), got a"),
    ],
    [
      "an array",
      { a: zeros([1, 4]), b: [1, 2, 3, 4] },
      new TypeError("twins: b is [1, 2, 3, 4], expected a tensor: tensor(…) makes one of numbers"),
    ],
    [
      "one example",
      { a: zeros([4]), b: zeros([1, 4]) },
      new ShapeError("twins: a is 4, expected N×4; one example is a batch of 1: reshape(a, [1, 4])"),
    ],
    [
      "batches of two sizes",
      { a: zeros([2, 4]), b: zeros([3, 4]) },
      new ShapeError("twins: a is 2×4 and b 3×4: 2 and 3 examples, expected as many of each"),
    ],
    [
      "another length",
      { a: zeros([2, 4]), b: zeros([2, 5]) },
      new ShapeError(
        "twins › right › layer 1 (dense1): expects 4 inputs, got 5; the weights belong to inputs of a 4, b 4, this one is a 4, b 5",
      ),
    ],
  ])("%s", (_, given, error) => {
    expect(() => call(given)).toThrow(error);
  });
});
