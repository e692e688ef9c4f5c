import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compute, ctcLoss, gradients, mul, sum, type Tensor, tensor, zeros } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { agree, closeTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

const whole = (values: readonly number[]) => tensor(Int32Array.from(values));

onEveryTarget("ctcLoss", () => {
  // Every path there is, one by one: up to six frames.
  test.each([
    { what: "one label", frames: [6], labels: [[1]], lengths: [1], classes: 3, blank: 0 },
    { what: "two equal labels", frames: [5], labels: [[2, 2]], lengths: [2], classes: 3, blank: 0 },
    {
      what: "as many frames as labels",
      frames: [3],
      labels: [[1, 2, 1]],
      lengths: [3],
      classes: 3,
      blank: 0,
    },
    { what: "the last class as blank", frames: [6], labels: [[0, 1, 1]], lengths: [3], classes: 3, blank: 2 },
    { what: "no labels", frames: [4], labels: [[]], lengths: [0], classes: 3, blank: 0 },
    { what: "one frame", frames: [1], labels: [[1]], lengths: [1], classes: 2, blank: 0 },
    {
      what: "examples of several lengths, one without labels",
      frames: [6, 4, 5],
      labels: [
        [1, 1, 2],
        [2, 9, -7],
        [-1, -1, -1],
      ],
      lengths: [3, 1, 0],
      classes: 3,
      blank: 0,
    },
  ])(
    "of $what is that of all paths, and so is its gradient",
    async ({ frames, labels, lengths, classes, blank }) => {
      const n = frames.length;
      const x = uniform([n, Math.max(...frames), classes], { seed: n, low: -2, high: 2 });
      const all = numbers(labels.flat(), [n, labels[0].length]);
      const engine = (scores: ReturnType<typeof toTensor>) =>
        ctcLoss(scores, toTensor(all, "i32"), { frames: whole(frames), lengths: whole(lengths), blank });
      const oracle = (scores: typeof x) => textbook.ctcLoss(scores, all, { frames, lengths, blank });
      await closeTo(engine(toTensor(x)), oracle(x));
      await checkGradient(engine, oracle, [x]);
    },
  );

  test("of too few frames is infinite, or nothing; its gradient is nothing in either case", async () => {
    // Two equal labels need a blank between them; of the second example there are no frames at all, of the third no labels either.
    const x = uniform([3, 2, 3]);
    const labels = tensor(Int32Array.of(1, 1, 1, 1, 1, 1), [3, 2]);
    const lengths = { frames: whole([2, 0, 0]), lengths: whole([2, 1, 0]) };
    await closeTo(ctcLoss(toTensor(x), labels, lengths), numbers([Infinity, Infinity, 0]), { atol: 0 });
    const zeroed = ctcLoss(toTensor(x), labels, { ...lengths, impossible: "zero" });
    await closeTo(zeroed, numbers([0, 0, 0]), { atol: 0 });
    for (const impossible of ["infinite", "zero"] as const) {
      const scores = toTensor(x);
      const slope = gradients(sum(ctcLoss(scores, labels, { ...lengths, impossible })), [scores])[0];
      await closeTo(slope, numbers(new Float64Array(18), [3, 2, 3]), { atol: 0 });
    }
  });

  test("of an empty batch is empty, and so is its gradient", async () => {
    const cost = (x: Tensor) => sum(ctcLoss(x, zeros([0, 2], "i32")));
    expect((await ctcLoss(zeros([0, 5, 3]), zeros([0, 2], "i32")).data()).length).toBe(0);
    const x = zeros([0, 5, 3]);
    const [slope] = gradients(cost(x), [x]);
    expect([slope.shape, (await slope.data()).length]).toEqual([[0, 5, 3], 0]);
  });
  test("is NaN where a label is no class, is the blank, or a length is none", async () => {
    const x = toTensor(uniform([1, 4, 3]));
    for (const [labels, options] of [
      [[3], {}],
      [[-1], {}],
      [[0], {}],
      [[1], { lengths: whole([2]) }],
      [[1], { frames: whole([5]) }],
      [[1], { frames: whole([-1]) }],
    ] as const)
      expect(await ctcLoss(x, tensor(Int32Array.from(labels), [1, 1]), options).data()).toEqual(
        Float32Array.of(Number.NaN),
      );
  });

  const golden = JSON.parse(readFileSync(new URL("../golden/ctc.json", import.meta.url), "utf8")) as {
    shape: number[];
    blank: number;
    x: number[];
    labels: number[][];
    frames: number[];
    lengths: number[];
    y: number[];
    dx: number[];
  }[];
  test.each(golden)("as PyTorch has it: x of $shape, blank $blank", async ({ shape, blank, ...given }) => {
    const [n] = shape;
    const x = toTensor(numbers(given.x, shape));
    const labels = tensor(Int32Array.from(given.labels.flat()), [n, given.labels[0].length]);
    const y = ctcLoss(x, labels, {
      frames: whole(given.frames),
      lengths: whole(given.lengths),
      blank,
      impossible: "zero",
    });
    const upstream = tensor(Float32Array.from({ length: n }, (_, i) => i + 1));
    const [value, dx] = await compute([y, ...gradients(sum(mul(y, upstream)), [x])]);
    agree(value, numbers(given.y), { rtol: 1e-5, atol: 1e-5 });
    // A share is e to a difference of sums as large as y: their rounding is its relative error.
    agree(dx, numbers(given.dx, shape), { rtol: 1e-3, atol: 2e-4 });
  });
});

describe("ctcLoss says what is wrong", () => {
  const x = zeros([2, 4, 3]);
  const labels = zeros([2, 2], "i32");
  test.each([
    [
      () => ctcLoss(zeros([4, 3]), labels),
      "ctcLoss: x is of rank 2 (4×3), expected N×T×C with frames and classes",
    ],
    [() => ctcLoss(x, zeros([3, 2], "i32")), "ctcLoss: labels are 3×2, expected 2×L for x of 2×4×3"],
    [() => ctcLoss(x, labels, { blank: 3 }), "ctcLoss: blank is 3, expected less than the 3 classes of x"],
    [
      () => ctcLoss(x, labels, { frames: zeros([3], "i32") }),
      "ctcLoss: frames are 3, expected 2, one for each example",
    ],
  ])("%#", (call, message) => expect(call).toThrow(message));
});
