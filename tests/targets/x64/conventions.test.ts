import { expect, test } from "vitest";
import { KernelBuilder } from "../../../src/kernels/builder.js";
import type { Floats } from "../../../src/kernels/language.js";
import { Assembler } from "../../../src/targets/x64/assembler/assembler.js";
import { Label } from "../../../src/targets/x64/assembler/code.js";
import { gpr } from "../../../src/targets/x64/assembler/operands.js";
import { conventions } from "../../../src/targets/x64/conventions.js";
import { emitKernel, x64Target } from "../../../src/targets/x64/emitter.js";
import { missingReason, NativeMemory, native, runnable } from "./machine.js";

if (missingReason) test.skip(`calling conventions, because ${missingReason}`, () => {});

/**
 * Calls a kernel as Windows would, with known numbers in all registers that it has to leave as they were, and
 * writes what it left there: first the integers, then the vectors.
 */
function callAs(name: "sysv" | "windows", kernel: Uint8Array): Uint8Array {
  const [from, to] = [conventions[native!.convention], conventions[name]];
  const asm = new Assembler();
  const callee = new Label();
  const kept = to.savedIntegers;
  for (const register of from.savedIntegers) asm.push(register);
  asm.push(gpr.rax);
  const frame = 128;
  asm.arithmeticConstant("sub", gpr.rsp, frame + (from.savedIntegers.length % 2 === 0 ? 8 : 0));
  // The place of the results waits in the frame, above what the callee may use.
  asm.storeWord({ base: gpr.rsp, displacement: 64 }, from.arguments[3]);
  [2, 1, 0].forEach((n) => {
    asm.move(gpr.r10, from.arguments[n]);
    asm.storeWord({ base: gpr.rsp, displacement: 72 + 8 * n }, gpr.r10);
  });
  [0, 1, 2].forEach((n) => {
    asm.move(to.arguments[n], { base: gpr.rsp, displacement: 72 + 8 * n });
  });
  for (const register of kept)
    if (!to.arguments.includes(register)) asm.moveConstant(register, 1000 + register);
  for (const register of to.savedVectors) {
    asm.moveConstant(gpr.rax, 2000 + register);
    asm.vector("vmovd", 128, register, gpr.rax);
  }
  asm.call(callee);
  asm.move(gpr.rax, { base: gpr.rsp, displacement: 64 });
  kept.forEach((register, n) => {
    asm.store32({ base: gpr.rax, displacement: 4 * n }, register);
  });
  to.savedVectors.forEach((register, n) => {
    asm.vector("storeOne", 128, register, { base: gpr.rax, displacement: 4 * (kept.length + n) });
  });
  asm.arithmeticConstant("add", gpr.rsp, frame + (from.savedIntegers.length % 2 === 0 ? 8 : 0));
  asm.pop(gpr.rax);
  for (const register of [...from.savedIntegers].reverse()) asm.pop(register);
  asm.return();
  asm.align(64);
  asm.place(callee);
  asm.append(kernel);
  return asm.finish();
}

// On Windows itself the other tests call kernels as it does.
const cases =
  native?.convention === "sysv"
    ? runnable.flatMap((level) => [
        { level, name: "sysv" as const },
        { level, name: "windows" as const },
      ])
    : [];
test.each(cases)("a kernel for $name at $level leaves the caller's registers alone", ({ level, name }) => {
  const { lanes, registers } = x64Target(level);
  const k = new KernelBuilder(x64Target(level));
  // As many integers and vectors as there are registers.
  const ints = Array.from({ length: 14 }, (_, i) => k.loadInt(k.argument(0), 4 * i));
  const vectors = Array.from(
    { length: registers - 2 },
    (_, i) => k.load("f32", k.argument(1), { displacement: 4 * i, access: "splat" }) as Floats,
  );
  const sums = vectors.map((v) => k.variable(v));
  k.loop(k.begin, k.end, () => {
    for (const sum of sums) k.assign(sum, k.add(sum, sum));
  });
  let total = ints[0];
  for (const int of ints.slice(1)) total = k.add(total, int);
  sums.forEach((sum, i) => {
    k.store("f32", k.argument(2), sum, { displacement: 4 * lanes * i });
  });
  k.store("i32", k.argument(2), k.splat(total), { lanes: 1, displacement: 4 * lanes * registers });
  const kernel = emitKernel(k.finish("all registers"), { level, convention: name });
  const memory = new NativeMemory(65536);
  const [a, b, c, left] = [4096, 8192, 16384, 32768];
  new BigInt64Array(memory.buffer, 0, 3).set([a, b, c].map((offset) => BigInt(memory.address + offset)));
  new Int32Array(memory.buffer, a, 14).forEach((_, i, words) => {
    words[i] = i;
  });
  new Float32Array(memory.buffer, b, registers).forEach((_, i, words) => {
    words[i] = i;
  });
  const code = native!.install(callAs(name, kernel));
  native!.callable(code.address, 4)(memory.address, 5, 8, memory.address + left);
  code.free();
  const { savedIntegers, savedVectors } = conventions[name];
  const expected = [...savedIntegers.map((r) => 1000 + r), ...savedVectors.map((r) => 2000 + r)];
  expect([...new Int32Array(memory.buffer, left, expected.length)]).toEqual(expected);
  const out = new Float32Array(memory.buffer, c, lanes * (registers - 2));
  expect([...out]).toEqual(Array.from(out, (_, i) => 8 * Math.floor(i / lanes)));
  expect(new Int32Array(memory.buffer, c, lanes * registers + 1)[lanes * registers]).toBe(91);
});
