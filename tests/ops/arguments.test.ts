/** Numbers as arguments: what an operation does not take it says at the call. */
import { describe, expect, test } from "vitest";
import * as receptive from "../../src/index.js";

// As JavaScript sees it.
// biome-ignore lint/suspicious/noExplicitAny: these calls are what the types forbid
const R = receptive as any;
const { tensor, zeros } = R;
const x = tensor(Float32Array.of(0, 1, 2, 3, 4));
const m = zeros([2, 3]);
const p = zeros([1, 6, 6, 2]);
const w = zeros([3, 3, 2, 4]);
const whole = (least: number) => `expected a whole number of at least ${least}`;
const padding = `expected "valid", "same", a number or [[top, bottom], [left, right]]`;
const aTensor = "expected a tensor";
const makes = ": tensor(…) makes one of numbers";

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe("refused in one line", () => {
  test.each<[() => unknown, string]>([
    [() => R.slice(x, [0.5], [4]), "slice: the begin of axis 0 is 0.5, expected a whole number"],
    [() => R.slice(x, [1], [3.5]), "slice: the end of axis 0 is 3.5, expected a whole number"],
    [() => R.slice(x, [Number.NaN], [4]), "slice: the begin of axis 0 is NaN, expected a whole number"],
    [() => R.slice(x, [0], [undefined]), "slice: the end of axis 0 is undefined, expected a whole number"],
    [() => R.slice(x, [0], [null]), "slice: the end of axis 0 is null, expected a whole number"],
    [() => R.slice(x, ["0"], [4]), 'slice: the begin of axis 0 is "0", expected a whole number'],
    [() => R.slice(x, [0], [4n]), "slice: the end of axis 0 is 4n, expected a whole number"],
    [() => R.slice(x, [0], [4], [0.5]), "slice: the step of axis 0 is 0.5, expected a whole number"],
    [
      () => R.slice(x, [0], [4], [Number.POSITIVE_INFINITY]),
      "slice: the step of axis 0 is Infinity, expected a whole number",
    ],
    [() => R.slice(x, 0, 4), "slice: begin is 0, expected a list of whole numbers, such as [2, 3]"],
    [() => R.slice(x, [0]), "slice: end is undefined, expected a list of whole numbers, such as [2, 3]"],
    [() => R.slice(m, [0], [1, 2]), "slice: begin names 1 axis, x has 2 (2×3)"],
    [() => R.slice([1, 2], [0], [1]), `slice: x is [1, 2], ${aTensor}${makes}`],
    [() => R.flip(x, 0.5), "flip: x has no axis 0.5 (x is 5)"],
    [() => R.flip(x, "0"), 'flip: x has no axis "0" (x is 5)'],
    [
      () => R.reshape(m, [1.5, 4]),
      "reshape: 1.5×4 is no shape: 1.5 is not a whole number of at least 0, nor -1",
    ],
    [
      () => R.reshape(m, [-2, -3]),
      "reshape: -2×-3 is no shape: -2 is not a whole number of at least 0, nor -1",
    ],
    [
      () => R.reshape(m, [Number.NaN]),
      "reshape: NaN is no shape: NaN is not a whole number of at least 0, nor -1",
    ],
    [() => R.reshape(m, 6), "reshape: the shape is 6, expected a list of whole numbers, such as [2, 3]"],
    [() => R.transpose(m, [0.5, 1]), "transpose: [0.5, 1] is no order of the 2 axes of x (2×3)"],
    [() => R.transpose(m, ["1", "0"]), 'transpose: ["1", "0"] is no order of the 2 axes of x (2×3)'],
    [
      () => R.transpose(m, 1),
      "transpose: the order of axes is 1, expected a list of whole numbers, such as [2, 3]",
    ],
    [
      () => R.broadcastTo(m, [2.5, 3]),
      "broadcastTo: 2.5×3 is no shape: 2.5 is not a whole number of at least 0",
    ],
    [() => R.pad(m, 1), "pad: the pairs are 1, expected [before, after] for each axis of x"],
    [() => R.pad(m, [1, 1]), "pad: the pair of axis 0 is 1, expected [before, after]"],
    [() => R.pad(m, [[1], [1, 1]]), "pad: the pair of axis 0 is [1], expected [before, after]"],
    [
      () =>
        R.pad(m, [
          [0.5, 1],
          [0, 0],
        ]),
      `pad: 0.5 values are to be put around x (2×3), ${whole(0)}`,
    ],
    [
      () =>
        R.pad(m, [
          [Number.NaN, 1],
          [0, 0],
        ]),
      `pad: NaN values are to be put around x (2×3), ${whole(0)}`,
    ],
    [
      () =>
        R.pad(
          m,
          [
            [0, 1],
            [0, 0],
          ],
          { value: "0" },
        ),
      'pad: value is "0", expected a number',
    ],
    [
      () =>
        R.extend(
          m,
          [
            [0, 1],
            [0, 0],
          ],
          "mirror",
        ),
      'extend: mode is "mirror", expected one of reflect, symmetric, replicate, wrap',
    ],
    [
      () =>
        R.extend(
          m,
          [
            [0, 0.5],
            [0, 0],
          ],
          "wrap",
        ),
      `extend: 0.5 values are to be put around x (2×3), ${whole(0)}`,
    ],
    [
      () => R.concat([m, m]),
      "concat: axis is undefined, expected a whole number, an axis of the tensors, such as 0 or -1",
    ],
    [() => R.concat([m, m], { axis: 0.5 }), "concat: x has no axis 0.5 (x is 2×3)"],
    [() => R.concat(m, { axis: 0 }), "concat: tensor is a tensor (f32 2×3), expected a list of tensors"],
    [() => R.concat([m, [1]], { axis: 0 }), `concat: tensor 1 is [1], ${aTensor}${makes}`],
    [() => R.gather(m, [0]), `gather: indices is [0], ${aTensor}${makes}`],
    [
      () => R.gather(m, tensor(Int32Array.of(0)), { axis: Number.NaN }),
      "gather: x has no axis NaN (x is 2×3)",
    ],
    [() => R.oneHot(tensor(Int32Array.of(0)), 2.5), `oneHot: classes is 2.5, ${whole(0)}`],
    [() => R.oneHot(tensor(Int32Array.of(0)), Number.NaN), `oneHot: classes is NaN, ${whole(0)}`],
    [() => R.oneHot(tensor(Int32Array.of(0))), `oneHot: classes is undefined, ${whole(0)}`],
    [() => R.full([2.5], 1), "full: 2.5 is no shape: 2.5 is not a whole number of at least 0"],
    [() => R.full([2], "1"), 'full: the values are "1", expected numbers, lists of them or a typed array'],
    [
      () => R.full([2], 0.5, "i32"),
      "full: the value 0.5 at 0 is not among the numbers of i32, the whole ones from -2147483648 to 2147483647",
    ],
    [
      () => R.full([2], 300, "u8"),
      "full: the value 300 at 0 is not among the numbers of u8, the whole ones from 0 to 255",
    ],
    [
      () => R.zeros([2], "f16"),
      'zeros: there is no type "f16", expected one of f32, i32, u8, bool; did you mean "f32"?',
    ],
    [() => R.ones(3), "ones: the shape is 3, expected a list of whole numbers, such as [2, 3]"],
    [() => R.range(2.5), "range: 2.5 is no shape: 2.5 is not a whole number of at least 0"],
    [() => R.range(-1), "range: -1 is no shape: -1 is not a whole number of at least 0"],
    [() => R.cast(m, "int64"), 'cast: there is no type "int64", expected one of f32, i32, u8, bool'],
    [() => R.sum(m, { axis: 1.5 }), "sum: x has no axis 1.5 (x is 2×3)"],
    [() => R.sum(m, { axis: [0, "1"] }), 'sum: x has no axis "1" (x is 2×3)'],
    [() => R.mean(m, { axis: Number.NaN }), "mean: x has no axis NaN (x is 2×3)"],
    [() => R.max(m, { axis: null }), "max: axis is null, expected a list of whole numbers, such as [2, 3]"],
    [() => R.argmax(m, { axis: 0.5 }), "argmax: x has no axis 0.5 (x is 2×3)"],
    [() => R.softmax(m, { axis: 0.5 }), "softmax: x has no axis 0.5 (x is 2×3)"],
    [() => R.conv2d(p, w, { stride: 1.5 }), `conv2d: stride is 1.5, ${whole(1)}`],
    [
      () => R.conv2d(p, w, { stride: [1, 1, 1] }),
      "conv2d: stride is [1, 1, 1], expected one number or two, [along y, along x]",
    ],
    [
      () => R.conv2d(p, w, { stride: [1] }),
      "conv2d: stride is [1], expected one number or two, [along y, along x]",
    ],
    [() => R.conv2d(p, w, { stride: "2" }), `conv2d: stride is "2", ${whole(1)}`],
    [() => R.conv2d(p, w, { dilation: Number.NaN }), `conv2d: dilation is NaN, ${whole(1)}`],
    [() => R.conv2d(p, w, { padding: 0.5 }), `conv2d: padding is 0.5, ${whole(0)}`],
    [() => R.conv2d(p, w, { padding: "SAME" }), `conv2d: padding is "SAME", ${padding}`],
    [
      () => R.conv2d(p, w, { padding: [1, 2] }),
      `conv2d: padding is [1, 2], ${padding}; did you mean [[1, 1], [2, 2]]?`,
    ],
    [
      () =>
        R.conv2d(p, w, {
          padding: [
            [1, 1],
            [1, Number.NaN],
          ],
        }),
      `conv2d: padding is NaN, ${whole(0)}`,
    ],
    [() => R.conv2d(p, w, { padding: null }), `conv2d: padding is null, ${padding}`],
    [() => R.conv2d(p, w, { groups: 0.5 }), `conv2d: groups is 0.5, ${whole(1)}`],
    [() => R.conv2d(p, w, { groups: -1 }), `conv2d: groups is -1, ${whole(1)}`],
    [() => R.conv2d(p, w, { groups: 0 }), `conv2d: groups is 0, ${whole(1)}`],
    [() => R.conv2d(p, [1]), `conv2d: the filter is [1], ${aTensor}${makes}`],
    [() => R.conv2d(Promise.resolve(p), w), `conv2d: x is a Promise, ${aTensor}: await it first`],
    [() => R.conv2d(undefined, w), `conv2d: x is undefined, ${aTensor}`],
    [
      () => R.conv1d(zeros([1, 5, 1]), zeros([3, 1, 1]), { stride: 0.5 }),
      `conv1d: stride is 0.5, ${whole(1)}`,
    ],
    [
      () => R.conv1d(zeros([1, 5, 1]), zeros([3, 1, 1]), { padding: "full" }),
      'conv1d: padding is "full", expected "valid", "same", a number or [before, after]',
    ],
    [
      () => R.conv1d(zeros([1, 5, 1]), zeros([3, 1, 1]), { padding: [0.5, 0] }),
      `conv1d: padding is 0.5, ${whole(0)}`,
    ],
    [
      () => R.conv2dTranspose(p, zeros([3, 3, 1, 2]), { padding: "full" }),
      `conv2dTranspose: padding is "full", ${padding}`,
    ],
    [
      () => R.conv2dTranspose(p, zeros([3, 3, 1, 2]), { outputPadding: 0.5 }),
      `conv2dTranspose: outputPadding is 0.5, ${whole(0)}`,
    ],
    [() => R.maxPool2d(p, 1.5), `maxPool2d: window is 1.5, ${whole(1)}`],
    [() => R.maxPool2d(p), `maxPool2d: window is undefined, ${whole(1)}`],
    [() => R.avgPool2d(p, [2, Number.NaN]), `avgPool2d: window is NaN, ${whole(1)}`],
    [() => R.avgPool2d(p, 2, { padding: -0.5 }), `avgPool2d: padding is -0.5, ${whole(0)}`],
    [() => R.adaptiveAvgPool2d(p, 2.5), `adaptiveAvgPool2d: size is 2.5, ${whole(1)}`],
    [() => R.upsample2d(p, Number.NaN), `upsample2d: size is NaN, ${whole(1)}`],
    [() => R.roiPool(p, zeros([1, 5]), 2, { scale: "1" }), 'roiPool: scale is "1", expected a number'],
    [() => R.roiAlign(p, [[0, 0, 0, 1, 1]], 2), `roiAlign: the boxes is […], ${aTensor}${makes}`],
    [() => R.add(m, "1"), 'add: an operand is "1", expected a tensor or a number'],
    [
      () => R.mul(m, [1, 2]),
      "mul: an operand is [1, 2], expected a tensor or a number: tensor(…) makes one of a list",
    ],
    [() => R.sub(undefined, m), "sub: an operand is undefined, expected a tensor or a number"],
    [() => R.where(m, m, null), "where: an operand is null, expected a tensor or a number"],
    [() => R.where(true, m, m), `where: the condition is true, ${aTensor}${makes}`],
    [() => R.pow(m, "2"), 'pow: an operand is "2", expected a tensor or a number'],
    [() => R.relu(3), `relu: x is 3, ${aTensor}${makes}`],
    [() => R.relu(Float32Array.of(1)), `relu: x is a Float32Array of 1, ${aTensor}${makes}`],
    [() => R.logicalAnd(m, 1), `logicalAnd: b is 1, ${aTensor}${makes}`],
    [() => R.matmul(m, [[1]]), `matmul: b is […], ${aTensor}${makes}`],
    [() => R.gradients(3, [m]), `gradients: y is 3, ${aTensor}${makes}`],
    [() => R.gradients(R.sum(m), m), "gradients: x is a tensor (f32 2×3), expected a list of tensors"],
    [() => R.grad((t: unknown) => R.sum(t))(3), `grad: x is 3, ${aTensor}${makes}`],
    [() => R.grad(() => 3)(m), `grad: what the function returns is 3, ${aTensor}${makes}`],
  ])("case %#", (call, text) => {
    expect(messageOf(call)).toBe(text);
  });
});

