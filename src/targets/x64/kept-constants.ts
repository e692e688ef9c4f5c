/** Vector constants that loops keep in registers which nothing else needs meanwhile. */
import type { Interval, LoopRange } from "./liveness.js";
import type { RegisterFile } from "./register-file.js";
import type { Loop, RegisterClass, Selection } from "./selection.js";

export interface KeptConstants {
  /** For each loop those that are loaded before it starts. */
  readonly kept: ReadonlyMap<Loop, readonly { constant: number; register: number }[]>;
  /** Registers in use, these included. */
  readonly used: { readonly [C in RegisterClass]: ReadonlySet<number> };
}

/** Gives the registers that are left over a loop to the constants used in it: outer loops first. */
export function keepConstants(
  roots: readonly LoopRange[],
  intervals: readonly Interval[],
  registers: ReadonlyMap<number, number>,
  file: RegisterFile,
  selection: Selection,
): KeptConstants {
  const occupied = new Map<number, { start: number; end: number }[]>(file.vector.map((r) => [r, []]));
  const used = { int: new Set<number>(), vector: new Set<number>(), mask: new Set<number>() };
  for (const interval of intervals) {
    const register = registers.get(interval.id);
    if (register === undefined) continue;
    used[interval.class].add(register);
    if (interval.class === "vector") occupied.get(register)!.push(interval);
  }
  const kept = new Map<Loop, { constant: number; register: number }[]>();
  const keep = (loop: LoopRange, constant: number): void => {
    if (!loop.constants.has(constant)) return;
    const register = file.vector.find((r) =>
      occupied.get(r)!.every(({ start, end }) => end < loop.start || start > loop.end),
    );
    if (register === undefined) {
      for (const inner of loop.inside) keep(inner, constant);
      return;
    }
    occupied.get(register)!.push({ start: loop.start, end: loop.end });
    used.vector.add(register);
    kept.set(loop.instruction, [...(kept.get(loop.instruction) ?? []), { constant, register }]);
  };
  for (const constant of selection.vectorConstants.keys()) for (const root of roots) keep(root, constant);
  return { kept, used };
}
