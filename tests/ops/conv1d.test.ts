import fc from "fast-check";
import { expect, test } from "vitest";
import { type Conv1dOptions, conv1d, ShapeError } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

const rows: { x: number[]; w: number[]; options: Conv1dOptions }[] = [
  { x: [1, 1, 1], w: [1, 1, 1], options: {} },
  { x: [2, 9, 17], w: [3, 17, 5], options: {} },
  { x: [3, 8, 3], w: [4, 3, 2], options: { padding: "same", stride: 3 } },
  { x: [1, 7, 4], w: [3, 2, 6], options: { groups: 2, dilation: 2, padding: [4, 0] } }, // sees the past only
  { x: [2, 2, 3], w: [5, 3, 4], options: { padding: 2 } }, // a window longer than the line
];

onEveryTarget("conv1d", () => {
  test.each(rows)("x $x, filters $w, $options", async ({ x, w, options }) => {
    const [line, filters] = [uniform(x, { seed: 1 }), uniform(w, { seed: 2 })];
    await closeTo(
      conv1d(toTensor(line), toTensor(filters), options),
      textbook.conv1d(line, filters, options),
      {
        atol: 1e-5,
      },
    );
    await checkGradient(
      (a, b) => conv1d(a, b, options),
      (a, b) => textbook.conv1d(a, b, options),
      [line, filters],
    );
  });

  test("lengths, strides, paddings and dilations drawn at random, with gradients", async () => {
    const drawn = fc
      .record({
        length: fc.integer({ min: 1, max: 9 }),
        kernel: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 3 }),
        dilation: fc.integer({ min: 1, max: 3 }),
        groups: fc.integer({ min: 1, max: 2 }),
        before: fc.integer({ min: 0, max: 3 }),
        after: fc.integer({ min: 0, max: 3 }),
      })
      .filter((d) => d.length + d.before + d.after > (d.kernel - 1) * d.dilation);
    await property(drawn, async ({ length, kernel, before, after, groups, ...more }) => {
      const options: Conv1dOptions = { ...more, groups, padding: [before, after] };
      const [x, w] = [uniform([2, length, 2 * groups]), uniform([kernel, 2, 3 * groups], { seed: 2 })];
      await closeTo(conv1d(toTensor(x), toTensor(w), options), textbook.conv1d(x, w, options), {
        atol: 1e-5,
      });
      await checkGradient(
        (a, b) => conv1d(a, b, options),
        (a, b) => textbook.conv1d(a, b, options),
        [x, w],
      );
    });
  });
});

test.each<[number[], number[], Conv1dOptions, string]>([
  [[2, 3], [1, 3, 1], {}, "conv1d: x is of rank 2 (2×3), expected N×L×C"],
  [[1, 2, 3], [1, 3], {}, "conv1d: the filter is of rank 2 (1×3), expected k×C×F"],
  [
    [1, 5, 3],
    [2, 4, 1],
    {},
    "conv1d: x has 3 channels (1×5×3), a filter of 1 groups takes 3, this one 4 (2×4×1)",
  ],
  [
    [1, 5, 3],
    [2, 1, 4],
    { groups: 2 },
    "conv1d: 2 groups do not divide the 3 channels of x (1×5×3) and the 4 filters (2×1×4)",
  ],
  [
    [1, 3, 2],
    [3, 2, 1],
    { dilation: 2, padding: [1, 0] },
    "conv1d: a window of 5 does not fit into x of 3 places with padding 1 and 0 (x is 1×3×2)",
  ],
])("x %j with filters %j and %j is refused", (x, w, options, message) => {
  expect(() => conv1d(toTensor(uniform(x)), toTensor(uniform(w)), options)).toThrow(new ShapeError(message));
});
