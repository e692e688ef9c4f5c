import { describe, expect, test } from "vitest";
import { KernelBuilder } from "../../src/kernels/builder.js";
import type { Floats, Ints } from "../../src/kernels/language.js";
import { RandomStream } from "../../src/random/threefry.js";
import { emitKernel, type WasmFeatures, wasmTarget } from "../../src/targets/wasm/emitter.js";
import { detectFeatures } from "../../src/targets/wasm/features.js";
import { binaryFloats, integers } from "./operators.js";
import { moduleOf, runOf } from "./wasm-run.js";

const kinds: [string, WasmFeatures][] = [["plain SIMD", { relaxedSimd: false }]];
if (detectFeatures().relaxedSimd) kinds.push(["relaxed SIMD", { relaxedSimd: true }]);

/** Runs a kernel on one argument block, whose words are addresses of buffers of 16 words each. */
function runKernel(
  features: WasmFeatures,
  record: (k: KernelBuilder) => void,
  buffers: readonly (Float32Array | Int32Array)[],
  items = 1,
): Int32Array[] {
  const k = new KernelBuilder(wasmTarget(features));
  record(k);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const run = runOf(emitKernel(k.finish("under test"), features), memory, items);
  const words = new Int32Array(memory.buffer);
  const address = (i: number): number => 1024 + 256 * i;
  buffers.forEach((buffer, i) => {
    words[64 + i] = address(i);
    words.set(new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length), address(i) / 4);
  });
  run(256, 0, 1, 512);
  return buffers.map((_, i) => words.slice(address(i) / 4, address(i) / 4 + 16));
}

const floats = (words: Int32Array): number[] => [...new Float32Array(words.buffer, words.byteOffset, 4)];
const special = Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, -0, 1.5);
const f32 = Math.fround;
const random = new RandomStream(3);
const samples = Array.from({ length: 8 }, () => [
  Float32Array.from({ length: 4 }, () => random.uniform(-5, 5)),
  Float32Array.from({ length: 4 }, () => random.uniform(-5, 5)),
]);
samples.push([special, Float32Array.of(1, 2, 0, -1)], [Float32Array.of(1, 2, 0, -1), special]);

