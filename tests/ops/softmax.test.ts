import fc from "fast-check";
import { describe, test } from "vitest";
import * as receptive from "../../src/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

onEveryTarget("softmax and logSoftmax", () => {
  describe.each(["softmax", "logSoftmax"] as const)("%s", (name) => {
    test.each([
      { shape: [1], options: {} },
      { shape: [10], options: {} },
      { shape: [1, 1], options: { axis: 0 } },
      { shape: [7, 10], options: {} },
      { shape: [7, 10], options: { axis: 0 } },
      { shape: [2, 3, 5, 17], options: { axis: -1 } },
      { shape: [2, 3, 5, 17], options: { axis: 1 } },
      { shape: [128, 10], options: { axis: 1 } },
      { shape: [3, 1000], options: {} },
    ])("of $shape with $options", async ({ shape, options }) => {
      const x = uniform(shape, { low: -5, high: 5 });
      await closeTo(receptive[name](toTensor(x), options), textbook[name](x, options));
    });

    test("gradient, shapes and axes drawn at random", async () => {
      const drawn = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
        }),
      );
      await property(drawn, async ({ shape, axis }) => {
        const x = uniform(shape, { low: -2, high: 2 });
        await checkGradient(
          (t) => receptive[name](t, { axis }),
          (t) => textbook[name](t, { axis }),
          [x],
        );
      });
    });

    test("second order", async () => {
      await checkSecondOrder(
        (t) => receptive[name](t),
        (t) => textbook[name](t),
        [uniform([3, 5])],
      );
    });

    test("great scores do not overflow", async () => {
      const x = numbers([1000, 999, 0, -1000, 88, 89, 90, 91, 1e30, 0, 0, 0], [3, 4]);
      await closeTo(receptive[name](toTensor(x)), textbook[name](x));
      const t = toTensor(x);
      const [gradient] = receptive.gradients(receptive.sum(receptive.mul(receptive[name](t), t)), [t]);
      await closeTo(
        receptive.sum(receptive.cast(receptive.notEqual(gradient, gradient), "f32")),
        numbers([0], []),
      ); // no NaN
    });
  });

  test("a score of −∞ has probability 0", async () => {
    const x = numbers([0, -Infinity, 0]);
    await closeTo(receptive.softmax(toTensor(x)), numbers([0.5, 0, 0.5]), { atol: 0 });
    await closeTo(receptive.logSoftmax(toTensor(x)), numbers([-Math.LN2, -Infinity, -Math.LN2]));
  });
});
