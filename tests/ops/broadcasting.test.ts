import fc from "fast-check";
import { describe, test } from "vitest";
import * as receptive from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

/** Two shapes that broadcast: a whole one, and from each side some of its axes in front left out and some set to 1. */
const twoShapes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.boolean()), { maxLength: 5 })
  .chain((axes) =>
    fc.record({
      a: fc.constant(axes.map(([extent, repeated]) => (repeated ? 1 : extent))),
      b: fc
        .integer({ min: 0, max: axes.length })
        .map((missing) => axes.slice(missing).map(([extent, , repeated]) => (repeated ? 1 : extent))),
    }),
  );

onEveryTarget("broadcasting", () => {
  const pairs = [
    { a: [3, 1], b: [1, 5] },
    { a: [], b: [2, 3] },
    { a: [17], b: [4, 1] },
    { a: [2, 5, 7, 3], b: [3] }, // a bias
    { a: [2, 5, 7, 17], b: [2, 1, 1, 17] },
    { a: [2, 5, 7, 3], b: [1, 5, 7, 1] },
    { a: [1, 1, 1], b: [1] },
    { a: [2, 1, 3, 1, 2], b: [4, 1, 5, 1] },
    { a: [33, 1], b: [1, 129] },
  ];
  describe.each(["add", "sub", "mul", "div"] as const)("%s", (name) => {
    test.each(pairs)("$a with $b", async ({ a, b }) => {
      const [x, y] = [uniform(a, { seed: 1 }), uniform(b, { seed: 2, low: 1, high: 2 })];
      await closeTo(receptive[name](toTensor(x), toTensor(y)), textbook[name](x, y));
    });
    test("shapes drawn at random, either way round, with gradients", async () => {
      await property(
        twoShapes,
        async ({ a, b }) => {
          const [x, y] = [uniform(a, { seed: 1, low: 1, high: 2 }), uniform(b, { seed: 2, low: 1, high: 2 })];
          await closeTo(receptive[name](toTensor(x), toTensor(y)), textbook[name](x, y));
          await checkGradient(receptive[name], textbook[name], [x, y]);
          await checkGradient(receptive[name], textbook[name], [y, x]);
        },
        { runs: 15 },
      );
    });
  });

  test("where broadcasts all three", async () => {
    const [condition, a, b] = [
      { shape: [3, 1, 1], data: Float64Array.of(1, 0, 1) },
      uniform([4, 1], { seed: 1 }),
      uniform([5], { seed: 2 }),
    ];
    const mask = toTensor(condition, "bool");
    await closeTo(receptive.where(mask, toTensor(a), toTensor(b)), textbook.where(condition, a, b), {
      atol: 0,
    });
    await checkGradient(
      (x, y) => receptive.where(mask, x, y),
      (x, y) => textbook.where(condition, x, y),
      [a, b],
    );
  });
});
