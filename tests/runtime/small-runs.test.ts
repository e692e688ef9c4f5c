/** Runs that are over sooner than threads are woken stay on the calling thread. */
import { describe, expect, test } from "vitest";
import { compile, device, models, profile, type Tensor, tensor } from "../../src/index.js";

const threadsOf = async (run: () => Promise<unknown>): Promise<Set<number>> => {
  const { trace } = await profile(run);
  return new Set(trace.traceEvents.filter(({ cat }) => cat === "launch").map(({ tid }) => tid));
};

describe("LeNet-5", () => {
  const model = models.lenet5();
  const run = compile((x: Tensor) => model(x));
  const pictures = (n: number) => tensor(new Float32Array(n * 784).fill(0.5), [n, 28, 28, 1]);

  test("reads one picture on the calling thread", async () => {
    expect([...(await threadsOf(() => run(pictures(1))))]).toEqual([0]);
  });

  test("reads 256 on all", async () => {
    const threads = await threadsOf(() => run(pictures(256)));
    threads.delete(0); // which packs the filters
    expect(threads.size).toBe(device().threads === 1 ? 0 : device().threads);
  });

  test("the same numbers, however it is called in between", async () => {
    const one = await (await run(pictures(1))).data();
    const many = await (await run(pictures(256))).data();
    expect([...(await (await run(pictures(1))).data())]).toEqual([...one]);
    const distance = Math.max(...one.map((v, i) => Math.abs(v - many[i])));
    expect(distance).toBeLessThan(1e-5);
  });
});
