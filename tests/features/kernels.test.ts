import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";

const { gaussian, boxBlur, laplacianOfGaussian, unsharpMask, motionBlur, gabor, gaborBank, separated } =
  features;
const sum = (matrix: features.Matrix) => matrix.flat().reduce((total, w) => total + w, 0);

describe("kernels from formulas", () => {
  test("a Gaussian sums to 1, falls as its formula says, and reaches 4σ", () => {
    const g = gaussian({ sigma: 1.5 });
    expect([g.length, g[0].length]).toEqual([13, 13]);
    expect(sum(g)).toBeCloseTo(1, 12);
    expect(g[6][8] / g[6][6]).toBeCloseTo(Math.exp(-4 / (2 * 1.5 ** 2)), 12);
  });
  test("boxBlur, unsharpMask and motionBlur sum to 1", () => {
    for (const matrix of [
      boxBlur({ size: 5 }),
      unsharpMask({ sigma: 1, amount: 0.7 }),
      motionBlur({ length: 9, angle: 30 }),
    ])
      expect(sum(matrix)).toBeCloseTo(1, 12);
  });
  test("motion along 0° is a row of equal weights, along 90° a column, along 45° rises to the right", () => {
    expect(motionBlur({ length: 3 })).toEqual([
      [0, 0, 0],
      [1 / 3, 1 / 3, 1 / 3],
      [0, 0, 0],
    ]);
    motionBlur({ length: 3, angle: 90 }).forEach((row) => {
      expect(row[1]).toBeCloseTo(1 / 3, 12);
    });
    const slanted = motionBlur({ length: 5, angle: 45 });
    expect(slanted[0][4]).toBeGreaterThan(0);
    expect(slanted[0][0]).toBe(0);
  });
  test("the Laplacian of the Gaussian sums to 0, changes sign at r = √2 σ, and answers a dark spot positively", () => {
    const log = laplacianOfGaussian({ sigma: 2, size: 17 });
    expect(sum(log)).toBeCloseTo(0, 12);
    expect(log[8][8]).toBeLessThan(0);
    expect(log[8][8 + 2]).toBeLessThan(0);
    expect(log[8][8 + 4]).toBeGreaterThan(0);
  });
  test("Gabor filters sum to 0 and answer to their own direction and wavelength the most", () => {
    const bank = gaborBank({ directions: 4, wavelengths: [4, 8], size: 15 });
    expect(bank).toHaveLength(16);
    for (const { matrix } of bank) expect(sum(matrix)).toBeCloseTo(0, 12);
    const size = 15;
    // A grating that runs towards 45°, up and to the right.
    const wave = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => Math.cos((2 * Math.PI * (j - 7 - (i - 7)) * Math.SQRT1_2) / 8)),
    );
    const answer = (m: features.Matrix) => m.flat().reduce((t, w, k) => t + w * wave.flat()[k], 0);
    const answers = bank.map(({ name, matrix }) => ({ name, value: answer(matrix) }));
    expect(answers.sort((a, b) => b.value - a.value)[0].name).toBe("gabor λ8 45° line");
    expect(sum(gabor({ wavelength: 5, phase: 90 }))).toBeCloseTo(0, 12);
  });
});

describe("separable kernels", () => {
  const product = ({ column, row }: { column: number[]; row: number[] }) =>
    column.map((a) => row.map((b) => a * b));
  test.each(["boxBlur", "gaussian3", "gaussian5", "sobelX", "sobelY", "prewittX", "scharrY"] as const)(
    "%s is found",
    (name) => {
      const parts = separated(features.kernels[name]);
      product(parts!).forEach((row, i) => {
        row.forEach((w, j) => {
          expect(w).toBeCloseTo(features.kernels[name][i][j], 12);
        });
      });
    },
  );
  test.each(["sharpen", "ridge8", "unsharp5", "softBlur", "emboss", "corner"] as const)(
    "%s is of a higher rank",
    (name) => expect(separated(features.kernels[name])).toBeUndefined(),
  );
  test("a kernel of zeros has no parts", () =>
    expect(
      separated([
        [0, 0],
        [0, 0],
      ]),
    ).toBeUndefined());
});

test.each([
  [() => gaussian({ sigma: 0, size: 3 }), "gaussian: sigma is 0, expected a number above 0"],
  [
    () => gaussian({ sigma: 1, size: 4 }),
    "gaussian: size is 4, expected an odd whole number: a kernel has a middle",
  ],
  [() => boxBlur({ size: 2 }), "boxBlur: size is 2, expected an odd whole number: a kernel has a middle"],
  [() => gabor({ wavelength: -1 }), "gabor: wavelength is -1, expected a number above 0"],
  [() => motionBlur({ length: 3, angle: Number.NaN }), "motionBlur: angle is NaN, expected a number"],
])("what cannot be made is said: %#", (make, message) =>
  expect(make).toThrow(new features.FeatureError(message)),
);
