import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradients, roiAlign, roiPool, ShapeError, sum } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { distinct, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { type Numbers, numbers } from "../textbook/numbers.js";

/** Boxes in and around pictures of 7×6, also turned inside out and outside; whole halves are kept away from. */
const drawn = fc.record({
  channels: fc.constantFrom(1, 3, 17),
  boxes: fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: -30, max: 90 }),
      fc.integer({ min: -30, max: 90 }),
      fc.integer({ min: -30, max: 120 }),
      fc.integer({ min: -30, max: 120 }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  samples: fc.integer({ min: 1, max: 3 }),
  aligned: fc.boolean(),
});

const written = (boxes: [number, number, number, number, number][]): Numbers =>
  numbers(
    boxes.flatMap(([n, ...corners]) => [n, ...corners.map((v) => Math.fround(v / 10 + 0.0137))]),
    [boxes.length, 5],
  );

onEveryTarget("regions of interest", () => {
  test("roiAlign over boxes drawn at random, with gradients", async () => {
    await property(drawn, async ({ channels, boxes, size, ...options }) => {
      const x = uniform([2, 7, 6, channels]);
      const list = written(boxes);
      const all = { ...options, scale: 0.5 };
      await closeTo(roiAlign(toTensor(x), toTensor(list), size, all), textbook.roiAlign(x, list, size, all), {
        rtol: 1e-4,
        atol: 1e-5, // a place is known to 1e-6 of a pixel, and so is the share of its neighbours
      });
      await checkGradient(
        (t) => roiAlign(t, toTensor(list), size, all),
        (t) => textbook.roiAlign(t, list, size, all),
        [x],
      );
    });
  });

  test("roiPool over boxes drawn at random, with gradients", async () => {
    await property(drawn, async ({ channels, boxes, size }) => {
      const x = distinct([2, 7, 6, channels]);
      const list = written(boxes);
      await closeTo(roiPool(toTensor(x), toTensor(list), size), textbook.roiPool(x, list, size));
      await checkGradient(
        (t) => roiPool(t, toTensor(list), size),
        (t) => textbook.roiPool(t, list, size),
        [x],
      );
    });
  });

  test("roiPool of the whole picture is max pooling", async () => {
    const x = distinct([1, 6, 4, 3]);
    const whole = toTensor(numbers([0, 0, 0, 3, 5], [1, 5]));
    await closeTo(roiPool(toTensor(x), whole, [3, 2]), textbook.maxPool2d(x, 2));
  });
});

describe("regions of interest", () => {
  test("boxes get no gradient", async () => {
    const [x, boxes] = [toTensor(uniform([1, 4, 4, 1])), toTensor(numbers([0, 0.5, 0.5, 2, 3], [1, 5]))];
    const [slope] = gradients(sum(roiAlign(x, boxes, 2)), [boxes]);
    expect([...(await slope.data())]).toEqual([0, 0, 0, 0, 0]);
  });

  test("what does not fit is refused", () => {
    const [x, boxes] = [toTensor(uniform([1, 4, 4, 1])), toTensor(uniform([2, 4]))];
    expect(() => roiAlign(x, boxes, 2)).toThrow(
      new ShapeError("roiAlign: the boxes are 2×4, expected K×5: picture, x1, y1, x2, y2"),
    );
    expect(() => roiPool(x, boxes, 2)).toThrow(
      new ShapeError("roiPool: the boxes are 2×4, expected K×5: picture, x1, y1, x2, y2"),
    );
    expect(() => roiAlign(x, toTensor(uniform([2, 5])), 2, { samples: -1 })).toThrow(
      new ShapeError("roiAlign: samples is -1, expected a whole number of at least 1"),
    );
  });
});
