import { describe, expect, test } from "vitest";
import { relu, square } from "../../src/index.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";
import { checkGradient, checkSecondOrder } from "./check-gradient.js";
import { agree } from "./close-to.js";
import { distinct, step } from "./random.js";

describe("the checks themselves", () => {
  test("a comparison that fails says where and how far", () => {
    const expected = numbers([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(() => agree([1, 2, 3.5, 4, 7, 6], expected, { rtol: 0.01, atol: 0 })).toThrow(
      [
        "2 of 6 are off (rtol 0.01, atol 0)",
        "first value at [0, 2] is 3.5, expected 3",
        "worst value at [1, 1] is 7, expected 5",
      ].join("\n"),
    );
  });

  test.each([
    { actual: NaN, expected: 1, holds: false },
    { actual: 1, expected: NaN, holds: false },
    { actual: NaN, expected: NaN, holds: true },
    { actual: Infinity, expected: Infinity, holds: true },
    { actual: -Infinity, expected: Infinity, holds: false },
    { actual: 3e38, expected: Infinity, holds: false },
    { actual: Infinity, expected: 1e39, holds: true }, // past what f32 holds
    { actual: -0, expected: 0, holds: true },
    { actual: 0, expected: 1e-9, holds: false },
  ])("$actual for $expected: $holds", ({ actual, expected, holds }) => {
    const compare = () => agree([actual], numbers([expected]), { rtol: 1e-5, atol: 0 });
    if (holds) compare();
    else expect(compare).toThrow();
  });

  test("distinct values keep their distance from each other and from 0", () => {
    const sorted = [0, ...distinct([11, 13]).data].sort((a, b) => a - b);
    const gaps = sorted.slice(1).map((value, k) => value - sorted[k]);
    expect(Math.min(...gaps)).toBeGreaterThan(2 * step);
  });

  test("a wrong gradient is found", async () => {
    const x = distinct([5]);
    const wrong = (t: typeof x) => textbook.leakyRelu(t, 0.001);
    await expect(checkGradient((t) => relu(t), wrong, [x])).rejects.toThrow(
      "component of the gradient of input 0 at",
    );
    const bent = (t: typeof x) => textbook.mul(textbook.square(t), 1.01);
    await expect(checkSecondOrder((t) => square(t), bent, [x])).rejects.toThrow(
      "component of the second gradient of input 0 at",
    );
  });
});
