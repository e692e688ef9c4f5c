import { describe, expect, test } from "vitest";
import type { KernelBuilder } from "../../../src/kernels/builder.js";
import { contractionKernel } from "../../../src/kernels/contraction/contraction.js";
import type { Contraction } from "../../../src/kernels/contraction/shape.js";
import { type Draft, described } from "../../../src/kernels/draft.js";
import { exp, log, sigmoid, tanh } from "../../../src/kernels/elementary.js";
import type { ElementType, Expression, Rule, Store } from "../../../src/kernels/expression.js";
import { fillKernel } from "../../../src/kernels/fill.js";
import { gatherKernel, scatterAddKernel } from "../../../src/kernels/gather.js";
import type { Floats } from "../../../src/kernels/language.js";
import { mapKernel } from "../../../src/kernels/map.js";
import { type Combine, reduceKernel } from "../../../src/kernels/reduce.js";
import { transposeKernel } from "../../../src/kernels/transpose.js";
import { RandomStream } from "../../../src/random/threefry.js";
import { x64Target } from "../../../src/targets/x64/emitter.js";
import { asFloats, missingReason, runnable, runOn, type Words } from "./machine.js";

if (missingReason) test.skip(`the generators' kernels, because ${missingReason}`, () => {});

const random = new RandomStream(9);
const randomFloats = (size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.uniform(-1, 1));
const load = (buffer: number, strides: number[], offset = 0, type: ElementType = "f32"): Expression => ({
  kind: "load",
  buffer,
  type,
  at: { strides, offset },
});
const apply = (rule: Rule, ...inputs: Expression[]): Expression => ({
  kind: "apply",
  name: "test rule",
  rule,
  inputs,
  type: "f32",
});
const result = (index = 0): Expression => ({ kind: "result", index });
const store = (buffer: number, strides: number[], value: Expression, type: ElementType = "f32"): Store => ({
  value,
  buffer,
  type,
  at: { strides, offset: 0 },
});
const add: Rule = (k, [a, b]) => k.add(a as Floats, b as Floats);

/** Runs the items in two shares, as two threads would. */
function run(draft: Draft, level: (typeof runnable)[number], buffers: readonly Words[]): Int32Array[] {
  const { items, told, write } = described(draft);
  return runOn(write(x64Target(level), "under test"), level, buffers, items, told);
}

