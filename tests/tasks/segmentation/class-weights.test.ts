import { expect, test } from "vitest";
import { data } from "../../../src/index.js";
import { countPixels } from "../../../src/tasks/segmentation/class-weights.js";
import { classWeights } from "../../../src/tasks/segmentation/index.js";

test("pixels are counted by class, and classes weigh by how rare they are", async () => {
  const examples = data.examples("three", {
    map: {
      values: Uint8Array.of(0, 0, 0, 1, /**/ 0, 0, 255, 255, /**/ 0, 0, 0, 2),
      shape: [2, 2],
      holds: "mask",
    },
  });
  const pixels = await countPixels(examples, 4);
  expect(pixels).toEqual({ pixels: 10, ignored: 2, counts: [8, 1, 1, 0], within: [10, 4, 4, 0] });
  expect(classWeights(pixels, "none")).toEqual([1, 1, 1, 1]);
  const root = classWeights(pixels, "root");
  [Math.sqrt(0.1), Math.sqrt(0.8), Math.sqrt(0.8), 1].forEach((value, c) => {
    expect(root[c]).toBeCloseTo(value, 12);
  });
  expect(classWeights({ ...pixels, counts: [9999, 1, 0, 0], pixels: 10_000 }, "root")[1]).toBe(4);
  // Frequencies 0.8, 0.25 and 0.25: the median is 0.25.
  expect(classWeights(pixels, "median")).toEqual([0.25 / 0.8, 1, 1, 1]);
});
