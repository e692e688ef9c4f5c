import { afterAll, describe, expect, test } from "vitest";
import * as receptive from "../../src/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import { compiled } from "../checks/compiled.js";

const { add, configure, matmul, mul, random, softmax, sum, tensor } = receptive;

process.env.RECEPTIVE_DEBUG = "share"; // every launch, however small
afterAll(() => configure({ threads: 1 }));

describe("threads", () => {
  /** Enough work to be shared, in many launches that each need the whole of the one before. */
  const chain = () => {
    const x = random.uniform([257, 129], { seed: 1, min: -1 });
    const w = random.uniform([129, 129], { seed: 2, min: -0.1, max: 0.1 });
    let y = x;
    for (let i = 0; i < 12; i++)
      y = softmax(add(matmul(y, w), mul(sum(y, { axis: 1, keepDims: true }), 0.01)));
    return y;
  };

  test("any number of them gives the same bits", async () => {
    const results: number[][] = [];
    for (const threads of [1, 2, 3, 5]) {
      await configure({ threads });
      expect(theEngine().threads).toBe(threads);
      for (let run = 0; run < 5; run++) results.push([...(await chain().data())]);
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test("programs that come while one runs wait for it", async () => {
    await configure({ threads: 2 });
    const total = compiled((x: receptive.Tensor) => sum(matmul(x, x)));
    const inputs = [1, 2, 3, 4, 5, 6].map((v) => tensor(new Float32Array(200 * 200).fill(v), [200, 200]));
    const results = await Promise.all(inputs.map((x) => total(x)));
    expect(results.map(([value]) => Math.round(value / 8e6))).toEqual([1, 4, 9, 16, 25, 36]);
  });

  test("less than one", async () => {
    await expect(configure({ threads: 0 })).rejects.toThrow(
      "threads: expected a whole number of at least 1, got 0",
    );
    await expect(configure({ threads: 1.5 })).rejects.toThrow(
      "threads: expected a whole number of at least 1, got 1.5",
    );
  });
});
