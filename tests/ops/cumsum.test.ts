import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as receptive from "../../src/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

const { cumsum, tensor } = receptive;

const directions = [false, true].flatMap((exclusive) =>
  [false, true].map((reverse) => ({ exclusive, reverse })),
);

onEveryTarget("cumsum", () => {
  describe.each(directions)("$exclusive, $reverse", (direction) => {
    test.each([
      { shape: [1], axis: 0 },
      { shape: [5], axis: 0 },
      { shape: [64], axis: -1 }, // one chain
      { shape: [65], axis: 0 }, // one value more
      { shape: [4099], axis: 0 }, // parts of parts
      { shape: [3, 7], axis: 0 },
      { shape: [3, 7], axis: 1 },
      { shape: [130, 3], axis: 0 },
      { shape: [3, 130], axis: 1 },
      { shape: [2, 100, 17], axis: 1 }, // one lane past a vector of 16
      { shape: [2, 3, 1, 70], axis: 2 },
      { shape: [3, 2, 5, 129], axis: -1 },
      { shape: [70, 2, 67], axis: 0 },
    ])("of $shape along $axis", async ({ shape, axis }) => {
      const x = uniform(shape, { low: -1, high: 1 });
      const options = { axis, ...direction };
      // Sums that come back to zero have the rounding of the largest on the way.
      await closeTo(cumsum(toTensor(x), options), textbook.cumsum(x, options), { atol: 1e-5 });
    });

    test("gradient, shapes and axes drawn at random", async () => {
      const drawn = fc
        .array(fc.constantFrom<number[]>(1, 2, 3, 5, 66), { minLength: 1, maxLength: 3 })
        .filter((shape) => shape.reduce((n, d) => n * d, 1) < 700)
        .chain((shape) =>
          fc.record({
            shape: fc.constant(shape),
            axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
          }),
        );
      await property(drawn, async ({ shape, axis }) => {
        const options = { axis, ...direction };
        await checkGradient(
          (t) => cumsum(t, options),
          (t) => textbook.cumsum(t, options),
          [uniform(shape, { low: -1, high: 1 })],
        );
      });
    });

    test("of what is computed, and for what is computed of it", async () => {
      const x = uniform([6, 90], { low: -1, high: 1 });
      const options = { axis: 1, ...direction };
      const y = receptive.relu(
        cumsum(receptive.mul(receptive.transpose(toTensor(x)), 2), { ...options, axis: 0 }),
      );
      const turned = textbook.transpose(x);
      const sums = textbook.cumsum(turned, { ...options, axis: 0 });
      await closeTo(
        y,
        numbers(
          sums.data.map((v) => Math.max(0, 2 * v)),
          sums.shape,
        ),
        { atol: 1e-5 },
      );
    });

    test("second order", async () => {
      const x = uniform([3, 70], { low: -1, high: 1 });
      const options = { axis: 1, ...direction };
      await checkSecondOrder(
        (t) => cumsum(receptive.square(t), options),
        (t) => textbook.cumsum(textbook.square(t), options),
        [x],
      );
    });
  });

  test("whole numbers and truths are added exactly", async () => {
    const whole = tensor(Int32Array.from({ length: 300 }, (_, i) => 16_777_217 - i));
    const sums = await cumsum(whole, { axis: 0 }).data();
    let total = 0;
    for (const [i, value] of (await whole.data()).entries()) {
      total = (total + value) | 0;
      expect(sums[i]).toBe(total);
    }
    const truths = cumsum(tensor([true, false, true, true]), { axis: 0 });
    expect(truths.type).toBe("i32");
    expect([...(await truths.data())]).toEqual([1, 1, 2, 3]);
    const bytes = cumsum(tensor(Uint8Array.of(200, 100, 7)), { axis: 0, reverse: true });
    expect([...(await bytes.data())]).toEqual([307, 107, 7]);
  });

  test("what is no number reaches only the sums it is part of", async () => {
    const values = new Float32Array(200).fill(1);
    values[100] = Number.NaN;
    const sums = await cumsum(tensor(values), { axis: 0 }).data();
    expect([sums[99], sums[100], sums[199]]).toEqual([100, Number.NaN, Number.NaN]);
    const back = await cumsum(tensor(values), { axis: 0, reverse: true }).data();
    expect([back[100], back[101], back[199]]).toEqual([Number.NaN, 99, 1]);
    values[100] = Number.POSITIVE_INFINITY;
    const before = await cumsum(tensor(values), { axis: 0, exclusive: true }).data();
    expect([before[0], before[100], before[101], before[199]]).toEqual([0, 100, Infinity, Infinity]);
  });

  test("of nothing", async () => {
    expect(cumsum(receptive.zeros([0, 3]), { axis: 0 }).shape).toEqual([0, 3]);
    expect([...(await cumsum(receptive.zeros([0, 3]), { axis: 0 }).data())]).toEqual([]);
    expect([...(await cumsum(receptive.zeros([3, 0]), { axis: 0, reverse: true }).data())]).toEqual([]);
  });

  test("a million terms that are alike", async () => {
    const n = 1_000_003;
    const term = Math.fround(0.1);
    const sums = await cumsum(tensor(new Float32Array(n).fill(term)), { axis: 0 }).data();
    let worst = 0;
    for (let i = 0; i < n; i++) worst = Math.max(worst, Math.abs(sums[i] / ((i + 1) * term) - 1));
    // A chain in f32 is 6e-4 off by then.
    expect(worst).toBeLessThan(2e-6);
  });
});

