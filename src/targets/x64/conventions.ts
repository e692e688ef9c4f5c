/** How functions are called: where arguments come in and which registers a function must leave as they were. */
import { gpr } from "./assembler/operands.js";

export interface Convention {
  readonly name: "sysv" | "windows";
  readonly arguments: readonly number[];
  readonly savedIntegers: readonly number[];
  /** Of these the lower 128 bits. */
  readonly savedVectors: readonly number[];
  /** Bytes below the return address that the called function may use. */
  readonly shadow: number;
}

export const conventions: Record<"sysv" | "windows", Convention> = {
  sysv: {
    name: "sysv",
    arguments: [gpr.rdi, gpr.rsi, gpr.rdx, gpr.rcx],
    savedIntegers: [gpr.rbx, gpr.rbp, gpr.r12, gpr.r13, gpr.r14, gpr.r15],
    savedVectors: [],
    shadow: 0,
  },
  windows: {
    name: "windows",
    arguments: [gpr.rcx, gpr.rdx, gpr.r8, gpr.r9],
    savedIntegers: [gpr.rbx, gpr.rbp, gpr.rsi, gpr.rdi, gpr.r12, gpr.r13, gpr.r14, gpr.r15],
    savedVectors: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shadow: 32,
  },
};
