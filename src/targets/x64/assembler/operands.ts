/**
 * What instructions work on, general registers and memory, and the bytes that say so: ModRM, SIB and displacement
 * (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, section 2.1).
 */
import type { Code, Label } from "./code.js";

/** General registers by their numbers. */
export const gpr = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;
/** base + index · scale + displacement; or a place in the code plus a displacement. */
export interface Memory {
  readonly base: number | Label;
  /** A general register; for gathers a vector register. */
  readonly index?: number;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly displacement: number;
}
export type RegisterOrMemory = number | Memory;

export const fitsByte = (n: number): boolean => n >= -128 && n <= 127;
export const fitsInt32 = (n: number): boolean => n >= -0x80000000 && n <= 0x7fffffff;

/** The register that holds an operand or its address; 0 where the address is a place in the code. */
export function baseOf(rm: RegisterOrMemory): number {
  if (typeof rm === "number") return rm;
  return typeof rm.base === "number" ? rm.base : 0;
}

export const indexOf = (rm: RegisterOrMemory): number => (typeof rm === "number" ? 0 : (rm.index ?? 0));

/** ModRM, SIB and displacement. A displacement of one byte counts in units of `unit` bytes; `trailing` bytes follow. */
export function writeOperands(
  code: Code,
  reg: number,
  rm: RegisterOrMemory,
  unit: number,
  trailing: number,
): void {
  const field = (reg & 7) << 3;
  if (typeof rm === "number") {
    code.byte(0xc0 | field | (rm & 7));
    return;
  }
  const { base, index, scale = 1, displacement } = rm;
  if (typeof base !== "number") {
    code.byte(0x05 | field);
    code.reference(base, trailing, displacement);
    return;
  }
  if (!fitsInt32(displacement)) throw new RangeError(`a displacement of ${displacement} bytes`);
  // rbp and r13 without displacement would mean something else.
  const none = displacement === 0 && (base & 7) !== gpr.rbp;
  const short = displacement % unit === 0 && fitsByte(displacement / unit);
  const mode = none ? 0x00 : short ? 0x40 : 0x80;
  if (index !== undefined || (base & 7) === gpr.rsp) {
    code.byte(mode | field | 4);
    const scaleBits = { 1: 0, 2: 0x40, 4: 0x80, 8: 0xc0 }[scale];
    code.byte(scaleBits | ((index === undefined ? 4 : index & 7) << 3) | (base & 7));
  } else code.byte(mode | field | (base & 7));
  if (none) return;
  if (short) code.byte((displacement / unit) & 0xff);
  else code.word(displacement);
}
