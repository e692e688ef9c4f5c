import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  mul,
  random,
  ShapeError,
  sigmoid,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.js";
import { lenet5 } from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { copyOf } from "../../src/training/weights.js";

const block = (name: string) => nn.sequential(name, nn.conv2d({ filters: 2, kernel: 3 }), nn.relu());

describe("names and paths", () => {
  test("layers of a kind are numbered; one with a name of its own counts too", () => {
    const model = nn.sequential(
      nn.conv2d({ filters: 2, kernel: 3 }),
      nn.conv2d({ filters: 2, kernel: 3, name: "middle" }),
      nn.conv2d({ filters: 2, kernel: 3 }),
      nn.maxPool2d(2),
      nn.flatten(),
      nn.dense(2),
    );
    expect(model.name).toBe("sequential");
    expect(model.layerNames).toEqual(["conv1", "middle", "conv3", "maxPool1", "flatten1", "dense1"]);
  });

  test("the parameters of a model in a model", () => {
    const model = nn.sequential(
      "net",
      block("block1"),
      nn.sequential(nn.relu(), block("inner")),
      nn.sequential(),
    );
    model.build([9, 9, 1]);
    expect(model.layerNames).toEqual(["block1", "sequential2", "sequential3"]);
    expect([...model.parameters].map(([path, v]) => [path, v.shape])).toEqual([
      ["block1/conv1.filters", [3, 3, 1, 2]],
      ["block1/conv1.bias", [2]],
      ["sequential2/inner/conv1.filters", [3, 3, 2, 2]],
      ["sequential2/inner/conv1.bias", [2]],
    ]);
  });

  test("one layer object at two places has two sets of parameters", () => {
    const layer = nn.dense(3);
    const model = nn.sequential(layer, layer);
    model.build([3]);
    expect([...model.parameters.keys()]).toEqual([
      "dense1.weights",
      "dense1.bias",
      "dense2.weights",
      "dense2.bias",
    ]);
    expect(model.parameters.get("dense1.weights")).not.toBe(model.parameters.get("dense2.weights"));
  });

  test.each<[() => nn.Model, string]>([
    [
      () => nn.sequential("net", nn.relu({ name: "a" }), nn.tanh({ name: "a" })),
      "net: layers 1 and 2 are both called a",
    ],
    [
      () => nn.sequential("net", nn.relu({ name: "a.b" })),
      'net: layer 1 is called "a.b", expected a name without / and .',
    ],
  ])("%s is refused", (make, message) => {
    expect(make).toThrow(new TypeError(message));
  });
});

describe("building", () => {
  const numbersOf = (model: nn.Model) => copyOf(model.parameters);

  test("one seed, one model", async () => {
    const [a, b, c] = [lenet5(), nn.fromDescription(lenet5().describe()), lenet5()];
    a.build([28, 28, 1], { seed: 7 });
    b.build([28, 28, 1], { seed: 7 });
    c.build([28, 28, 1], { seed: 8 });
    expect(await numbersOf(b)).toEqual(await numbersOf(a));
    expect((await numbersOf(c)).get("conv1.filters")).not.toEqual((await numbersOf(a)).get("conv1.filters"));
  });

  test("a layer that is added leaves the numbers of the others as they are", async () => {
    const [small, large] = [
      nn.sequential(nn.dense(4), nn.dense(2)),
      nn.sequential(nn.dense(4), nn.tanh(), nn.dense(2)),
    ];
    small.build([3], { seed: 1 });
    large.build([3], { seed: 1 });
    expect(await numbersOf(large)).toEqual(await numbersOf(small));
  });

  test("the first call builds, also within compile", async () => {
    const model = nn.sequential(nn.dense(2));
    expect(model.inputShape).toBe(null);
    const y = await compile((x: Tensor) => model(x))(tensor([[1, 2, 3]]));
    expect(model.inputShape).toEqual([3]);
    expect(await y.data()).toEqual(await model(tensor([[1, 2, 3]])).data());
  });

  test("built again it starts anew", async () => {
    const model = nn.sequential(nn.dense(2));
    model.build([3], { seed: 1 });
    const before = await numbersOf(model);
    model.parameters.get("dense1.weights")!.set(new Float32Array(6));
    model.build([3], { seed: 1 });
    expect(await numbersOf(model)).toEqual(before);
    model.build([5]);
    expect(model.parameters.get("dense1.weights")!.shape).toEqual([5, 2]);
  });

  test("while a batch normalisation is recorded in another function, nothing of the build is assigned", async () => {
    const model = nn.sequential(nn.batchNorm());
    await compile((x: Tensor) => model(x))(tensor([[5, 5]]));
    expect([...(await model.buffers.get("batchNorm1.mean")!.read())]).toEqual([0, 0]);
  });
});

