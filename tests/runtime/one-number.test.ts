import { expect, test } from "vitest";
import { add, assign, compile, mul, sub, sum, tensor, variable } from "../../src/index.js";
import { onEveryTarget } from "../checks/targets.js";

// A launch whose result is one number cannot be shared: each thread would compute it, and where it is written in the
// place of what it is computed from, the next one would find it there.
onEveryTarget("an update of a single number is made once", () => {
  test.each([1, 500, 7_000, 12_000, 40_000, 1_000_000])("by a sum of %i", async (n) => {
    const bias = variable([1], [1]);
    const step = compile((x) => {
      const gradient = sum(mul(x, bias), { axis: [0, 1] });
      assign(bias, sub(bias, mul(gradient, 0.5 / n)));
      return { bias: add(bias, 0) };
    });
    const x = tensor(new Float32Array(n).fill(1), [n, 1, 1]);
    for (let i = 0; i < 20; i++) await step(x);
    expect((await bias.read())[0] / 0.5 ** 20).toBeCloseTo(1, 3);
  });
});
