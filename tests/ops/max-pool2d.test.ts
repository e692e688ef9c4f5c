import { expect, test } from "vitest";
import { gradients, maxPool2d, maxPool2dSwitches, square, sum } from "../../src/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { pools } from "../checks/pools.js";
import { property } from "../checks/property.js";
import { distinct, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import type { MaxPooling } from "../textbook/max-pool2d.js";
import { numbers, picture } from "../textbook/numbers.js";
import type { Pair } from "../textbook/windows.js";

const rows: { shape: number[]; size: Pair; options: MaxPooling }[] = [
  { shape: [1, 1, 1, 1], size: 1, options: {} },
  { shape: [1, 4, 4, 1], size: 2, options: {} },
  { shape: [2, 6, 8, 3], size: 3, options: { stride: 2 } }, // windows overlap, one row and one column are left over
  { shape: [1, 2, 2, 17], size: 2, options: { stride: 1 } }, // one channel past a vector of 16
  { shape: [2, 7, 5, 5], size: [3, 2], options: { stride: [1, 2] } },
  { shape: [1, 7, 7, 3], size: 2, options: { stride: 3 } }, // pixels between the windows
  { shape: [1, 5, 5, 2], size: 2, options: { ceil: true } },
  { shape: [1, 5, 6, 2], size: 3, options: { stride: 2, padding: 1 } },
  { shape: [1, 5, 6, 2], size: 3, options: { stride: 2, padding: 1, ceil: true } },
  { shape: [1, 6, 6, 1], size: 2, options: { stride: 4, padding: 1, ceil: true } }, // the last window would start in the padding
  { shape: [2, 5, 4, 3], size: 3, options: { stride: 2, padding: "same" } },
  {
    shape: [2, 5, 4, 3],
    size: 3,
    options: {
      stride: 1,
      padding: [
        [0, 2],
        [1, 0],
      ],
    },
  },
  { shape: [2, 29, 31, 17], size: 2, options: {} },
  { shape: [1, 1, 9, 4], size: [1, 3], options: {} },
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

onEveryTarget("maxPool2d", () => {
  test.each(rows)("x $shape, window $size, $options", async ({ shape, size, options }) => {
    const x = uniform(shape);
    await equalTo(maxPool2d(toTensor(x), size, options), textbook.maxPool2d(x, size, options));
    await equalTo(
      maxPool2dSwitches(toTensor(x), size, options),
      textbook.maxPool2dSwitches(x, size, options),
      "i32",
    );
    const apart = distinct(shape.map((extent, axis) => (axis === 3 ? Math.min(extent, 3) : extent)));
    await checkGradient(
      (t) => maxPool2d(t, size, options),
      (t) => textbook.maxPool2d(t, size, options),
      [apart],
    );
  });

  test("the gradient of a window that sees nothing but −∞ reaches its first pixel, not the padding", async () => {
    const x = { shape: [1, 4, 5, 1], data: new Float64Array(20).fill(Number.NEGATIVE_INFINITY) };
    x.data[18] = 3;
    for (const options of [
      { stride: 2, padding: 1 },
      { stride: 1, padding: 1 },
      { stride: 2, padding: "same" },
      {
        stride: 2,
        padding: [
          [2, 0],
          [1, 1],
        ],
      },
    ] as MaxPooling[]) {
      const t = toTensor(x as never);
      const y = maxPool2d(t, 3, options);
      const [dx] = gradients(sum(y), [t]);
      const given = Array.from(await dx.data()).reduce((total, value) => total + value, 0);
      await equalTo(maxPool2d(t, 3, options), textbook.maxPool2d(x as never, 3, options));
      await equalTo(
        maxPool2dSwitches(t, 3, options),
        textbook.maxPool2dSwitches(x as never, 3, options),
        "i32",
      );
      expect(given).toBe(y.size);
    }
  });

  test("the gradient of a few windows that lie far apart does not take a minute to compile", async () => {
    const x = uniform([1, 224, 224, 1]);
    const t = toTensor(x);
    const y = maxPool2d(t, 100, { stride: 110 });
    const [gradient] = gradients(sum(y), [t]);
    const begun = performance.now();
    const values = await gradient.data();
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(y.shape).toEqual([1, 2, 2, 1]);
    expect([...values].reduce((total, v) => total + v, 0)).toBeCloseTo(4, 4);
  });

  test("shapes, windows, strides and paddings drawn at random, with gradients", async () => {
    await property(
      pools,
      async ({ shape, size, options }) => {
        const x = distinct(shape);
        await equalTo(maxPool2d(toTensor(x), size, options), textbook.maxPool2d(x, size, options));
        await equalTo(
          maxPool2dSwitches(toTensor(x), size, options),
          textbook.maxPool2dSwitches(x, size, options),
          "i32",
        );
        await checkGradient(
          (t) => maxPool2d(t, size, options),
          (t) => textbook.maxPool2d(t, size, options),
          [x],
        );
      },
      { runs: 40 },
    );
  });

  test("among equals the first in row order wins, and gets the gradient", async () => {
    const x = toTensor(
      picture([
        [1, 7, 7, 7],
        [7, 7, 7, 7],
      ]),
    );
    await equalTo(maxPool2dSwitches(x, 2), numbers([1, 0], [1, 1, 2, 1]), "i32");
    const [gradient] = gradients(sum(maxPool2d(x, 2)), [x]);
    await equalTo(
      gradient,
      picture([
        [0, 1, 1, 0],
        [0, 0, 0, 0],
      ]),
    );
  });

  test("a pixel that wins in several windows gets the gradient of each", async () => {
    const x = toTensor(
      picture([
        [0, 0, 0],
        [0, 9, 0],
        [0, 0, 0],
      ]),
    );
    const [gradient] = gradients(sum(maxPool2d(x, 2, { stride: 1 })), [x]);
    await equalTo(
      gradient,
      picture([
        [0, 0, 0],
        [0, 4, 0],
        [0, 0, 0],
      ]),
    );
  });

  test("padding never wins, not even over negative pixels", async () => {
    const x = toTensor(numbers(Array(9).fill(-5), [1, 3, 3, 1]));
    await equalTo(maxPool2d(x, 3, { stride: 2, padding: 1 }), numbers(Array(4).fill(-5), [1, 2, 2, 1]));
  });

  test("NaN and infinities come through", async () => {
    const x = numbers([1, NaN, -Infinity, -Infinity, 2, 3, -Infinity, Infinity], [1, 2, 4, 1]);
    await equalTo(maxPool2d(toTensor(x), 2), numbers([NaN, Infinity], [1, 1, 2, 1]));
  });

  test("second order, over squares: max itself is straight between its kinks", async () => {
    await checkSecondOrder(
      (t) => maxPool2d(square(t), 2, { stride: 1 }),
      (t) => textbook.maxPool2d(textbook.square(t), 2, { stride: 1 }),
      [{ shape: [1, 3, 4, 1], data: distinct([12]).data.map((v) => v + 2) }], // all positive: squares keep their order
    );
  });
});
