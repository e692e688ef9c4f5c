import fc from "fast-check";
import { expect, test } from "vitest";
import * as r from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { agree, toTensor } from "../checks/close-to.js";
import { property } from "../checks/property.js";
import { distinct } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as t from "../textbook/index.js";
import type { Numbers } from "../textbook/numbers.js";

/**
 * Random programs against the textbook: what the compiler makes of shared parts, fused chains, views and broadcasts.
 * A step of a program takes its operands from the inputs and the results before it.
 */
interface Step {
  what: number;
  left: number;
  right: number;
}

/** A step for both sides. Each maps moderate values to moderate ones, and an error to one not much greater. */
interface Operation {
  name: string;
  engine: (a: r.Tensor, b: r.Tensor) => r.Tensor;
  textbook: (a: Numbers, b: Numbers) => Numbers;
}

const pointwise: Operation[] = [
  ...(["add", "sub", "maximum", "minimum"] as const).map((name) => ({
    name,
    engine: r[name],
    textbook: t[name],
  })),
  ...(["neg", "abs", "relu", "leakyRelu", "elu", "sigmoid", "tanh", "softplus"] as const).map((name) => ({
    name,
    engine: (a: r.Tensor) => r[name](a),
    textbook: (a: Numbers) => t[name](a),
  })),
  { name: "mul tanh", engine: (a, b) => r.mul(r.tanh(a), b), textbook: (a, b) => t.mul(t.tanh(a), b) },
  { name: "square tanh", engine: (a) => r.square(r.tanh(a)), textbook: (a) => t.square(t.tanh(a)) },
  { name: "exp clip", engine: (a) => r.exp(r.clip(a, -2, 1)), textbook: (a) => t.exp(t.clip(a, -2, 1)) },
  {
    name: "div",
    engine: (a, b) => r.div(a, r.add(r.square(b), 1)),
    textbook: (a, b) => t.div(a, t.add(t.square(b), 1)),
  },
  {
    name: "log",
    engine: (a) => r.log(r.add(r.square(a), 0.5)),
    textbook: (a) => t.log(t.add(t.square(a), 0.5)),
  },
  { name: "times a number", engine: (a) => r.mul(a, -1.5), textbook: (a) => t.mul(a, -1.5) },
];

const n = 6;
const square: readonly number[] = [n, n];

/** Operations that keep n×n, so that any of them can follow any other. */
const moving: Operation[] = [
  { name: "transpose", engine: (a) => r.transpose(a), textbook: (a) => t.transpose(a) },
  { name: "flip", engine: (a) => r.flip(a, [1]), textbook: (a) => t.flip(a, [1]) },
  {
    name: "shift",
    engine: (a) =>
      r.pad(
        r.slice(a, [1, 0], [n, n - 2]),
        [
          [0, 1],
          [2, 0],
        ],
        { value: 0.25 },
      ),
    textbook: (a) =>
      t.pad(
        t.slice(a, [1, 0], [n, n - 2]),
        [
          [0, 1],
          [2, 0],
        ],
        { value: 0.25 },
      ),
  },
  {
    name: "reshape in between",
    engine: (a, b) => r.reshape(r.add(r.reshape(a, [2, -1]), r.reshape(b, [2, -1])), [n, n]),
    textbook: (a, b) => t.reshape(t.add(t.reshape(a, [2, -1]), t.reshape(b, [2, -1])), [n, n]),
  },
  {
    name: "halves swapped",
    engine: (a, b) => r.concat([r.slice(a, [n / 2, 0], [n, n]), r.slice(b, [0, 0], [n / 2, n])], { axis: 0 }),
    textbook: (a, b) =>
      t.concat([t.slice(a, [n / 2, 0], [n, n]), t.slice(b, [0, 0], [n / 2, n])], { axis: 0 }),
  },
  {
    name: "less its mean",
    engine: (a) => r.sub(a, r.mean(a, { axis: 1, keepDims: true })),
    textbook: (a) => t.sub(a, t.mean(a, { axis: 1, keepDims: true })),
  },
  {
    name: "sum down the columns",
    engine: (a, b) => r.add(b, r.mul(r.sum(a, { axis: 0 }), 0.2)),
    textbook: (a, b) => t.add(b, t.mul(t.sum(a, { axis: 0 }), 0.2)),
  },
  { name: "softmax", engine: (a) => r.softmax(a), textbook: (a) => t.softmax(a) },
  {
    name: "matmul",
    engine: (a, b) => r.matmul(r.mul(r.tanh(a), 0.3), b),
    textbook: (a, b) => t.matmul(t.mul(t.tanh(a), 0.3), b),
  },
];

