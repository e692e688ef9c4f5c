import { describe, expect, test, vi } from "vitest";
import { compile, gather, gradients, mul, sum, type Tensor, tensor, variable } from "../../src/index.js";
import * as optim from "../../src/optim/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import type { Program } from "../../src/runtime/program.js";
import { copyOf } from "../../src/training/weights.js";
import { onEveryTarget } from "../checks/targets.js";

const [words, size] = [40, 9];
const start = (): Float32Array => Float32Array.from({ length: words * size }, (_, i) => Math.sin(i));

/** Steps whose loss is Σ scale[j] · vectors[numbers[j]]: the gradient of a row is the sum of its scales. */
interface Lookup {
  numbers: number[];
  scales: number[];
}

const lookups: Lookup[] = [
  { numbers: [3, 17, 3, 0, 39, 17, 3], scales: [1, -2, 0.5, 3, 1, 2, 0.25] }, // the gradient of 17 is 0
  { numbers: [3, 5, 40, -1, 2, 17, 5], scales: [0.1, 1, 7, 7, 2, 1, 1] }, // 40 and −1 are no rows
  { numbers: [39, 39, 39, 3, 3, 3, 0], scales: [1, 1, 1, 1, 1, 1, 0] },
];

/** What becomes of the vectors; `whole`: by a gradient that says no longer which rows it is of. */
async function steps(optimizer: optim.Optimizer, { whole = false } = {}) {
  const vectors = variable(start(), [words, size]);
  const learner = optim.learner(optimizer, new Map([["vectors", vectors]]));
  const step = compile((numbers: Tensor, scales: Tensor, at: optim.StepTensors) => {
    const [g] = gradients(sum(mul(gather(vectors, numbers), scales)), [vectors]);
    learner.update([whole ? mul(g, 1) : g], at);
    return [];
  });
  for (const [i, { numbers, scales }] of lookups.entries())
    await step(
      tensor(Int32Array.from(numbers)),
      tensor(scales, [scales.length, 1]),
      optim.stepTensors(optimizer.lr, i + 1),
    );
  const state = [...(await copyOf(learner.state))].map(([path, { data }]) => [path, [...data]] as const);
  return { vectors: [...(await vectors.read())], state: new Map(state) };
}

/** Adam, row by row. */
function expected(lr: number) {
  const w = Float64Array.from(start());
  const [m, v] = [new Float64Array(w.length), new Float64Array(w.length)];
  lookups.forEach(({ numbers, scales }, i) => {
    for (let row = 0; row < words; row++) {
      const g = numbers.reduce((all, number, j) => all + (number === row ? scales[j] : 0), 0);
      if (g === 0) continue;
      for (let c = row * size; c < (row + 1) * size; c++) {
        m[c] = 0.9 * m[c] + 0.1 * g;
        v[c] = 0.999 * v[c] + 0.001 * g * g;
        w[c] -= (lr * m[c]) / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v[c] / (1 - 0.999 ** (i + 1))) + 1e-8);
      }
    }
  });
  return { w, m, v };
}

onEveryTarget("an optimizer of rows", () => {
  test.each([false, true])(
    "leaves rows without a gradient as they are, and is Adam for the others (gradient as a whole: %s)",
    async (whole) => {
      const { vectors, state } = await steps(optim.lazyRows(optim.adam({ lr: 0.1 }), { only: ["vectors"] }), {
        whole,
      });
      const { w, m, v } = expected(0.1);
      const compare = (actual: readonly number[], wanted: Float64Array) =>
        actual.forEach((value, i) => {
          expect(value, `place ${i}`).toBeCloseTo(wanted[i], 5);
        });
      compare(vectors, w);
      compare(state.get("mean/vectors")!, m);
      compare(state.get("square/vectors")!, v);
      const bits = start();
      for (const row of [1, 4, 5, 16, 38])
        if (!lookups.some(({ numbers }) => numbers.includes(row)))
          expect(vectors.slice(row * size, (row + 1) * size)).toEqual([
            ...bits.slice(row * size, (row + 1) * size),
          ]);
    },
  );

  test("a gradient that is no number is shown", async () => {
    const vectors = variable(start(), [words, size]);
    const learner = optim.learner(
      optim.lazyRows(optim.sgd({ lr: 1 }), { only: ["vectors"] }),
      new Map([["vectors", vectors]]),
    );
    const step = compile((numbers: Tensor, at: optim.StepTensors) => {
      const loss = sum(mul(gather(vectors, numbers), Number.NaN));
      learner.update(gradients(loss, [vectors]), at);
      return [];
    });
    await step(tensor(Int32Array.of(2)), optim.stepTensors(1, 1));
    const after = await vectors.read();
    expect([...after.keys()].filter((i) => Number.isNaN(after[i]))).toEqual(
      Array.from({ length: size }, (_, c) => 2 * size + c),
    );
  });
});

describe("an optimizer of rows", () => {
  test("writes these rows alone: nothing as large as the matrix is computed or copied", async () => {
    const [many, wide] = [5000, 16];
    const vectors = variable(new Float32Array(many * wide), [many, wide]);
    const learner = optim.learner(
      optim.lazyRows(optim.adam(), { only: ["vectors"] }),
      new Map([["vectors", vectors]]),
    );
    const step = compile((numbers: Tensor, at: optim.StepTensors) => {
      learner.update(gradients(sum(gather(vectors, numbers)), [vectors]), at);
      return [];
    });
    const run = vi.spyOn(theEngine(), "run");
    await step(tensor(Int32Array.of(1, 2, 3, 2)), optim.stepTensors(0.001, 1));
    const program: Program = await run.mock.calls.at(-1)![0];
    run.mockRestore();
    // Where each row stands among those that are looked up, and zeros before that.
    expect(program.arenaBytes + program.preparedBytes).toBeLessThan(2 * many * 4 + 10_000);
    expect(program.launches.map(({ name }) => name).filter((name) => name.includes("copy 5000×16"))).toEqual(
      [],
    );
    expect([...(await vectors.read())].filter((x) => x !== 0)).toHaveLength(3 * wide);
  });

  test("is refused around other wrappers, and of parameters that have no rows or are not there", () => {
    const held = optim.clipNorm(optim.adam(), { norm: 1 });
    expect(() => optim.lazyRows(held, { only: ["a"] })).toThrow(
      "lazyRows: the optimizer is clipNorm, expected one such as adam or sgd; clipNorm goes around lazyRows",
    );
    const parameters = new Map([["bias", variable(Float32Array.of(1))]]);
    const update = (path: string) => () => {
      const optimizer = optim.lazyRows(optim.sgd({ lr: 1 }), { only: [path] });
      optimizer.update(parameters, new Map([["bias", tensor([1])]]), {
        ...optim.stepTensors(1, 1),
        state: new Map(),
      });
    };
    expect(update("vectors")).toThrow("lazyRows: there is no parameter vectors; there are bias");
    expect(update("bias")).toThrow("lazyRows: bias is of rank 1, and has no rows");
  });

  test("is rebuilt from its description", () => {
    const optimizer = optim.maxNorm(optim.lazyRows(optim.adam({ lr: 0.01 }), { only: ["vectors"] }), {
      norm: 3,
      only: ["scores.weights"],
    });
    expect(optim.fromDescription(JSON.parse(JSON.stringify(optimizer.describe()))).describe()).toEqual(
      optimizer.describe(),
    );
  });
});
