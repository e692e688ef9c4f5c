/** What the processor and the system offer, asked by emitted code: CPUID and XGETBV. */
import { Assembler } from "./assembler/assembler.js";
import { Label } from "./assembler/code.js";
import { gpr } from "./assembler/operands.js";
import { conventions } from "./conventions.js";
import type { Level } from "./selection.js";

export interface X64Features {
  /** AVX2 and fused multiply-add. */
  readonly avx2: boolean;
  /** AVX-512 F, BW, DQ and VL. */
  readonly avx512: boolean;
}

/** Words that the probe writes: ecx of leaf 1, ebx of leaf 7, and the register states that the system saves. */
export const probeWords = 3;

/** Code of a function `probe(words)`, which writes `probeWords` words of 32 bits. */
export function emitFeatureProbe(convention: "sysv" | "windows"): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const words = gpr.r8;
  const at = (word: number) => ({ base: words, displacement: 4 * word });
  const [noSaving, done] = [new Label(), new Label()];
  asm.push(gpr.rbx);
  asm.move(words, conventions[convention].arguments[0]);
  asm.moveConstant(gpr.rax, 0);
  for (let word = 0; word < probeWords; word++) asm.store32(at(word), gpr.rax);
  asm.cpuid();
  asm.compareConstant32(gpr.rax, 7);
  asm.jumpIf("b", done);
  asm.moveConstant(gpr.rax, 7);
  asm.moveConstant(gpr.rcx, 0);
  asm.cpuid();
  asm.store32(at(1), gpr.rbx);
  asm.moveConstant(gpr.rax, 1);
  asm.moveConstant(gpr.rcx, 0);
  asm.cpuid();
  asm.store32(at(0), gpr.rcx);
  // XGETBV exists only where the system has switched it on (OSXSAVE).
  asm.arithmeticConstant("and", gpr.rcx, 1 << 27);
  asm.jumpIf("e", noSaving);
  asm.moveConstant(gpr.rcx, 0);
  asm.xgetbv();
  asm.store32(at(2), gpr.rax);
  asm.place(noSaving);
  asm.place(done);
  asm.pop(gpr.rbx);
  asm.return();
  return asm.finish();
}

export function featuresFrom([leaf1, leaf7, saved]: ArrayLike<number> & Iterable<number>): X64Features {
  const all = (word: number, ...bits: number[]): boolean => bits.every((bit) => (word >>> bit) & 1);
  const [fma, osxsave, avx] = [12, 27, 28];
  const [avx2, f, dq, bw, vl] = [5, 16, 17, 30, 31];
  // The system must save xmm and ymm, for AVX-512 also the masks and both halves of zmm.
  const hasAvx2 = all(leaf1, fma, osxsave, avx) && all(leaf7, avx2) && all(saved, 1, 2);
  return { avx2: hasAvx2, avx512: hasAvx2 && all(leaf7, f, dq, bw, vl) && all(saved, 5, 6, 7) };
}

/** The widest vectors there are; null where the processor has none of those kernels are emitted for. */
export const bestLevel = ({ avx2, avx512 }: X64Features): Level | null =>
  avx512 ? "avx512" : avx2 ? "avx2" : null;
