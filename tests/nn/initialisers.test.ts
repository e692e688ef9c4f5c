import { describe, expect, test, vi } from "vitest";
import { fansOf, type Initialiser, initialNumbers, streamOf } from "../../src/nn/initialisers.js";

const shape = [3, 3, 32, 64]; // 3·3·32 = 288 connections in, 3·3·64 = 576 out
const draw = (initialiser: Initialiser, { seed = 1, path = "conv1.filters", of = shape } = {}) =>
  initialNumbers(initialiser, of, { seed, path });

const mean = (x: Float32Array) => x.reduce((s, v) => s + v, 0) / x.length;
const variance = (x: Float32Array) => mean(x.map((v) => v * v)) - mean(x) ** 2;

test("fans of a filter and of a matrix", () => {
  expect(fansOf(shape)).toEqual({ fanIn: 288, fanOut: 576 });
  expect(fansOf([400, 120])).toEqual({ fanIn: 400, fanOut: 120 });
});

describe.each<{ initialiser: Initialiser; variance: number; bound?: number }>([
  { initialiser: "glorotUniform", variance: 2 / 864, bound: Math.sqrt(6 / 864) },
  { initialiser: "glorotNormal", variance: 2 / 864 },
  { initialiser: "heUniform", variance: 2 / 288, bound: Math.sqrt(6 / 288) },
  { initialiser: "heNormal", variance: 2 / 288 },
  { initialiser: "lecunUniform", variance: 1 / 288, bound: Math.sqrt(3 / 288) },
  { initialiser: "lecunNormal", variance: 1 / 288 },
  { initialiser: { normal: 0.01 }, variance: 1e-4 },
  { initialiser: { uniform: 0.3 }, variance: 0.03, bound: 0.3 },
])("$initialiser", ({ initialiser, variance: expected, bound }) => {
  const numbers = draw(initialiser);

  test("mean and variance", () => {
    // 18,432 numbers: their mean strays by √(v/18432), their variance by about 1 %.
    expect(Math.abs(mean(numbers))).toBeLessThan(4 * Math.sqrt(expected / numbers.length));
    expect(variance(numbers) / expected).toBeGreaterThan(0.95);
    expect(variance(numbers) / expected).toBeLessThan(1.05);
  });

  if (bound !== undefined)
    test("keeps within its bounds and uses them", () => {
      const greatest = numbers.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      expect(greatest).toBeLessThanOrEqual(Math.fround(bound));
      expect(greatest).toBeGreaterThan(0.999 * bound);
    });
});

test("zeros and a constant", () => {
  expect([...draw("zeros", { of: [3] })]).toEqual([0, 0, 0]);
  expect([...draw({ constant: 0.5 }, { of: [2] })]).toEqual([0.5, 0.5]);
});

test("numbers depend on the seed and on the path, and on nothing else", () => {
  const numbers = draw("heNormal");
  expect(draw("heNormal")).toEqual(numbers);
  expect(draw("heNormal", { seed: 2 })).not.toEqual(numbers);
  expect(draw("heNormal", { path: "conv2.filters" })).not.toEqual(numbers);
});

test("weights begin with the same numbers where jsdom has no TextEncoder", () => {
  const paths = ["conv1.filters", "größe/dense1.weights", "网.bias", "a%b.weights", ""];
  const streams = paths.map(streamOf);
  vi.stubGlobal("TextEncoder", undefined);
  try {
    expect(paths.map(streamOf)).toEqual(streams);
  } finally {
    vi.unstubAllGlobals();
  }
});
