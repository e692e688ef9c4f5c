import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KernelBuilder } from "../../../src/kernels/builder.js";
import type { Comparison, Floats, Int, Ints, Kernel, Mask } from "../../../src/kernels/language.js";
import { RandomStream } from "../../../src/random/threefry.js";
import { emitKernel as emitForWasm, wasmTarget } from "../../../src/targets/wasm/emitter.js";
import { x64Target } from "../../../src/targets/x64/emitter.js";
import { RegisterError } from "../../../src/targets/x64/registers.js";
import { runOf } from "../wasm-run.js";
import { asFloats, missingReason, runnable, runOn, type Words } from "./machine.js";

if (missingReason) test.skip(`random kernels, because ${missingReason}`, () => {});

/** A random program: operands are picked from what is in sight by these numbers. */
type Step =
  | { do: "float" | "int" | "mask"; which: number; a: number; b: number; c: number }
  | { do: "assign"; a: number; b: number }
  | { do: "store"; a: number; place: number }
  | { do: "loop"; count: number; body: Step[] }
  | { do: "when"; a: number; than: number; body: Step[]; otherwise: Step[] };

const small = fc.nat(63);
const plainStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("float" as const), which: small, a: small, b: small, c: small }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("int" as const), which: small, a: small, b: small, c: small }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("mask" as const), which: small, a: small, b: small, c: small }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("assign" as const), a: small, b: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("store" as const), a: small, place: fc.nat(3) }) },
);
const body = (step: fc.Arbitrary<Step>) => fc.array(step, { minLength: 1, maxLength: 8 });
const nested = (inner: fc.Arbitrary<Step>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 8, arbitrary: inner },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("loop" as const), count: fc.nat(3), body: body(inner) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("when" as const),
        a: small,
        than: fc.integer({ min: -3, max: 3 }),
        body: body(inner),
        otherwise: fc.oneof(fc.constant<Step[]>([]), body(inner)),
      }),
    },
  );
const program = fc.array(nested(nested(plainStep)), { minLength: 3, maxLength: 24 });

const elements = 16;
const inputs = 3;
const constants = [0, 1, -1.5, 0.25, 3e9, Number.POSITIVE_INFINITY, 100];
const comparisons: Comparison[] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** What the steps of a block can use. */
interface Sight {
  floats: Floats[];
  ints: Ints[];
  masks: Mask[];
  indices: Int[];
}

