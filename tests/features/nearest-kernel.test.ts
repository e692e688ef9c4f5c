import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";

const { classicKernels, nearestKernel, kernels } = features;

describe("the nearest classic kernel", () => {
  test.each(["sobelX", "sharpen", "ridge8", "emboss", "gaussian3"] as const)(
    "of %s, times −3, is itself",
    (name) => {
      const scaled = kernels[name].map((row) => row.map((w) => -3 * w));
      const { kernel, similarity, negative } = nearestKernel(scaled);
      expect(kernel.matrix).toEqual(kernels[name].map((row) => [...row]));
      expect(similarity).toBeCloseTo(1, 12);
      expect(negative).toBe(true);
    },
  );
  test("smaller ones are set into the middle", () => {
    const { kernel } = nearestKernel([
      [0, 0, 0, 0, 0],
      [0, -1.1, 0, 1, 0],
      [0, -2, 0.1, 2, 0],
      [0, -1, 0, 0.9, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect(kernel.name).toMatch(/sobelX|robinson east/);
    expect(kernel.matrix).toHaveLength(5);
  });
  test("all have the size asked for and finite numbers, and no two have one name", () => {
    for (const size of [3, 5, 7, 11]) {
      const list = classicKernels(size);
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
      for (const { matrix } of list) {
        expect([matrix.length, matrix[0].length]).toEqual([size, size]);
        expect(matrix.flat().every(Number.isFinite)).toBe(true);
      }
    }
  });
  test("a filter of zeros is near to none", () =>
    expect(
      nearestKernel([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]).similarity,
    ).toBe(0));
});
