import fc from "fast-check";
import { expect, test } from "vitest";
import * as r from "../../src/index.js";
import { gather } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { integers, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

onEveryTarget("gather", () => {
  test.each([
    { shape: [7], indices: [], options: {} },
    { shape: [7], indices: [5], options: {} },
    { shape: [7, 3], indices: [17], options: {} }, // rows taken more than once: their gradients add up
    { shape: [7, 17], indices: [2, 3], options: { axis: 0 } },
    { shape: [4, 9], indices: [5], options: { axis: 1 } },
    { shape: [4, 9], indices: [5], options: { axis: -1 } },
    { shape: [2, 5, 7, 3], indices: [4], options: { axis: 2 } },
    { shape: [2, 5, 7, 3], indices: [2, 2], options: { axis: 1 } },
    { shape: [3, 2], indices: [300], options: {} }, // added up part by part
    { shape: [2, 3, 17], indices: [41, 7], options: { axis: 1 } },
    { shape: [130], indices: [301], options: {} },
  ])("$shape at indices of $indices with $options", async ({ shape, indices, options }) => {
    const axis = "axis" in options && options.axis !== undefined ? options.axis : 0;
    const x = uniform(shape);
    const places = integers(indices, { seed: 5, high: shape.at(axis) });
    const held = toTensor(places, "i32");
    await equalTo(gather(toTensor(x), held, options), textbook.gather(x, places, options));
    await checkGradient(
      (t) => gather(t, held, options),
      (t) => textbook.gather(t, places, options),
      [x],
    );
  });

  test("of whole numbers", async () => {
    const [x, places] = [integers([9], { high: 100 }), integers([20], { high: 9 })];
    await equalTo(gather(toTensor(x, "i32"), toTensor(places, "i32")), textbook.gather(x, places), "i32");
  });

  test("what many indices outside the axis pick gives its gradient to no row", async () => {
    const indices = Int32Array.from(
      { length: 1000 },
      (_, i) => [0, 2, -1, 3, 1, 2 ** 31 - 1, -(2 ** 31)][i % 7],
    );
    const x = r.tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const found = r.grad((t) => r.sum(gather(t, r.tensor(indices))))(x);
    const often = (i: number): number => indices.filter((index) => index === i).length;
    expect([...(await found.data())]).toEqual([0, 0, 1, 1, 2, 2].map(often));
  });

  test("shapes, axes and indices drawn at random, with gradients", async () => {
    const extents = (least: number, most: number) =>
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: least, maxLength: most });
    const drawn = fc
      .record({ shape: extents(1, 4), indices: extents(0, 2), seed: fc.nat() })
      .chain((rest) => fc.integer({ min: 0, max: rest.shape.length - 1 }).map((axis) => ({ ...rest, axis })));
    await property(drawn, async ({ shape, indices, seed, axis }) => {
      const [x, places] = [uniform(shape), integers(indices, { seed, high: shape[axis] })];
      const held = toTensor(places, "i32");
      await equalTo(gather(toTensor(x), held, { axis }), textbook.gather(x, places, { axis }));
      await checkGradient(
        (t) => gather(t, held, { axis }),
        (t) => textbook.gather(t, places, { axis }),
        [x],
      );
    });
  });
});
