import { afterAll, describe, expect, test } from "vitest";
import { linearise } from "../../src/compiler/graph.js";
import { programFor } from "../../src/compiler/plan.js";
import {
  add,
  compute,
  configure,
  conv2d,
  gradients,
  mul,
  relu,
  sum,
  type Tensor,
  tensor,
  variable,
} from "../../src/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import type { Program } from "../../src/runtime/program.js";
import { wasmTarget } from "../../src/targets/wasm/emitter.js";
import { compiled } from "../checks/compiled.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";

const wasm = wasmTarget({ relaxedSimd: false });
const names = ({ preparation, launches }: Program): string[] =>
  [...preparation, ...launches].map(({ name }) => name);

type Values = Float32Array<ArrayBuffer>;
const drawn = (shape: readonly number[], seed: number): Values =>
  Float32Array.from(uniform(shape, { seed }).data);

/**
 * y[n,i,j,f] = Σ x[n, i+a−top, j+b−left, c] · w[a,b,c,f] in float64, with the gradients of Σ y·u. Plain loops over
 * typed arrays: the textbook's way of asking for each element takes too long at these sizes.
 */
function plainly(
  x: Values,
  w: Values,
  u: Values | null,
  { shape: [n, height, width, c], filters: f, border }: { shape: number[]; filters: number; border: number },
) {
  const [rows, columns] = [height + 2 * border - 2, width + 2 * border - 2];
  const y = new Float64Array(n * rows * columns * f);
  const [dx, dw] = [new Float64Array(x.length), new Float64Array(w.length)];
  for (let p = 0; p < n; p++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const to = ((p * rows + i) * columns + j) * f;
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const [row, column] = [i + a - border, j + b - border];
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            for (let k = 0; k < c; k++) {
              const from = ((p * height + row) * width + column) * c + k;
              const weights = ((a * 3 + b) * c + k) * f;
              for (let o = 0; o < f; o++) {
                y[to + o] += x[from] * w[weights + o];
                if (!u) continue;
                dx[from] += u[to + o] * w[weights + o];
                dw[weights + o] += u[to + o] * x[from];
              }
            }
          }
      }
  return { y, dx, dw };
}

/** The greatest error, in parts of the greatest value. */
function errorOf(actual: ArrayLike<number>, expected: Float64Array): number {
  let [error, scale] = [0, 0];
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    scale = Math.max(scale, Math.abs(value));
    const by = Math.abs(actual[i] - value);
    error = Math.max(error, Number.isNaN(by) ? Number.POSITIVE_INFINITY : by);
  });
  return error / scale;
}

const shapes = [
  { shape: [2, 16, 16, 32], filters: 32, border: 1 }, // whole tiles and vectors
  { shape: [2, 13, 18, 40], filters: 33, border: 1 }, // tiles stick out, vectors too
  { shape: [3, 14, 14, 32], filters: 48, border: 1 },
  { shape: [4, 15, 12, 33], filters: 50, border: 0 }, // no border of zeros
  { shape: [1, 25, 26, 48], filters: 32, border: 2 }, // more of it than the window needs
  { shape: [5, 7, 7, 64], filters: 64, border: 1 },
];

