/**
 * Registers for values, by linear scan over the structured code: every value has one interval, from its definition
 * to its last use, stretched over the loops that it enters from outside (Poletto, Sarkar: Linear Scan Register
 * Allocation, ACM TOPLAS 21(5), 1999). Integers that find no register live in the stack frame. Vectors do so
 * only where no innermost loop touches them: such a kernel is refused.
 */
import type { Instruction } from "../../kernels/language.js";
import { type KeptConstants, keepConstants } from "./kept-constants.js";
import { type Interval, Liveness } from "./liveness.js";
import type { Parameters, RegisterFile } from "./register-file.js";
import type { RegisterClass, Selection } from "./selection.js";

export interface Allocation extends KeptConstants {
  readonly registers: ReadonlyMap<number, number>;
  /** Values that live in the stack frame. */
  readonly spilled: ReadonlySet<number>;
  readonly temporaries: ReadonlyMap<Instruction, readonly number[]>;
}

export class RegisterError extends Error {
  override name = "RegisterError";
}

export function allocateRegisters(
  name: string,
  body: readonly Instruction[],
  selection: Selection,
  lanes: number,
  file: RegisterFile,
  parameters: Parameters,
): Allocation {
  const spilled = new Set<number>();
  // Each vector that moves to memory frees a register, but its uses may need temporary ones: start again with it.
  for (;;) {
    const life = new Liveness(selection, lanes, spilled, parameters);
    life.walk(body);
    const result = scan(life.intervals(), file);
    if ("victim" in result) {
      if (result.victim === null)
        throw new RegisterError(
          `kernel "${name}": an innermost loop needs more than the ${file[result.class].length} ${result.class} registers of ${selection.level}`,
        );
      spilled.add(result.victim);
      continue;
    }
    const allSpilled = new Set([...spilled, ...result.spilled]);
    return {
      registers: result.registers,
      spilled: allSpilled,
      temporaries: life.temporaries,
      ...keepConstants(life.roots, result.intervals, result.registers, file, selection),
    };
  }
}

type Scan =
  | { registers: Map<number, number>; spilled: Set<number>; intervals: Interval[] }
  | { victim: number | null; class: RegisterClass };

function scan(intervals: readonly Interval[], file: RegisterFile): Scan {
  const registers = new Map<number, number>();
  const spilled = new Set<number>();
  const holders = { int: new Map<number, Interval>(), vector: new Map(), mask: new Map() } as {
    [C in RegisterClass]: Map<number, Interval>;
  };
  for (const interval of intervals) {
    const held = holders[interval.class];
    const free = (register: number): boolean => {
      const holder = held.get(register);
      return holder === undefined || holder.end < interval.start;
    };
    const wished = [file.incoming.get(interval.id), ...interval.near.map((id) => registers.get(id))].find(
      (r) => r !== undefined && file[interval.class].includes(r) && free(r),
    );
    const register = wished ?? file[interval.class].find(free);
    if (register !== undefined) {
      registers.set(interval.id, register);
      held.set(register, interval);
      continue;
    }
    const present = [...held.values(), interval];
    if (interval.class === "int") {
      const least = present.reduce((a, b) => (b.weight < a.weight ? b : a));
      spilled.add(least.id);
      if (least === interval) continue;
      const freed = registers.get(least.id)!;
      registers.delete(least.id);
      registers.set(interval.id, freed);
      held.set(freed, interval);
      continue;
    }
    const candidates = present.filter((p) => !p.inner);
    if (candidates.length === 0) return { victim: null, class: interval.class };
    const victim = candidates.reduce((a, b) => (b.end > a.end ? b : a));
    return { victim: victim.id, class: interval.class };
  }
  return { registers, spilled, intervals: [...intervals] };
}
