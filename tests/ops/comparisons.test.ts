import { describe, test } from "vitest";
import * as receptive from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { integers, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

const comparisons = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const;

onEveryTarget("comparisons", () => {
  describe.each(comparisons)("%s", (name) => {
    test.each([
      { a: [], b: [] },
      { a: [17], b: [17] },
      { a: [3, 1], b: [1, 33] },
      { a: [1, 5, 7, 3], b: [3] },
      { a: [2003], b: [] },
    ])("$a with $b", async ({ a, b }) => {
      const [x, y] = [integers(a, { seed: 1, high: 3 }), integers(b, { seed: 2, high: 3 })]; // many are equal
      await equalTo(receptive[name](toTensor(x), toTensor(y)), textbook[name](x, y), "bool");
      await equalTo(receptive[name](toTensor(x, "i32"), toTensor(y, "i32")), textbook[name](x, y), "bool");
    });
    test("NaN, infinities and zeros of both signs", async () => {
      const x = numbers([NaN, Infinity, -Infinity, 0, -0, 1]);
      const column = numbers(x.data, [6, 1]);
      await equalTo(receptive[name](toTensor(column), toTensor(x)), textbook[name](column, x), "bool");
    });
    test("with a number on either side", async () => {
      const x = integers([3, 7], { high: 3 });
      await equalTo(receptive[name](toTensor(x), 1), textbook[name](x, 1), "bool");
      await equalTo(receptive[name](1, toTensor(x)), textbook[name](1, x), "bool");
    });
  });

  test("whole numbers that are no f32 are told apart", async () => {
    const [a, b] = [numbers([16777216]), numbers([16777217])];
    await equalTo(receptive.equal(toTensor(a, "i32"), toTensor(b, "i32")), numbers([0]), "bool");
    await equalTo(receptive.less(toTensor(a, "i32"), toTensor(b, "i32")), numbers([1]), "bool");
  });

  test("and, or, not", async () => {
    const [a, b] = [integers([5, 1], { seed: 3, high: 2 }), integers([1, 19], { seed: 4, high: 2 })];
    const [s, t] = [toTensor(a, "bool"), toTensor(b, "bool")];
    await equalTo(receptive.logicalAnd(s, t), textbook.logicalAnd(a, b), "bool");
    await equalTo(receptive.logicalOr(s, t), textbook.logicalOr(a, b), "bool");
    await equalTo(receptive.logicalNot(t), textbook.logicalNot(b), "bool");
  });
});

onEveryTarget("where", () => {
  test.each([[[]], [[1]], [[17]], [[3, 1, 5]], [[41, 67]]])("of shape %j", async (shape) => {
    const [condition, a, b] = [
      integers(shape, { high: 2 }),
      uniform(shape, { seed: 2 }),
      uniform(shape, { seed: 3 }),
    ];
    const mask = toTensor(condition, "bool");
    await equalTo(receptive.where(mask, toTensor(a), toTensor(b)), textbook.where(condition, a, b));
    await equalTo(receptive.where(mask, toTensor(a), 0), textbook.where(condition, a, 0));
    await checkGradient(
      (x, y) => receptive.where(mask, x, y),
      (x, y) => textbook.where(condition, x, y),
      [a, b],
    );
  });

  test("NaN on the side not taken stays there, forward and in the gradient", async () => {
    const x = toTensor(numbers([-1, 4]));
    const root = receptive.where(receptive.greater(x, 0), receptive.stopGradient(receptive.sqrt(x)), x);
    const [gradient] = receptive.gradients(receptive.sum(root), [x]);
    await equalTo(root, numbers([-1, 2]));
    await equalTo(gradient, numbers([1, 0]));
  });

  test("of whole numbers", async () => {
    const [condition, a, b] = [numbers([1, 0, 1]), numbers([1, 2, 16777217]), numbers([-1, -2, -3])];
    const y = receptive.where(toTensor(condition, "bool"), toTensor(a, "i32"), toTensor(b, "i32"));
    await equalTo(receptive.sub(y, 16777216), numbers([1 - 16777216, -2 - 16777216, 1]), "i32");
  });
});

onEveryTarget("cast", () => {
  const mixed = numbers([0, 1, 2.7, 255, 0.3]);
  test.each([
    { from: "f32", to: "i32", x: numbers([0, 1.9, -1.9, 2 ** 30, -7]) }, // towards zero
    { from: "f32", to: "u8", x: mixed },
    { from: "f32", to: "bool", x: numbers([0, -0, 1, -0.5, 1e-30]) },
    { from: "i32", to: "f32", x: numbers([0, 1, -1, 2 ** 24]) },
    { from: "i32", to: "bool", x: numbers([0, 1, -1, 256]) },
    { from: "u8", to: "f32", x: numbers([0, 1, 128, 255]) },
    { from: "u8", to: "i32", x: numbers([0, 1, 128, 255]) },
    { from: "bool", to: "f32", x: numbers([0, 1, 1]) },
    { from: "bool", to: "i32", x: numbers([0, 1, 1]) },
    { from: "f32", to: "f32", x: mixed },
  ] as const)("$from to $to", async ({ from, to, x }) => {
    await equalTo(receptive.cast(toTensor(x, from), to), textbook.cast(x, to), to);
  });

  test("pixels become fractions", async () => {
    const pixels = integers([1, 7, 5, 3], { high: 256 });
    const fractions = receptive.div(receptive.cast(toTensor(pixels, "u8"), "f32"), 256);
    await equalTo(fractions, textbook.div(pixels, 256));
  });
});