onEveryTarget("minimal filtering", () => {
  test.each(shapes)("$shape to $filters filters, border $border, with its gradients", async (sizes) => {
    const { shape, filters, border } = sizes;
    const weights = [3, 3, shape[3], filters];
    const [x, w] = [drawn(shape, 1), drawn(weights, 2)];
    const [tx, tw] = [tensor(x, shape), tensor(w, weights)];
    const y = conv2d(tx, tw, { padding: border });
    const u = drawn(y.shape, 3);
    const wanted = [y, ...gradients(sum(mul(y, tensor(u, y.shape))), [tx, tw])];
    const taken = names(await programFor(theEngine().target, linearise(wanted))).filter((name) =>
      name.endsWith(" in tiles"),
    );
    expect(taken).toHaveLength(3);
    const results = await compute(wanted);
    const plain = plainly(x, w, u, sizes);
    // A plain sum in f32 of as many terms errs by half of this.
    [plain.y, plain.dx, plain.dw].forEach((expected, i) => {
      expect(errorOf(results[i], expected)).toBeLessThan(4e-6);
    });
  });

  test("with bias, residual and activation, inside the border of the next", async () => {
    const sizes = { shape: [1, 18, 21, 32], filters: 32, border: 1 };
    const [x, w, next, bias] = [
      drawn(sizes.shape, 1),
      drawn([3, 3, 32, 32], 2),
      drawn([3, 3, 32, 32], 3),
      drawn([32], 4),
    ];
    const kept = [w, next].map((values) => variable(values, [3, 3, 32, 32]));
    const shift = variable(bias, [32]);
    const net = compiled((t: Tensor) => {
      const hidden = relu(add(add(conv2d(t, kept[0], { padding: 1 }), shift), t));
      return conv2d(hidden, kept[1], { padding: 1 });
    });
    const hidden = plainly(x, w, null, sizes).y.map((value, i) => Math.max(0, value + bias[i % 32] + x[i]));
    const expected = plainly(Float32Array.from(hidden), next, null, sizes).y;
    expect(errorOf(await net(tensor(x, sizes.shape)), expected)).toBeLessThan(4e-6);
    // Other weights: what was prepared is prepared again.
    kept[1].set(w);
    const other = plainly(Float32Array.from(hidden), w, null, sizes).y;
    expect(errorOf(await net(tensor(x, sizes.shape)), other)).toBeLessThan(4e-6);
  });

  test("512 channels: the error stays that of a plain sum", async () => {
    const sizes = { shape: [1, 16, 16, 512], filters: 32, border: 1 };
    // After a ReLU half of the inputs are zeros and none is negative.
    const x = drawn(sizes.shape, 1).map((value) => Math.max(0, value));
    const w = drawn([3, 3, 512, 32], 2);
    const [kept, input] = [variable(w, [3, 3, 512, 32]), tensor(x, sizes.shape)];
    const y = conv2d(input, kept, { padding: 1 });
    const graph = () => linearise([y]);
    const { target } = theEngine();
    const [tiled, direct] = await Promise.all(
      [false, true].map((direct) => programFor({ ...target, direct }, graph())),
    );
    expect(names(tiled)).toContain("conv2d 3×3×512→32 in tiles");
    expect(names(direct)).toContain("conv2d 3×3×512→32");
    const expected = plainly(x, w, null, sizes).y;
    expect(errorOf(await y.data(), expected)).toBeLessThan(6e-6);
  });
});

describe("minimal filtering", () => {
  afterAll(() => configure({ threads: 1 }));

  test("bias, residual and activation go into the last transform's store", async () => {
    const x = tensor(drawn([1, 28, 28, 64], 1), [1, 28, 28, 64]);
    const w = variable(drawn([3, 3, 64, 64], 2), [3, 3, 64, 64]);
    const bias = variable(drawn([64], 3), [64]);
    const y = relu(add(add(conv2d(x, w, { padding: "same" }), bias), x));
    expect(
      names(await programFor(wasm, linearise([y]))).filter((name) => !/^(copy|fill)/.test(name)),
    ).toEqual([
      "transform of filters",
      "transform of tiles",
      "conv2d 3×3×64→64 in tiles",
      "transform of products + add + add + relu",
    ]);
  });

  test.each([
    { x: [1, 28, 28, 64], w: [3, 3, 64, 64], options: { stride: 2 } },
    { x: [1, 28, 28, 64], w: [3, 3, 64, 64], options: { dilation: 2 } },
    { x: [1, 28, 28, 64], w: [3, 3, 32, 64], options: { groups: 2 } },
    { x: [1, 28, 28, 64], w: [5, 5, 64, 64], options: {} },
    { x: [1, 28, 28, 3], w: [3, 3, 3, 64], options: {} }, // a photograph has too few channels
    { x: [1, 7, 7, 512], w: [3, 3, 512, 512], options: {} }, // too few pixels for a filter so large
  ])("x $x, filters $w, $options: directly", async ({ x, w, options }) => {
    const y = conv2d(
      tensor(new Float32Array(x.reduce((a, b) => a * b)), x),
      variable(new Float32Array(w.reduce((a, b) => a * b)), w),
      options,
    );
    expect(names(await programFor(wasm, linearise([y]))).filter((name) => name.includes("tiles"))).toEqual(
      [],
    );
  });

  test("any number of threads gives the same bits", async () => {
    const [x, w] = [drawn([2, 22, 19, 40], 1), drawn([3, 3, 40, 40], 2)];
    const results: ArrayLike<number>[] = [];
    for (const threads of [1, 2, 3]) {
      await configure({ threads });
      const [tx, tw] = [tensor(x, [2, 22, 19, 40]), tensor(w, [3, 3, 40, 40])];
      const y = conv2d(tx, tw, { padding: 1 });
      results.push(...(await compute([y, ...gradients(sum(mul(y, y)), [tx, tw])])));
    }
    for (let i = 3; i < results.length; i++) expect(results[i]).toEqual(results[i % 3]);
  });
});
