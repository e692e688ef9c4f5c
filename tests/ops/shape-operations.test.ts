import fc from "fast-check";
import { test } from "vitest";
import { broadcastTo, concat, flip, pad, reshape, slice, transpose } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { integers, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";

const anyShape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

onEveryTarget("reshape", () => {
  test.each([
    { from: [], to: [1, 1] },
    { from: [1], to: [] },
    { from: [6], to: [2, 3] },
    { from: [2, 3, 4], to: [4, -1] },
    { from: [3, 1, 5], to: [-1] },
    { from: [2, 3, 2, 1, 5], to: [5, 12] },
    { from: [5, 7, 3], to: [5, 1, 21, 1] },
  ])("$from to $to", async ({ from, to }) => {
    const x = uniform(from);
    await equalTo(reshape(toTensor(x), to), textbook.reshape(x, to));
    await checkGradient(
      (t) => reshape(t, to),
      (t) => textbook.reshape(t, to),
      [x],
    );
  });
  test.each(["i32", "u8", "bool"] as const)("of %s", async (dtype) => {
    const x = integers([3, 5], { high: 2 });
    await equalTo(reshape(toTensor(x, dtype), [5, 3]), textbook.reshape(x, [5, 3]), dtype);
  });
});

onEveryTarget("transpose", () => {
  test.each([
    { shape: [], permutation: undefined },
    { shape: [7], permutation: undefined },
    { shape: [5, 3], permutation: undefined },
    { shape: [1, 9], permutation: undefined },
    { shape: [2, 5, 7, 3], permutation: [0, 3, 1, 2] },
    { shape: [2, 3, 2, 1, 5], permutation: [4, 0, 3, 2, 1] },
    { shape: [67, 129], permutation: [1, 0] },
  ])("$shape by $permutation", async ({ shape, permutation }) => {
    const x = uniform(shape);
    await equalTo(transpose(toTensor(x), permutation), textbook.transpose(x, permutation));
    await checkGradient(
      (t) => transpose(t, permutation),
      (t) => textbook.transpose(t, permutation),
      [x],
    );
  });
  test.each(["i32", "u8", "bool"] as const)("of %s", async (dtype) => {
    const x = integers([3, 5], { high: 2 });
    await equalTo(transpose(toTensor(x, dtype)), textbook.transpose(x), dtype);
  });
  test("shapes and permutations drawn at random, there and back", async () => {
    const drawn = anyShape.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        permutation: fc.shuffledSubarray(
          shape.map((_, k) => k),
          { minLength: shape.length },
        ),
      }),
    );
    await property(drawn, async ({ shape, permutation }) => {
      const x = uniform(shape);
      await equalTo(transpose(toTensor(x), permutation), textbook.transpose(x, permutation));
      const back = permutation.map((_, k) => permutation.indexOf(k));
      await equalTo(transpose(transpose(toTensor(x), permutation), back), x);
      await checkGradient(
        (t) => transpose(t, permutation),
        (t) => textbook.transpose(t, permutation),
        [x],
      );
    });
  });
});

onEveryTarget("broadcastTo", () => {
  test.each([
    { from: [], to: [] },
    { from: [], to: [2, 3] },
    { from: [17], to: [5, 17] },
    { from: [3, 1], to: [3, 33] },
    { from: [2, 1, 3], to: [4, 2, 5, 3] },
    { from: [1, 1, 1], to: [7, 1, 9] },
  ])("$from to $to", async ({ from, to }) => {
    const x = uniform(from);
    await equalTo(broadcastTo(toTensor(x), to), textbook.broadcastTo(x, to));
    await checkGradient(
      (t) => broadcastTo(t, to),
      (t) => textbook.broadcastTo(t, to),
      [x],
    );
  });
});

