/** What is kept for a variable is known by the variable, never by where it lay: its place is soon another one's. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { add, compute, div, matmul, mul, nn, predict, sum, tensor, variable } from "../../src/index.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { compiled } from "../checks/compiled.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Lets go of what nobody holds; finalisers run in tasks of their own. */
async function sweep(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a function made after another was collected answers with its own weights", async () => {
  const x = tensor(new Float32Array(64 * 64).fill(1), [64, 64]);
  const ask = async (k: number): Promise<number> => {
    const weights = variable(new Float32Array(64 * 64).fill(k), [64, 64]);
    return (await compiled((x: Tensor) => matmul(x, weights))(x))[0];
  };
  for (let k = 1; k <= 12; k++) {
    expect(await ask(k)).toBe(64 * k);
    await sweep();
  }
});

test("a second model answers for itself, not like the first, which was dropped", async () => {
  const picture = tensor(
    Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => (i * 31) & 255),
    [1, 8, 8, 4],
  );
  const answer = async (seed: number): Promise<string> => {
    const model = nn.sequential(
      nn.conv2d({ filters: 16, kernel: 3, padding: "same" }),
      nn.batchNorm(),
      nn.relu(),
      nn.conv2d({ filters: 16, kernel: 3 }),
      nn.flatten(),
      nn.dense(5),
    );
    model.build([8, 8, 4], { seed });
    return String((await predict(model, picture))[0]);
  };
  // All at once: each has its own place in memory.
  const alone = await Promise.all([0, 1, 2, 3, 4, 5, 6].map(answer));
  expect(new Set(alone).size).toBe(alone.length);
  for (let round = 0; round < 150; round++) {
    const seed = (round * 3) % alone.length;
    expect(await answer(seed), `round ${round}`).toBe(alone[seed]);
    if (round % 3 === 0) await sweep();
  }
});

test("constants of compiled functions of one structure are not taken for each other", async () => {
  const x = tensor(new Float32Array(32 * 32).fill(1), [32, 32]);
  for (let k = 1; k <= 6; k++) {
    const weights = tensor(new Float32Array(32 * 32).fill(k), [32, 32]);
    const f = compiled((x: Tensor) => matmul(x, mul(weights, 2)));
    expect((await f(x))[0]).toBe(64 * k);
    expect((await f(x))[5]).toBe(64 * k);
    await sweep();
  }
});

test("a variable that is dropped while a run with it waits for its turn keeps its numbers until then", async () => {
  const size = 40_000;
  let waiting: Promise<number[]>;
  {
    const v = variable(new Float32Array(size).fill(7));
    const slow = Array.from({ length: 20 }, (_, k) => sum(mul(v, k)).item());
    waiting = Promise.all(slow);
  }
  collectGarbage();
  await new Promise((resolve) => setImmediate(resolve));
  const others = Array.from({ length: 30 }, () => variable(new Float32Array(size).fill(-1)));
  expect(await waiting).toEqual(Array.from({ length: 20 }, (_, k) => 7 * k * size));
  expect((await others[0].read())[0]).toBe(-1);
});

test("0 and −0 are two constants", async () => {
  const one = tensor([1]);
  const reciprocal = (zero: number) => compiled((x: Tensor) => div(x, add(mul(x, 0), zero)));
  const byConstant = (zero: number) => compiled((x: Tensor) => div(x, zero));
  expect([...(await byConstant(0)(one)), ...(await byConstant(-0)(one))]).toEqual([Infinity, -Infinity]);
  expect([...(await byConstant(-0)(one)), ...(await byConstant(0)(one))]).toEqual([-Infinity, Infinity]);
  expect(String(await reciprocal(0)(one))).toBe("Infinity");
  const both = await compute([div(one, 0), div(one, -0)]);
  expect(both.map((values) => values[0])).toEqual([Infinity, -Infinity]);
  const together = await compiled((x: Tensor) => [div(x, 0), div(x, -0)])(one);
  expect(together.map((values) => values[0])).toEqual([Infinity, -Infinity]);
});
