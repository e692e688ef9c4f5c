import fc from "fast-check";
import { describe, test } from "vitest";
import * as receptive from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, equalTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { distinct, integers, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

const names = ["sum", "mean", "max", "min", "variance"] as const;

const rows = [
  { shape: [], options: {} },
  { shape: [1], options: {} },
  { shape: [17], options: {} },
  { shape: [17], options: { axis: 0, keepDims: true } },
  { shape: [5, 7], options: { axis: 0 } },
  { shape: [5, 7], options: { axis: 1 } },
  { shape: [5, 7], options: { axis: -1, keepDims: true } },
  { shape: [1, 9], options: { axis: 0 } },
  { shape: [2, 5, 3, 17], options: { axis: [0, 1, 2] } }, // a bias's gradient, batch-norm's mean
  { shape: [2, 5, 3, 17], options: { axis: [1, 2] } }, // a global pool
  { shape: [2, 5, 3, 17], options: { axis: [3, 0], keepDims: true } },
  { shape: [2, 3, 2, 1, 5], options: { axis: [1, -1] } },
  { shape: [3, 41, 67], options: {} },
  { shape: [129, 130], options: { axis: 0 } },
  { shape: [129, 130], options: { axis: 1 } },
  { shape: [1, 20011], options: { axis: 1 } }, // one long row for all threads
];

const drawn = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.option(
      fc.subarray(
        shape.map((_, k) => k),
        { minLength: 1 },
      ),
      { nil: undefined },
    ),
    keepDims: fc.boolean(),
  }),
);

onEveryTarget("reductions", () => {
  describe.each(names)("%s", (name) => {
    test.each(rows)("of $shape with $options", async ({ shape, options }) => {
      const x = uniform(shape);
      // The sum of n terms of size 1 errs by some √n steps of 6e-8.
      const atol = name === "sum" ? 1e-6 * Math.sqrt(x.data.length) : 1e-6;
      await closeTo(receptive[name](toTensor(x), options), textbook[name](x, options), { atol });
    });
    test("gradient, shapes and axes drawn at random", async () => {
      await property(drawn, async ({ shape, axis, keepDims }) => {
        const x = distinct(shape);
        const options = { axis, keepDims };
        await closeTo(receptive[name](toTensor(x), options), textbook[name](x, options));
        await checkGradient(
          (t) => receptive[name](t, options),
          (t) => textbook[name](t, options),
          [x],
        );
      });
    });
  });

  test("a sum of ten thousand tenths keeps its digits", async () => {
    // Added one after the other in f32 they would make 999.9.
    const x = numbers(Array(10_000).fill(Math.fround(0.1)));
    await closeTo(receptive.sum(toTensor(x)), textbook.sum(x), { rtol: 2e-6, atol: 0 });
  });

  test("the variance of numbers far from 0", async () => {
    // The mean of the squares less the square of the mean would have lost them all.
    const x = uniform([64, 5], { low: 1000, high: 1001 });
    await closeTo(receptive.variance(toTensor(x), { axis: 0 }), textbook.variance(x, { axis: 0 }), {
      rtol: 1e-3,
      atol: 0,
    });
  });

  test("NaN and infinities come through", async () => {
    const x = numbers([1, NaN, 2, 1, Infinity, 2, 1, -Infinity, 2, Infinity, 0, -Infinity], [4, 3]);
    for (const name of ["sum", "mean", "max", "min"] as const)
      await closeTo(receptive[name](toTensor(x), { axis: 1 }), textbook[name](x, { axis: 1 }));
    const low = numbers([-Infinity, -Infinity]);
    await equalTo(receptive.max(toTensor(low)), numbers([-Infinity], []));
  });

  test("among equals the first in row order gets the gradient of max and min", async () => {
    const x = toTensor(numbers([3, 5, 5, 1, 1, 5], [2, 3]));
    const slope = (y: receptive.Tensor) => receptive.gradients(receptive.sum(y), [x])[0];
    await equalTo(slope(receptive.max(x)), numbers([0, 1, 0, 0, 0, 0], [2, 3]));
    await equalTo(slope(receptive.min(x)), numbers([0, 0, 0, 1, 0, 0], [2, 3]));
    await equalTo(slope(receptive.max(x, { axis: 1 })), numbers([0, 1, 0, 0, 0, 1], [2, 3]));
    await equalTo(slope(receptive.min(x, { axis: 1 })), numbers([1, 0, 0, 1, 0, 0], [2, 3]));
    await equalTo(slope(receptive.max(x, { axis: 0, keepDims: true })), numbers([1, 1, 1, 0, 0, 0], [2, 3]));
  });

  test("the sum of whole numbers is whole", async () => {
    const x = integers([4, 9], { low: -50, high: 50 });
    await equalTo(receptive.sum(toTensor(x, "i32"), { axis: 1 }), textbook.sum(x, { axis: 1 }), "i32");
  });
});

onEveryTarget("argmax", () => {
  test.each([
    { shape: [1], axis: 0 },
    { shape: [17], axis: 0 },
    { shape: [5, 10], axis: -1 },
    { shape: [5, 10], axis: 0 },
    { shape: [2, 3, 4, 33], axis: 3 },
    { shape: [2, 33, 4, 3], axis: 1 },
    { shape: [130, 129], axis: 1 },
  ])("of $shape along $axis", async ({ shape, axis }) => {
    const x = uniform(shape);
    await equalTo(receptive.argmax(toTensor(x), { axis }), textbook.argmax(x, { axis }), "i32");
    await equalTo(
      receptive.argmax(toTensor(x), { axis, keepDims: true }),
      textbook.argmax(x, { axis, keepDims: true }),
      "i32",
    );
  });
  test.each([0, 1])("takes the first of equals along %s", async (axis) => {
    const x = integers([23, 37], { high: 3 });
    await equalTo(receptive.argmax(toTensor(x), { axis }), textbook.argmax(x, { axis }), "i32");
  });
  test("of a row of −∞ is its first", async () => {
    const x = numbers(Array(9).fill(-Infinity));
    await equalTo(receptive.argmax(toTensor(x), { axis: 0 }), numbers([0], []), "i32");
  });
});
