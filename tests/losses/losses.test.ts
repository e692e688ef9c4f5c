import { describe, expect, test } from "vitest";
import { compute, gradients, square, sub, sum, type Tensor, tensor } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import { ShapeError } from "../../src/tensor/shapes.js";

const logits = [
  [1, 2, 3],
  [-1, 0, 50],
  [0.5, 0.5, 0.5],
  [1000, -1000, 0], // e^1000 is beyond f32
];
const labels = [2, 1, 0, 0];

/** Plain loops of the equation. */
function byHand(output: number[][], target: number[]) {
  const rows = output.map((row) => {
    const top = Math.max(...row);
    const total = row.reduce((s, x) => s + Math.exp(x - top), 0);
    return { log: row.map((x) => x - top - Math.log(total)), p: row.map((x) => Math.exp(x - top) / total) };
  });
  return {
    loss: -rows.reduce((s, { log }, n) => s + log[target[n]], 0) / output.length,
    slope: rows.flatMap(({ p }, n) => p.map((v, k) => (v - (k === target[n] ? 1 : 0)) / output.length)),
  };
}

describe("cross entropy", () => {
  test.each([Int32Array, Uint8Array])("against plain loops, labels as %o", async (Labels) => {
    const x = tensor(logits);
    const loss = losses.crossEntropy()(x, tensor(Labels.from(labels)));
    expect(loss.shape).toEqual([]);
    const [value, slope] = await compute([loss, ...gradients(loss, [x])]);
    const expected = byHand(logits, labels);
    expect(value[0]).toBeCloseTo(expected.loss, 5);
    expected.slope.forEach((s, i) => {
      expect(slope[i]).toBeCloseTo(s, 6);
    });
  });

  test("one picture, one class", async () => {
    expect(
      await losses
        .crossEntropy()(tensor([[7]]), tensor(Int32Array.of(0)))
        .item(),
    ).toBeCloseTo(0, 7);
  });

  test.each<[Tensor, Tensor, string]>([
    [tensor([1, 2]), tensor(Int32Array.of(0)), "crossEntropy: the output is 2, expected N×classes"],
    [
      tensor([[1, 2]]),
      tensor(Int32Array.of(0, 1)),
      "crossEntropy: the targets are 2, expected 1, the class of each of the 1 outputs (1×2)",
    ],
    [tensor([[1, 2]]), tensor([0]), "oneHot: the labels are f32, expected integers (i32 or u8)"],
  ])("%s with %s is refused", (output, target, message) => {
    expect(() => losses.crossEntropy()(output, target)).toThrow(new ShapeError(message));
  });
});

test("mean squared error and l1, with their gradients", async () => {
  const x = tensor([
    [1, 2],
    [3, -4],
  ]);
  const target = tensor([
    [0, 4],
    [3, -3],
  ]);
  const squared = losses.meanSquaredError()(x, target);
  const absolute = losses.l1()(x, target);
  const [a, da, b, db] = await compute([
    squared,
    ...gradients(squared, [x]),
    absolute,
    ...gradients(absolute, [x]),
  ]);
  expect(a[0]).toBeCloseTo((1 + 4 + 0 + 1) / 4, 6);
  expect([...da]).toEqual([0.5, -1, 0, -0.5]);
  expect(b[0]).toBeCloseTo((1 + 2 + 0 + 1) / 4, 6);
  expect([...db]).toEqual([0.25, -0.25, 0, -0.25]);
  expect(() => losses.l1()(x, tensor([1, 2]))).toThrow(new ShapeError("l1: the output is 2×2, the target 2"));
});

test("a function of one's own is a loss", async () => {
  const own: losses.Loss = (output, target) => sum(square(sub(output, target)));
  expect(await own(tensor([1, 2]), tensor([0, 0])).item()).toBe(5);
});