test("slices do what is documented", async () => {
  const cut = async (begin: number, end: number, step?: number) => [
    ...(await R.slice(x, [begin], [end], step === undefined ? undefined : [step]).data()),
  ];
  expect(await cut(1, Number.POSITIVE_INFINITY)).toEqual([1, 2, 3, 4]);
  expect(await cut(Number.NEGATIVE_INFINITY, 2)).toEqual([0, 1]);
  expect(await cut(-2, 100)).toEqual([3, 4]);
  expect(await cut(-0, 1)).toEqual([0]);
  expect(await cut(4, Number.NEGATIVE_INFINITY, -2)).toEqual([4, 2, 0]);
});

test("a whole number beside bytes is not taken modulo 256", async () => {
  const bytes = tensor(Uint8Array.of(1, 200));
  const numbers = async (y: { data(): Promise<ArrayLike<number>> }) => Array.from(await y.data());
  expect(await numbers(R.add(bytes, 300))).toEqual([301, 500]);
  expect(await numbers(R.mul(bytes, -1))).toEqual([-1, -200]);
  expect(await numbers(R.sub(0, bytes))).toEqual([-1, -200]);
  expect(await numbers(R.greater(bytes, -1))).toEqual([1, 1]);
  expect(await numbers(R.where(R.greater(bytes, 100), -1, bytes))).toEqual([1, -1]);
  expect(R.where(R.greater(bytes, 100), 255, bytes).dtype).toBe("u8");
  expect(await numbers(R.mul(tensor(Int32Array.of(2)), 3e9))).toEqual([6e9]);
});
