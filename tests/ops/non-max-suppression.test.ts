import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, gradients, nonMaxSuppression, sum, type Tensor, zeros } from "../../src/index.js";
import { agree, equalTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { generator, integers } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { type Numbers, numbers } from "../textbook/numbers.js";

/** Boxes on a coarse grid, so that overlaps and scores tie; some without area, some the same. */
function drawnBoxes(n: number, count: number, seed: number): { boxes: Numbers; scores: Numbers } {
  const next = generator(seed);
  const side = () => {
    const from = Math.floor(next() * 12);
    return [from, from + Math.floor(next() * 9)];
  };
  const boxes = Array.from({ length: n * count }, () => {
    const [[top, bottom], [left, right]] = [side(), side()];
    return [top, left, bottom, right];
  });
  const scores = Array.from({ length: n * count }, () => Math.floor(next() * 8) / 8);
  return { boxes: numbers(boxes.flat(), [n, count, 4]), scores: numbers(scores, [n, count]) };
}

async function same(
  actual: ReturnType<typeof nonMaxSuppression>,
  expected: ReturnType<typeof textbook.nonMaxSuppression>,
) {
  await equalTo(actual.indices, expected.indices, "i32");
  await equalTo(actual.labels, expected.labels, "i32");
  await equalTo(actual.count, expected.count, "i32");
  agree(await actual.scores.data(), expected.scores, { rtol: 2e-6, atol: 0 });
}

onEveryTarget("nonMaxSuppression", () => {
  test("is that of plain loops, over boxes drawn at random that tie in scores and overlaps", async () => {
    const drawn = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      count: fc.constantFrom(1, 2, 7, 16, 17, 40),
      results: fc.constantFrom(1, 3, 17, 50),
      overlap: fc.constantFrom(0, 0.25, 0.5, 1),
      least: fc.option(fc.constantFrom(0, 0.25), { nil: undefined }),
      byClass: fc.boolean(),
      soft: fc.constantFrom(undefined, undefined, "linear" as const),
      seed: fc.nat(1000),
    });
    await property(drawn, async ({ n, count, seed, byClass, ...given }) => {
      const { boxes, scores } = drawnBoxes(n, count, seed);
      const labels = byClass ? integers([n, count], { seed, high: 3 }) : undefined;
      const options = Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as typeof given;
      const expected = textbook.nonMaxSuppression(boxes, scores, { ...options, labels });
      await same(
        nonMaxSuppression(toTensor(boxes), toTensor(scores), {
          ...options,
          ...(labels ? { labels: toTensor(labels, "i32") } : {}),
        }),
        expected,
      );
    });
  });

  test("of several scores for each box every one above the least is a box of its class", async () => {
    const { boxes } = drawnBoxes(2, 9, 4);
    const scores = integers([2, 9, 5], { seed: 3, high: 9 });
    const options = { results: 20, overlap: 0.3, least: 3 };
    await same(
      nonMaxSuppression(toTensor(boxes), toTensor(scores), options),
      textbook.nonMaxSuppression(boxes, scores, options),
    );
  });

  test("gaussian scores fall as the loops say", async () => {
    // Overlaps that tie nowhere: which is best must not hang on the last bit.
    const next = generator(9);
    const boxes = numbers(
      Array.from({ length: 30 }, () => {
        const [y, x] = [Math.fround(20 * next()), Math.fround(20 * next())];
        return [y, x, Math.fround(y + 4 + 9 * next()), Math.fround(x + 4 + 9 * next())];
      }).flat(),
      [1, 30, 4],
    );
    const scores = numbers(
      Array.from({ length: 30 }, (_, i) => ((i * 7) % 30) / 40 + 0.2),
      [1, 30],
    );
    const options = { results: 30, soft: "gaussian", sigma: 0.4, least: 0.05 } as const;
    await same(
      nonMaxSuppression(toTensor(boxes), toTensor(scores), options),
      textbook.nonMaxSuppression(boxes, scores, options),
    );
  });

  test("classes of large numbers stay apart, where boxes moved by class would not", async () => {
    const boxes = numbers([0, 0, 1, 1, 0, 0, 1, 1, 0, 0.4, 1, 1.4], [1, 3, 4]);
    const labels = numbers([9_999_999, 10_000_000, 9_999_999], [1, 3]);
    const { indices } = nonMaxSuppression(toTensor(boxes), toTensor(numbers([3, 2, 1], [1, 3])), {
      results: 3,
      overlap: 0.4,
      labels: toTensor(labels, "i32"),
    });
    expect([...(await indices.data())]).toEqual([0, 1, -1]);
  });

  test("an overlap of just the bound is let be; NaN and −∞ are no scores; no boxes leave none", async () => {
    const halves = numbers([0, 0, 2, 2, 0, 1, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5], [1, 4, 4]);
    const keep = async (scores: number[], overlap: number) => {
      const { indices } = nonMaxSuppression(toTensor(halves), toTensor(numbers(scores, [1, 4])), {
        results: 4,
        overlap,
      });
      return [...(await indices.data())];
    };
    expect(await keep([4, 3, 2, 1], Math.fround(1 / 3))).toEqual([0, 1, 2, 3]);
    expect(await keep([4, 3, 2, 1], 0.33)).toEqual([0, 2, 3, -1]);
    expect(await keep([Number.NaN, 3, Number.NEGATIVE_INFINITY, 1], 0.33)).toEqual([1, 3, -1, -1]);
    expect(await keep([-1, -2, -3, -3], 1)).toEqual([0, 1, 2, 3]);
    const none = nonMaxSuppression(zeros([2, 0, 4]), zeros([2, 0]), { results: 2 });
    expect([...(await none.indices.data()), ...(await none.count.data())]).toEqual([-1, -1, -1, -1, 0, 0]);
  });

  test("within a compiled function, of what is computed there; many boxes", async () => {
    const { boxes, scores } = drawnBoxes(2, 1500, 7);
    const options = { results: 120, overlap: 0.4 };
    const run = compile((b: Tensor, s: Tensor) => nonMaxSuppression(b, s, options));
    const result = await run(toTensor(boxes), toTensor(scores));
    const expected = textbook.nonMaxSuppression(boxes, scores, options);
    agree(await result.indices.data(), expected.indices, { rtol: 0, atol: 0 });
    agree(await result.count.data(), expected.count, { rtol: 0, atol: 0 });
  });
});

