/** What losses pass back where two of their pieces meet: PyTorch 1.13 says so. */
import { expect, test } from "vitest";
import { grad, type Tensor, tensor } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";

const slope = async (loss: losses.Loss, output: Tensor, target: Tensor): Promise<number[]> =>
  Array.from(await grad((x) => loss(x, target))(output).data(), (v) => v + 0); // −0 is 0

test.each<[string, losses.Loss, number, number]>([
  ["smooth L1", losses.smoothL1(), 1, 1],
  ["smooth L1 of width 1/2", losses.smoothL1({ beta: 0.5 }), 0.5, 1],
  ["Huber of width 2", losses.huber({ delta: 2 }), 2, 2],
  ["L1", losses.l1(), 0, 0],
  ["mean squared error", losses.meanSquaredError(), 0, 0],
])("the gradient at the knee is not counted twice: %s", async (_, loss, at, expected) => {
  expect(await slope(loss, tensor([at]), tensor([0]))).toEqual([expected]);
  expect(await slope(loss, tensor([-at]), tensor([0]))).toEqual([0 - expected]);
});

test.each([
  [losses.huber(), [-1, -0.75, 0.75, 1]],
  [losses.smoothL1({ beta: 2 }), [-1, -0.375, 0.375, 1]],
])("a little before the knee and far beyond it: %#", async (loss, expected) => {
  const found = await slope(loss, tensor([-3e38, -0.75, 0.75, 3e38]), tensor([0, 0, 0, 0]));
  expect(found.map((v) => v * 4)).toEqual(expected);
});

test("a score exactly the margin ahead is far enough", async () => {
  expect(await slope(losses.hinge(), tensor([[1, 0, 0]]), tensor(Int32Array.of(0)))).toEqual([0, 0, 0]);
  expect(await slope(losses.binaryHinge(), tensor([1, -1]), tensor([1, -1]))).toEqual([0, 0]);
});

test("of two equal scores that are to be ranked both move, or nothing would be learned", async () => {
  expect(await slope(losses.marginRanking(), tensor([[0, 0]]), tensor([1]))).toEqual([-1, 1]);
  expect(await slope(losses.marginRanking({ margin: 1 }), tensor([[1, 0]]), tensor([1]))).toEqual([-1, 1]);
});
