import { expect, test } from "vitest";
import { erf, gelu, gradients, maxout, ShapeError, silu, sum, tensor } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { distinct, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

onEveryTarget("activations", () => {
  test("erf from −7 to 7, also where its two formulas meet", async () => {
    const x = numbers([
      ...Array.from({ length: 1401 }, (_, i) => Math.fround((i - 700) / 100)),
      ...[1, -1, 1 - 2 ** -24, 1 + 2 ** -23, 1e-20, 0].map(Math.fround),
    ]);
    await closeTo(erf(toTensor(x)), textbook.erf(x), { rtol: 5e-7, atol: 1e-30 });
  });

  test("erf of what is not finite", async () => {
    const y = await erf(tensor([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])).data();
    expect([...y]).toEqual([1, -1, Number.NaN]);
  });

  test.each(["none", "tanh"] as const)("gelu (%s) and its gradient", async (approximate) => {
    const x = uniform([300], { low: -8, high: 8 });
    await closeTo(gelu(toTensor(x), { approximate }), textbook.gelu(x, { approximate }), { atol: 2e-6 });
    await checkGradient(
      (t) => gelu(t, { approximate }),
      (t) => textbook.gelu(t, { approximate }),
      [x],
    );
  });

  test("silu far out is neither NaN nor anything but x or 0", async () => {
    const x = tensor([-200, 200]);
    const y = silu(x);
    const [slope] = gradients(sum(y), [x]);
    expect(Array.from(await y.data(), (v) => v + 0)).toEqual([0, 200]);
    expect(Array.from(await slope.data(), (v) => v + 0)).toEqual([0, 1]);
  });

  test.each([
    { shape: [1, 1], pieces: 1 },
    { shape: [4, 34], pieces: 2 },
    { shape: [2, 3, 3, 15], pieces: 5 },
  ])("maxout of $pieces pieces of x $shape", async ({ shape, pieces }) => {
    const x = distinct(shape);
    await closeTo(maxout(toTensor(x), pieces), textbook.maxout(x, pieces));
    await checkGradient(
      (t) => maxout(t, pieces),
      (t) => textbook.maxout(t, pieces),
      [x],
    );
  });
});

test("pieces that do not divide the channels are refused", () => {
  expect(() => maxout(tensor([[1, 2, 3]]), 2)).toThrow(
    new ShapeError("maxout: 2 pieces do not divide the channels of x (1×3)"),
  );
});
