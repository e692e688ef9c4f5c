import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Conv2dTransposeOptions,
  conv2d,
  conv2dTranspose,
  mul,
  ShapeError,
  sum,
} from "../../src/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import type { Padding, Pair } from "../textbook/windows.js";

interface Options {
  stride?: Pair;
  padding?: Padding;
  outputPadding?: Pair;
  dilation?: Pair;
  groups?: number;
}

const rows: { x: number[]; w: number[]; options: Options }[] = [
  { x: [1, 1, 1, 1], w: [1, 1, 1, 1], options: {} },
  { x: [2, 3, 4, 3], w: [3, 2, 5, 3], options: {} },
  { x: [1, 4, 4, 17], w: [4, 4, 3, 17], options: { stride: 2, padding: 1 } }, // the usual doubling
  { x: [1, 3, 2, 2], w: [3, 3, 4, 2], options: { stride: 2, padding: 1, outputPadding: 1 } },
  { x: [1, 3, 2, 2], w: [2, 2, 3, 2], options: { stride: 3 } }, // gaps between the filters
  { x: [1, 3, 2, 2], w: [3, 3, 3, 2], options: { stride: 2, padding: "same" } },
  { x: [1, 3, 2, 2], w: [1, 2, 3, 2], options: { stride: 3, padding: "same" } }, // a stride past the window
  { x: [1, 3, 3, 2], w: [3, 2, 3, 2], options: { dilation: [2, 3], stride: [1, 2], outputPadding: [1, 2] } },
  { x: [1, 3, 4, 6], w: [3, 3, 2, 6], options: { groups: 3, stride: 2, padding: 1 } },
  {
    x: [1, 4, 4, 2],
    w: [3, 3, 1, 2],
    options: {
      padding: [
        [0, 3],
        [2, 1],
      ],
    },
  },
];

onEveryTarget("conv2dTranspose", () => {
  test.each(rows)("x $x, filters $w, $options", async ({ x, w, options }) => {
    const [picture, filters] = [uniform(x, { seed: 1 }), uniform(w, { seed: 2 })];
    await closeTo(
      conv2dTranspose(toTensor(picture), toTensor(filters), options),
      textbook.conv2dTranspose(picture, filters, options),
      { atol: 1e-5 },
    );
    await checkGradient(
      (a, b) => conv2dTranspose(a, b, options),
      (a, b) => textbook.conv2dTranspose(a, b, options),
      [picture, filters],
    );
  });

  const drawn = fc
    .record({
      h: fc.integer({ min: 1, max: 4 }),
      w: fc.integer({ min: 1, max: 4 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
      stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
      groups: fc.integer({ min: 1, max: 2 }),
      padding: fc.integer({ min: 0, max: 3 }),
      more: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
    })
    .map(({ more, ...d }) => ({
      ...d,
      outputPadding: more.map((n, k) => Math.min(n, Math.max(d.stride[k], d.dilation[k]) - 1)) as [
        number,
        number,
      ],
    }))
    .filter(({ h, w, kernel, stride, dilation, padding, outputPadding }) =>
      [h, w].every(
        (extent, k) =>
          (extent - 1) * stride[k] + (kernel[k] - 1) * dilation[k] + 1 + outputPadding[k] > 2 * padding,
      ),
    );

  test("sizes, strides, paddings and dilations drawn at random, with gradients", async () => {
    await property(drawn, async ({ h, w, kernel, groups, ...more }) => {
      const options = { ...more, groups };
      const x = uniform([2, h, w, 2 * groups]);
      const f = uniform([...kernel, 2, 2 * groups], { seed: 2 });
      await closeTo(
        conv2dTranspose(toTensor(x), toTensor(f), options),
        textbook.conv2dTranspose(x, f, options),
        { atol: 1e-5 },
      );
      await checkGradient(
        (a, b) => conv2dTranspose(a, b, options),
        (a, b) => textbook.conv2dTranspose(a, b, options),
        [x, f],
      );
    });
  });

  test("⟨conv2d(u, w), x⟩ = ⟨u, conv2dTranspose(x, w)⟩", async () => {
    await property(drawn, async ({ h, w, kernel, groups, outputPadding, ...options }) => {
      const f = toTensor(uniform([...kernel, 2, 2 * groups], { seed: 2 }));
      const x = toTensor(uniform([2, h, w, 2 * groups]));
      const laid = conv2dTranspose(x, f, { ...options, groups, outputPadding });
      const u = toTensor(uniform(laid.shape, { seed: 3 }));
      const seen = conv2d(u, f, { ...options, groups });
      // Output padding is what the convolution's stride leaves over, when it leaves that much.
      if (String(seen.shape) !== String(x.shape)) return;
      const [left, right] = [await sum(mul(seen, x)).item(), await sum(mul(u, laid)).item()];
      expect(Math.abs(left - right)).toBeLessThan(1e-4 * (1 + Math.abs(left)));
    });
  });

  test("second order", async () => {
    const options = { stride: 2, padding: 1, outputPadding: 1 };
    await checkSecondOrder(
      (a, b) => conv2dTranspose(a, b, options),
      (a, b) => textbook.conv2dTranspose(a, b, options),
      [uniform([1, 2, 3, 2], { seed: 1 }), uniform([3, 2, 2, 2], { seed: 2 })],
    );
  });
});

test.each<[number[], number[], Conv2dTransposeOptions, string]>([
  [[2, 3, 4], [1, 1, 1, 4], {}, "conv2dTranspose: x is of rank 3 (2×3×4), expected N×H×W×C"],
  [[1, 2, 2, 3], [1, 1, 3], {}, "conv2dTranspose: the filter is of rank 3 (1×1×3), expected kH×kW×C×F"],
  [
    [1, 2, 2, 3],
    [2, 2, 3, 4],
    {},
    "conv2dTranspose: x has 3 channels (1×2×2×3) but the filter takes 4 (2×2×3×4)",
  ],
  [
    [1, 2, 2, 3],
    [2, 2, 1, 3],
    { groups: 2 },
    "conv2dTranspose: 2 groups do not divide the 3 channels of x (1×2×2×3)",
  ],
  [
    [1, 2, 2, 3],
    [2, 2, 1, 3],
    { stride: 2, outputPadding: [0, 2] },
    "conv2dTranspose: outputPadding is 2, expected less than the stride 2 or the dilation 1",
  ],
  [[1, 2, 2, 3], [2, 2, 1, 3], { padding: 2 }, "conv2dTranspose: padding cuts 4 of 3 rows off"],
  [
    [1, 2, 2, 3],
    [2, 2, 1, 3],
    { padding: -1 },
    "conv2dTranspose: padding is -1 and -1, expected whole numbers of at least 0",
  ],
])("x %j with filters %j and %j is refused", (x, w, options, message) => {
  expect(() => conv2dTranspose(toTensor(uniform(x)), toTensor(uniform(w)), options)).toThrow(
    new ShapeError(message),
  );
});
