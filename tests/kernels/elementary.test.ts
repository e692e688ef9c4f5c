import { describe, expect, test } from "vitest";
import { exp, log, sigmoid, type Tensor, tanh, tensor } from "../../src/index.js";
import { RandomStream } from "../../src/random/threefry.js";

/** Distance between neighbouring floats at x. */
const ulp = (x: number): number => 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(x))) - 23);

const uniform = (low: number, high: number) => (random: RandomStream) => random.uniform(low, high);
/** Evenly in the exponent, of either sign. */
const small = (random: RandomStream): number =>
  (random.uniform(0, 1) < 0.5 ? -1 : 1) * Math.exp(random.uniform(Math.log(1e-6), 0));

type Draw = (random: RandomStream) => number;
const functions: [string, (x: Tensor) => Tensor, (x: number) => number, Draw[]][] = [
  ["exp", exp, Math.exp, [uniform(-87, 88.5), small]],
  ["log", log, Math.log, [(random) => Math.exp(random.uniform(-85, 88)), uniform(0.5, 2)]],
  ["tanh", tanh, Math.tanh, [uniform(-10, 10), small]],
  ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), [uniform(-80, 80), uniform(-5, 5)]],
];

describe("elementary functions lie within 2 units in the last place", () => {
  test.each(functions)("%s", async (_, run, exact, draws) => {
    for (const draw of draws) {
      const random = new RandomStream(1);
      const x = Float32Array.from({ length: 200_000 }, () => draw(random));
      const y = await run(tensor(x)).data();
      let [worst, where] = [0, 0];
      x.forEach((value, i) => {
        const error = Math.abs(y[i] - exact(value)) / ulp(exact(value));
        if (!(error <= worst)) [worst, where] = [error, value];
      });
      expect(worst, `at ${where}`).toBeLessThanOrEqual(2);
    }
  });
});
