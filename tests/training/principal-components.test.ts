import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/index.js";
import { tensor } from "../../src/tensor/creation.js";
import { principalComponents, projected, projectionError } from "../../src/training/principal-components.js";

function dataset(images: number[][], shape: Dataset["shape"]): Dataset {
  const length = images.length;
  return {
    name: "made up",
    split: "train",
    shape,
    classes: ["any"],
    length,
    images: Uint8Array.from(images.flat()),
    labels: new Uint8Array(length),
  };
}

/** Numbers that look random, 0 to 250. */
const scattered = Array.from({ length: 40 }, (_, n) =>
  Array.from({ length: 6 }, (_, i) => (n * n * (7 + i) + 31 * i * i * n) % 251),
);

describe("principal components", () => {
  test("of points on a line are the line", async () => {
    // Around (100, 120), along (3, 4).
    const line = dataset(
      [-20, -10, 0, 10, 20].map((t) => [100 + 3 * t, 120 + 4 * t]),
      [1, 2, 1],
    );
    const { mean, directions } = await principalComponents(line, 1);
    expect([...mean].map((m) => 255 * m)).toEqual([expect.closeTo(100, 3), expect.closeTo(120, 3)]);
    const [[a, b]] = directions;
    expect(Math.abs(a)).toBeCloseTo(0.6, 4);
    expect(b / a).toBeCloseTo(4 / 3, 3);
    expect(await projectionError({ mean, directions }, line)).toBeLessThan(1e-8);
  });

  test("with as many as pixels make every picture again", async () => {
    const pictures = dataset(scattered, [2, 3, 1]);
    const components = await principalComponents(pictures, 6);
    expect(await projectionError(components, pictures)).toBeLessThan(1e-8);
    const again = projected(components, Uint8Array.from(scattered[7]));
    expect([...again].map((value) => Math.round(255 * value))).toEqual(scattered[7]);
  });

  test("stand at right angles, and each more leaves a smaller error", async () => {
    const pictures = dataset(scattered, [2, 3, 1]);
    const { mean, directions } = await principalComponents(pictures, 6);
    const dots = directions.map((u) => directions.map((v) => u.reduce((sum, x, i) => sum + x * v[i], 0)));
    for (const [i, row] of dots.entries())
      for (const [j, dot] of row.entries()) expect(dot).toBeCloseTo(i === j ? 1 : 0, 6);
    const errors: number[] = [];
    for (let k = 1; k <= 6; k++)
      errors.push(await projectionError({ mean, directions: directions.slice(0, k) }, pictures));
    // What a direction takes away is its variance: largest first.
    const taken = errors.slice(1).map((error, k) => errors[k] - error);
    expect(taken.every((less, k) => less > 0 && less <= (taken[k - 1] ?? Number.POSITIVE_INFINITY))).toBe(
      true,
    );
  });

  test("pictures that are all alike have none: the mean is enough", async () => {
    const pictures = dataset([scattered[1], scattered[1], scattered[1]], [2, 3, 1]);
    const components = await principalComponents(pictures, 3);
    expect(await projectionError(components, pictures)).toBeLessThan(1e-8);
  });

  test("of rows they are those of the pictures with the same numbers", async () => {
    const pictures = dataset(scattered, [2, 3, 1]);
    const rows = tensor(
      Float32Array.from(pictures.images, (v) => v / 255),
      [pictures.length, 6],
    );
    const [ofRows, ofPictures] = [await principalComponents(rows, 2), await principalComponents(pictures, 2)];
    expect(ofRows.mean).toEqual(ofPictures.mean);
    expect(ofRows.directions).toEqual(ofPictures.directions);
    await expect(principalComponents(tensor([1, 2, 3]), 1)).rejects.toThrow(
      new RangeError("principalComponents: the rows are 3, expected N×D"),
    );
  });

  test.each([
    [0, [2, 3, 1], "principalComponents: count is 0, expected a whole number of 1 to 6"],
    [7, [2, 3, 1], "principalComponents: count is 7, expected a whole number of 1 to 6"],
    [5, [64, 65, 1], "principalComponents: pictures of 64×65×1 have 4160 numbers, expected at most 4096"],
  ] as const)("%i of pictures of %j are refused", async (count, shape, message) => {
    const wrong = principalComponents(dataset([], [...shape]), count);
    await expect(wrong).rejects.toThrow(new RangeError(message));
  });
});