describe.each(kinds)("WebAssembly with %s", (_, features) => {
  test.each(Object.keys(binaryFloats))("f32 %s", (name) => {
    const [record, reference] = binaryFloats[name];
    for (const [a, b] of samples) {
      const [, , out] = runKernel(
        features,
        (k) => {
          const x = k.load("f32", k.argument(0)) as Floats;
          const y = k.load("f32", k.argument(1)) as Floats;
          k.store("f32", k.argument(2), record(k, x, y));
        },
        [a, b, new Float32Array(4)],
      );
      expect(floats(out)).toEqual([...a].map((v, i) => reference(v, b[i])));
    }
  });

  test.each(Object.keys(integers))("i32 %s", (name) => {
    const [record, reference] = integers[name];
    const a = Int32Array.of(7, -9, 2_000_000_000, -1);
    const b = Int32Array.of(3, 1_500_000_000, 1_000_000_000, 5);
    const [, , out] = runKernel(
      features,
      (k) =>
        k.store(
          "i32",
          k.argument(2),
          record(k, k.load("i32", k.argument(0)) as Ints, k.load("i32", k.argument(1)) as Ints),
        ),
      [a, b, new Int32Array(4)],
    );
    expect([...out.subarray(0, 4)]).toEqual([...a].map((v, i) => reference(v, b[i]) | 0));
  });

  test("fused multiply-add, conversions, bits", () => {
    const a = Float32Array.of(1.75, -2.25, 3e9, Number.NaN);
    const [, whole, product] = runKernel(
      features,
      (k) => {
        const x = k.load("f32", k.argument(0)) as Floats;
        k.store("i32", k.argument(1), k.toInt(x));
        k.store("f32", k.argument(2), k.fma(k.fromBits(k.bitsOf(x)), k.toFloat(k.i32(2)), k.f32(0.5)));
      },
      [a, new Int32Array(4), new Float32Array(4)],
    );
    expect([...whole.subarray(0, 4)]).toEqual([1, -2, 2147483647, 0]);
    expect(floats(product)).toEqual([4, -4, f32(6e9), Number.NaN]);
  });

  test("two vectors zipped", () => {
    const [, , low, high] = runKernel(
      features,
      (k) => {
        const [a, b] = [0, 1].map((i) => k.load("f32", k.argument(i)) as Floats);
        k.store("f32", k.argument(2), k.zip("low", a, b));
        k.store("f32", k.argument(3), k.zip("high", a, b));
      },
      [
        Float32Array.of(0, 1, 2, 3),
        Float32Array.of(10, 11, 12, 13),
        new Float32Array(4),
        new Float32Array(4),
      ],
    );
    expect(floats(low)).toEqual([0, 10, 1, 11]);
    expect(floats(high)).toEqual([2, 12, 3, 13]);
  });

  test.each(["sum", "max", "min"] as const)("%s across the lanes", (how) => {
    const a = Float32Array.of(3, -7, 5, 0.5);
    const [, out] = runKernel(
      features,
      (k) => k.store("f32", k.argument(1), k.acrossLanes(how, k.load("f32", k.argument(0)) as Floats)),
      [a, new Float32Array(4)],
    );
    const expected = { sum: 1.5, max: 5, min: -7 }[how];
    expect(floats(out)).toEqual(new Array(4).fill(expected));
  });

  test("NaN wins across the lanes, wherever it stands", () => {
    for (let lane = 0; lane < 4; lane++) {
      const a = Float32Array.of(1, 2, 3, 4).fill(Number.NaN, lane, lane + 1);
      const [, out] = runKernel(
        features,
        (k) => k.store("f32", k.argument(1), k.acrossLanes("max", k.load("f32", k.argument(0)) as Floats)),
        [a, new Float32Array(4)],
      );
      expect(floats(out)).toEqual(new Array(4).fill(Number.NaN));
    }
  });

  test("loads: neighbours, one for all, apart; bytes widened", () => {
    const a = Int32Array.from({ length: 16 }, (_, i) => i * 3);
    const bytes = new Int32Array(Uint8Array.from({ length: 16 }, (_, i) => 250 + i).buffer);
    const [, , out] = runKernel(
      features,
      (k) => {
        const from = k.argument(0);
        const small = k.argument(1);
        let to = k.argument(2);
        for (const value of [
          k.load("i32", from, { displacement: 4 }),
          k.load("i32", from, { displacement: 8, access: "splat" }),
          k.load("i32", from, { access: "lanes", stride: 12 }),
          k.load("i32", k.plus(from, 36), { access: "lanes", stride: -12 }),
        ]) {
          k.store("i32", to, value);
          to = k.plus(to, 16);
        }
        void small;
      },
      [a, bytes, new Int32Array(16)],
    );
    expect([...out]).toEqual([3, 6, 9, 12, 6, 6, 6, 6, 0, 9, 18, 27, 27, 18, 9, 0]);
    const [, small] = runKernel(
      features,
      (k) => {
        const from = k.argument(0);
        let to = k.argument(1);
        for (const value of [
          k.load("u8", from, { displacement: 3 }),
          k.load("u8", from, { displacement: 5, access: "splat" }),
          k.load("u8", from, { access: "lanes", stride: 4 }),
        ]) {
          k.store("i32", to, value);
          to = k.plus(to, 16);
        }
      },
      [bytes, new Int32Array(16)],
    );
    expect([...small.subarray(0, 12)]).toEqual([253, 254, 255, 0, 255, 255, 255, 255, 250, 254, 2, 6]);
  });

  test("stores: part of a vector, apart, as bytes; the rest is left alone", () => {
    for (const lanes of [1, 2, 3, 4]) {
      const [near, far, small] = runKernel(
        features,
        (k) => {
          const value = k.add(k.laneNumbers, k.i32(1));
          k.store("i32", k.argument(0), value, { lanes, displacement: 4 });
          k.store("i32", k.argument(1), value, { lanes, stride: 8 });
          k.store("u8", k.argument(2), value, { lanes });
        },
        [new Int32Array(16).fill(9), new Int32Array(16).fill(9), new Int32Array(16)],
      );
      const written = [1, 2, 3, 4].slice(0, lanes);
      expect([...near.subarray(0, 6)]).toEqual([9, ...written, ...new Array(5 - lanes).fill(9)]);
      expect([...far.subarray(0, 8)]).toEqual([0, 1, 2, 3].flatMap((i) => [i < lanes ? i + 1 : 9, 9]));
      expect([...new Uint8Array(small.buffer, 0, 4)]).toEqual([...written, ...new Array(4 - lanes).fill(0)]);
    }
  });

  test("loops and conditions on run-time numbers", () => {
    const [counts, out] = runKernel(
      features,
      (k) => {
        k.loop(k.begin, k.end, (item) => {
          const limit = k.loadInt(k.offset(k.argument(0), item, 4));
          const total = k.variable(k.i32(0));
          k.loop(0, limit, (i) => k.assign(total, k.add(total, k.splat(i))), 2);
          k.when(
            k.compare("gt", limit, k.int(4)),
            () => k.store("i32", k.offset(k.argument(1), item, 4), total, { lanes: 1 }),
            () => k.store("i32", k.offset(k.argument(1), item, 4), k.i32(-1), { lanes: 1 }),
          );
        });
      },
      [Int32Array.of(0, 5, 8, 3), new Int32Array(4)],
      4,
    );
    expect([...counts.subarray(0, 4)]).toEqual([0, 5, 8, 3]);
    expect([...out.subarray(0, 4)]).toEqual([-1, 0 + 2 + 4, 0 + 2 + 4 + 6, -1]);
  });
});

describe("relaxed SIMD", () => {
  test("is emitted as a valid module", () => {
    if (!detectFeatures().relaxedSimd) return; // nothing here could judge it
    const k = new KernelBuilder(wasmTarget({ relaxedSimd: true }));
    k.store("f32", k.argument(0), k.fma(k.f32(1), k.f32(2), k.f32(3)));
    const code = moduleOf(emitKernel(k.finish("fma"), { relaxedSimd: true }));
    expect(WebAssembly.validate(code)).toBe(true);
  });
});