describe.each(runnable)("generators at %s", (level) => {
  const target = x64Target(level);

  test.each([[1], [7], [16], [33], [3, 5], [4, 40], [2, 3, 17], [70, 3, 3]])(
    "map over %i × …",
    (...space) => {
      const size = space.reduce((n, c) => n * c, 1);
      const strides = space.map((_, d) => space.slice(d + 1).reduce((n, c) => n * c, 1));
      const reversed = strides.map((s, d) => (d === space.length - 1 ? -s : s));
      const x = randomFloats(size);
      const bias = randomFloats(space.at(-1)!);
      const inner = space.map((_, d) => (d === space.length - 1 ? 1 : 0));
      const generated = mapKernel(target, space, [
        store(2, strides, apply(add, load(0, reversed, space.at(-1)! - 1), load(1, inner))),
      ]);
      const [, , y] = run(generated, level, [x, bias, new Float32Array(size + 20).fill(9)]);
      const width = space.at(-1)!;
      const expected = Float32Array.from({ length: size }, (_, i) => {
        const column = i % width;
        return x[i - column + width - 1 - column] + bias[column];
      });
      expect([...asFloats(y).subarray(0, size)]).toEqual([...expected]);
      expect([...asFloats(y).subarray(size, size + 20)]).toEqual(new Array(20).fill(9));
    },
  );

  test.each([
    [16, 16],
    [33, 20],
    [70, 65],
    [128, 17],
  ])("a copy of %i×%i turned round, in two batches", (rows, columns) => {
    const size = rows * columns;
    const x = randomFloats(2 * size);
    const space = [2, columns, rows];
    const copy = store(1, [size, rows, 1], load(0, [size, 1, columns]));
    const generated = transposeKernel(target, space, [copy]);
    const [, y] = run(generated!, level, [x, new Float32Array(2 * size + 20).fill(9)]);
    const expected = Float32Array.from({ length: 2 * size }, (_, i) => {
      const [batch, column, row] = [Math.floor(i / size), Math.floor((i % size) / rows), i % rows];
      return x[batch * size + row * columns + column];
    });
    expect([...asFloats(y).subarray(0, 2 * size)]).toEqual([...expected]);
    expect([...asFloats(y).subarray(2 * size, 2 * size + 20)]).toEqual(new Array(20).fill(9));
  });

  test("what is no such copy is left to others", () => {
    const plain = store(1, [64, 1], load(0, [64, 1]));
    expect(transposeKernel(target, [64, 64], [plain])).toBeNull();
    const changed = store(1, [64, 1], apply(add, load(0, [1, 64]), load(0, [1, 64])));
    expect(transposeKernel(target, [64, 64], [changed])).toBeNull();
    const short = store(1, [4, 1], load(0, [1, 64]));
    expect(transposeKernel(target, [64, 4], [short])).toBeNull();
  });

  test.each([
    ["exp", exp, Math.exp, 3e-7],
    ["log", (k: KernelBuilder, x: Floats) => log(k, k.abs(x)), (x: number) => Math.log(Math.abs(x)), 3e-7],
    ["tanh", tanh, Math.tanh, 3e-7],
    ["sigmoid", sigmoid, (x: number) => 1 / (1 + Math.exp(-x)), 3e-7],
  ] as const)("%s is within 2 ulp or so", (_, rule, reference, rtol) => {
    const x = Float32Array.from({ length: 1000 }, () => random.uniform(-20, 20));
    const generated = mapKernel(
      target,
      [1000],
      [
        store(
          1,
          [1],
          apply((k, [v]) => rule(k, v as Floats), load(0, [1])),
        ),
      ],
    );
    const [, y] = run(generated, level, [x, new Float32Array(1000)]);
    asFloats(y).forEach((value, i) => {
      const expected = reference(x[i]);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(rtol * Math.max(Math.abs(expected), 1e-7));
    });
  });

  test.each([
    { kept: [5], reduced: [7], combine: "sum" },
    { kept: [3], reduced: [100], combine: "sum" },
    { kept: [40], reduced: [3], combine: "max" },
    { kept: [], reduced: [77], combine: "min" },
    { kept: [2, 19], reduced: [3, 5], combine: "max" },
    { kept: [4], reduced: [33], combine: "argmax" },
  ] as const)("reduce: $combine over $reduced, kept $kept", ({ kept, reduced, combine }) => {
    const outer = kept.reduce<number>((n, c) => n * c, 1);
    const inner = reduced.reduce<number>((n, c) => n * c, 1);
    const x = randomFloats(outer * inner);
    const counts = [...kept, ...reduced];
    const strides = (all: readonly number[]): number[] =>
      all.map((_, d) => all.slice(d + 1).reduce((n, c) => n * c, 1));
    for (const keptLast of [false, true]) {
      // Either the reduced or the kept loops are the inner ones in memory.
      const inMemory = keptLast
        ? [...strides(kept), ...strides(reduced).map((s) => s * outer)]
        : strides(counts);
      const position: Expression = {
        kind: "position",
        at: { strides: [...kept.map(() => 0), ...strides(reduced)], offset: 0 },
      };
      const generated = reduceKernel(
        target,
        kept,
        reduced,
        [
          {
            combine: combine as Combine,
            value: load(0, inMemory),
            ...(combine === "argmax" && { position }),
          },
        ],
        [
          store(
            1,
            [...strides(kept), ...reduced.map(() => 0)],
            result(),
            combine === "argmax" ? "i32" : "f32",
          ),
        ],
      );
      const [, y] = run(generated, level, [x, new Float32Array(outer)]);
      for (let o = 0; o < outer; o++) {
        const values = Array.from({ length: inner }, (_, r) => x[keptLast ? r * outer + o : o * inner + r]);
        const expected = {
          sum: values.reduce((s, v) => s + v, 0),
          max: Math.max(...values),
          min: Math.min(...values),
          argmax: values.indexOf(Math.max(...values)),
        }[combine];
        const got = combine === "argmax" ? y[o] : asFloats(y)[o];
        expect(Math.abs(got - expected)).toBeLessThan(1e-5);
      }
    }
  });

  test.each([
    [1, 1, 1],
    [3, 5, 7],
    [14, 32, 64],
    [29, 48, 20],
    [64, 17, 100],
    [130, 70, 33],
    [6, 130, 9],
  ])("contraction: a matrix product of %i×%i over %i, packed and as it lies", (rows, columns, depth) => {
    const { lanes } = target;
    const a = randomFloats(rows * depth);
    const b = randomFloats(depth * columns);
    const bias = randomFloats(columns);
    const vectors = Math.ceil(columns / lanes);
    const packed = new Float32Array(vectors * depth * lanes);
    for (let i = 0; i < depth; i++)
      for (let j = 0; j < columns; j++)
        packed[(Math.floor(j / lanes) * depth + i) * lanes + (j % lanes)] = b[i * columns + j];
    const relu: Rule = (k, [x, y]) => k.max(k.add(x as Floats, y as Floats), k.f32(0));
    for (const isPacked of [false, true]) {
      const spec: Contraction = {
        batch: [],
        rows: [{ count: rows, a: depth, b: 0 }],
        columns,
        vectorStride: isPacked ? lanes * depth : lanes,
        depth: [{ count: depth, a: 1, b: isPacked ? lanes : columns }],
        startA: 0,
        startB: 0,
        stores: [store(2, [columns, 1], apply(relu, result(), load(3, [0, 1])))],
      };
      const c = new Float32Array(rows * columns + 20).fill(9);
      const [, , out] = run(contractionKernel(target, spec), level, [a, isPacked ? packed : b, c, bias]);
      const got = asFloats(out);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = bias[j];
          for (let p = 0; p < depth; p++) sum += a[i * depth + p] * b[p * columns + j];
          expect(Math.abs(got[i * columns + j] - Math.max(sum, 0))).toBeLessThan(1e-4);
        }
      expect([...got.subarray(rows * columns, rows * columns + 20)]).toEqual(new Array(20).fill(9));
    }
  });

  test.each([
    { n: 2, size: 6, channels: 3, filters: 20, kernel: 3, stride: 1 },
    { n: 1, size: 9, channels: 16, filters: 48, kernel: 3, stride: 2 },
    { n: 1, size: 8, channels: 1, filters: 6, kernel: 5, stride: 1 },
    { n: 1, size: 18, channels: 5, filters: 33, kernel: 1, stride: 1 },
  ])(
    "contraction: convolution of $n×$size×$size×$channels, $filters filters of $kernel, stride $stride",
    (c) => {
      const { n, size, channels, filters, kernel, stride } = c;
      const out = Math.floor((size - kernel) / stride) + 1;
      const x = randomFloats(n * size * size * channels);
      const w = randomFloats(kernel * kernel * channels * filters);
      const spec: Contraction = {
        batch: [],
        rows: [
          { count: n, a: size * size * channels, b: 0 },
          { count: out, a: stride * size * channels, b: 0 },
          { count: out, a: stride * channels, b: 0 },
        ],
        columns: filters,
        vectorStride: target.lanes,
        depth: [
          { count: kernel, a: size * channels, b: kernel * channels * filters },
          { count: kernel, a: channels, b: channels * filters },
          { count: channels, a: 1, b: filters },
        ],
        startA: 0,
        startB: 0,
        stores: [store(2, [out * out * filters, out * filters, filters, 1], result())],
      };
      const y = new Float32Array(n * out * out * filters);
      const [, , got] = run(contractionKernel(target, spec), level, [x, w, y]);
      const values = asFloats(got);
      let place = 0;
      for (let p = 0; p < n; p++)
        for (let i = 0; i < out; i++)
          for (let j = 0; j < out; j++)
            for (let f = 0; f < filters; f++) {
              let sum = 0;
              for (let a = 0; a < kernel; a++)
                for (let b = 0; b < kernel; b++)
                  for (let ch = 0; ch < channels; ch++)
                    sum +=
                      x[((p * size + i * stride + a) * size + j * stride + b) * channels + ch] *
                      w[((a * kernel + b) * channels + ch) * filters + f];
              expect(Math.abs(values[place++] - sum)).toBeLessThan(1e-4);
            }
    },
  );

  test("contraction: a filter gradient, whose depth runs over pixels and is walked in turns", () => {
    const [pixels, rows, columns] = [400, 21, 40];
    const a = randomFloats(pixels * rows);
    const b = randomFloats(pixels * columns);
    const spec: Contraction = {
      batch: [],
      rows: [{ count: rows, a: 1, b: 0 }],
      columns,
      vectorStride: target.lanes,
      depth: [{ count: pixels, a: rows, b: columns }],
      startA: 0,
      startB: 0,
      stores: [store(2, [columns, 1], result())],
    };
    const [, , out] = run(contractionKernel(target, spec), level, [a, b, new Float32Array(rows * columns)]);
    const got = asFloats(out);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let p = 0; p < pixels; p++) sum += a[p * rows + i] * b[p * columns + j];
        expect(Math.abs(got[i * columns + j] - sum)).toBeLessThan(1e-3);
      }
  });

  test("gather, scatter and fill", () => {
    const shape = { outer: 2, extent: 5, inner: 19, count: 4 };
    const x = randomFloats(2 * 5 * 19);
    const index = Int32Array.of(3, 0, 7, 3);
    const [, , y] = run(gatherKernel("f32", shape), level, [x, index, new Float32Array(152)]);
    const picked = asFloats(y);
    for (let o = 0; o < 2; o++)
      index.forEach((from, j) => {
        for (let i = 0; i < 19; i++)
          expect(picked[(o * 4 + j) * 19 + i]).toBe(from < 5 ? x[(o * 5 + from) * 19 + i] : Number.NaN);
      });
    const dy = randomFloats(152);
    const [, , dx] = run(scatterAddKernel("f32", shape), level, [dy, index, new Float32Array(190)]);
    const sums = asFloats(dx);
    for (let o = 0; o < 2; o++)
      for (let row = 0; row < 5; row++)
        for (let i = 0; i < 19; i++) {
          let sum = 0;
          index.forEach((to, j) => {
            if (to === row) sum = Math.fround(sum + dy[(o * 4 + j) * 19 + i]);
          });
          expect(sums[(o * 5 + row) * 19 + i]).toBe(sum);
        }
    const boxes = [{ counts: [2, 3, 5], at: { offset: 4, strides: [30, 10, 1] } }];
    const [filled] = run(fillKernel("f32", 7, boxes), level, [new Float32Array(64)]);
    asFloats(filled).forEach((value, i) => {
      const inside = i >= 4 && i < 64 && (i - 4) % 10 < 5 && i - 4 < 60;
      expect(value).toBe(inside ? 7 : 0);
    });
  });
});
