import { describe, expect, test } from "vitest";
import * as r from "../../src/index.js";
import { compiled } from "../checks/compiled.js";

/** A tensor of ones; with an axis of length 0 it has none of them. */
const ones = (...shape: number[]): r.Tensor =>
  r.tensor(new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1), shape);

async function held(x: r.Tensor): Promise<{ shape: readonly number[]; values: number[] }> {
  return { shape: x.shape, values: [...(await x.data())] };
}

const filled = (value: number, ...shape: number[]) => ({
  shape,
  values: new Array(shape.reduce((n, d) => n * d, 1)).fill(value),
});

/** What PyTorch 2 answers for the same. */
describe("tensors without elements", () => {
  test("a reshape after an operation compiles for ever", async () => {
    expect(await held(r.reshape(r.relu(ones(0, 4)), [0, 2, 2]))).toEqual(filled(0, 0, 2, 2));
  });

  test.each<{ name: string; made: () => r.Tensor; expected: ReturnType<typeof filled> }>([
    {
      name: "a product without rows",
      made: () => r.matmul(ones(0, 32), ones(32, 3)),
      expected: filled(0, 0, 3),
    },
    {
      name: "a product without depth",
      made: () => r.matmul(ones(4, 0), ones(0, 3)),
      expected: filled(0, 4, 3),
    },
    {
      name: "a product without columns",
      made: () => r.matmul(ones(4, 2), ones(2, 0)),
      expected: filled(0, 4, 0),
    },
    {
      name: "a product of no matrices",
      made: () => r.matmul(ones(0, 4, 2), ones(2, 3)),
      expected: filled(0, 0, 4, 3),
    },
    {
      name: "conv2d without pictures",
      made: () => r.conv2d(ones(0, 8, 8, 1), ones(3, 3, 1, 2)),
      expected: filled(0, 0, 6, 6, 2),
    },
    {
      name: "conv2d without channels",
      made: () => r.conv2d(ones(1, 4, 4, 0), ones(3, 3, 0, 2)),
      expected: filled(0, 1, 2, 2, 2),
    },
    {
      name: "conv2d without filters",
      made: () => r.conv2d(ones(1, 4, 4, 2), ones(3, 3, 2, 0)),
      expected: filled(0, 1, 2, 2, 0),
    },
    { name: "a sum of nothing", made: () => r.sum(ones(0, 3)), expected: filled(0) },
    {
      name: "a sum over an axis of nothing",
      made: () => r.sum(ones(0, 3), { axis: 0 }),
      expected: filled(0, 3),
    },
    {
      name: "a mean of nothing",
      made: () => r.mean(ones(0, 3), { axis: 0 }),
      expected: filled(Number.NaN, 3),
    },
    {
      name: "a variance of nothing",
      made: () => r.variance(ones(0, 2), { axis: 0 }),
      expected: filled(Number.NaN, 2),
    },
    { name: "the maxima of no rows", made: () => r.max(ones(0, 3), { axis: 1 }), expected: filled(0, 0) },
    { name: "softmax of no classes", made: () => r.softmax(ones(3, 0)), expected: filled(0, 3, 0) },
    { name: "logSoftmax of no rows", made: () => r.logSoftmax(ones(0, 3)), expected: filled(0, 0, 3) },
    {
      name: "nothing and something, one after the other",
      made: () => r.concat([ones(0, 3), ones(2, 3), ones(0, 3)], { axis: 0 }),
      expected: filled(1, 2, 3),
    },
    {
      name: "a border around nothing",
      made: () =>
        r.pad(
          ones(0, 2),
          [
            [1, 1],
            [0, 0],
          ],
          { value: 7 },
        ),
      expected: filled(7, 2, 2),
    },
    {
      name: "a sum behind a border around nothing",
      made: () =>
        r.sum(
          r.pad(
            r.relu(ones(0, 2)),
            [
              [1, 1],
              [0, 0],
            ],
            { value: 7 },
          ),
        ),
      expected: filled(28),
    },
    {
      name: "no rows picked",
      made: () => r.gather(ones(3, 2), r.tensor(new Int32Array(0), [0])),
      expected: filled(0, 0, 2),
    },
    {
      name: "rows picked out of none",
      made: () => r.gather(ones(0, 2), r.tensor(Int32Array.of(0, 4))),
      expected: filled(Number.NaN, 2, 2),
    },
    {
      name: "upsampling no pictures",
      made: () => r.upsample2d(ones(0, 4, 4, 2), 8),
      expected: filled(0, 0, 8, 8, 2),
    },
    {
      name: "batch norm of no pictures",
      made: () => r.normalise(ones(0, 4, 3), { axis: [0, 1] }),
      expected: filled(0, 0, 4, 3),
    },
  ])("$name", async ({ made, expected }) => {
    expect(await held(made())).toEqual(expected);
  });

  type Layer = (x: r.Tensor, w: r.Tensor) => r.Tensor;
  test.each<{ name: string; x: number[]; w: number[]; f: Layer }>([
    { name: "conv2d", x: [0, 8, 8, 1], w: [3, 3, 1, 2], f: (x, w) => r.conv2d(x, w, { padding: "same" }) },
    {
      name: "conv2d in strides",
      x: [0, 9, 8, 2],
      w: [3, 3, 2, 2],
      f: (x, w) => r.conv2d(x, w, { stride: 2, padding: 1 }),
    },
    { name: "conv2d of 0 channels", x: [2, 4, 4, 0], w: [3, 3, 0, 2], f: (x, w) => r.conv2d(x, w) },
    { name: "conv2d with 0 filters", x: [2, 4, 4, 2], w: [3, 3, 2, 0], f: (x, w) => r.conv2d(x, w) },
    { name: "depthwise", x: [0, 8, 8, 4], w: [3, 3, 1, 4], f: (x, w) => r.conv2d(x, w, { groups: 4 }) },
    {
      name: "conv2dTranspose",
      x: [0, 4, 4, 3],
      w: [3, 3, 2, 3],
      f: (x, w) => r.conv2dTranspose(x, w, { stride: 2 }),
    },
    { name: "matmul", x: [0, 4], w: [4, 2], f: r.matmul },
    { name: "matmul of depth 0", x: [3, 0], w: [0, 2], f: r.matmul },
    { name: "a bias", x: [0, 4], w: [4], f: r.add },
    {
      name: "max pooling",
      x: [0, 5, 5, 2],
      w: [2],
      f: (x, w) => r.mul(r.maxPool2d(x, 3, { stride: 2, padding: 1 }), w),
    },
    { name: "average pooling", x: [0, 5, 5, 2], w: [2], f: (x, w) => r.mul(r.avgPool2d(x, 2), w) },
    {
      name: "upsampling",
      x: [0, 4, 4, 2],
      w: [2],
      f: (x, w) => r.mul(r.upsample2d(x, [7, 9], { method: "bilinear" }), w),
    },
    {
      name: "batch norm",
      x: [0, 4, 4, 2],
      w: [2],
      f: (x, w) => r.mul(r.normalise(x, { axis: [0, 1, 2] }), w),
    },
  ])("gradients of $name: zeros for what met nothing", async ({ x, w, f }) => {
    const given = [ones(...x), ones(...w)];
    const first = r.gradients(r.sum(r.square(f(given[0], given[1]))), given);
    const second = r.gradients(r.sum(r.square(first[1])), [given[1]]);
    for (const [gradient, of] of [
      [first[0], x],
      [first[1], w],
      [second[0], w],
    ] as const)
      expect(await held(gradient)).toEqual(filled(0, ...of));
  });

  test("an empty batch goes through a whole model, and trains nothing", async () => {
    const model = r.nn.sequential(
      r.nn.conv2d({ filters: 4, kernel: 3 }),
      r.nn.batchNorm(),
      r.nn.relu(),
      r.nn.maxPool2d(2),
      r.nn.flatten(),
      r.nn.dense(3),
    );
    model.build([8, 8, 1]);
    expect(await held(model(ones(0, 8, 8, 1)))).toEqual(filled(0, 0, 3));
    const weights = [...model.parameters.values()].filter((v) => v.rank > 1);
    const step = compiled((x: r.Tensor) => r.gradients(r.sum(model(x)), weights));
    for (const gradient of await step(ones(0, 8, 8, 1))) expect(new Set(gradient)).toEqual(new Set([0]));
  });

  test("a variable without elements is assigned", async () => {
    const v = r.variable(new Float32Array(0), [0, 3]);
    await r.compile(() => {
      r.assign(v, r.add(v, 1));
      return [];
    })();
    expect(await v.read()).toEqual(new Float32Array(0));
  });

  test.each([
    { name: "max", f: r.max },
    { name: "min", f: r.min },
    { name: "argmax", f: r.argmax },
  ])("the $name of no values is refused", ({ name, f }) => {
    const says = (axis: number, shape: string): string =>
      `${name}: axis ${axis} of x has no values to choose from (x is ${shape})`;
    expect(() => f(ones(3, 0), { axis: 1 })).toThrow(new r.ShapeError(says(1, "3×0")));
    expect(() => f(ones(0, 3))).toThrow(new r.ShapeError(says(0, "0×3")));
  });
});
