import { expect, test } from "vitest";
import {
  gradients,
  maxPool2d,
  maxPool2dSwitches,
  maxUnpool2d,
  mul,
  ShapeError,
  sum,
} from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, equalTo, toTensor } from "../checks/close-to.js";
import { pools } from "../checks/pools.js";
import { property } from "../checks/property.js";
import { distinct, integers, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

onEveryTarget("maxUnpool2d", () => {
  test("pools drawn at random: values go to the winners, and gradients come from there", async () => {
    await property(
      pools,
      async ({ shape, size, options }) => {
        const picture = distinct(shape);
        const pixels: [number, number] = [shape[1], shape[2]];
        const switches = textbook.maxPool2dSwitches(picture, size, options);
        const x = uniform(switches.shape, { seed: 2 });
        const engine = (t: Parameters<typeof maxUnpool2d>[0]) =>
          maxUnpool2d(t, toTensor(switches, "i32"), size, { ...options, pixels });
        const expected = (t: typeof x) => textbook.maxUnpool2d(t, switches, size, { ...options, pixels });
        await closeTo(engine(toTensor(x)), expected(x));
        await checkGradient(engine, expected, [x]);
      },
      { runs: 40 },
    );
  });

  test("is what the gradient of max pooling does", async () => {
    const options = { stride: 2, padding: 1 };
    const x = toTensor(distinct([2, 7, 6, 3]));
    const u = toTensor(uniform([2, 4, 3, 3], { seed: 2 }));
    const [slope] = gradients(sum(mul(maxPool2d(x, 3, options), u)), [x]);
    const unpooled = maxUnpool2d(u, maxPool2dSwitches(x, 3, options), 3, { ...options, pixels: [7, 6] });
    await equalTo(unpooled, { shape: [2, 7, 6, 3], data: Float64Array.from(await slope.data()) });
  });

  test("pool, unpool, pool: what won wins again", async () => {
    const picture = distinct([2, 6, 8, 5]);
    const x = toTensor({ ...picture, data: picture.data.map(Math.abs) });
    const pooled = maxPool2d(x, 2);
    const unpooled = maxUnpool2d(pooled, maxPool2dSwitches(x, 2), 2, { pixels: [6, 8] });
    await equalTo(maxPool2d(unpooled, 2), {
      shape: pooled.shape,
      data: Float64Array.from(await maxPool2d(x, 2).data()),
    });
  });
});

test("what does not fit is refused", () => {
  const x = toTensor(uniform([1, 2, 2, 1]));
  const switches = toTensor(integers([1, 2, 2, 1], { high: 4 }), "i32");
  expect(() => maxUnpool2d(x, switches, 2, { pixels: [6, 4] })).toThrow(
    new ShapeError("maxUnpool2d: pooling 6×4 pixels gives 3×2, x is 1×2×2×1"),
  );
  expect(() => maxUnpool2d(x, x, 2, { pixels: 4 })).toThrow(
    new ShapeError("maxUnpool2d: the switches are f32, expected i32"),
  );
  expect(() => maxUnpool2d(toTensor(uniform([1, 2, 3, 1])), switches, 2, { pixels: 4 })).toThrow(
    new ShapeError("maxUnpool2d: x is 1×2×3×1, the switches are 1×2×2×1"),
  );
});
