/** The registers there are: which are handed out, in which order, and which the emitter keeps for itself. */
import { gpr } from "./assembler/operands.js";
import type { Convention } from "./conventions.js";
import type { Level } from "./selection.js";

/** Integers that are computed with between others; never allocated. */
export const [scratch, scratch2] = [gpr.rax, gpr.rdx];
/** The mask register that serves stores of part of a vector, gathers and comparisons in between. */
export const scratchMask = 7;

/** Ids of the function's own parameters, behind those of the kernel's values. */
export interface Parameters {
  readonly block: number;
  readonly begin: number;
  readonly end: number;
}

export interface RegisterFile {
  /** In the order of preference. */
  readonly int: readonly number[];
  readonly vector: readonly number[];
  readonly mask: readonly number[];
  /** Registers in which parameters come in. */
  readonly incoming: ReadonlyMap<number, number>;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

/** The registers to hand out, those first that need not be saved. */
export function registerFile(level: Level, convention: Convention, parameters: Parameters): RegisterFile {
  const cheapFirst = (all: number[], saved: readonly number[]): number[] => [
    ...all.filter((r) => !saved.includes(r)),
    ...all.filter((r) => saved.includes(r)),
  ];
  const reserved: readonly number[] = [scratch, scratch2, gpr.rsp];
  const incoming = new Map<number, number>();
  [parameters.block, parameters.begin, parameters.end].forEach((id, n) => {
    if (!reserved.includes(convention.arguments[n])) incoming.set(id, convention.arguments[n]);
  });
  return {
    int: cheapFirst(
      range(0, 16).filter((r) => !reserved.includes(r)),
      convention.savedIntegers,
    ),
    vector: cheapFirst(range(0, level === "avx512" ? 32 : 16), convention.savedVectors),
    mask: level === "avx512" ? range(1, scratchMask) : [],
    incoming,
  };
}
