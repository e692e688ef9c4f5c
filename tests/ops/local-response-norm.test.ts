import fc from "fast-check";
import { expect, test } from "vitest";
import { type LocalResponseNormOptions, localResponseNorm, ShapeError, tensor } from "../../src/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

const rows: { shape: number[]; options: LocalResponseNormOptions }[] = [
  { shape: [1, 1, 1, 1], options: {} },
  { shape: [2, 5, 4, 17], options: {} },
  { shape: [1, 3, 3, 96], options: { alpha: 0.3 } },
  { shape: [2, 3, 2, 3], options: { size: 5, k: 1, alpha: 0.5 } }, // fewer channels than neighbours
  { shape: [2, 3, 2, 7], options: { size: 4, k: 1, alpha: 0.5, beta: 1.3 } }, // an even number of neighbours
  { shape: [2, 3, 2, 7], options: { size: 3, k: 0.5, alpha: 2, average: true } },
  { shape: [4, 9], options: { size: 1, alpha: 1 } },
];

onEveryTarget("localResponseNorm", () => {
  test.each(rows)("x $shape, $options", async ({ shape, options }) => {
    const x = uniform(shape, { low: -3, high: 3 });
    await closeTo(localResponseNorm(toTensor(x), options), textbook.localResponseNorm(x, options));
    await checkGradient(
      (t) => localResponseNorm(t, options),
      (t) => textbook.localResponseNorm(t, options),
      [x],
    );
  });

  test("neighbours and constants drawn at random, with gradients", async () => {
    const drawn = fc.record({
      channels: fc.integer({ min: 1, max: 9 }),
      size: fc.integer({ min: 1, max: 12 }),
      k: fc.double({ min: 0.5, max: 3, noNaN: true }),
      alpha: fc.double({ min: 0, max: 2, noNaN: true }),
      beta: fc.constantFrom(0, 0.5, 0.75, 1, 2),
      average: fc.boolean(),
    });
    await property(drawn, async ({ channels, ...options }) => {
      const x = uniform([2, 3, 1, channels]);
      await closeTo(localResponseNorm(toTensor(x), options), textbook.localResponseNorm(x, options));
      await checkGradient(
        (t) => localResponseNorm(t, options),
        (t) => textbook.localResponseNorm(t, options),
        [x],
      );
    });
  });

  test("second order", async () => {
    const options = { size: 3, k: 1, alpha: 0.5 };
    await checkSecondOrder(
      (t) => localResponseNorm(t, options),
      (t) => textbook.localResponseNorm(t, options),
      [uniform([2, 6])],
    );
  });

  test("by hand: the paper's α counts whole, Caffe's is divided by the size", async () => {
    const x = tensor([[[[3, 4]]]]);
    const at = (base: number): number[] => [3 / base, 4 / base];
    const whole = localResponseNorm(x, { size: 3, k: 1, alpha: 1, beta: 1 });
    const divided = localResponseNorm(x, { size: 3, k: 1, alpha: 1, beta: 1, average: true });
    await closeTo(whole, { shape: [1, 1, 1, 2], data: Float64Array.from(at(26)) });
    await closeTo(divided, { shape: [1, 1, 1, 2], data: Float64Array.from(at(1 + 25 / 3)) });
  });
});

test("what does not fit is refused", () => {
  expect(() => localResponseNorm(tensor([1, 2]))).toThrow(
    new ShapeError("localResponseNorm: x is of rank 1 (2), expected channels as the last of several axes"),
  );
  expect(() => localResponseNorm(tensor([[1, 2]]), { size: 2.5 })).toThrow(
    new ShapeError("localResponseNorm: size is 2.5, expected a whole number of at least 1"),
  );
  expect(() => localResponseNorm(tensor([[1, 2]]), { k: 0 })).toThrow(
    new RangeError("localResponseNorm: k is 0, expected a number above 0"),
  );
});
