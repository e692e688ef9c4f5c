import { expect, test } from "vitest";
import { median, quantile, spread } from "../../bench/measure/statistics.js";

test("the median of an even number of times lies between the middle two", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test("quantiles lie between neighbours in proportion", () => {
  expect(quantile([10, 20, 30, 40, 50], 0)).toBe(10);
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([10, 20], 0.75)).toBe(17.5);
  expect(quantile([10, 20, 30], 1)).toBe(30);
});

test("one interrupted run does not widen the spread", () => {
  expect(spread([10, 10, 11, 12, 900])).toBeCloseTo(2 / 11);
  expect(spread([5])).toBe(0);
});
