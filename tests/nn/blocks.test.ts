import { describe, expect, test } from "vitest";
import { gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "../../src/index.js";
import { meanSquaredError } from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import { compiled } from "../checks/compiled.js";

const times = (factor: number): nn.Layer => ({
  type: "times",
  options: { factor },
  forward: (x) => mul(x, factor),
});
const conv = (filters: number, kernel = 1) => nn.conv2d({ filters, kernel, padding: "same" });
const paths = (model: nn.Model) => [...model.parameters.keys()];

describe("residual blocks", () => {
  test("add what their layers make to what the shortcut keeps", async () => {
    const x = tensor([[1, -2]]);
    const plain = nn.sequential(nn.residual([times(3), times(-1)]));
    expect([...(await plain(x).data())]).toEqual([-2, 4]);
    const whole = nn.sequential(nn.residual([times(3)], { shortcut: [times(5)], activation: nn.relu() }));
    expect([...(await whole(x).data())]).toEqual([8, 0]);
  });

  test("name their layers, the shortcut's and the activation", () => {
    const model = nn.sequential(
      "net",
      nn.residual([conv(4), nn.relu(), conv(4)], {
        shortcut: [conv(4)],
        activation: nn.relu(),
        name: "block1",
      }),
    );
    model.build([5, 5, 2]);
    expect(paths(model).filter((path) => path.endsWith("filters"))).toEqual([
      "block1/conv1.filters",
      "block1/conv2.filters",
      "block1/shortcut/conv1.filters",
    ]);
    const seen: string[] = [];
    model(zeros([1, 5, 5, 2]), { capture: (path) => seen.push(path) });
    expect(seen).toEqual([
      ...["block1/conv1", "block1/relu1", "block1/conv2", "block1/shortcut/conv1", "block1/shortcut"],
      ...["block1/relu2", "block1"],
    ]);
  });

  test("say what does not fit", () => {
    const model = nn.sequential("net", nn.residual([conv(3)], { name: "block1" }));
    expect(() => model(zeros([1, 4, 4, 2]))).toThrow(
      new ShapeError("net › layer 1 (block1): the layers make 1×4×4×3 of 1×4×4×2, the shortcut 1×4×4×2"),
    );
  });
});

test("branches stand side by side, the field is that of the largest", async () => {
  const model = nn.sequential(
    "net",
    nn.branches([nn.sequential("small", conv(1)), nn.sequential("large", conv(2, 3), conv(2, 3)), times(2)], {
      name: "module",
    }),
    nn.relu(),
  );
  expect(model.summary([6, 6, 3]).layers.at(-1)).toMatchObject({ output: [6, 6, 6], receptiveField: 5 });
  const y = await nn
    .sequential(nn.branches([times(1), times(10)]))(tensor([[1, 2]]))
    .data();
  expect([...y]).toEqual([1, 2, 10, 20]);
  expect(() => nn.sequential("net", nn.branches([conv(1), nn.maxPool2d(2)]))(zeros([1, 4, 4, 1]))).toThrow(
    new ShapeError(
      "net › layer 1 (branches1): concat: tensor 1 is 1×2×2×1, expected 1×4×4×? like tensor 0 (1×4×4×1)",
    ),
  );
});

test("each layer of a dense block sees what came before it", async () => {
  const total: nn.Layer = { type: "total", forward: (x) => sum(x, { axis: 1, keepDims: true }) };
  const y = await nn
    .sequential(nn.denseBlock([total, total, total]))(tensor([[1, 2]]))
    .data();
  expect([...y]).toEqual([1, 2, 3, 6, 12]);
});

describe("auxiliary heads", () => {
  const model = () =>
    nn.sequential(
      "net",
      nn.dense(2),
      nn.auxiliary([nn.dense(3)], { weight: 0.5, name: "head" }),
      nn.dense(1),
    );

  test("are there in training, and their output comes aside", async () => {
    const net = model();
    net.build([4], { seed: 1 });
    expect(paths(net)).toEqual([
      ...["dense1.weights", "dense1.bias", "dense2.weights", "dense2.bias"],
      ...["head/dense1.weights", "head/dense1.bias"],
    ]);
    const asides: [string, number, readonly number[]][] = [];
    const aside = (y: Tensor, weight: number, path: string) => void asides.push([path, weight, y.shape]);
    net(zeros([2, 4]), { aside });
    expect(asides).toEqual([]);
    net(zeros([2, 4]), { aside, training: true });
    expect(asides).toEqual([["head", 0.5, [2, 3]]]);
    expect(net.summary().params).toBe(10 + 3);
    expect(net.summary([4], { training: true }).params).toBe(10 + 9 + 3);
  });

  test("their loss reaches the layers before them", async () => {
    const net = model();
    net.build([4], { seed: 1 });
    const step = compiled((x: Tensor, target: Tensor) => {
      const heads: Tensor[] = [];
      net(x, {
        training: true,
        aside: (y, weight) => heads.push(mul(meanSquaredError()(y, target), weight)),
      });
      return gradients(heads[0], [
        net.parameters.get("dense1.weights")!,
        net.parameters.get("dense2.weights")!,
      ]);
    });
    const [before, after] = await step(tensor([[1, 2, 3, 4]]), tensor([[1, 2, 3]]));
    expect(before.some((g) => g !== 0)).toBe(true);
    expect(after.every((g) => g === 0)).toBe(true);
  });
});

describe("pad and unflatten", () => {
  test("a border around pictures, and further channels", async () => {
    const layer = nn.pad({ rows: [1, 0], columns: [0, 1], channels: [0, 1], value: 7 });
    const y = nn.sequential(layer)(tensor(Float32Array.of(1), [1, 1, 1, 1]));
    expect(y.shape).toEqual([1, 2, 2, 2]);
    expect([...(await y.data())]).toEqual([7, 7, 7, 7, 1, 7, 7, 7]);
    expect(() => nn.pad({ rows: [-1, 0] })).toThrow(
      new RangeError("pad: -1 values are to be put around pictures, expected a whole number of at least 0"),
    );
  });

  test("a border that shows the picture itself", async () => {
    const x = tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3, 1]);
    const bordered = nn.sequential(nn.pad({ columns: [2, 1], mode: "reflect" }))(x);
    expect([...(await bordered.data())]).toEqual([3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5]);
    const y = nn.sequential(nn.pad({ rows: [1, 0], mode: "symmetric" }))(x);
    expect([...(await y.data())]).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6]);
    expect(() => nn.pad({ rows: [1, 1], mode: "mirror" as "reflect" })).toThrow(
      new RangeError(
        'pad: mode is "mirror", expected "constant", "reflect", "symmetric", "replicate", "wrap"',
      ),
    );
  });

  test("rows become pictures", () => {
    expect(nn.sequential(nn.unflatten([2, 3, 1]))(zeros([5, 6])).shape).toEqual([5, 2, 3, 1]);
    expect(() => nn.sequential("net", nn.unflatten([2, 2, 1]))(zeros([5, 6]))).toThrow(
      new ShapeError("net › layer 1 (unflatten1): 6 values of an example do not fill 2×2×1 (4)"),
    );
  });
});
