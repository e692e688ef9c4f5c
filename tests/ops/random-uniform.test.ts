import { describe, expect, test } from "vitest";
import { compute, range, tensor } from "../../src/index.js";
import { randomUniform } from "../../src/ops/random-uniform.js";
import { threefry2x32, unit } from "../../src/random/threefry.js";
import { onEveryTarget } from "../checks/targets.js";

const seed = (value: number) => tensor(Int32Array.of(value), []);

onEveryTarget("randomUniform", () => {
  test("draws what the generator on the host draws", async () => {
    const [values] = await compute([randomUniform([7, 11, 5], seed(42), 3)]);
    const expected = Float32Array.from({ length: 7 * 11 * 5 }, (_, i) => unit(threefry2x32(42, 3, i, 0)[0]));
    expect(values).toEqual(expected);
  });

  test("is even, and different for another seed and stream", async () => {
    const [a, b, c] = await compute([
      randomUniform([20000], seed(1), 0),
      randomUniform([20000], seed(2), 0),
      randomUniform([20000], seed(1), 1),
    ]);
    const mean = Array.from(a).reduce((n, v) => n + v, 0) / a.length;
    // Twelve standard deviations of a mean would be 0.0245.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    const equal = (x: ArrayLike<number>, y: ArrayLike<number>) =>
      Array.from(x).filter((v, i) => v === y[i]).length;
    expect(equal(a, b)).toBeLessThan(20);
    expect(equal(a, c)).toBeLessThan(20);
  });
});

describe("randomUniform", () => {
  test("a seed that is no single i32", () => {
    expect(() => randomUniform([2], range(3), 0)).toThrow(
      "randomUniform: the seed is i32 3, expected a single i32",
    );
  });
});
