import fc from "fast-check";
import { test } from "vitest";
import { add, conv2d, relu, transpose } from "../../src/index.js";
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
  dilation?: Pair;
  groups?: number;
}

const rows: { x: number[]; w: number[]; options: Options }[] = [
  { x: [1, 1, 1, 1], w: [1, 1, 1, 1], options: {} }, // one pixel
  { x: [1, 1, 1, 3], w: [3, 3, 3, 5], options: { padding: "same" } }, // one pixel, mostly padding
  { x: [2, 5, 7, 1], w: [3, 3, 1, 1], options: {} },
  { x: [2, 5, 7, 3], w: [2, 3, 3, 5], options: { padding: "same" } }, // the odd row of padding is below
  { x: [1, 9, 8, 5], w: [3, 2, 5, 17], options: { stride: 2 } },
  { x: [3, 9, 8, 17], w: [3, 3, 17, 3], options: { stride: [2, 3], padding: "same" } },
  { x: [1, 7, 7, 4], w: [1, 1, 4, 16], options: {} }, // a matmul
  { x: [1, 7, 7, 4], w: [1, 1, 4, 5], options: { stride: 2 } }, // some pixels are never looked at
  { x: [1, 8, 8, 3], w: [3, 3, 3, 4], options: { stride: 4 } }, // a stride past the window
  { x: [1, 9, 11, 2], w: [3, 3, 2, 3], options: { dilation: 2 } },
  { x: [1, 9, 11, 2], w: [2, 3, 2, 3], options: { dilation: [3, 2], padding: "same", stride: 2 } },
  { x: [1, 6, 5, 2], w: [3, 3, 2, 3], options: { padding: 2 } },
  {
    x: [1, 6, 5, 2],
    w: [3, 3, 2, 3],
    options: {
      padding: [
        [0, 2],
        [3, 1],
      ],
      stride: 2,
    },
  },
  { x: [1, 4, 4, 2], w: [4, 4, 2, 7], options: {} }, // the window is the picture
  { x: [2, 6, 6, 4], w: [3, 3, 2, 6], options: { groups: 2, padding: "same" } },
  { x: [2, 6, 6, 5], w: [3, 3, 1, 5], options: { groups: 5 } }, // depthwise
  { x: [2, 6, 6, 3], w: [3, 3, 1, 6], options: { groups: 3, stride: 2 } }, // depthwise, two filters a channel
  { x: [2, 6, 6, 34], w: [3, 3, 17, 10], options: { groups: 2 } },
  { x: [2, 17, 19, 17], w: [3, 3, 17, 33], options: { padding: "same" } }, // tails everywhere, and two threads
  { x: [2, 28, 28, 1], w: [5, 5, 1, 6], options: { padding: "same" } }, // LeNet-5
  { x: [2, 14, 14, 6], w: [5, 5, 6, 16], options: {} },
];

/** Everything small, and only what fits. */
const drawn = fc
  .record({
    n: fc.integer({ min: 1, max: 2 }),
    h: fc.integer({ min: 1, max: 8 }),
    w: fc.integer({ min: 1, max: 8 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    padding: fc.oneof(
      fc.constant<Padding>("valid"),
      fc.constant<Padding>("same"),
      fc.integer({ min: 0, max: 3 }),
      fc.tuple(
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
      ),
    ),
  })
  .filter(({ h, w, kernel, dilation, padding }) => {
    if (padding === "same") return true;
    const [[top, bottom], [left, right]] =
      padding === "valid"
        ? [
            [0, 0],
            [0, 0],
          ]
        : typeof padding === "number"
          ? [
              [padding, padding],
              [padding, padding],
            ]
          : padding;
    const span = (axis: 0 | 1) => (kernel[axis] - 1) * dilation[axis] + 1;
    return h + top + bottom >= span(0) && w + left + right >= span(1);
  });

onEveryTarget("conv2d", () => {
  test.each(rows)("x $x, filters $w, $options", async ({ x, w, options }) => {
    const [picture, filters] = [uniform(x, { seed: 1 }), uniform(w, { seed: 2 })];
    const terms = w[0] * w[1] * w[2];
    await closeTo(
      conv2d(toTensor(picture), toTensor(filters), options),
      textbook.conv2d(picture, filters, options),
      {
        atol: 1e-6 * Math.sqrt(terms),
      },
    );
  });

  // The textbook's loops take too long to be differenced at the largest.
  const small = rows.filter(({ x, w }) => x.reduce((a, b) => a * b) * w.reduce((a, b) => a * b) < 300_000);
  test.each(small)("gradient of x $x, filters $w, $options", async ({ x, w, options }) => {
    await checkGradient(
      (a, b) => conv2d(a, b, options),
      (a, b) => textbook.conv2d(a, b, options),
      [uniform(x, { seed: 1 }), uniform(w, { seed: 2 })],
    );
  });

  test("shapes, strides, paddings, dilations and groups drawn at random, with gradients", async () => {
    await property(
      drawn,
      async ({ n, h, w, kernel, stride, dilation, groups, channels, filters, padding }) => {
        const options: Options = { stride, dilation, groups, padding };
        const x = uniform([n, h, w, groups * channels], { seed: 1 });
        const f = uniform([...kernel, channels, groups * filters], { seed: 2 });
        await closeTo(conv2d(toTensor(x), toTensor(f), options), textbook.conv2d(x, f, options), {
          atol: 1e-5,
        });
        await checkGradient(
          (a, b) => conv2d(a, b, options),
          (a, b) => textbook.conv2d(a, b, options),
          [x, f],
        );
      },
      { runs: 40 },
    );
  });

  test.each([
    { options: {} },
    { options: { stride: 2, padding: "same" as const } },
    { options: { dilation: 2, padding: 1 } },
    { options: { groups: 2 } },
  ])("second order with $options", async ({ options }) => {
    const channels = "groups" in options ? 1 : 2;
    await checkSecondOrder(
      (a, b) => conv2d(a, b, options),
      (a, b) => textbook.conv2d(a, b, options),
      [uniform([1, 5, 4, 2], { seed: 1 }), uniform([3, 2, channels, 2], { seed: 2 })],
    );
  });

  test("with bias and relu in one, and a picture that is a view", async () => {
    const [x, w, bias] = [
      uniform([2, 3, 7, 6], { seed: 1 }),
      uniform([3, 3, 3, 17], { seed: 2 }),
      uniform([17], { seed: 3 }),
    ];
    const order = [0, 2, 3, 1]; // N×C×H×W, as other libraries have it
    await checkGradient(
      (a, b, c) => relu(add(conv2d(transpose(a, order), b, { padding: "same" }), c)),
      (a, b, c) =>
        textbook.relu(textbook.add(textbook.conv2d(textbook.transpose(a, order), b, { padding: "same" }), c)),
      [x, w, bias],
    );
  });
});
