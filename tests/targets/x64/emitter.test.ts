import { totalmem } from "node:os";
import { describe, expect, test } from "vitest";
import { KernelBuilder } from "../../../src/kernels/builder.js";
import type { Floats, Int, Ints, Mask } from "../../../src/kernels/language.js";
import { RandomStream } from "../../../src/random/threefry.js";
import { emitKernel, x64Target } from "../../../src/targets/x64/emitter.js";
import { binaryFloats, integers, pick } from "../operators.js";
import { asFloats, missingReason, native, runKernel, runnable, withKernel } from "./machine.js";

if (missingReason) test.skip(`machine code of each kind, because ${missingReason}`, () => {});

const random = new RandomStream(3);
const special = [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -0, 0, 1.5, -2.5, 3e9];

describe.each(runnable)("x64 at %s", (level) => {
  const { lanes } = x64Target(level);
  const uniform = () => Float32Array.from({ length: lanes }, () => random.uniform(-5, 5));
  const repeated = (values: readonly number[], shift = 0) =>
    Float32Array.from({ length: lanes }, (_, i) => values[(i + shift) % values.length]);
  const samples = [
    ...Array.from({ length: 4 }, () => [uniform(), uniform()]),
    ...special.map((_, shift) => [repeated(special), repeated(special, shift)]),
  ];
  const floats = (words: Int32Array): number[] => [...asFloats(words).subarray(0, lanes)];

  test.each(Object.keys(binaryFloats))("f32 %s", (name) => {
    const [record, reference] = binaryFloats[name];
    for (const [a, b] of samples) {
      const [, , out] = runKernel(
        level,
        (k) => {
          const x = k.load("f32", k.argument(0)) as Floats;
          const y = k.load("f32", k.argument(1)) as Floats;
          k.store("f32", k.argument(2), record(k, x, y));
        },
        [a, b, new Float32Array(lanes)],
      );
      expect(floats(out)).toEqual([...a].map((v, i) => reference(v, b[i])));
    }
  });

  test.each(Object.keys(binaryFloats))("f32 %s with a constant on either side", (name) => {
    const [record, reference] = binaryFloats[name];
    const [a] = samples[0];
    for (const constant of [-2.5, 0, Number.NaN]) {
      const [, right, left, both] = runKernel(
        level,
        (k) => {
          const x = k.load("f32", k.argument(0)) as Floats;
          const twice = k.add(x, k.f32(0));
          k.store("f32", k.argument(1), record(k, twice, k.f32(constant)));
          k.store("f32", k.argument(2), record(k, k.f32(constant), twice));
          k.store("f32", k.argument(3), record(k, k.f32(constant), k.f32(1.5)));
        },
        [a, ...Array.from({ length: 3 }, () => new Float32Array(lanes))],
      );
      const x = [...a];
      expect(floats(right)).toEqual(x.map((v) => reference(v, constant)));
      expect(floats(left)).toEqual(x.map((v) => reference(constant, v)));
      expect(floats(both)).toEqual(x.map(() => reference(constant, 1.5)));
    }
  });

  test.each(Object.keys(integers))("i32 %s", (name) => {
    const [record, reference] = integers[name];
    const numbers = [7, -9, 2_000_000_000, -1, 0, -2_147_483_648, 2_147_483_647, 7];
    const others = [3, 1_500_000_000, 1_000_000_000, 5, 0, -7, 2, 7];
    const a = Int32Array.from({ length: lanes }, (_, i) => numbers[i % 8]);
    const b = Int32Array.from({ length: lanes }, (_, i) => others[i % 8]);
    const [, , out, constant] = runKernel(
      level,
      (k) => {
        const x = k.load("i32", k.argument(0)) as Ints;
        const y = k.load("i32", k.argument(1)) as Ints;
        k.store("i32", k.argument(2), record(k, x, y));
        k.store("i32", k.argument(3), record(k, x, k.i32(7)));
      },
      [a, b, new Int32Array(lanes), new Int32Array(lanes)],
    );
    expect([...out.subarray(0, lanes)]).toEqual([...a].map((v, i) => reference(v, b[i]) | 0));
    expect([...constant.subarray(0, lanes)]).toEqual([...a].map((v) => reference(v, 7) | 0));
  });

  test("masks: chosen by a mask, kept in a variable, stored", () => {
    const [a, b] = [uniform(), uniform()];
    const [, , chosen, stored] = runKernel(
      level,
      (k) => {
        const x = k.load("f32", k.argument(0)) as Floats;
        const y = k.load("f32", k.argument(1)) as Floats;
        const mask: Mask = k.variable(k.compare("lt", x, y));
        k.assign(mask, k.select(k.compare("gt", x, k.f32(0)), mask, k.not(mask)));
        k.store("f32", k.argument(2), pick(k, mask));
        k.store("i32", k.argument(3), mask);
      },
      [a, b, new Float32Array(lanes), new Int32Array(lanes)],
    );
    const expected = [...a].map((v, i) => (v > 0 ? v < b[i] : !(v < b[i])));
    expect(floats(chosen)).toEqual(expected.map(Number));
    expect([...stored.subarray(0, lanes)]).toEqual(expected.map((m) => (m ? -1 : 0)));
  });

  test("fused multiply-add with every operand in a register, in memory or constant", () => {
    const [a, b] = [uniform(), uniform()];
    const forms: [(k: KernelBuilder, x: Floats, y: Floats) => Floats, (x: number, y: number) => number][] = [
      [(k, x, y) => k.fma(x, y, x), (x, y) => x * y + x],
      [(k, x, y) => k.fma(x, x, y), (x, y) => x * x + y],
      [(k, x, y) => k.fma(y, x, k.f32(0.5)), (x, y) => y * x + 0.5],
      [(k, x, y) => k.fma(k.f32(0.5), x, y), (x, y) => 0.5 * x + y],
      [(k, x, y) => k.fma(x, k.f32(0.5), y), (x, y) => x * 0.5 + y],
      [(k, x) => k.fma(x, k.f32(2), k.f32(0.5)), (x) => 2 * x + 0.5],
      [(k) => k.fma(k.f32(3), k.f32(2), k.f32(0.5)), () => 6.5],
      [(k, x) => k.fma(x, x, x), (x) => x * x + x],
    ];
    for (const keep of [false, true])
      for (const [record, reference] of forms) {
        const [, , out, kept] = runKernel(
          level,
          (k) => {
            const x = k.load("f32", k.argument(0)) as Floats;
            const y = k.load("f32", k.argument(1)) as Floats;
            k.store("f32", k.argument(2), record(k, x, y));
            if (keep) k.store("f32", k.argument(3), k.add(x, y));
          },
          [a, b, new Float32Array(lanes), new Float32Array(lanes)],
        );
        const expected = Float32Array.from(a, (v, i) => reference(v, b[i]));
        expect(floats(out)).toEqual([...expected]);
        if (keep) expect(floats(kept)).toEqual([...Float32Array.from(a, (v, i) => v + b[i])]);
      }
  });

  test("conversions and bits", () => {
    const a = repeated([1.75, -2.25, 3e9, Number.NaN, -3e9, 2147483520, -2147483648, -0.5]);
    const [, whole, copied] = runKernel(
      level,
      (k) => {
        const x = k.load("f32", k.argument(0)) as Floats;
        k.store("i32", k.argument(1), k.toInt(x));
        k.store("f32", k.argument(2), k.add(k.fromBits(k.bitsOf(x)), k.toFloat(k.i32(2))));
      },
      [a, new Int32Array(lanes), new Float32Array(lanes)],
    );
    const expected = [1, -2, 2147483647, 0, -2147483648, 2147483520, -2147483648, 0];
    expect([...whole.subarray(0, 8)]).toEqual(expected);
    expect(floats(copied)).toEqual([...a].map((v) => Math.fround(v + 2)));
  });

  test("two vectors zipped", () => {
    const a = Float32Array.from({ length: lanes }, (_, i) => i);
    const b = a.map((v) => v + 100);
    const [, , low, high] = runKernel(
      level,
      (k) => {
        const [x, y] = [0, 1].map((i) => k.load("f32", k.argument(i)) as Floats);
        k.store("f32", k.argument(2), k.zip("low", x, y));
        k.store("f32", k.argument(3), k.zip("high", x, y));
      },
      [a, b, new Float32Array(lanes), new Float32Array(lanes)],
    );
    const zipped = [...a].flatMap((v, i) => [v, b[i]]);
    expect(floats(low)).toEqual(zipped.slice(0, lanes));
    expect(floats(high)).toEqual(zipped.slice(lanes));
  });

  test.each(["sum", "max", "min"] as const)("%s across the lanes", (how) => {
    const a = Float32Array.from({ length: lanes }, (_, i) => ((i * 7) % lanes) - 3);
    const [, out, ints] = runKernel(
      level,
      (k) => {
        const x = k.load("f32", k.argument(0)) as Floats;
        k.store("f32", k.argument(1), k.acrossLanes(how, x));
        k.store("i32", k.argument(2), k.acrossLanes(how, k.toInt(x)));
      },
      [a, new Float32Array(lanes), new Int32Array(lanes)],
    );
    const expected = { sum: a.reduce((s, v) => s + v), max: Math.max(...a), min: Math.min(...a) }[how];
    expect(floats(out)).toEqual(new Array(lanes).fill(expected));
    expect([...ints.subarray(0, lanes)]).toEqual(new Array(lanes).fill(expected));
  });

  test("NaN wins across the lanes, wherever it stands", () => {
    for (let lane = 0; lane < lanes; lane++) {
      const a = Float32Array.from({ length: lanes }, (_, i) => i).fill(Number.NaN, lane, lane + 1);
      const [, most, least] = runKernel(
        level,
        (k) => {
          const x = k.load("f32", k.argument(0)) as Floats;
          k.store("f32", k.argument(1), k.acrossLanes("max", x));
          k.store("f32", k.argument(2), k.acrossLanes("min", x));
        },
        [a, new Float32Array(lanes), new Float32Array(lanes)],
      );
      expect(floats(most)).toEqual(new Array(lanes).fill(Number.NaN));
      expect(floats(least)).toEqual(new Array(lanes).fill(Number.NaN));
    }
  });

  test("loads: neighbours, one for all, apart; bytes widened", () => {
    const a = Int32Array.from({ length: 64 }, (_, i) => i * 3);
    const bytes = new Int32Array(Uint8Array.from({ length: 256 }, (_, i) => 200 + i).buffer);
    const numbers = Array.from({ length: lanes }, (_, i) => i);
    const record = (k: KernelBuilder): void => {
      const [from, small] = [k.argument(0), k.argument(1)];
      let to = k.argument(2);
      for (const value of [
        k.load("i32", from, { displacement: 4 }),
        k.load("i32", from, { displacement: 8, access: "splat" }),
        k.load("i32", from, { access: "lanes", stride: 12 }),
        k.load("i32", k.plus(from, 252), { access: "lanes", stride: -12 }),
        k.load("i32", from, { access: "lanes", stride: 12, lanes: 3 }),
        k.load("u8", small, { displacement: 3 }),
        k.load("u8", small, { displacement: 5, access: "splat" }),
        k.load("u8", small, { access: "lanes", stride: 4 }),
        k.load("u8", small, { access: "lanes", stride: 4, lanes: 5 }),
      ]) {
        k.store("i32", to, value);
        to = k.plus(to, 4 * lanes);
      }
    };
    const [, , out] = runKernel(level, record, [a, bytes, new Int32Array(9 * lanes)]);
    const byte = (i: number): number => (200 + i) % 256;
    const expected = [
      numbers.map((i) => 3 * (i + 1)),
      numbers.map(() => 6),
      numbers.map((i) => 9 * i),
      numbers.map((i) => 189 - 9 * i),
      numbers.map((i) => (i < 3 ? 9 * i : 0)),
      numbers.map((i) => byte(3 + i)),
      numbers.map(() => byte(5)),
      numbers.map((i) => byte(4 * i)),
      numbers.map((i) => (i < 5 ? byte(4 * i) : 0)),
    ];
    expected.forEach((row, n) => {
      expect([...out.subarray(n * lanes, (n + 1) * lanes)]).toEqual(row);
    });
  });

  test("stores: part of a vector, apart, as bytes; the rest is left alone", () => {
    for (let lanesStored = 1; lanesStored <= lanes; lanesStored++) {
      const [near, far, small, smallApart] = runKernel(
        level,
        (k) => {
          const value = k.add(k.laneNumbers, k.i32(1));
          k.store("i32", k.argument(0), value, { lanes: lanesStored, displacement: 4 });
          k.store("i32", k.argument(1), value, { lanes: lanesStored, stride: 8 });
          k.store("u8", k.argument(2), k.add(value, k.i32(256)), { lanes: lanesStored });
          k.store("u8", k.argument(3), value, { lanes: lanesStored, stride: 3 });
        },
        Array.from({ length: 4 }, () => new Int32Array(40).fill(0x09090909)),
      );
      const old = 0x09090909;
      const at = (i: number): number => (i < lanesStored ? i + 1 : old);
      const places = Array.from({ length: 19 }, (_, i) => i);
      expect([...near.subarray(0, 20)]).toEqual([old, ...places.map(at)]);
      expect([...far.subarray(0, 38)]).toEqual(places.flatMap((i) => [at(i), old]));
      const byteAt = (i: number): number => (i < lanesStored ? i + 1 : 9);
      expect([...new Uint8Array(small.buffer, 0, 19)]).toEqual(places.map(byteAt));
      expect([...new Uint8Array(smallApart.buffer, 0, 57)]).toEqual(places.flatMap((i) => [byteAt(i), 9, 9]));
    }
  });

  test("loops and conditions on run-time numbers", () => {
    const [counts, out] = runKernel(
      level,
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
      [Int32Array.of(0, 5, 8, -3), new Int32Array(4)],
      4,
    );
    expect([...counts.subarray(0, 4)]).toEqual([0, 5, 8, -3]);
    expect([...out.subarray(0, 4)]).toEqual([-1, 0 + 2 + 4, 0 + 2 + 4 + 6, -1]);
  });

  /** A few registers are enough for these, many are too few: the others live in the frame. */
  test.each([1, 30])("integers, %i of them alive at once", (alive) => {
    const numbers = [7, 0, -3, 65536, 123, 5];
    const results: [(k: KernelBuilder, a: Int, b: Int) => Int, (a: number, b: number) => number][] = [
      [(k, a, b) => k.add(a, b), (a, b) => a + b],
      [(k, a, b) => k.sub(a, b), (a, b) => a - b],
      [(k, a, b) => k.sub(k.int(5), k.add(a, b)), (a, b) => 5 - a - b],
      [(k, a, b) => k.mul(a, b), (a, b) => a * b],
      [(k, a) => k.mul(a, k.int(12)), (a) => a * 12],
      [(k, a) => k.mul(a, k.int(16)), (a) => a * 16],
      [(k, a, b) => k.min(a, b), Math.min],
      [(k, a, b) => k.max(a, b), Math.max],
      [(k, a) => k.divide(k.mul(a, a), 7).quotient, (a) => Math.floor((a * a) / 7)],
      [(k, a) => k.divide(k.mul(a, a), 7).remainder, (a) => (a * a) % 7],
      [(k, a) => k.divide(k.mul(a, a), 8).quotient, (a) => Math.floor((a * a) / 8)],
      ...(["eq", "ne", "lt", "le", "gt", "ge"] as const).map((how): (typeof results)[number] => [
        (k, a, b) => k.compare(how, a, b),
        (a, b) => Number({ eq: a === b, ne: a !== b, lt: a < b, le: a <= b, gt: a > b, ge: a >= b }[how]),
      ]),
    ];
    const [, out] = runKernel(
      level,
      (k) => {
        const loaded = numbers.map((_, i) => k.loadInt(k.argument(0), 4 * i));
        const others = Array.from({ length: alive }, (_, i) =>
          k.mul(k.loadInt(k.argument(0), 4 * i), k.int(3)),
        );
        let at = 0;
        for (let i = 0; i + 1 < numbers.length; i++)
          for (const [record] of results) {
            const value = k.splat(record(k, loaded[i], loaded[i + 1]));
            k.store("i32", k.argument(1), value, { lanes: 1, displacement: 4 * at++ });
          }
        for (const other of others)
          k.store("i32", k.argument(1), k.splat(other), { lanes: 1, displacement: 4 * at++ });
      },
      [
        Int32Array.from({ length: 64 }, (_, i) => numbers[i] ?? i),
        new Int32Array(5 * results.length + alive),
      ],
    );
    const expected = [];
    for (let i = 0; i + 1 < numbers.length; i++)
      for (const [, reference] of results) expected.push(reference(numbers[i], numbers[i + 1]) | 0);
    for (let i = 0; i < alive; i++) expected.push(3 * (numbers[i] ?? i));
    expect([...out.subarray(0, expected.length)]).toEqual(expected);
  });

  test("variables that are exchanged in a loop", () => {
    const [, out] = runKernel(
      level,
      (k) => {
        const [a, b] = [k.variable(k.int(1)), k.variable(k.int(1))];
        const [x, y] = [k.variable(k.f32(1)), k.variable(k.f32(1))];
        k.loop(0, 10, () => {
          const [next, following] = [k.add(a, b), k.add(x, y)];
          k.assign(a, b);
          k.assign(b, next);
          k.assign(x, y);
          k.assign(y, following);
        });
        k.store("i32", k.argument(1), k.splat(b), { lanes: 1 });
        k.store("f32", k.argument(1), y, { lanes: 1, displacement: 4 });
      },
      [new Int32Array(1), new Int32Array(2)],
    );
    expect(out[0]).toBe(144);
    expect(asFloats(out)[1]).toBe(144);
  });

  test("vectors that no inner loop touches live in the frame", () => {
    const count = 40;
    const a = Float32Array.from({ length: count }, (_, i) => i + 0.5);
    const [, out] = runKernel(
      level,
      (k) => {
        const outside = Array.from(
          { length: count },
          (_, i) => k.load("f32", k.argument(0), { displacement: 4 * i, access: "splat" }) as Floats,
        );
        const masks = Array.from({ length: 12 }, (_, i) => k.compare("lt", outside[i], k.f32(6)));
        const total = k.variable(k.f32(0));
        k.loop(0, 3, () => k.assign(total, k.add(total, k.f32(2))));
        let sum: Floats = total;
        for (const value of outside) sum = k.add(sum, value);
        for (const mask of masks) sum = k.add(sum, pick(k, mask));
        k.store("f32", k.argument(1), sum);
      },
      [a, new Float32Array(lanes)],
    );
    expect(floats(out)).toEqual(new Array(lanes).fill(6 + (count * count) / 2 + 6));
  });

  // Pages that nobody touches cost nothing.
  test.skipIf(totalmem() < 8 * 2 ** 30)(
    "elements that lie gigabytes apart (where the machine is smaller: skipped)",
    () => {
      const stride = 2 ** 32 / lanes;
      const pages = native!.reserve(5 * 2 ** 30);
      pages.commit(0, 5 * 2 ** 30);
      const at = (offset: number): number => pages.address + offset;
      const far = 3_000_000_000;
      native!.copyIn(at(0), BigInt64Array.of(BigInt(at(64))));
      for (let lane = 0; lane < lanes; lane++)
        native!.copyIn(at(64 + lane * stride), Float32Array.of(lane + 0.5));
      native!.copyIn(at(far), Float32Array.of(7));
      const k = new KernelBuilder(x64Target(level));
      const x = k.argument(0);
      const apart = k.load("f32", x, { access: "lanes", stride }) as Floats;
      const one = k.load("f32", x, { access: "splat", displacement: far - 64 }) as Floats;
      const sum = k.add(apart, one);
      k.store("f32", x, sum, { displacement: 64, stride });
      k.store("u8", x, k.toInt(sum), { displacement: 128, stride });
      k.store("f32", x, k.toFloat(k.load("u8", x, { access: "lanes", displacement: 128, stride }) as Ints), {
        displacement: far,
      });
      withKernel(k.finish("under test"), level, (run) => run(at(0), 0, 1));
      const expected = Array.from({ length: lanes }, (_, lane) => lane + 7.5);
      const found = expected.map((_, lane) => {
        const value = new Float32Array(1);
        native!.copyOut(at(128 + lane * stride), value);
        return value[0];
      });
      expect(found).toEqual(expected);
      const bytes = new Float32Array(lanes);
      native!.copyOut(at(64 + far), bytes);
      expect([...bytes]).toEqual(expected.map(Math.floor));
      pages.discard(0, 5 * 2 ** 30);
    },
  );
});

describe("a kernel that needs too many registers", () => {
  test("is refused with its name", () => {
    for (const level of ["avx2", "avx512"] as const) {
      const k = new KernelBuilder(x64Target(level));
      const sums = Array.from({ length: 40 }, () => k.variable(k.f32(0)));
      k.loop(0, 4, (i) => {
        const x = k.load("f32", k.offset(k.argument(0), i, 4), { access: "splat" }) as Floats;
        for (const sum of sums) k.assign(sum, k.fma(x, x, sum));
      });
      sums.forEach((sum, i) => {
        k.store("f32", k.argument(1), sum, { displacement: 64 * i });
      });
      const registers = level === "avx2" ? 16 : 32;
      expect(() => emitKernel(k.finish("matmul 40×1"), { level, convention: "sysv" })).toThrow(
        `kernel "matmul 40×1": an innermost loop needs more than the ${registers} vector registers of ${level}`,
      );
    }
  });
});