/** The same work over 16 elements on a target of any width. */
function record(target: ReturnType<typeof x64Target>, steps: readonly Step[], onlyFma: boolean): Kernel {
  const k = new KernelBuilder(target);
  k.loop(0, elements / k.lanes, (part) => {
    const at = (buffer: number): Int => k.offset(k.argument(buffer), part, 4 * k.lanes);
    const sight: Sight = {
      floats: [k.load("f32", at(0)) as Floats, k.load("f32", at(1)) as Floats],
      ints: [k.load("i32", at(2)) as Ints, k.add(k.laneNumbers, k.splat(k.mul(part, k.int(k.lanes))))],
      masks: [],
      indices: [k.loadInt(k.argument(2), 0), k.loadInt(k.argument(2), 4), k.int(2)],
    };
    sight.masks.push(k.compare("lt", sight.floats[0], sight.floats[1]));
    const floats = [k.variable(sight.floats[0]), k.variable(k.f32(0.5))];
    const ints = [k.variable(sight.ints[0])];
    const masks = [k.variable(sight.masks[0])];
    const pick = <T>(values: readonly T[], n: number): T => values[values.length - 1 - (n % values.length)];

    const float = (s: Sight, { which, a, b, c }: Extract<Step, { a: number; c: number }>): Floats => {
      const all = [...floats, ...s.floats];
      const [x, y, z] = [pick(all, a), pick(all, b), pick(all, c)];
      if (onlyFma)
        return [k.fma(x, y, z), k.add(x, y), k.fma(x, k.f32(0.5), y), k.fma(x, y, k.f32(0.25))][which % 4];
      const rules: (() => Floats)[] = [
        () => k.add(x, y),
        () => k.sub(x, y),
        () => k.mul(x, y),
        () => k.div(x, y),
        () => k.min(x, y),
        () => k.max(x, y),
        () => k.neg(x),
        () => k.abs(x),
        () => k.sqrt(x),
        () => k.floor(x),
        () => k.nearest(x),
        () => k.select(pick([...masks, ...s.masks], c), x, y),
        () => k.toFloat(pick([...ints, ...s.ints], c)),
        () => k.f32(pick(constants, c)),
        () => k.sub(k.f32(pick(constants, c)), x),
        () => k.mul(x, k.f32(pick(constants, c))),
        () => k.load("f32", k.offset(at(0), pick(s.indices, 0), 0), { displacement: 0 }) as Floats,
        () => k.load("f32", k.argument(1), { displacement: 4 * (c % elements), access: "splat" }) as Floats,
      ];
      return rules[which % rules.length]();
    };
    const int = (s: Sight, { which, a, b, c }: Extract<Step, { a: number; c: number }>): Ints => {
      const all = [...ints, ...s.ints];
      const [x, y] = [pick(all, a), pick(all, b)];
      const value = pick([...floats, ...s.floats], c);
      const rules: (() => Ints)[] = [
        () => k.add(x, y),
        () => k.sub(x, y),
        () => k.mul(x, y),
        () => k.min(x, y),
        () => k.max(x, y),
        () => k.and(x, y),
        () => k.or(x, y),
        () => k.xor(x, y),
        () => k.neg(x),
        () => k.abs(x),
        () => k.shiftLeft(x, c % 32),
        () => k.shiftRight(x, c % 32),
        () => k.shiftRightSigned(x, c % 32),
        () => k.select(pick([...masks, ...s.masks], c), x, y),
        () => k.toInt(value),
        // The bits of a NaN are the machine's own business.
        () => k.bitsOf(k.select(k.compare("eq", value, value), value, k.f32(2))),
        () => k.splat(pick(s.indices, c)),
        () => k.i32(c - 20),
      ];
      return rules[which % rules.length]();
    };
    const mask = (s: Sight, { which, a, b, c }: Extract<Step, { a: number; c: number }>): Mask => {
      const all = [...masks, ...s.masks];
      const [p, q] = [pick(all, a), pick(all, b)];
      const how = comparisons[c % 6];
      const rules: (() => Mask)[] = [
        () => k.compare(how, pick([...floats, ...s.floats], a), pick([...floats, ...s.floats], b)),
        () => k.compare(how, pick([...ints, ...s.ints], a), pick([...ints, ...s.ints], b)),
        () => k.compare(how, pick([...floats, ...s.floats], a), k.f32(pick(constants, b))),
        () => k.compare(how, k.i32(b), pick([...ints, ...s.ints], a)),
        () => k.and(p, q),
        () => k.or(p, q),
        () => k.xor(p, q),
        () => k.not(p),
        () => k.select(p, q, pick(all, c)),
      ];
      return rules[which % rules.length]();
    };
    const run = (outer: Sight, block: readonly Step[]): void => {
      const s: Sight = {
        floats: [...outer.floats],
        ints: [...outer.ints],
        masks: [...outer.masks],
        indices: [...outer.indices],
      };
      for (const step of block) {
        switch (step.do) {
          case "float":
            s.floats.push(float(s, step));
            break;
          case "int":
            if (!onlyFma) s.ints.push(int(s, step));
            break;
          case "mask":
            if (!onlyFma) s.masks.push(mask(s, step));
            break;
          case "assign":
            if (step.a % 3 === 0) k.assign(pick(floats, step.b), pick(s.floats, step.a));
            else if (step.a % 3 === 1) k.assign(ints[0], pick(s.ints, step.b));
            else k.assign(masks[0], pick(s.masks, step.b));
            break;
          case "store":
            k.store("f32", at(inputs + step.place), pick(s.floats, step.a));
            break;
          case "loop":
            k.loop(0, step.count, (i) => run({ ...s, indices: [...s.indices, i] }, step.body));
            break;
          case "when":
            k.when(
              k.compare("lt", pick(s.indices, step.a), k.int(step.than)),
              () => run(s, step.body),
              step.otherwise.length > 0 ? () => run(s, step.otherwise) : undefined,
            );
        }
      }
      if (outer === sight) Object.assign(sight, s);
    };
    run(sight, steps);
    floats.forEach((value, i) => {
      k.store("f32", at(inputs + i), value);
    });
    sight.floats.slice(-2).forEach((value, i) => {
      k.store("f32", at(inputs + 2 + i), value);
    });
    k.store("i32", at(inputs + 4), ints[0]);
    k.store("i32", at(inputs + 5), sight.ints.at(-1)!);
    k.store("u8", k.offset(k.argument(inputs + 6), part, k.lanes), k.select(masks[0], k.i32(1), k.i32(0)));
    k.store("i32", at(inputs + 7), k.select(sight.masks.at(-1)!, k.i32(1), k.i32(0)));
  });
  return k.finish("random");
}

