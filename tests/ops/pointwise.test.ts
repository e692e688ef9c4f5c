import { describe, expect, test } from "vitest";
import * as receptive from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, equalTo, toTensor } from "../checks/close-to.js";
import { distinct, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { type Numbers, numbers } from "../textbook/numbers.js";

// Rank 0 to 5, one value, vectors that are not full, and enough for every thread to get a share and a tail.
const shapes = [
  [],
  [1],
  [5],
  [17],
  [3, 1],
  [4, 33],
  [1, 7, 9, 3],
  [1, 1, 1, 1, 1],
  [2, 3, 2, 1, 5],
  [3, 41, 67],
];

const binary = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;
const unary = [
  { name: "neg", low: -3, high: 3 },
  { name: "abs", low: -3, high: 3 },
  { name: "square", low: -3, high: 3 },
  { name: "sqrt", low: 0.1, high: 9 },
  { name: "exp", low: -3, high: 3 },
  { name: "log", low: 0.1, high: 9 },
  { name: "sign", low: -3, high: 3 },
  { name: "relu", low: -3, high: 3 },
  { name: "leakyRelu", low: -3, high: 3 },
  { name: "elu", low: -3, high: 3 },
  { name: "sigmoid", low: -3, high: 3 },
  { name: "tanh", low: -3, high: 3 },
  { name: "softplus", low: -3, high: 3 },
] as const;

/** distinct, spread over low..high: none of them at a kink in 0 */
const spread = (shape: number[], low: number, high: number): Numbers => ({
  shape,
  data: distinct(shape).data.map((v) => Math.fround(low + ((v + 1) / 2) * (high - low))),
});

onEveryTarget("pointwise operations", () => {
  describe.each(unary)("$name", ({ name, low, high }) => {
    test.each(shapes.map((shape) => ({ shape })))("of $shape", async ({ shape }) => {
      const x = uniform(shape, { low, high });
      await closeTo(receptive[name](toTensor(x)), textbook[name](x), { rtol: 1e-6 });
    });
    test.each([{ shape: [] }, { shape: [2, 3, 6] }, { shape: [7, 131] }])(
      "gradient at $shape",
      async ({ shape }) => {
        await checkGradient(
          (x) => receptive[name](x),
          (x) => textbook[name](x),
          [spread(shape, low, high)],
        );
      },
    );
  });

  describe.each(binary)("%s", (name) => {
    test.each(shapes.map((shape) => ({ shape })))("of two $shape", async ({ shape }) => {
      const [a, b] = [uniform(shape, { seed: 1 }), uniform(shape, { seed: 2, low: 0.5, high: 2 })];
      await closeTo(receptive[name](toTensor(a), toTensor(b)), textbook[name](a, b), { rtol: 1e-6 });
    });
    test("with a number on either side", async () => {
      const x = uniform([3, 5], { low: 0.5, high: 2 });
      await closeTo(receptive[name](toTensor(x), 1.25), textbook[name](x, 1.25), { rtol: 1e-6 });
      await closeTo(receptive[name](1.25, toTensor(x)), textbook[name](1.25, x), { rtol: 1e-6 });
    });
    test("with itself", async () => {
      const x = uniform([19], { low: 0.5, high: 2 });
      const t = toTensor(x);
      await closeTo(receptive[name](t, t), textbook[name](x, x), { rtol: 1e-6 });
    });
    test.each([{ shape: [] }, { shape: [2, 3, 6] }])("gradient at $shape", async ({ shape }) => {
      const [a, b] = [distinct(shape, { seed: 1 }), uniform(shape, { seed: 2, low: 1.1, high: 2 })];
      await checkGradient(receptive[name], textbook[name], [a, b]);
      await checkGradient(receptive[name], textbook[name], [
        distinct(shape, { seed: 3 }),
        uniform(shape, { seed: 4, low: -2, high: -1.1 }),
      ]);
    });
  });

  describe("pow", () => {
    test.each([0, 1, 2, 3, -1, -2, 0.5])("of numbers of both signs to %s", async (power) => {
      const x = uniform([4, 9], power === 0.5 ? { low: 0.1, high: 4 } : { low: -2, high: 2 });
      await closeTo(receptive.pow(toTensor(x), power), textbook.pow(x, power), { rtol: 1e-5 });
      await checkGradient(
        (t) => receptive.pow(t, power),
        (t) => textbook.pow(t, power),
        [spread([2, 5], 0.5, 2)],
      );
      if (power !== 0.5) {
        const negative = spread([2, 5], -2, -0.5);
        await checkGradient(
          (t) => receptive.pow(t, power),
          (t) => textbook.pow(t, power),
          [negative],
        );
      }
    });
    test("of tensors", async () => {
      const [a, b] = [uniform([3, 7], { low: 0.2, high: 3 }), uniform([3, 7], { seed: 2, low: -3, high: 3 })];
      await closeTo(receptive.pow(toTensor(a), toTensor(b)), textbook.pow(a, b), { rtol: 1e-5 });
      await checkGradient(receptive.pow, textbook.pow, [a, b]);
    });
    test("anything to the power of 0 is 1", async () => {
      const x = numbers([0, -2, 5, Infinity]);
      await equalTo(receptive.pow(toTensor(x), 0), numbers([1, 1, 1, 1]));
    });
  });

  test("leakyRelu and elu take their parameter", async () => {
    const x = distinct([3, 7]);
    await closeTo(receptive.leakyRelu(toTensor(x), 0.3), textbook.leakyRelu(x, 0.3));
    await checkGradient(
      (t) => receptive.leakyRelu(t, 0.3),
      (t) => textbook.leakyRelu(t, 0.3),
      [x],
    );
    await closeTo(receptive.elu(toTensor(x), 1.7), textbook.elu(x, 1.7));
    await checkGradient(
      (t) => receptive.elu(t, 1.7),
      (t) => textbook.elu(t, 1.7),
      [x],
    );
  });

  test("clip", async () => {
    const x = uniform([5, 13], { low: -3, high: 3 });
    await closeTo(receptive.clip(toTensor(x), -1.3, 0.7), textbook.clip(x, -1.3, 0.7), { atol: 1e-7 });
    await checkGradient(
      (t) => receptive.clip(t, -1.3, 0.7),
      (t) => textbook.clip(t, -1.3, 0.7),
      [spread([4, 5], -3, 3)],
    );
  });

  test("stopGradient passes the values on and no gradient back", async () => {
    const x = uniform([2, 5]);
    const t = toTensor(x);
    await equalTo(receptive.stopGradient(t), x);
    const [gradient] = receptive.gradients(receptive.sum(receptive.mul(t, receptive.stopGradient(t))), [t]);
    await equalTo(gradient, x); // of x·c, not of x²
  });

  test("whole numbers stay whole", async () => {
    const [a, b] = [numbers([7, -7, 0, 2 ** 30, 16777217]), numbers([3, 2, -5, 2 ** 30 - 1, 1])]; // 2²⁴ + 1 is no f32
    for (const name of ["add", "sub", "maximum", "minimum"] as const) {
      const y = receptive[name](toTensor(a, "i32"), toTensor(b, "i32"));
      expect([y.dtype, await y.data()]).toEqual(["i32", Int32Array.from(textbook[name](a, b).data)]);
    }
    const [c, d] = [numbers([7, -7, 0, 46341]), numbers([3, 2, -5, 46340])];
    const product = receptive.mul(toTensor(c, "i32"), toTensor(d, "i32"));
    expect([product.dtype, await product.data()]).toEqual(["i32", Int32Array.from(textbook.mul(c, d).data)]);
  });
});

onEveryTarget("special values", () => {
  const special = numbers([NaN, Infinity, -Infinity, 0, 1, -1]);

  // As NumPy and PyTorch have it: what is not a number stays visible.
  test.each([
    { name: "neg", expected: [NaN, -Infinity, Infinity, -0, -1, 1] },
    { name: "abs", expected: [NaN, Infinity, Infinity, 0, 1, 1] },
    { name: "square", expected: [NaN, Infinity, Infinity, 0, 1, 1] },
    { name: "sqrt", expected: [NaN, Infinity, NaN, 0, 1, NaN] },
    { name: "exp", expected: [NaN, Infinity, 0, 1, Math.E, 1 / Math.E] },
    { name: "log", expected: [NaN, Infinity, NaN, -Infinity, 0, NaN] },
    { name: "sign", expected: [NaN, 1, -1, 0, 1, -1] },
    { name: "relu", expected: [NaN, Infinity, 0, 0, 1, 0] },
    { name: "leakyRelu", expected: [NaN, Infinity, -Infinity, 0, 1, -0.01] },
    { name: "elu", expected: [NaN, Infinity, -1, 0, 1, Math.expm1(-1)] },
    { name: "sigmoid", expected: [NaN, 1, 0, 0.5, 1 / (1 + 1 / Math.E), 1 / (1 + Math.E)] },
    { name: "tanh", expected: [NaN, 1, -1, 0, Math.tanh(1), Math.tanh(-1)] },
    { name: "softplus", expected: [NaN, Infinity, 0, Math.LN2, Math.log1p(Math.E), Math.log1p(1 / Math.E)] },
  ] as const)("$name of NaN, ±∞, 0, ±1", async ({ name, expected }) => {
    await closeTo(receptive[name](toTensor(special)), numbers(expected), { rtol: 1e-6, atol: 1e-7 });
  });

  test.each(["add", "sub", "mul", "div", "maximum", "minimum"] as const)("%s of every pair", async (name) => {
    const [column, row] = [numbers(special.data, [6, 1]), special];
    await closeTo(receptive[name](toTensor(column), toTensor(row)), textbook[name](column, row), { atol: 0 });
  });

  test.each([
    { name: "relu", slope: 0 },
    { name: "abs", slope: 0 },
    { name: "sign", slope: 0 },
    { name: "elu", slope: 1 },
    { name: "sigmoid", slope: 0.25 },
    { name: "tanh", slope: 1 },
    { name: "softplus", slope: 0.5 },
  ] as const)("the slope of $name at 0 is $slope", async ({ name, slope }) => {
    const x = toTensor(numbers([0, 0, 0, 0, 0]));
    const [gradient] = receptive.gradients(receptive.sum(receptive[name](x)), [x]);
    await closeTo(gradient, numbers(Array(5).fill(slope)), { rtol: 1e-6, atol: 0 });
  });

  test("gradients far out are neither NaN nor infinite", async () => {
    const x = numbers([-100, -88, -30, 30, 88, 100]);
    for (const { name, slopes } of [
      { name: "sigmoid", slopes: [0, 0, 0, 0, 0, 0] },
      { name: "tanh", slopes: [0, 0, 0, 0, 0, 0] },
      { name: "softplus", slopes: [0, 0, 0, 1, 1, 1] },
      { name: "elu", slopes: [0, 0, 0, 1, 1, 1] },
    ] as const) {
      const t = toTensor(x);
      const [gradient] = receptive.gradients(receptive.sum(receptive[name](t)), [t]);
      await closeTo(gradient, numbers(slopes), { rtol: 1e-6, atol: 1e-6 });
    }
  });
});

onEveryTarget("accuracy over a wide range", () => {
  const line = (low: number, high: number, count: number): Numbers =>
    numbers(Array.from({ length: count }, (_, k) => Math.fround(low + ((high - low) * k) / (count - 1))));
  const powersOfTen = numbers(
    Array.from({ length: 1501 }, (_, k) => Math.fround(10 ** (-37 + k / 20))).map((v) => Math.min(v, 3e38)),
  );
  const bothSigns = numbers([
    ...line(-12, 12, 1001).data,
    ...powersOfTen.data.filter((v) => v < 100).map((v) => -v),
  ]);

  // A few units in the last place, 6e-8 each. Below the floor, which is one of them at 1 where the function goes to a
  // constant other than 0 or is a difference there, relative accuracy serves nobody.
  test.each([
    { name: "exp", x: line(-87, 88.7, 2003), floor: 0 },
    { name: "log", x: powersOfTen, floor: 0 },
    { name: "log", x: line(0.9, 1.1, 1001), floor: 1e-8 },
    { name: "sqrt", x: powersOfTen, floor: 0 },
    { name: "sigmoid", x: line(-80, 20, 2003), floor: 1e-37 },
    { name: "tanh", x: bothSigns, floor: 1e-7 },
    { name: "elu", x: bothSigns, floor: 1e-7 },
    { name: "softplus", x: line(-100, 100, 2003), floor: 1e-7 },
  ] as const)("$name", async ({ name, x, floor }) => {
    await closeTo(receptive[name](toTensor(x)), textbook[name](x), { rtol: 1e-6, atol: floor });
  });

  test("exp goes to 0 and to infinity", async () => {
    const x = numbers([-1e30, -200, -104, 89, 200, 1e30]);
    await closeTo(receptive.exp(toTensor(x)), numbers([0, 0, 0, Infinity, Infinity, Infinity]), {
      atol: 1e-37,
    });
  });
});
