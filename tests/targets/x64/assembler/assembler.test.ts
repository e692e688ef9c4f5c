import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RandomStream } from "../../../../src/random/threefry.js";
import { Assembler } from "../../../../src/targets/x64/assembler/assembler.js";
import { gpr, type Memory } from "../../../../src/targets/x64/assembler/operands.js";
import {
  memoryBytes,
  type VectorForm,
  type VectorInstruction,
  type VectorLength,
  vectorForms,
} from "../../../../src/targets/x64/assembler/vector-forms.js";

/** The instructions as Debian's binutils read them. */
function disassemble(code: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), "x64-"));
  try {
    const file = join(folder, "code.bin");
    writeFileSync(file, code);
    const text = execFileSync(
      "objdump",
      ["-D", "-b", "binary", "-mi386:x86-64", "-M", "intel", "--no-show-raw-insn", file],
      {
        encoding: "utf8",
        maxBuffer: 1 << 26,
      },
    );
    return text
      .split("\n")
      .filter((line) => /^\s+[0-9a-f]+:\t/.test(line))
      .map((line) =>
        line
          .replace(/^\s+[0-9a-f]+:\t(\{evex\} )?/, "")
          .replace(/\s+#.*$/, "")
          .replace(/\s+/g, " ")
          .trim(),
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function disassemblerIsHere(): boolean {
  try {
    execFileSync("objdump", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const here = disassemblerIsHere();
if (!here)
  test.skip("the encoder against a disassembler, because objdump is missing (Debian: binutils)", () => {});

const random = new RandomStream(11);
const below = (n: number): number => Math.floor(random.uniform(0, n));
const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)];

const names64 = Object.keys(gpr);
const names32 = "eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d".split(" ");
const names8 = "al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b".split(" ");
const vectorName = (length: number, n: number): string =>
  `${{ 128: "xmm", 256: "ymm", 512: "zmm" }[length]}${n}`;

/** An address in all its shapes: short, compressed, long and no displacement, with and without index. */
function randomMemory(index: number | null = oneOf([null, below(16)]), unit = 1): Memory {
  const displacement = oneOf([0, below(256) - 128, unit * (below(300) - 150), below(2 ** 31) - 2 ** 30]);
  const base = below(16);
  if (index === null || index === gpr.rsp) return { base, displacement };
  return { base, index, scale: oneOf([1, 2, 4, 8]), displacement };
}

const hex = (n: number): string => `0x${n.toString(16)}`;
function showMemory(
  { base, index, scale, displacement }: Memory,
  indexName = (n: number) => names64[n],
): string {
  const parts = [names64[base as number]];
  if (index !== undefined) parts.push(`${indexName(index)}*${scale}`);
  // Where nothing is displaced, rbp and r13 show a displacement of zero.
  const zero = displacement === 0 && ((base as number) & 7) === gpr.rbp ? "+0x0" : "";
  const shown =
    displacement === 0 ? zero : displacement > 0 ? `+${hex(displacement)}` : `-${hex(-displacement)}`;
  return `[${parts.join("+")}${shown}]`;
}

const pointers: Record<number, string> = {
  1: "BYTE",
  2: "WORD",
  4: "DWORD",
  8: "QWORD",
  16: "XMMWORD",
  32: "YMMWORD",
  64: "ZMMWORD",
};

const compareNames = [
  "eq",
  "lt",
  "le",
  "unord",
  "neq",
  "nlt",
  "nle",
  "ord",
  "eq_uq",
  "nge",
  "ngt",
  "false",
  "neq_oq",
  "ge",
  "gt",
  "true",
  "eq_os",
  "lt_oq",
  "le_oq",
  "unord_s",
  "neq_us",
  "nlt_uq",
  "nle_uq",
  "ord_s",
  "eq_us",
  "nge_uq",
  "ngt_uq",
  "false_os",
  "neq_os",
  "ge_oq",
  "gt_oq",
  "true_us",
];
const intCompareNames = ["eq", "lt", "le", "", "neq", "nlt", "nle", ""];

/** One instruction of a form with random operands, and how a disassembler should read it. */
function randomVector(asm: Assembler, key: VectorInstruction, length: VectorLength, evex: boolean): string {
  const form: VectorForm = vectorForms[key];
  const registers = evex ? 32 : 16;
  const kinds = [...form.operands];
  const order = form.order.split(",");
  const kindOf = (field: string): string => kinds[order.indexOf(field)] ?? "";
  const number = (kind: string): number =>
    kind === "k" ? below(8) : kind === "r" ? below(16) : below(registers);
  const name = (kind: string, n: number): string => {
    if (kind === "k") return `k${n}`;
    if (kind === "r") return names32[n];
    return vectorName(kind === "x" ? 128 : kind === "y" ? 256 : length, n);
  };
  const acceptsMemory =
    form.memory !== undefined &&
    (form.order !== "vvvv,rm" || evex) &&
    !(form.extension !== undefined && !evex);
  const inMemory = acceptsMemory && (form.registers === false || below(2) === 0);
  const reg = number(kindOf("reg"));
  let vvvv = order.includes("vvvv") ? number(kindOf("vvvv")) : undefined;
  const takesMask = evex && !["broadcastRegister", "vpmovm2d", "storeOne", "storeTwo"].includes(key);
  const stores = order[0] === "rm";
  const maskable = takesMask && kindOf("reg") !== "r" && key !== "vextractps" && key !== "vmovd";
  const mask = maskable && key !== "vpunpckldq" ? (form.gather ? 1 + below(7) : oneOf([0, 1 + below(7)])) : 0;
  const zero = mask > 0 && !form.gather && kinds[0] !== "k" && !(stores && inMemory) && below(2) === 0;
  const bytes = memoryBytes(form, length);
  let broadcast = false;
  let rm: number | Memory = number(kindOf("rm"));
  let shown: string;
  if (inMemory) {
    broadcast = evex && form.memory === "full" && below(2) === 0;
    let index: number | null | undefined;
    if (form.gather) {
      // The destination, the indices and the mask of a gather must differ.
      do index = below(registers);
      while (index === reg || index === vvvv || index === gpr.rsp);
      if (vvvv !== undefined) while (vvvv === reg || vvvv === index) vvvv = below(16);
    }
    rm = randomMemory(index, broadcast ? 4 : bytes);
    if (form.gather && index !== undefined) rm = { ...rm, index: index ?? 0, scale: rm.scale ?? 1 };
    const pointer = broadcast ? "DWORD BCST" : `${pointers[bytes]} PTR`;
    shown = `${pointer} ${showMemory(rm, form.gather ? (n) => vectorName(length, n) : undefined)}`;
  } else shown = name(kindOf("rm"), rm as number);
  let immediate = form.immediate ? below(256) : undefined;
  let mnemonic = (evex && form.evexName) || form.name || key;
  const suffix: string[] = [];
  if (mnemonic === "vcmpps") {
    immediate = below(32);
    mnemonic = `vcmp${compareNames[immediate]}ps`;
  } else if (mnemonic === "vpcmpd") {
    immediate = oneOf([0, 1, 2, 4, 5, 6]);
    mnemonic = `vpcmp${intCompareNames[immediate]}d`;
  } else if (key === "vblendvps") {
    const chooser = below(16);
    immediate = chooser << 4;
    suffix.push(vectorName(length, chooser));
  } else if (immediate !== undefined) suffix.push(hex(immediate));
  asm.vector(key, length, reg, rm, { vvvv, mask, zero, broadcast, immediate, evex });
  const operands = order.map((field, n) =>
    field === "reg" ? name(kinds[n], reg) : field === "vvvv" ? name(kinds[n], vvvv!) : shown,
  );
  if (mask > 0) operands[0] += `{k${mask}}${zero ? "{z}" : ""}`;
  return `${mnemonic} ${[...operands, ...suffix].join(",")}`;
}

test.skipIf(!here)("every vector instruction, as the disassembler reads it", () => {
  const asm = new Assembler();
  const expected: string[] = [];
  const forms = new Set<string>();
  for (const key of Object.keys(vectorForms) as VectorInstruction[]) {
    const form: VectorForm = vectorForms[key];
    for (const evex of [false, true]) {
      if (form.encodings !== "both" && (form.encodings === "evex") !== evex) continue;
      for (const length of form.lengths ?? [128, 256, 512]) {
        if (length === 512 && !evex) continue;
        if (form.evexName === "vextractf32x4" && length === 512) continue;
        // A broadcast to one element is no instruction; 128-bit integer masks have their own row.
        if (key === "vbroadcastss" && evex && length === 128) continue;
        for (let n = 0; n < 24; n++) {
          expected.push(randomVector(asm, key, length, evex));
          forms.add(key);
        }
      }
    }
  }
  expect(disassemble(asm.finish())).toEqual(expected);
  expect([...forms].sort()).toEqual(Object.keys(vectorForms).sort());
});

test.skipIf(!here)("every integer instruction, as the disassembler reads it", () => {
  const asm = new Assembler();
  const expected: string[] = [];
  const signed = (n: number, bits: 32 | 64 = 64): string =>
    n >= 0 ? hex(n) : `0x${BigInt.asUintN(bits, BigInt(n)).toString(16)}`;
  const constants = (): number => oneOf([below(256) - 128, below(2 ** 32) - 2 ** 31]);
  for (let n = 0; n < 200; n++) {
    const [a, b] = [below(16), below(16)];
    const [A, B] = [names64[a], names64[b]];
    const memory = randomMemory();
    const m = showMemory(memory);
    const c = constants();
    const count = 1 + below(63);
    const one = (write: () => void, text: string): void => {
      write();
      expected.push(text);
    };
    one(() => asm.move(a, b), `mov ${A},${B}`);
    one(() => asm.move(a, memory), `mov ${A},QWORD PTR ${m}`);
    one(() => asm.storeWord(memory, a), `mov QWORD PTR ${m},${A}`);
    one(() => asm.store32(memory, a), `mov DWORD PTR ${m},${names32[a]}`);
    one(() => asm.store8(memory, a), `mov BYTE PTR ${m},${names8[a]}`);
    one(() => asm.load32(a, memory), `mov ${names32[a]},DWORD PTR ${m}`);
    one(() => asm.loadSigned32(a, memory), `movsxd ${A},DWORD PTR ${m}`);
    one(() => asm.loadByte(a, memory), `movzx ${names32[a]},BYTE PTR ${m}`);
    one(() => asm.lea(a, memory), `lea ${A},${m}`);
    one(() => asm.prefetch(memory), `prefetcht1 BYTE PTR ${m}`);
    one(() => asm.moveConstant(a, 2 ** 31 + n), `mov ${names32[a]},${hex(2 ** 31 + n)}`);
    one(() => asm.moveConstant(a, -1 - n), `mov ${A},${signed(-1 - n)}`);
    one(() => asm.moveConstant(a, -(2 ** 40) - n), `movabs ${A},${signed(-(2 ** 40) - n)}`);
    for (const operation of ["add", "or", "and", "sub", "xor", "cmp"] as const) {
      one(() => asm.arithmetic(operation, a, b), `${operation} ${A},${B}`);
      one(() => asm.arithmetic(operation, a, memory), `${operation} ${A},QWORD PTR ${m}`);
      one(() => asm.arithmeticConstant(operation, a, c), `${operation} ${A},${signed(c)}`);
      one(() => asm.arithmeticConstant(operation, memory, c), `${operation} QWORD PTR ${m},${signed(c)}`);
    }
    one(() => asm.multiply(a, b), `imul ${A},${B}`);
    one(() => asm.multiply(a, memory), `imul ${A},QWORD PTR ${m}`);
    one(() => asm.multiplyConstant(a, b, c), `imul ${A},${B},${signed(c)}`);
    one(() => asm.multiplyConstant(a, memory, c), `imul ${A},QWORD PTR ${m},${signed(c)}`);
    one(() => asm.shiftLeft(a, count), `shl ${A},${hex(count)}`);
    one(() => asm.shiftRight(a, count), `shr ${A},${hex(count)}`);
    one(() => asm.divideSigned(a), `idiv ${A}`);
    one(() => asm.divideSigned(memory), `idiv QWORD PTR ${m}`);
    one(() => asm.divideUnsigned(a), `div ${A}`);
    one(() => asm.test(a, b), `test ${A},${B}`);
    one(() => asm.test32(a, b), `test ${names32[a]},${names32[b]}`);
    one(() => asm.widenByte(a, b), `movzx ${names32[a]},${names8[b]}`);
    for (const condition of ["l", "ge", "e", "ne", "le", "g", "b", "a"] as const) {
      one(() => asm.setCondition(condition, a), `set${condition} ${names8[a]}`);
      one(() => asm.moveIf(condition, a, b), `cmov${condition} ${A},${B}`);
    }
    one(() => asm.push(a), `push ${A}`);
    one(() => asm.pop(a), `pop ${A}`);
    one(() => asm.exchangeAdd32(memory, a), `lock xadd DWORD PTR ${m},${names32[a]}`);
    one(() => asm.compareExchange(memory, a), `lock cmpxchg QWORD PTR ${m},${A}`);
    one(() => asm.compare32(a, memory), `cmp ${names32[a]},DWORD PTR ${m}`);
    one(() => asm.compareConstant32(a, n), `cmp ${names32[a]},${hex(n)}`);
    one(() => asm.callRegister(a), `call ${A}`);
  }
  asm.pause();
  asm.systemCall();
  asm.cpuid();
  asm.xgetbv();
  asm.clearUpperVectors();
  asm.return();
  expected.push("pause", "syscall", "cpuid", "xgetbv", "vzeroupper", "ret");
  expect(disassemble(asm.finish())).toEqual(expected);
});
