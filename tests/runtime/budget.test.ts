/** Memory that nobody gives back by hand: what a run does not need makes room. */
import { afterAll, describe, expect, test } from "vitest";
import {
  add,
  assign,
  configure,
  type Device,
  matmul,
  mul,
  nn,
  OutOfMemoryError,
  ones,
  openDevice,
  sum,
  type Tensor,
  tensor,
  variable,
} from "../../src/index.js";
import type { Engine } from "../../src/runtime/engine.js";
import { compiled } from "../checks/compiled.js";

const opened: Device[] = [];
afterAll(async () => {
  for (const device of opened) await device.close();
});

async function small(megabytes: number): Promise<Engine> {
  const device = await openDevice("wasm", { threads: 1, megabytes });
  opened.push(device);
  return device as Engine;
}

describe("under a budget", () => {
  test("many models, made, used and dropped one after another, find room", async () => {
    const device = await small(64);
    const x = tensor(new Float32Array(1024).fill(1), [1, 1024]);
    for (let k = 1; k <= 40; k++) {
      // 16 MB of weights each, and as much again of packed ones for another number of columns each.
      const model = nn.sequential(nn.dense(4096 - 16 * k));
      await model.to(device);
      model.build([1024], { blank: true });
      model.parameters.get("dense1.weights")!.set(new Float32Array(1024 * (4096 - 16 * k)).fill(k));
      const scores = await model(x).data();
      expect(scores[0]).toBe(1024 * k);
    }
    expect(device.memory.reservedBytes).toBeLessThanOrEqual(64 * 2 ** 20);
  });

  test("models that are held, more than fit at once, take turns and keep their numbers", async () => {
    const device = await small(32);
    const size = 2 ** 20;
    const held = await Promise.all(
      Array.from({ length: 16 }, async (_, k) => {
        const v = variable(new Float32Array(size).fill(k));
        await v.to(device);
        const step = compiled(() => {
          assign(v, add(v, 1));
          return sum(v);
        });
        return { v, step };
      }),
    );
    for (let round = 0; round < 3; round++) for (const { step } of held) await step();
    for (const [k, { v }] of held.entries()) {
      const values = await v.read();
      expect([values[0], values[size - 1]]).toEqual([k + 3, k + 3]);
    }
    expect(device.memory.usedBytes).toBeLessThanOrEqual(32 * 2 ** 20);
  });

  test("results that are dropped find room, results that are held keep their numbers", async () => {
    const device = await small(48);
    const f = compiled((x: Tensor) => add(ones([2 ** 20]), x), { device });
    const held: [number, Tensor | ArrayLike<number>][] = [];
    for (let k = 0; k < 100; k++) {
      const result = await f(tensor(k));
      if (k % 10 === 0) held.push([k, result]);
    }
    for (const [k, result] of held) expect((result as ArrayLike<number>)[2 ** 20 - 1]).toBe(k + 1);
  });

  test("a run that needs more than all of it says so, and the next one runs", async () => {
    const device = await small(16);
    const large = compiled((x: Tensor) => sum(matmul(x, mul(x, 2))), { device });
    const x = tensor(new Float32Array(2048 * 2048), [2048, 2048]);
    await expect(large(x)).rejects.toThrow(OutOfMemoryError);
    await expect(large(x)).rejects.toThrow(
      /^out of memory: \d+ MB more are needed, \d+ MB are in use or reserved, the budget of configure\(\{ megabytes \}\) ends at 16 MB; a smaller batch needs less$/,
    );
    const s = tensor(new Float32Array(64 * 64).fill(1), [64, 64]);
    expect((await large(s))[0]).toBe(64 * 64 * 128);
  });
});

test("results of 10 MB that nobody keeps stay under 1 GB of memory", { timeout: 120_000 }, async () => {
  // `npm run test:long -- soak` makes 10,000 of them.
  const f = compiled((x: Tensor) => add(ones([2_500_000]), x));
  let most = 0;
  for (let k = 0; k < 400; k++) {
    await f(tensor(k));
    most = Math.max(most, process.memoryUsage().rss);
  }
  expect(most).toBeLessThan(1e9);
});

test("configure({ megabytes }) holds for the device that is used where nothing else is said", async () => {
  await configure({ megabytes: 16 });
  const v = variable(new Float32Array(2 ** 23));
  await expect(sum(v).data()).rejects.toThrow("the budget of configure({ megabytes }) ends at 16 MB");
  await configure({ megabytes: 200 });
  expect([...(await sum(v).data())]).toEqual([0]);
  await expect(configure({ megabytes: 0 })).rejects.toThrow(
    "megabytes: expected a number of at least 1, got 0",
  );
});
