import fc from "fast-check";
import { expect, test } from "vitest";
import { avgPool2d, gradients, sum } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { pools } from "../checks/pools.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import type { AveragePooling } from "../textbook/avg-pool2d.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";
import type { Pair } from "../textbook/windows.js";

const rows: { shape: number[]; size: Pair; options: AveragePooling }[] = [
  { shape: [1, 1, 1, 1], size: 1, options: {} },
  { shape: [1, 4, 4, 1], size: 2, options: {} },
  { shape: [2, 6, 8, 3], size: 3, options: { stride: 2 } },
  { shape: [1, 2, 2, 17], size: 2, options: { stride: 1 } },
  { shape: [1, 7, 7, 3], size: 2, options: { stride: 3 } },
  { shape: [1, 7, 7, 17], size: 7, options: {} }, // global
  { shape: [1, 5, 5, 2], size: 2, options: { ceil: true } },
  { shape: [1, 5, 6, 2], size: 3, options: { stride: 2, padding: 1, ceil: true } },
  { shape: [1, 5, 6, 2], size: 3, options: { stride: 2, padding: 1, ceil: true, countPadding: false } },
  { shape: [2, 5, 4, 3], size: 3, options: { stride: 2, padding: "same" } },
  { shape: [2, 5, 4, 3], size: 3, options: { stride: 2, padding: "same", countPadding: false } },
  {
    shape: [2, 5, 4, 3],
    size: [3, 2],
    options: {
      stride: 1,
      padding: [
        [0, 2],
        [1, 0],
      ],
      countPadding: false,
    },
  },
  { shape: [2, 29, 31, 17], size: 2, options: {} },
  {
    shape: [1, 13, 14, 2],
    size: [7, 3],
    options: {
      stride: [5, 9],
      padding: [
        [2, 1],
        [1, 2],
      ],
    },
  }, // overlapping rows, gaps between columns
  { shape: [2, 11, 12, 3], size: 5, options: { stride: 4, padding: 2, ceil: true } },
];

onEveryTarget("avgPool2d", () => {
  test.each(rows)("x $shape, window $size, $options", async ({ shape, size, options }) => {
    const x = uniform(shape);
    await closeTo(avgPool2d(toTensor(x), size, options), textbook.avgPool2d(x, size, options));
    const few = uniform(shape.map((extent, axis) => (axis === 3 ? Math.min(extent, 3) : extent)));
    await checkGradient(
      (t) => avgPool2d(t, size, options),
      (t) => textbook.avgPool2d(t, size, options),
      [few],
    );
  });

  test("the gradient of a few windows that lie far apart does not take a minute to compile", async () => {
    const x = uniform([1, 224, 224, 1]);
    const t = toTensor(x);
    const y = avgPool2d(t, 100, { stride: 110 });
    const [gradient] = gradients(sum(y), [t]);
    const begun = performance.now();
    const values = await gradient.data();
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(y.shape).toEqual([1, 2, 2, 1]);
    expect([...values].reduce((total, v) => total + v, 0)).toBeCloseTo(4, 4);
  });

  test("shapes, windows, strides and paddings drawn at random, with gradients", async () => {
    await property(
      fc.tuple(pools, fc.boolean()),
      async ([{ shape, size, options }, countPadding]) => {
        const x = uniform(shape);
        const all = { ...options, countPadding };
        await closeTo(avgPool2d(toTensor(x), size, all), textbook.avgPool2d(x, size, all));
        await checkGradient(
          (t) => avgPool2d(t, size, all),
          (t) => textbook.avgPool2d(t, size, all),
          [x],
        );
      },
      { runs: 40 },
    );
  });

  test("without the padding, the mean of ones is 1 everywhere", async () => {
    const ones = numbers(Array(30).fill(1), [1, 5, 6, 1]);
    const y = avgPool2d(toTensor(ones), 3, { stride: 2, padding: 1, ceil: true, countPadding: false });
    await closeTo(y, numbers(Array(12).fill(1), [1, 3, 4, 1]), { rtol: 1e-6, atol: 0 });
  });
});