test("any number of threads gives the same bits", async () => {
  const x = tensor(uniform([37, 1001], { low: -1, high: 1 }).data, [37, 1001]);
  const results: number[][] = [];
  for (const threads of [1, 2, 3, 5]) {
    await receptive.configure({ threads });
    for (const axis of [0, 1]) {
      const value = [...(await cumsum(receptive.mul(x, 0.3), { axis }).data())];
      results[axis] ??= value;
      expect(value).toEqual(results[axis]);
    }
  }
  await receptive.configure({ threads: 1 });
});

test("PyTorch's numbers, and its gradients", async () => {
  const path = new URL("../golden/cumsum.json", import.meta.url);
  const cases: {
    x: number[];
    shape: number[];
    axis: number;
    exclusive: boolean;
    reverse: boolean;
    y: number[];
    dx: number[];
  }[] = JSON.parse(readFileSync(path, "utf8"));
  expect(cases.length).toBe(12);
  for (const { x, shape, y, dx, ...options } of cases) {
    const given = tensor(Float32Array.from(x), shape);
    const sums = cumsum(given, options);
    const u = tensor(
      Float32Array.from(y, (_, i) => Math.cos(i)),
      shape,
    );
    const [slope] = receptive.gradients(receptive.sum(receptive.mul(sums, u)), [given]);
    await closeTo(slope, numbers(dx, shape), { atol: 1e-5 });
    await closeTo(sums, numbers(y, shape), { atol: 1e-5 });
  }
});

describe("what is refused", () => {
  const x = tensor(new Float32Array(6), [2, 3]);
  test.each<[string, () => unknown, string]>([
    ["an axis that is not there", () => cumsum(x, { axis: 2 }), "cumsum: x has no axis 2 (x is 2×3)"],
    [
      "a single number",
      () => cumsum(tensor(3), { axis: 0 }),
      "cumsum: x has no axis 0 (x is a single number)",
    ],
    [
      "no axis",
      () => (cumsum as (x: unknown) => unknown)(x),
      "cumsum: axis is undefined, expected a whole number, an axis of x, such as 0 or -1",
    ],
    [
      "a wrong option",
      () => cumsum(x, { axis: 0, inclusive: true } as never),
      "cumsum: unknown option `inclusive`; did you mean `exclusive`?",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
