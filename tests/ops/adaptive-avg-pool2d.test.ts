import fc from "fast-check";
import { expect, test } from "vitest";
import { adaptiveAvgPool2d, mean, ShapeError } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import type { Pair } from "../textbook/windows.js";

const rows: { shape: number[]; size: Pair }[] = [
  { shape: [1, 1, 1, 1], size: 1 },
  { shape: [2, 7, 7, 17], size: 1 }, // global
  { shape: [1, 6, 6, 3], size: 3 }, // windows side by side
  { shape: [2, 7, 5, 3], size: [3, 2] }, // windows that share pixels
  { shape: [1, 13, 13, 5], size: 6 },
  { shape: [1, 3, 2, 17], size: 7 }, // a picture smaller than the result
  { shape: [1, 6, 5, 2], size: [3, 4] }, // one axis divides, the other does not
];

onEveryTarget("adaptiveAvgPool2d", () => {
  test.each(rows)("x $shape to $size", async ({ shape, size }) => {
    const x = uniform(shape);
    await closeTo(adaptiveAvgPool2d(toTensor(x), size), textbook.adaptiveAvgPool2d(x, size));
    const few = uniform(shape.with(3, Math.min(3, shape[3])));
    await checkGradient(
      (t) => adaptiveAvgPool2d(t, size),
      (t) => textbook.adaptiveAvgPool2d(t, size),
      [few],
    );
  });

  test("shapes drawn at random, with gradients", async () => {
    const small = fc.integer({ min: 1, max: 9 });
    await property(fc.tuple(fc.integer({ min: 1, max: 3 }), small, small, small, small), async (drawn) => {
      const [n, h, w, height, width] = drawn;
      const x = uniform([n, h, w, 3]);
      await closeTo(
        adaptiveAvgPool2d(toTensor(x), [height, width]),
        textbook.adaptiveAvgPool2d(x, [height, width]),
      );
      await checkGradient(
        (t) => adaptiveAvgPool2d(t, [height, width]),
        (t) => textbook.adaptiveAvgPool2d(t, [height, width]),
        [x],
      );
    });
  });

  test("to one pixel is the mean", async () => {
    const x = uniform([2, 5, 3, 4]);
    await closeTo(adaptiveAvgPool2d(toTensor(x), 1), textbook.mean(x, { axis: [1, 2], keepDims: true }));
    expect(mean(toTensor(x), { axis: [1, 2] }).shape).toEqual([2, 4]);
  });
});

test("what does not fit is refused", () => {
  expect(() => adaptiveAvgPool2d(toTensor(uniform([2, 3])), 1)).toThrow(
    new ShapeError("adaptiveAvgPool2d: x is of rank 2 (2×3), expected N×H×W×C"),
  );
  expect(() => adaptiveAvgPool2d(toTensor(uniform([1, 2, 3, 1])), [1, 0])).toThrow(
    new ShapeError("adaptiveAvgPool2d: size is 0, expected a whole number of at least 1"),
  );
});
