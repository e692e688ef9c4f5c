/** What depends on variables alone is computed once, and again when a variable has changed. */
import { describe, expect, test } from "vitest";
import { linearise } from "../../src/compiler/graph.js";
import { programFor } from "../../src/compiler/plan.js";
import { random, tensor } from "../../src/index.js";
import { add, conv2d, mul, relu, sqrt, sum } from "../../src/ops/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import { assign } from "../../src/tensor/compile.js";
import { placeholder, type Tensor, variable } from "../../src/tensor/tensor.js";
import { compiled } from "../checks/compiled.js";
import { conv2d as textbookConv2d } from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

const filters = (seed: number): Promise<Float32Array> =>
  random.normal([3, 3, 8, 20], { seed }).data() as Promise<Float32Array>;

describe("what a program prepares", () => {
  test("filters in packed order and factors of a normalisation, not the convolution", async () => {
    const w = variable(new Float32Array(3 * 3 * 8 * 20), [3, 3, 8, 20]);
    const deviation = variable(new Float32Array(20).fill(1));
    const x = placeholder([2, 12, 12, 8], "f32");
    const y = mul(conv2d(x, w), sqrt(add(deviation, 1e-5)));
    // All sources behind x are constants, as in a compiled function of x.
    const { preparation, launches } = await programFor(theEngine().target, linearise([y], [], [x]), 1);
    const names = (list: typeof launches): string[] => list.map(({ name }) => name);
    expect(names(preparation).length).toBeGreaterThan(0);
    expect(names(preparation).filter((name) => name.startsWith("conv2d"))).toEqual([]);
    expect(names(launches).filter((name) => !name.startsWith("copy"))).toHaveLength(1);
    expect(names(launches).at(-1)).toContain("conv2d");
  });

  test("nothing where variables are all there is", async () => {
    const { preparation, launches } = await programFor(
      theEngine().target,
      linearise([sum(sqrt(variable(Float32Array.of(1, 4, 9))))]),
    );
    expect(preparation).toEqual([]);
    expect(launches).toHaveLength(1);
  });

  test("nothing that follows from a variable which the program changes", async () => {
    const w = variable(new Float32Array(8 * 20 * 9), [3, 3, 8, 20]);
    const y = sum(conv2d(placeholder([2, 12, 12, 8], "f32"), w));
    const graph = linearise([y], [{ variable: w, value: mul(w, 0.5) }]);
    expect((await programFor(theEngine().target, graph)).preparation).toEqual([]);
  });
});

describe("a variable that changes", () => {
  const shape = [2, 12, 12, 8];
  const expected = (x: Float32Array, w: Float32Array): number =>
    [...textbookConv2d(numbers(x, shape), numbers(w, [3, 3, 8, 20])).data].reduce(
      (total, v) => total + Math.max(0, v),
      0,
    );

  test("from outside is seen by the next run", async () => {
    const x = (await random.normal(shape, { seed: 1 }).data()) as Float32Array;
    const w = variable(await filters(2), [3, 3, 8, 20]);
    const run = compiled((input: Tensor) => sum(relu(conv2d(input, w))));
    for (const seed of [2, 3, 4]) {
      const values = await filters(seed);
      w.set(values);
      for (let repeat = 0; repeat < 2; repeat++) {
        const [got] = await run(tensor(x, shape));
        expect(Math.abs(got / expected(x, values) - 1)).toBeLessThan(1e-5);
      }
    }
  });

  test("by another program is seen by the next run", async () => {
    const x = (await random.normal(shape, { seed: 1 }).data()) as Float32Array;
    const values = await filters(2);
    const w = variable(values, [3, 3, 8, 20]);
    const run = compiled((input: Tensor) => sum(relu(conv2d(input, w))));
    const halve = compiled((by: Tensor) => {
      assign(w, mul(w, by));
      return sum(by);
    });
    for (let scale = 1; scale > 0.2; scale /= 2) {
      const [got] = await run(tensor(x, shape));
      expect(Math.abs(got / (scale * expected(x, values)) - 1)).toBeLessThan(1e-5);
      await halve(tensor(Float32Array.of(0.5)));
    }
  });
});
