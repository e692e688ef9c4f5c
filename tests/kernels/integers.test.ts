import { describe, expect, test } from "vitest";
import { KernelBuilder } from "../../src/kernels/builder.js";
import { unitsPerTile } from "../../src/kernels/contraction/cut.js";
import type { Instruction, Int, Kernel } from "../../src/kernels/language.js";
import { wasmTarget } from "../../src/targets/wasm/emitter.js";

const builder = (): KernelBuilder => new KernelBuilder(wasmTarget({ relaxedSimd: false }));

/** Every instruction of a kernel, those of inner blocks too. */
function all(body: readonly Instruction[]): Instruction[] {
  return body.flatMap((i) => {
    if (i.kind === "loop") return [i, ...all(i.body)];
    return i.kind === "when" ? [i, ...all(i.body), ...all(i.otherwise)] : [i];
  });
}
const integerOperators = (kernel: Kernel): string[] =>
  all(kernel.body).flatMap((i) => (i.kind === "value" && i.out.type === "int" ? [i.operator] : []));
const stores = (kernel: Kernel) => all(kernel.body).filter((i) => i.kind === "store");

describe("integers of a kernel", () => {
  test("addresses that differ by a constant share a value, and differ in their displacements", () => {
    const k = builder();
    const place = k.argument(0);
    k.loop(0, 9, (row) => {
      for (let r = 0; r < 4; r++)
        k.store("f32", k.offset(place, k.plus(row, r), 40), k.f32(1), { displacement: 8 });
    });
    const kernel = k.finish("rows");
    expect(integerOperators(kernel).filter((operator) => operator !== "const")).toEqual([
      "argument",
      "mul",
      "add",
    ]);
    expect(stores(kernel).map(({ displacement }) => displacement)).toEqual([8, 48, 88, 128]);
    expect(new Set(stores(kernel).map(({ pointer }) => pointer.id)).size).toBe(1);
  });

  test("what is computed in a block is not known beside it", () => {
    const k = builder();
    const [a, b] = [k.argument(0), k.begin];
    for (const _ of [1, 2])
      k.loop(0, b, (i) => k.store("i32", k.add(a, k.mul(k.divide(b, 3).quotient, i)), k.i32(1)));
    expect(integerOperators(k.finish("twice")).filter((operator) => operator === "div")).toHaveLength(2);
  });

  test("a quotient is computed once where it is in reach", () => {
    const k = builder();
    const { quotient } = k.divide(k.begin, 7);
    k.loop(0, 5, (i) =>
      k.store("i32", k.offset(k.argument(0), i, 4), k.splat(k.add(k.divide(k.begin, 7).quotient, quotient))),
    );
    expect(integerOperators(k.finish("once")).filter((operator) => operator === "div")).toHaveLength(1);
  });

  test("no address is written that lies below the one that was asked for", () => {
    // From the end backwards: the buffer's start minus something is no address.
    const k = builder();
    const end = k.plus(k.argument(0), 4000);
    k.loop(0, 10, (i) => k.store("f32", k.offset(end, i, -400), k.f32(1)));
    const kernel = k.finish("backwards");
    expect(stores(kernel).map(({ displacement }) => displacement)).toEqual([0]);
    // And none with a displacement below zero.
    const l = builder();
    const pointer = l.offset(l.argument(0), l.begin, 4);
    l.store("f32", l.plus(pointer, 64), l.f32(1));
    l.store("f32", l.plus(pointer, -64), l.f32(1));
    expect(stores(l.finish("before")).map(({ displacement }) => displacement)).toEqual([64, 0]);
  });

  test("a variable is read where it stands: what was computed of it before may not be taken", () => {
    const k = builder();
    const counter: Int = k.variable(k.int(1));
    const sums = [k.plus(counter, 3)];
    k.assign(counter, k.int(2));
    sums.push(k.plus(counter, 3));
    expect(sums[0].id).not.toBe(sums[1].id);
    for (const sum of sums) k.store("i32", k.argument(0), k.splat(sum));
    expect(integerOperators(k.finish("variable")).filter((operator) => operator === "add")).toHaveLength(2);
  });

  test("constants that nobody needs are not written", () => {
    const k = builder();
    k.store("f32", k.offset(k.argument(0), k.int(5), 4), k.f32(1));
    expect(integerOperators(k.finish("constant"))).toEqual(["argument"]);
  });
});

test("tiles come out even where they are few, and are as large as fit where they are many", () => {
  const tile = { rows: 14, vectors: 2 };
  expect(unitsPerTile(tile, 1, 128)).toBe(8);
  expect(unitsPerTile(tile, 1, 120)).toBe(12);
  expect(unitsPerTile(tile, 1, 84)).toBe(14);
  expect(unitsPerTile(tile, 1, 127)).toBe(14); // a prime number
  expect(unitsPerTile(tile, 1, 1024)).toBe(14);
  expect(unitsPerTile(tile, 7, 40)).toBe(2);
});
