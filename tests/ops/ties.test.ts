/** Where two pieces of an operation meet: what each of them passes back. PyTorch 1.13 and JAX say so. */
import { describe, expect, test } from "vitest";
import { grad, sum, type Tensor, tensor } from "../../src/index.js";
import * as ops from "../../src/ops/index.js";

const slopes = async (f: (x: Tensor) => Tensor, values: number[]): Promise<number[]> =>
  Array.from(await grad((x) => sum(f(x)))(tensor(values)).data(), (v) => v + 0);

describe("equals share the gradient of maximum and minimum", () => {
  test.each([
    ["maximum", ops.maximum, [0.5, 0, 1], [0.5, 1, 0]],
    ["minimum", ops.minimum, [0.5, 1, 0], [0.5, 0, 1]],
  ] as const)("%s", async (_, f, first, second) => {
    const [a, b] = [tensor([1, 2, 4]), tensor([1, 3, 3])];
    const [da, db] = grad((xs: Tensor[]) => sum(f(xs[0], xs[1])))([a, b]);
    expect([...(await da.data())]).toEqual(first);
    expect([...(await db.data())]).toEqual(second);
  });

  test("of a value with itself it is 1, as it was before", async () => {
    expect(await slopes((x) => ops.maximum(x, x), [-1, 0, 2])).toEqual([1, 1, 1]);
    expect(await slopes((x) => ops.minimum(x, x), [-1, 0, 2])).toEqual([1, 1, 1]);
    expect(await slopes((x) => ops.maximum(x, 0), [-1, 0, 2])).toEqual([0, 0.5, 1]);
  });
});

describe("clip", () => {
  test("passes the gradient on between its bounds and on them", async () => {
    expect(await slopes((x) => ops.clip(x, 0, 1), [-1, 0, 0.5, 1, 2])).toEqual([0, 1, 1, 1, 0]);
    expect(await slopes((x) => ops.clip(x, 1, 1), [0, 1, 2])).toEqual([0, 1, 0]);
  });

  test("passes to a bound what is beyond it", async () => {
    const x = tensor([0, 1, 0.5, -1, 3]);
    const [low, high] = [tensor([0, 0, 0, 0, 0]), tensor([1, 1, 1, 1, 1])];
    const found = grad((t: Tensor[]) => sum(ops.clip(t[0], t[1], t[2])))([x, low, high]);
    const numbers = await Promise.all(found.map(async (t) => [...(await t.data())]));
    expect(numbers).toEqual([
      [1, 1, 1, 0, 0],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1],
    ]);
  });

  test("lets NaN pass, and the upper bound win where the bounds cross", async () => {
    const y = await ops.clip(tensor([Number.NaN, -5, 5]), 2, 1).data();
    expect([...y]).toEqual([Number.NaN, 1, 1]);
    const nowhere = await ops
      .clip(tensor([0.5, 0.5]), tensor([Number.NaN, 0]), tensor([1, Number.NaN]))
      .data();
    expect([...nowhere]).toEqual([Number.NaN, Number.NaN]);
  });
});

test.each<[string, (x: Tensor) => Tensor, number]>([
  ["relu", ops.relu, 0],
  ["leakyRelu", (x) => ops.leakyRelu(x, 0.25), 0.25],
  ["prelu", (x) => ops.prelu(x, tensor([0.25])), 0.25],
  ["elu", (x) => ops.elu(x, 0.5), 0.5],
  ["selu", ops.selu, 1.7580993],
  ["silu", ops.silu, 0.5],
  ["gelu", (x) => ops.gelu(x), 0.5],
  ["softplus", ops.softplus, 0.5],
  ["abs", ops.abs, 0],
  ["sign", ops.sign, 0],
])("the slope of %s at 0", async (_, f, expected) => {
  for (const zero of [0, -0]) expect((await slopes(f, [zero]))[0]).toBeCloseTo(expected, 5);
});

test("activations far out have slopes that are numbers", async () => {
  const far = [-1e4, -88, 88, 1e4];
  const expected: [(x: Tensor) => Tensor, number[]][] = [
    [ops.relu, [0, 0, 1, 1]],
    [(x) => ops.elu(x), [0, 0, 1, 1]],
    [ops.selu, [0, 0, 1.050701, 1.050701]],
    [ops.silu, [0, 0, 1, 1]],
    [(x) => ops.gelu(x), [0, 0, 1, 1]],
    [ops.softplus, [0, 0, 1, 1]],
    [ops.sigmoid, [0, 0, 0, 0]],
    [ops.tanh, [0, 0, 0, 0]],
  ];
  for (const [f, at] of expected)
    (await slopes(f, far)).forEach((v, i) => {
      expect(v).toBeCloseTo(at[i], 5);
    });
});

test("what is counted or cut to whole numbers has no slope", async () => {
  expect(await slopes((x) => ops.mul(ops.cast(ops.cast(x, "i32"), "f32"), x), [2.5, -1.5])).toEqual([2, -1]);
});
