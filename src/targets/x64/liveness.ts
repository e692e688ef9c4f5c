/** How long each value of a kernel lives, how often it is used, and which temporary registers instructions need. */
import type { Instruction, Value } from "../../kernels/language.js";
import type { Parameters } from "./register-file.js";
import {
  classOf,
  type Loop,
  memoryOperands,
  type RegisterClass,
  type Selection,
  temporariesOf,
  writesEarly,
} from "./selection.js";
import { inputsOf } from "./simplify.js";

export interface Interval {
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
export interface LoopRange {
  readonly instruction: Loop;
  readonly start: number;
  end: number;
  readonly inside: LoopRange[];
  readonly constants: Set<number>;
  readonly innermost: boolean;
}

/** Times: an instruction reads at an even number and writes at the odd one after it. */
export class Liveness {
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
    const classes: RegisterClass[] = [];
    for (const input of memoryOperands(i, selection, spilled).loaded)
      classes.push(classOf(input.type, selection.level));
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
