/**
 * Registers for values, by linear scan over the structured code: every value has one interval, from its definition
 * to its last use, stretched over the loops that it enters from outside (Poletto, Sarkar: Linear Scan Register
 * Allocation, ACM TOPLAS 21(5), 1999). Integers that find no register live in the stack frame. Vectors do so
 * only where no innermost loop touches them: such a kernel is refused.
 */
import type { Instruction, Value } from "../../kernels/language.js";
import {
  classOf,
  memorySlots,
  type RegisterClass,
  type Selection,
  temporariesOf,
  writesEarly,
} from "./selection.js";
import { inputsOf } from "./simplify.js";

export type Loop = Extract<Instruction, { kind: "loop" }>;

/** Ids of the function's own parameters, behind those of the kernel's values. */
export interface Parameters {
  readonly block: number;
  readonly begin: number;
  readonly end: number;
}

interface Interval {
  readonly id: number;
  readonly class: RegisterClass;
  readonly start: number;
  end: number;
  /** How often it is used, deep uses counting more. */
  weight: number;
  /** Used by an innermost loop. */
  inner: boolean;
  /** A value in whose register this one would best be. */
  near: readonly number[];
}

/** A loop in time, with the vector constants that are used inside it. */
interface LoopRange {
  readonly instruction: Loop;
  readonly start: number;
  end: number;
  readonly inside: LoopRange[];
  readonly constants: Set<number>;
  readonly innermost: boolean;
}

export interface Allocation {
  readonly registers: ReadonlyMap<number, number>;
  /** Values that live in the stack frame. */
  readonly spilled: ReadonlySet<number>;
  readonly temporaries: ReadonlyMap<Instruction, readonly number[]>;
  /** Constants that the loops keep in registers, loaded before they start. */
  readonly kept: ReadonlyMap<Loop, readonly { constant: number; register: number }[]>;
  readonly used: { readonly [C in RegisterClass]: ReadonlySet<number> };
}

export interface RegisterFile {
  /** In the order of preference. */
  readonly int: readonly number[];
  readonly vector: readonly number[];
  readonly mask: readonly number[];
  /** Registers in which parameters come in. */
  readonly incoming: ReadonlyMap<number, number>;
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

/** Times: an instruction reads at an even number and writes at the odd one after it. */
class Liveness {
  readonly temporaries = new Map<Instruction, number[]>();
  readonly roots: LoopRange[] = [];
  private readonly found = new Map<number, Interval>();
  private readonly homes = new Map<number, number>();
  private readonly loops: LoopRange[] = [];
  /** For each value inside loops, the loops over whose ends it must live; their ends are known later. */
  private readonly stretched: { interval: Interval; loop: LoopRange }[] = [];
  private time = 2;
  private nextTemporary: number;

  constructor(
    private readonly selection: Selection,
    private readonly lanes: number,
    private readonly spilled: ReadonlySet<number>,
    private readonly parameters: Parameters,
  ) {
    this.nextTemporary = parameters.end + 1;
    for (const id of [parameters.block, parameters.begin, parameters.end])
      this.found.set(id, this.interval(id, "int", 0));
  }

  intervals(): Interval[] {
    for (const { interval, loop } of this.stretched) interval.end = Math.max(interval.end, loop.end);
    const { block, begin, end } = this.parameters;
    const unused = (i: Interval): boolean =>
      (i.id === block || i.id === begin || i.id === end) && i.weight === 0;
    return [...this.found.values()]
      .filter((i) => !unused(i) && !(this.spilled.has(i.id) && i.class !== "int"))
      .sort((a, b) => a.start - b.start || a.id - b.id);
  }

  walk(block: readonly Instruction[]): void {
    for (const i of block) this.instruction(i);
  }

