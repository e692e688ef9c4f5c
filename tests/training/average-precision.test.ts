import { describe, expect, test } from "vitest";
import { objectives } from "../../src/index.js";
import { overlap, suppressed } from "../../src/training/objectives/average-precision.js";

const { meanAveragePrecision } = objectives;
const box = (top: number, left: number) => [top, left, top + 10, left + 10] as const;
const truth = (picture: number, at: readonly [number, number], label = 0) => ({
  picture,
  label,
  box: box(...at),
});
const found = (picture: number, at: readonly [number, number], score: number, label = 0) => ({
  ...truth(picture, at, label),
  score,
});

test("overlap is intersection over union", () => {
  expect(overlap(box(0, 0), box(0, 0))).toBe(1);
  expect(overlap(box(0, 0), box(0, 5))).toBeCloseTo(1 / 3, 12);
  expect(overlap(box(0, 0), box(0, 10))).toBe(0);
  expect(overlap([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
});

test("of boxes that overlap the surest stays", () => {
  const [a, b, c] = [found(0, [0, 0], 0.7), found(0, [0, 1], 0.9), found(0, [30, 30], 0.1)];
  expect(suppressed([a, b, c], 0.5)).toEqual([b, c]);
});

describe("mean average precision", () => {
  test("by hand: right, wrong, right of two true boxes", () => {
    const truths = [truth(0, [0, 0]), truth(1, [0, 0])];
    const answers = [found(0, [0, 0], 0.9), found(0, [40, 40], 0.8), found(1, [1, 0], 0.7)];
    // Precision is 1 up to a recall of 1/2, and 2/3 from there on.
    expect(meanAveragePrecision(answers, truths)).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12);
  });
  test("a box that is found twice is right once", () => {
    const twice = [found(0, [0, 0], 0.9), found(0, [0, 0], 0.8)];
    expect(meanAveragePrecision(twice, [truth(0, [0, 0]), truth(0, [50, 50])])).toBeCloseTo(0.5, 12);
  });
  test("is the mean over the classes that occur; one that is not found counts 0", () => {
    const truths = [truth(0, [0, 0], 0), truth(0, [30, 30], 3)];
    expect(meanAveragePrecision([found(0, [0, 0], 0.9, 0), found(0, [30, 30], 0.9, 1)], truths)).toBe(0.5);
  });
  test("an overlap that is too small is wrong; a stated one counts", () => {
    const truths = [truth(0, [0, 0])];
    expect(meanAveragePrecision([found(0, [0, 5], 0.9)], truths)).toBe(0);
    expect(meanAveragePrecision([found(0, [0, 5], 0.9)], truths, { least: 0.3 })).toBe(1);
  });
  test("of nothing is 0", () => {
    expect(meanAveragePrecision([], [])).toBe(0);
    expect(meanAveragePrecision([found(0, [0, 0], 1)], [])).toBe(0);
  });
});