describe("looking inside", () => {
  test("capture is shown every layer's output, inner ones first", async () => {
    const model = nn.sequential("net", block("block1"), nn.flatten(), nn.dense(2));
    const x = random.normal([1, 5, 5, 1], { seed: 1 });
    const seen = new Map<string, { output: Tensor; type: string }>();
    const y = model(x, { capture: (path, output, { type }) => seen.set(path, { output, type }) });
    expect([...seen].map(([path, { output, type }]) => [path, type, output.shape])).toEqual([
      ["block1/conv1", "conv2d", [1, 3, 3, 2]],
      ["block1/relu1", "relu", [1, 3, 3, 2]],
      ["block1", "sequential", [1, 3, 3, 2]],
      ["flatten1", "flatten", [1, 18]],
      ["dense1", "dense", [1, 2]],
    ]);
    expect(seen.get("dense1")!.output).toBe(y);
    const before = await seen.get("block1/conv1")!.output.data();
    const after = await seen.get("block1/relu1")!.output.data();
    expect([...after]).toEqual([...before].map((v) => Math.max(v, 0)));
  });
});

describe("layers of one's own", () => {
  const swish: nn.Layer = { type: "swish", forward: (x) => mul(x, sigmoid(x)) };
  const scale: nn.Layer = {
    type: "scale",
    forward: (x, scope) => mul(x, scope.parameter("factor", [x.shape[x.rank - 1]], { constant: 3 })),
  };
  const residual = (inner: nn.Layer): nn.Layer => ({
    type: "residual",
    forward: (x, scope) => add(x, scope.run(inner, x, "inner")),
  });

  test("are plain objects", async () => {
    const model = nn.sequential("net", scale, swish, residual(scale));
    const y = await model(tensor([[1, -2]])).data();
    expect([...model.parameters.keys()]).toEqual(["scale1.factor", "residual1/inner.factor"]);
    [3, -6].forEach((x, i) => {
      expect(y[i]).toBeCloseTo(4 * x * (1 / (1 + Math.exp(-x))), 5);
    });
  });

  test("say where they stand when something does not fit", () => {
    const model = nn.sequential("net", nn.relu(), residual(nn.sequential(nn.dense(2))));
    expect(() => model(zeros([1, 3]))).toThrow(
      new ShapeError("net › layer 2 (residual1): add: 1×3 and 1×2 do not broadcast (3 against 2 in axis 1)"),
    );
    expect(() => model(zeros([1, 3, 3]))).toThrow(
      new ShapeError(
        "net › layer 2 (residual1) › inner › layer 1 (dense1): x is of rank 3 (1×3×3), expected N×inputs; put flatten() before it, or have conv1d({ filters: 2, kernel: 1 }) do it at each of 3 places",
      ),
    );
  });

  test("what was not asked for when the model was built is missing later", () => {
    let asks = false;
    const model = nn.sequential("net", {
      type: "late",
      forward: (x, scope) => (asks ? mul(x, scope.parameter("factor", [1], "zeros")) : x),
    });
    model.build([2]);
    asks = true;
    expect(() => model(zeros([1, 2]))).toThrow(
      new TypeError("net: late1.factor is asked for, but was not when the model was built"),
    );
  });
});

describe("inputs that do not fit", () => {
  const model = lenet5();
  model.build([28, 28, 1]);
  test.each<[number[], string]>([
    [
      [2, 32, 32, 1],
      "lenet5 › layer 9 (dense1): expects 400 inputs, got 576; the weights belong to inputs of 28×28×1, this one is 32×32×1",
    ],
    [
      [8, 28, 28, 3],
      "lenet5 › layer 2 (conv1): x has 3 channels (8×28×28×3) but the filter takes 1 (5×5×1×6); the weights belong to inputs of 28×28×1, this one is 28×28×3",
    ],
    [
      [2, 9, 9, 1],
      "lenet5 › layer 5 (conv2): a 5×5 window does not fit into x of 4×4 pixels (x is 2×4×4×6); the weights belong to inputs of 28×28×1, this one is 9×9×1",
    ],
    [
      [28, 28, 1],
      "lenet5: x is 28×28×1, expected N×28×28×1; one example is a batch of 1: reshape(x, [1, 28, 28, 1])",
    ],
    [[2, 784], "lenet5: x is 2×784, expected N×28×28×1"],
  ])("%j", (shape, message) => {
    expect(() => model(zeros(shape))).toThrow(new ShapeError(message));
  });

  test("a model that was never built", () => {
    expect(() => lenet5()(zeros([28]))).toThrow(new ShapeError("lenet5: x is 28, expected N×…"));
    expect(() => lenet5().build([3, 3, 1])).toThrow(
      new ShapeError(
        "lenet5 › layer 5 (conv2): a 5×5 window does not fit into x of 1×1 pixels (x is 1×1×1×6)",
      ),
    );
  });

  test("convolutions without a dense layer take pictures of any size", () => {
    const features = nn.sequential(nn.conv2d({ filters: 2, kernel: 3 }));
    features.build([8, 8, 1]);
    expect(features(zeros([1, 20, 9, 1])).shape).toEqual([1, 18, 7, 2]);
  });
});