onEveryTarget("slice", () => {
  test.each([
    { shape: [7], begin: [2], end: [5], step: [1] },
    { shape: [7], begin: [-3], end: [7], step: [1] }, // from the end
    { shape: [7], begin: [0], end: [-1], step: [1] }, // all but the last
    { shape: [7], begin: [0], end: [100], step: [3] }, // an end past the end
    { shape: [7], begin: [6], end: [2], step: [-1] },
    { shape: [7], begin: [-1], end: [-8], step: [-1] }, // all of it backwards: −8 lies before the first
    { shape: [7], begin: [5], end: [0], step: [-2] },
    { shape: [5, 6], begin: [1, 2], end: [4, 3], step: [1, 1] },
    { shape: [5, 6], begin: [4, 0], end: [0, 6], step: [-3, 2] },
    { shape: [2, 9, 11, 17], begin: [1, 2, 3, 1], end: [2, 8, 10, 16], step: [1, 2, 3, 5] },
    { shape: [67, 130], begin: [1, 1], end: [66, 130], step: [1, 1] },
  ])("$shape from $begin to $end by $step", async ({ shape, begin, end, step }) => {
    const x = uniform(shape);
    await equalTo(slice(toTensor(x), begin, end, step), textbook.slice(x, begin, end, step));
    const few = uniform(shape.map((extent) => Math.min(extent, 7)));
    const within = end.map((e, k) => Math.min(e, few.shape[k]));
    await checkGradient(
      (t) => slice(t, begin, within, step),
      (t) => textbook.slice(t, begin, within, step),
      [few],
    );
  });
  test("without a step, one by one", async () => {
    const x = uniform([4, 5]);
    await equalTo(slice(toTensor(x), [1, 0], [3, 5]), textbook.slice(x, [1, 0], [3, 5]));
  });
  test.each(["i32", "u8", "bool"] as const)("of %s", async (dtype) => {
    const x = integers([9, 5], { high: 2 });
    await equalTo(
      slice(toTensor(x, dtype), [1, 4], [8, 1], [2, -1]),
      textbook.slice(x, [1, 4], [8, 1], [2, -1]),
      dtype,
    );
  });
  test("shapes, ends and steps drawn at random, with gradients", async () => {
    /** A range of one axis with at least one place in it. */
    const range = (extent: number) =>
      fc
        .record({
          begin: fc.integer({ min: 0, max: extent - 1 }),
          more: fc.integer({ min: 1, max: extent }),
          step: fc.integer({ min: 1, max: 3 }),
          backwards: fc.boolean(),
          fromTheEnd: fc.boolean(),
        })
        .map(({ begin, more, step, backwards, fromTheEnd }) => {
          const start = fromTheEnd ? begin - extent : begin;
          if (!backwards) return { begin: start, end: Math.min(begin + more, extent), step };
          const stop = begin - more; // the first place not taken; before the first of all, −extent − 1 says so
          return { begin: start, end: stop < 0 ? -extent - 1 : stop, step: -step };
        });
    const drawn = anyShape.chain((shape) =>
      fc.record({ shape: fc.constant(shape), ranges: fc.tuple(...shape.map(range)) }),
    );
    await property(drawn, async ({ shape, ranges }) => {
      const x = uniform(shape);
      const [begin, end, step] = [
        ranges.map((r) => r.begin),
        ranges.map((r) => r.end),
        ranges.map((r) => r.step),
      ];
      await equalTo(slice(toTensor(x), begin, end, step), textbook.slice(x, begin, end, step));
      await checkGradient(
        (t) => slice(t, begin, end, step),
        (t) => textbook.slice(t, begin, end, step),
        [x],
      );
    });
  });
});

onEveryTarget("flip", () => {
  test.each([
    { shape: [7], axes: [0] },
    { shape: [1, 5], axes: [0, 1] },
    { shape: [2, 5, 7, 3], axes: [2] },
    { shape: [2, 5, 7, 17], axes: [-1] },
    { shape: [2, 3, 2, 1, 5], axes: [0, 1, 4] },
  ])("$shape along $axes", async ({ shape, axes }) => {
    const x = uniform(shape);
    await equalTo(flip(toTensor(x), axes), textbook.flip(x, axes));
    await checkGradient(
      (t) => flip(t, axes),
      (t) => textbook.flip(t, axes),
      [x],
    );
  });
});

onEveryTarget("pad", () => {
  const rows: { shape: number[]; padding: [number, number][]; value?: number }[] = [
    { shape: [5], padding: [[1, 2]] },
    {
      shape: [1, 1],
      padding: [
        [2, 0],
        [0, 3],
      ],
      value: -1.5,
    },
    {
      shape: [2, 5, 7, 3],
      padding: [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 0],
      ],
    },
    {
      shape: [2, 5, 7, 17],
      padding: [
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 0],
      ],
      value: 4,
    },
    {
      shape: [2, 3, 2, 1, 5],
      padding: [
        [1, 0],
        [0, 0],
        [0, 1],
        [2, 2],
        [0, 3],
      ],
    },
    {
      shape: [3, 4],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
    {
      shape: [3, 4],
      padding: [
        [1, 1],
        [1, 1],
      ],
      value: -Infinity,
    },
  ];
  test.each(rows)("$shape by $padding with $value", async ({ shape, padding, value = 0 }) => {
    const x = uniform(shape);
    await equalTo(pad(toTensor(x), padding, { value }), textbook.pad(x, padding, { value }));
    const finite = Number.isFinite(value) ? value : 0;
    await checkGradient(
      (t) => pad(t, padding, { value: finite }),
      (t) => textbook.pad(t, padding, { value: finite }),
      [x],
    );
  });
});

onEveryTarget("concat", () => {
  test.each([
    { shapes: [[1]], axis: 0 },
    { shapes: [[3], [5], [1]], axis: 0 },
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 17],
      ],
      axis: 1,
    },
    {
      shapes: [
        [2, 3],
        [1, 3],
      ],
      axis: -2,
    },
    {
      shapes: [
        [2, 5, 7, 3],
        [2, 5, 7, 1],
        [2, 5, 7, 4],
      ],
      axis: 3,
    }, // an Inception module
    {
      shapes: [
        [2, 3, 1, 1, 5],
        [2, 3, 4, 1, 5],
      ],
      axis: 2,
    },
  ])("$shapes along $axis", async ({ shapes, axis }) => {
    const xs = shapes.map((shape, k) => uniform(shape, { seed: k }));
    await equalTo(
      concat(
        xs.map((x) => toTensor(x)),
        { axis },
      ),
      textbook.concat(xs, { axis }),
    );
    await checkGradient(
      (...ts) => concat(ts, { axis }),
      (...ts) => textbook.concat(ts, { axis }),
      xs,
    );
  });
  test("one with itself", async () => {
    const x = uniform([3, 5]);
    await checkGradient(
      (t) => concat([t, t], { axis: 1 }),
      (t) => textbook.concat([t, t], { axis: 1 }),
      [x],
    );
  });
});