const programs = (operations: Operation[], longest: number) =>
  fc.array(
    fc.record({
      what: fc.nat({ max: operations.length - 1 }),
      left: fc.nat({ max: 31 }),
      right: fc.nat({ max: 31 }),
    }),
    { minLength: 1, maxLength: longest },
  );

/** Every value a program comes by, the inputs first. Small numbers as operands mean recent results, so chains grow long. */
function run<T>(steps: Step[], inputs: T[], operation: (what: number) => (a: T, b: T) => T): T[] {
  const values = [...inputs];
  for (const { what, left, right } of steps) {
    const recent = (back: number) => values[values.length - 1 - (back % values.length)];
    values.push(operation(what)(recent(left), recent(right)));
  }
  return values;
}

async function compare(operations: Operation[], steps: Step[], inputs: Numbers[]): Promise<void> {
  const expected = run(steps, inputs, (what) => operations[what].textbook);
  const actual = run(
    steps,
    inputs.map((x) => toTensor(x)),
    (what) => operations[what].engine,
  );
  // Rounding errors are those of the greatest value on the way, and grow a little from step to step.
  const greatest = expected.flatMap((x) => [...x.data]).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
  const results = actual.length - 1;
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  const tolerance = { rtol: 1e-5, atol: 1e-5 * greatest };
  agree(await actual[results].data(), expected[results], tolerance);
  // All of them at once: what was a passing value of a fused kernel now has to be kept.
  const all = await r.compute(actual.slice(inputs.length));
  all.forEach((values, k) => {
    agree(values, expected[inputs.length + k], tolerance, `value of step ${k}`);
  });
}

onEveryTarget("random programs", () => {
  test("of pointwise operations on a matrix, a row, a column and a number", async () => {
    const shapes = [[5, 9], [9], [5, 1], []];
    const inputs = shapes.map((shape, k) => distinct(shape, { seed: k + 1 }));
    await property(programs(pointwise, 14), (steps) => compare(pointwise, steps, inputs), { runs: 40 });
  });

  test("of pointwise operations on more than a cache line for each thread", async () => {
    const inputs = [distinct([3, 1709], { seed: 1 }), distinct([1709], { seed: 2 })];
    await property(programs(pointwise, 8), (steps) => compare(pointwise, steps, inputs), { runs: 8 });
  });

  test("of pointwise operations, views, reductions and matmul", async () => {
    const operations = [...pointwise, ...moving, ...moving];
    const inputs = [1, 2, 3].map((seed) => distinct(square, { seed }));
    await property(programs(operations, 12), (steps) => compare(operations, steps, inputs), { runs: 60 });
  });

  test("and their gradients", async () => {
    const operations = [...pointwise, ...moving];
    const inputs = [1, 2].map((seed) => distinct(square, { seed }));
    const last = <T>(values: T[]) => values[values.length - 1];
    await property(
      programs(operations, 7),
      async (steps) => {
        await checkGradient(
          (...xs) => last(run(steps, xs, (what) => operations[what].engine)),
          (...xs) => last(run(steps, xs, (what) => operations[what].textbook)),
          inputs,
          { rtol: 1e-3 }, // the errors of up to seven steps
        );
      },
      { runs: 40 },
    );
  });
});