/** The kernel on WebAssembly, with multiplications and additions rounded one by one. */
function runOnWasm(kernel: Kernel, buffers: readonly Words[]): Int32Array[] {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const run = runOf(emitForWasm(kernel, { relaxedSimd: false }), memory, 1);
  const words = new Int32Array(memory.buffer);
  const address = (i: number): number => 1024 + 512 * i;
  buffers.forEach((buffer, i) => {
    words[64 + i] = address(i);
    words.set(new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length), address(i) / 4);
  });
  run(256, 0, 1, 512);
  return buffers.map((_, i) => words.slice(address(i) / 4, address(i) / 4 + elements));
}

const random = new RandomStream(5);
const special = [Number.NaN, Number.NEGATIVE_INFINITY, -0, 1e-40, 3e9, 0.5, 2.5, -7];
const outputs = (): Words[] => Array.from({ length: 8 }, () => new Float32Array(elements));
const buffers = (): Words[] => [
  Float32Array.from({ length: elements }, (_, i) => (i < 8 ? special[i] : random.uniform(-4, 4))),
  Float32Array.from({ length: elements }, () => random.uniform(-4, 4)),
  Int32Array.from({ length: elements }, (_, i) =>
    i < 2 ? i * 5 - 3 : Math.floor(random.uniform(-1e9, 1e9)),
  ),
  ...outputs(),
];
/** Bits, with all NaN alike. */
const comparable = (words: Int32Array, buffer: number): (number | string)[] => {
  const floats = asFloats(words);
  const isFloat = buffer >= inputs && buffer < inputs + 4;
  return [...words.subarray(0, elements)].map((bits, i) =>
    isFloat && Number.isNaN(floats[i]) ? "NaN" : bits,
  );
};

describe.each(runnable)("random kernels at %s", (level) => {
  test("give the same bits as on WebAssembly", () => {
    let refused = 0;
    const runs = 300;
    fc.assert(
      fc.property(program, (steps) => {
        const given = buffers();
        const expected = runOnWasm(record(wasmTarget({ relaxedSimd: false }), steps, false), given);
        let got: Int32Array[];
        try {
          got = runOn(record(x64Target(level), steps, false), level, given);
        } catch (error) {
          if (!(error instanceof RegisterError)) throw error;
          refused++;
          return;
        }
        for (let b = inputs; b < given.length; b++)
          expect(comparable(got[b], b)).toEqual(comparable(expected[b], b));
      }),
      { numRuns: runs, seed: 7 },
    );
    expect(refused).toBeLessThan(runs / 4);
  });

  test("with fused multiply-add are within rounding of WebAssembly", () => {
    fc.assert(
      fc.property(program, (steps) => {
        const given = buffers();
        // Positive numbers: nothing cancels, so that the relative error stays small.
        for (const input of [0, 1])
          given[input] = Float32Array.from({ length: elements }, () => random.uniform(0.1, 0.9));
        const expected = runOnWasm(record(wasmTarget({ relaxedSimd: false }), steps, true), given);
        let got: Int32Array[];
        try {
          got = runOn(record(x64Target(level), steps, true), level, given);
        } catch (error) {
          if (!(error instanceof RegisterError)) throw error;
          return;
        }
        for (let b = inputs; b < inputs + 4; b++) {
          const [x, y] = [asFloats(got[b]), asFloats(expected[b])];
          for (let i = 0; i < elements; i++) {
            if (y[i] > 1e30) continue; // on the way to infinity
            expect(Math.abs(x[i] - y[i])).toBeLessThanOrEqual(1e-3 * Math.abs(y[i]));
          }
        }
      }),
      { numRuns: 150, seed: 8 },
    );
  });
});
