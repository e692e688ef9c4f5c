import fc from "fast-check";
import { test } from "vitest";
import { matmul, transpose } from "../../src/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

onEveryTarget("matmul", () => {
  test.each([
    { a: [1, 1], b: [1, 1] },
    { a: [1, 5], b: [5, 1] },
    { a: [5, 1], b: [1, 5] },
    { a: [3, 17], b: [17, 5] },
    { a: [6, 8], b: [8, 16] }, // full tiles only
    { a: [7, 9], b: [9, 17] }, // one row and one column past them
    { a: [13, 3], b: [3, 33] },
    { a: [1, 400], b: [400, 120] }, // a dense layer on one picture
    { a: [65, 70], b: [70, 67] },
    { a: [4, 1100], b: [1100, 9] }, // deeper than a block that fits the cache
    { a: [2, 3, 4], b: [2, 4, 5] },
    { a: [2, 3, 4], b: [4, 5] },
    { a: [3, 4], b: [2, 1, 4, 5] },
    { a: [2, 1, 3, 4], b: [3, 4, 5] },
  ])("$a by $b", async ({ a, b }) => {
    const [x, y] = [uniform(a, { seed: 1 }), uniform(b, { seed: 2 })];
    const depth = a[a.length - 1];
    await closeTo(matmul(toTensor(x), toTensor(y)), textbook.matmul(x, y), { atol: 1e-6 * Math.sqrt(depth) });
  });

  test("extents and batches drawn at random, with gradients", async () => {
    const extent = fc.integer({ min: 1, max: 9 });
    const drawn = fc.record({
      m: extent,
      k: extent,
      n: extent,
      batch: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean()), { maxLength: 2 }),
      missing: fc.integer({ min: 0, max: 2 }),
    });
    await property(drawn, async ({ m, k, n, batch, missing }) => {
      const x = uniform([...batch.map(([e, one]) => (one ? 1 : e)), m, k], { seed: 1 });
      const y = uniform([...batch.slice(missing).map(([e, , one]) => (one ? 1 : e)), k, n], { seed: 2 });
      await closeTo(matmul(toTensor(x), toTensor(y)), textbook.matmul(x, y));
      await checkGradient(matmul, textbook.matmul, [x, y]);
    });
  });

  test("of transposed matrices", async () => {
    const [a, b] = [uniform([9, 7], { seed: 1 }), uniform([17, 9], { seed: 2 })];
    await closeTo(
      matmul(transpose(toTensor(a)), transpose(toTensor(b))),
      textbook.matmul(textbook.transpose(a), textbook.transpose(b)),
    );
    await checkGradient(
      (x, y) => matmul(transpose(x), transpose(y)),
      (x, y) => textbook.matmul(textbook.transpose(x), textbook.transpose(y)),
      [a, b],
    );
  });

  test("second order", async () => {
    await checkSecondOrder(matmul, textbook.matmul, [
      uniform([3, 4], { seed: 1 }),
      uniform([4, 2], { seed: 2 }),
    ]);
  });
});