describe("nonMaxSuppression", () => {
  test("has no gradient", async () => {
    const [boxes, scores] = [zeros([1, 2, 4]), zeros([1, 2])];
    const [slope] = gradients(sum(nonMaxSuppression(boxes, scores, { results: 1 }).scores), [scores]);
    expect([...(await slope.data())]).toEqual([0, 0]);
  });

  test.each([
    [
      () => nonMaxSuppression(zeros([2, 4]), zeros([2]), { results: 1 }),
      "nonMaxSuppression: boxes are 2×4, expected N×B×4",
    ],
    [
      () => nonMaxSuppression(zeros([1, 3, 4]), zeros([1, 2]), { results: 1 }),
      "nonMaxSuppression: scores are 1×2, expected 1×3 or 1×3×C for boxes of 1×3×4",
    ],
    [
      () => nonMaxSuppression(zeros([1, 3, 4]), zeros([1, 3]), { results: 1, labels: zeros([3], "i32") }),
      "nonMaxSuppression: labels are 3, expected 1×3",
    ],
    [
      () =>
        nonMaxSuppression(zeros([1, 3, 4]), zeros([1, 3, 2]), { results: 1, labels: zeros([1, 3], "i32") }),
      "nonMaxSuppression: labels are given, and scores of 1×3×2 have 2 classes already",
    ],
    [
      () => nonMaxSuppression(zeros([1, 3, 4]), zeros([1, 3]), { results: 0 }),
      "nonMaxSuppression: results is 0, expected a whole number from 1 on",
    ],
  ])("refuses what does not fit", (call, message) => expect(call).toThrow(message));
});
