import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError, type UpsampleOptions, upsample2d } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, equalTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers, picture } from "../textbook/numbers.js";
import type { Pair } from "../textbook/windows.js";

const methods: UpsampleOptions[] = [{}, { method: "bilinear" }, { method: "bilinear", alignCorners: true }];
const rows: { shape: number[]; size: Pair }[] = [
  { shape: [1, 1, 1, 1], size: 4 },
  { shape: [2, 3, 2, 17], size: [6, 8] },
  { shape: [1, 4, 5, 3], size: [7, 9] }, // no whole multiples
  { shape: [1, 5, 4, 3], size: [3, 1] }, // smaller
  { shape: [1, 5, 4, 3], size: [5, 4] }, // as it was
];

onEveryTarget("upsample2d", () => {
  describe.each(methods)("%j", (options) => {
    test.each(rows)("x $shape to $size", async ({ shape, size }) => {
      const x = uniform(shape);
      await closeTo(upsample2d(toTensor(x), size, options), textbook.upsample2d(x, size, options));
      await checkGradient(
        (t) => upsample2d(t, size, options),
        (t) => textbook.upsample2d(t, size, options),
        [uniform(shape.with(3, Math.min(3, shape[3])))],
      );
    });

    test("sizes drawn at random, with gradients", async () => {
      const extent = fc.integer({ min: 1, max: 7 });
      await property(fc.tuple(extent, extent, extent, extent), async ([h, w, height, width]) => {
        const x = uniform([2, h, w, 2]);
        const size: Pair = [height, width];
        await closeTo(upsample2d(toTensor(x), size, options), textbook.upsample2d(x, size, options));
        await checkGradient(
          (t) => upsample2d(t, size, options),
          (t) => textbook.upsample2d(t, size, options),
          [x],
        );
      });
    });
  });

  test("a row of two, by hand", async () => {
    const x = toTensor(picture([[0, 12]]));
    const row = (values: number[]) => numbers(values, [1, 1, 4, 1]);
    await equalTo(upsample2d(x, [1, 4]), row([0, 0, 12, 12]));
    await closeTo(upsample2d(x, [1, 4], { method: "bilinear" }), row([0, 3, 9, 12]));
    await closeTo(upsample2d(x, [1, 4], { method: "bilinear", alignCorners: true }), row([0, 4, 8, 12]));
  });
});

test("what does not fit is refused", () => {
  const x = toTensor(uniform([1, 2, 2, 1]));
  expect(() => upsample2d(x, [0, 2])).toThrow(
    new ShapeError("upsample2d: size is 0, expected a whole number of at least 1"),
  );
  expect(() => upsample2d(x, 4, { alignCorners: true })).toThrow(
    new ShapeError('upsample2d: alignCorners belongs to the method "bilinear"'),
  );
  expect(() => upsample2d(x, 4, { method: "cubic" as "nearest" })).toThrow(
    new ShapeError('upsample2d: there is no method "cubic", expected "nearest" or "bilinear"'),
  );
});