  private instruction(i: Instruction): void {
    const { selection } = this;
    const now = this.time;
    this.time += 2;
    if (
      i.kind === "value" &&
      (selection.vectorConstants.has(i.out.id) || selection.intConstants.has(i.out.id))
    )
      return;
    if (i.kind === "load" && selection.folded.has(i.out.id)) return;
    if (i.kind === "value" && selection.jumps.has(i.out.id)) {
      // Reads its operands at the jump.
      return;
    }
    this.needTemporaries(i, now);
    switch (i.kind) {
      case "loop": {
        this.use(i.from, now);
        this.use(i.to, now);
        const innermost = !i.body.some(hasLoop);
        const loop: LoopRange = {
          instruction: i,
          start: now,
          end: now,
          inside: [],
          constants: new Set(),
          innermost,
        };
        (this.loops.at(-1)?.inside ?? this.roots).push(loop);
        this.loops.push(loop);
        this.define(i.counter, now + 1);
        this.walk(i.body);
        loop.end = this.time;
        this.time += 2;
        this.use(i.counter, loop.end);
        this.use(i.to, loop.end);
        this.loops.pop();
        return;
      }
      case "when": {
        const jump = selection.jumps.get(i.condition.id);
        for (const input of jump ? jump.inputs : [i.condition]) this.use(input, now);
        this.walk(i.body);
        this.walk(i.otherwise);
        return;
      }
      case "assign":
        if (selection.coalesced.has(i.value.id)) {
          this.useId(i.variable.id, now);
          return;
        }
        this.use(i.value, now);
        this.useId(i.variable.id, now + 1);
        return;
      case "prefetch":
        this.use(i.pointer, now);
        return;
      case "store":
        this.use(i.pointer, now);
        this.use(i.value, now);
        return;
    }
    // A variable that starts as a constant is loaded with it, which is no reason to keep the constant.
    const initialised = i.kind === "value" && i.operator === "variable";
    if (!(initialised && selection.vectorConstants.has(i.inputs[0].id)))
      for (const input of inputsOf(i)) this.use(input, now);
    if (i.kind === "value") {
      const { block, begin, end } = this.parameters;
      if (i.operator === "argument") this.useId(block, now);
      if (i.operator === "begin") this.useId(begin, now);
      if (i.operator === "end") this.useId(end, now);
    }
    const variable = selection.coalesced.get(i.out.id);
    if (variable !== undefined) {
      this.useId(variable, now + 1);
      return;
    }
    const near =
      i.kind !== "value" ? [] : i.operator === "fma" ? [2, 0, 1] : i.operator === "variable" ? [0] : [];
    this.define(
      i.out,
      writesEarly(i) ? now : now + 1,
      near.map((n) => inputsOf(i)[n].id),
    );
  }

  private needTemporaries(i: Instruction, now: number): void {
    const { selection, spilled } = this;
    const inMemory = (value: Value): boolean =>
      value.type !== "int" &&
      (selection.vectorConstants.has(value.id) || selection.folded.has(value.id) || spilled.has(value.id));
    const classes: RegisterClass[] = [];
    const inputs = inputsOf(i);
    const slot = memorySlots(i, selection.level).find((s) => inMemory(inputs[s]));
    inputs.forEach((input, s) => {
      if (s !== slot && inMemory(input)) classes.push(classOf(input.type, selection.level));
    });
    const target = i.kind === "assign" ? i.variable : "out" in i ? i.out : null;
    const place = target ? (selection.coalesced.get(target.id) ?? target.id) : -1;
    if (target && target.type !== "int" && spilled.has(place))
      classes.push(classOf(target.type, selection.level));
    classes.push(...temporariesOf(i, selection.level, this.lanes));
    if (classes.length === 0) return;
    const ids = classes.map((c) => {
      const id = this.nextTemporary++;
      const interval = this.interval(id, c, now);
      interval.end = now + 1;
      interval.weight = Number.POSITIVE_INFINITY;
      interval.inner = true;
      this.found.set(id, interval);
      return id;
    });
    this.temporaries.set(i, ids);
  }

  private interval(id: number, c: RegisterClass, start: number): Interval {
    return { id, class: c, start, end: start, weight: 0, inner: false, near: [] };
  }

  private define(value: Value, at: number, near: readonly number[] = []): void {
    const interval = this.interval(value.id, classOf(value.type, this.selection.level), at);
    interval.near = near;
    this.found.set(value.id, interval);
    this.homes.set(value.id, this.loops.length);
    this.touch(interval);
  }

  private use(value: Value, at: number): void {
    const load = this.selection.folded.get(value.id);
    if (load) this.use(load.pointer, at);
    else if (this.selection.vectorConstants.has(value.id)) {
      for (const loop of this.loops) loop.constants.add(value.id);
    } else if (!this.selection.intConstants.has(value.id)) this.useId(value.id, at);
  }

  private useId(id: number, at: number): void {
    const interval = this.found.get(id)!;
    interval.end = Math.max(interval.end, at);
    const home = this.homes.get(id) ?? 0;
    if (this.loops.length > home) this.stretched.push({ interval, loop: this.loops[home] });
    this.touch(interval);
  }

  private touch(interval: Interval): void {
    interval.weight += 8 ** Math.min(this.loops.length, 10);
    if (this.loops.at(-1)?.innermost) interval.inner = true;
  }
}

const hasLoop = (i: Instruction): boolean =>
  i.kind === "loop" || (i.kind === "when" && (i.body.some(hasLoop) || i.otherwise.some(hasLoop)));

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

/** Gives the registers that are left over a loop to the constants used in it: outer loops first. */
function keepConstants(
  roots: readonly LoopRange[],
  intervals: readonly Interval[],
  registers: ReadonlyMap<number, number>,
  file: RegisterFile,
  selection: Selection,
): Pick<Allocation, "kept" | "used"> {
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
