import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { agree, closeTo, toTensor } from "../checks/close-to.js";
import { distinct, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import { golden, photo, piece } from "../golden/features.js";
import * as textbook from "../textbook/index.js";
import { filter as asFilter, type Numbers, numbers } from "../textbook/numbers.js";

const { filter, filterBank, filterTensor, kernels } = features;
// Pixels of 0 to 1, sums of f32 in another order.
const tolerance = { rtol: 0, atol: 1e-5 };

onEveryTarget("filter", () => {
  test.each([
    "identity",
    "ridge4",
    "ridge8",
    "sharpen",
    "boxBlur",
    "gaussian3",
    "gaussian5",
    "unsharp5",
    "softBlur",
    "prewittX",
    "scharrY",
  ] as const)("%s as scipy has it", async (name) => {
    const { pixels } = await filter(piece(), kernels[name]);
    agree(pixels, golden(`filter.${name}`), tolerance);
  });
  test.each(["zero", "reflect", "symmetric", "replicate", "wrap"] as const)(
    "padding %s as scipy has it",
    async (padding) => {
      const lopsided = Array.from({ length: 5 }, (_, i) =>
        Array.from({ length: 7 }, (_, j) => (((i * 7 + j) % 11) - 4.5) / 50),
      );
      const { pixels } = await filter(piece(), lopsided, { padding });
      agree(pixels, golden(`padding.${padding}`), tolerance);
    },
  );
  test("a separable blur of 15×15 as OpenCV has it", async () => {
    const { pixels } = await filter(piece(), features.gaussian({ sigma: 1.7, size: 15 }));
    agree(pixels, golden("gaussian"), tolerance);
  });

  test.each([
    { size: [3, 5], stride: 1 },
    { size: [5, 3], stride: 2 },
    { size: [9, 9], stride: 3 }, // more products than one kernel of the engine is given
    { size: [1, 1], stride: 1 },
  ])("a kernel of $size, stride $stride, each channel by itself", async ({ size, stride }) => {
    const [x, w] = [distinct([2, 11, 13, 3], { seed: 1 }), uniform([...size], { seed: 2 })];
    const rows = Array.from({ length: size[0] }, (_, i) => [
      ...w.data.subarray(i * size[1], (i + 1) * size[1]),
    ]);
    const expected = (t: Numbers) => perChannel(t, rows, stride);
    await closeTo(filterTensor(toTensor(x), rows, { stride, padding: "zero" }), expected(x), { atol: 1e-5 });
    await checkGradient((t) => filterTensor(t, rows, { stride, padding: "zero" }), expected, [x]);
  });
  test("a separable kernel gives the same as its table", async () => {
    const x = distinct([1, 12, 14, 2], { seed: 3 });
    const blur = features.gaussian({ sigma: 1.2, size: 7 }).map((row) => [...row]);
    await closeTo(filterTensor(toTensor(x), blur, { padding: "zero" }), perChannel(x, blur, 1), {
      atol: 1e-5,
    });
  });
  test("across channels: a unit of a convolution layer that has the same weights for all", async () => {
    const x = distinct([1, 6, 7, 3], { seed: 4 });
    const y = filterTensor(toTensor(x), kernels.emboss, { channels: "sum", padding: "none" });
    const three = textbook.concat(
      [1, 2, 3].map(() => asFilter(kernels.emboss)),
      { axis: 2 },
    );
    await closeTo(y, textbook.conv2d(x, three), { atol: 1e-5 });
  });
  test("several kernels over one picture", async () => {
    const answers = await filterBank(piece(), [kernels.sharpen, kernels.boxBlur]);
    agree(answers[0].pixels, golden("filter.sharpen"), tolerance);
    agree(answers[1].pixels, golden("filter.boxBlur"), tolerance);
  });
  test("a kernel of zeros makes zeros", async () => {
    const { pixels } = await filter(piece(), [[0]]);
    expect(pixels.every((v) => v === 0)).toBe(true);
  });
  test("bytes in colour stay in order: a blurred photograph differs little from it", async () => {
    const { pixels, channels } = await filter(photo(), kernels.gaussian3);
    expect(channels).toBe(3);
    const mean = photo().pixels.reduce((sum, v, i) => sum + Math.abs(v - pixels[i]), 0) / pixels.length;
    expect(mean).toBeLessThan(6);
  });
});

/** Every channel by the textbook's convolution, zeros around it */
function perChannel(x: Numbers, rows: number[][], stride: number): Numbers {
  const [a, b] = [(rows.length - 1) / 2, (rows[0].length - 1) / 2];
  const channels = Array.from({ length: x.shape[3] }, (_, c) => {
    const one = textbook.slice(x, [0, 0, 0, c], [...x.shape.slice(0, 3), c + 1]);
    return textbook.conv2d(one, asFilter(rows), {
      stride,
      padding: [
        [a, a],
        [b, b],
      ],
    });
  });
  return textbook.concat(channels, { axis: 3 });
}

describe("bad kernels get one clear line:", () => {
  const x = { width: 4, height: 3, channels: 1, pixels: new Uint8Array(12) };
  test.each([
    [
      "even",
      [
        [1, 1],
        [1, 1],
      ],
      {},
      'filter: a kernel of 2×2 has no middle, expected odd edges (or padding "none")',
    ],
    [
      "ragged",
      [[1, 2, 3], [1, 2], [1]],
      {},
      "filter: the kernel is ragged: row 1 has 2 numbers, row 0 has 3",
    ],
    [
      "too large",
      [[1], [1], [1], [1], [1]],
      {},
      "filter: the kernel of 5×1 is larger than the picture of 3×4 pixels",
    ],
    ["not a number", [[Number.NaN]], {}, "filter: the kernel has NaN in row 0, column 0, expected a number"],
    ["a text", [["a"]], {}, 'filter: the kernel has "a" in row 0, column 0, expected a number'],
    ["empty", [], {}, "filter: the kernel is no table of numbers, expected [[…], […], …]"],
    ["no rows", [1, 2], {}, "filter: the kernel is no table of numbers, expected [[…], […], …]"],
    ["stride", [[1]], { stride: 0 }, "filter: stride is 0, expected a whole number of at least 1"],
  ] as [string, number[][], features.FilterOptions, string][])("%s", async (_, kernel, options, message) => {
    await expect(filter(x, kernel, options)).rejects.toThrow(new features.FeatureError(message));
  });
  test("a tensor that is no picture", () =>
    expect(() => filterTensor(toTensor(numbers([1, 2])), [[1]])).toThrow(
      "filter: x is of rank 1 (2), expected N×H×W×C",
    ));
});
