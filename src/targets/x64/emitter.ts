/** Kernels as x64 functions: AVX-512 (16 lanes, 32 registers) or AVX2 with FMA (8 lanes, 16 registers). */
import type {
  Comparison,
  Instruction,
  Int,
  Kernel,
  Operator,
  TargetDescription,
  Value,
} from "../../kernels/language.js";
import { Assembler, type Condition } from "./assembler/assembler.js";
import { Label } from "./assembler/code.js";
import { fitsInt32, gpr, type Memory } from "./assembler/operands.js";
import type { VectorOptions } from "./assembler/vector-encoding.js";
import type { VectorInstruction, VectorLength } from "./assembler/vector-forms.js";
import { type Convention, conventions } from "./conventions.js";
import { type Parameters, registerFile, scratch, scratch2, scratchMask } from "./register-file.js";
import { type Allocation, allocateRegisters } from "./registers.js";
import {
  classOf,
  comparisons,
  gathers,
  type Level,
  type Load,
  type Loop,
  memoryOperands,
  type Operation,
  type Selection,
  select,
} from "./selection.js";
import { inputsOf, simplify } from "./simplify.js";

export interface X64Options {
  readonly level: Level;
  readonly convention: "sysv" | "windows";
}

export function x64Target(level: Level): TargetDescription {
  return level === "avx512"
    ? { name: "avx512", lanes: 16, registers: 32, hasFma: true, turn: 28 }
    : { name: "avx2", lanes: 8, registers: 16, hasFma: true, turn: 24 };
}

/**
 * The machine code of `kernel(block, begin, end)`: the address of an argument block of 64-bit words, and the items
 * to handle as 64-bit integers. It may stand at any address that is a multiple of 64.
 */
export function emitKernel(kernel: Kernel, options: X64Options): Uint8Array<ArrayBuffer> {
  return new Emitter(kernel, options).emit();
}

type StoreInstruction = Extract<Instruction, { kind: "store" }>;
/** A vector operand that lies in memory; `one`: an element for all lanes. */
interface InMemory {
  readonly memory: Memory;
  readonly one: boolean;
}
type VectorOperand = number | InMemory;

const vectorInstructions: { readonly [O in Operator]?: VectorInstruction } = {
  and: "vpand",
  or: "vpor",
  xor: "vpxor",
};
const floatInstructions: { readonly [O in Operator]?: VectorInstruction } = {
  add: "vaddps",
  sub: "vsubps",
  mul: "vmulps",
  div: "vdivps",
  min: "vminps",
  max: "vmaxps",
};
const intInstructions: { readonly [O in Operator]?: VectorInstruction } = {
  add: "vpaddd",
  sub: "vpsubd",
  mul: "vpmulld",
  min: "vpminsd",
  max: "vpmaxsd",
};
const maskInstructions: { readonly [O in Operator]?: VectorInstruction } = {
  and: "kandw",
  or: "korw",
  xor: "kxorw",
};

/** Immediates of vcmpps, all quiet, and of vpcmpd. NaN differs from everything. */
const floatPredicates: Record<Comparison, number> = {
  eq: 0x00,
  lt: 0x11,
  le: 0x12,
  ne: 0x04,
  ge: 0x1d,
  gt: 0x1e,
};
const [ordered, unordered] = [0x07, 0x03];
const intPredicates: Record<Comparison, number> = { eq: 0, lt: 1, le: 2, ne: 4, ge: 5, gt: 6 };
const swapped: Record<Comparison, Comparison> = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  gt: "lt",
  le: "ge",
  ge: "le",
};
const conditionOf: Record<Comparison, Condition> = {
  eq: "e",
  ne: "ne",
  lt: "l",
  le: "le",
  gt: "g",
  ge: "ge",
};
const opposite: Record<Comparison, Condition> = { eq: "ne", ne: "e", lt: "ge", le: "g", gt: "le", ge: "l" };

class Emitter {
  private readonly asm = new Assembler();
  private readonly level: Level;
  private readonly lanes: number;
  private readonly length: VectorLength;
  private readonly convention: Convention;
  private readonly body: readonly Instruction[];
  private readonly selection: Selection;
  private readonly allocation: Allocation;
  private readonly parameters: Parameters;
  /** Vector constants in the registers that the loops around keep for them. */
  private readonly keptNow = new Map<number, number>();
  /** Data behind the code: words of 32 bits, by their content. */
  private readonly pool = new Map<string, { label: Label; words: readonly number[] }>();
  private readonly slots = new Map<number, number>();
  private readonly frame: Frame;
  /** Lanes for which the scratch mask is set, where that is known. */
  private maskedLanes = 0;

  constructor(
    private readonly kernel: Kernel,
    options: X64Options,
  ) {
    const { level } = options;
    this.level = level;
    this.lanes = level === "avx512" ? 16 : 8;
    this.length = level === "avx512" ? 512 : 256;
    this.convention = conventions[options.convention];
    this.body = simplify(kernel.body);
    this.selection = select(this.body, level);
    this.parameters = { block: kernel.values, begin: kernel.values + 1, end: kernel.values + 2 };
    const file = registerFile(level, this.convention, this.parameters);
    this.allocation = allocateRegisters(
      kernel.name,
      this.body,
      this.selection,
      this.lanes,
      file,
      this.parameters,
    );
    this.frame = this.layFrame();
  }

  emit(): Uint8Array<ArrayBuffer> {
    this.enter();
    this.block(this.body);
    this.leave();
    this.writePool();
    return this.asm.finish();
  }

  // --- the function's frame ---------------------------------------------------------------------------------

  private layFrame(): Frame {
    const { spilled, used } = this.allocation;
    let size = needsScratch(this.body, this.lanes, this.level) ? 64 : 0;
    const types = this.kernel.types;
    for (const id of spilled) {
      if (types[id] === undefined || classOf(types[id], this.level) !== "vector") continue;
      this.slots.set(id, size);
      size += this.length / 8;
    }
    for (const id of spilled) {
      if (this.slots.has(id)) continue;
      this.slots.set(id, size);
      size += 8;
    }
    size = Math.ceil(size / 16) * 16;
    const savedVectors = this.convention.savedVectors.filter((r) => used.vector.has(r));
    const vectorsAt = size;
    size += 16 * savedVectors.length;
    const savedIntegers = this.convention.savedIntegers.filter((r) => used.int.has(r));
    // One more word holds the stack pointer of the caller: the frame starts at a multiple of 64.
    return { size: size === 0 ? 0 : Math.ceil((size + 8) / 64) * 64, savedIntegers, savedVectors, vectorsAt };
  }

  private enter(): void {
    const { asm, frame, convention, allocation } = this;
    const incoming = [this.parameters.block, this.parameters.begin, this.parameters.end];
    for (const register of frame.savedIntegers) asm.push(register);
    if (frame.size > 0) {
      asm.move(scratch, gpr.rsp);
      asm.arithmeticConstant("and", gpr.rsp, -64);
      asm.arithmeticConstant("sub", gpr.rsp, frame.size);
      asm.storeWord({ base: gpr.rsp, displacement: frame.size - 8 }, scratch);
    }
    frame.savedVectors.forEach((register, n) => {
      asm.vector("store", 128, register, { base: gpr.rsp, displacement: frame.vectorsAt + 16 * n });
    });
    // First those that go to memory, then those whose registers are free by then.
    incoming.forEach((id, n) => {
      if (allocation.spilled.has(id)) asm.storeWord(this.slot(id), convention.arguments[n]);
    });
    incoming.forEach((id, n) => {
      const register = allocation.registers.get(id);
      if (register !== undefined && register !== convention.arguments[n])
        asm.move(register, convention.arguments[n]);
    });
  }

  private leave(): void {
    const { asm, frame } = this;
    frame.savedVectors.forEach((register, n) => {
      asm.vector("load", 128, register, { base: gpr.rsp, displacement: frame.vectorsAt + 16 * n });
    });
    if (frame.size > 0) asm.move(gpr.rsp, { base: gpr.rsp, displacement: frame.size - 8 });
    for (const register of [...frame.savedIntegers].reverse()) asm.pop(register);
    asm.clearUpperVectors();
    asm.return();
  }

  private slot(id: number): Memory {
    return { base: gpr.rsp, displacement: this.slots.get(id)! };
  }

  // --- constants --------------------------------------------------------------------------------------------

  private writePool(): void {
    // Whole vectors first, so that each of them lies in one cache line.
    const entries = [...this.pool.values()].sort((a, b) => b.words.length - a.words.length);
    if (entries.length > 0) this.asm.align(64);
    for (const { label, words } of entries) {
      this.asm.place(label);
      for (const word of words) this.asm.word(word);
    }
  }

  private data(words: readonly number[]): Memory {
    const key = words.join();
    let entry = this.pool.get(key);
    if (!entry) {
      entry = { label: new Label(), words };
      this.pool.set(key, entry);
    }
    return { base: entry.label, displacement: 0 };
  }

  private eachLane(word: (lane: number) => number): Memory {
    return this.data(Array.from({ length: this.lanes }, (_, lane) => word(lane)));
  }

  /** A word for all lanes, as a memory operand. */
  private constant(bits: number): InMemory {
    return this.level === "avx512"
      ? { memory: this.data([bits]), one: true }
      : { memory: this.eachLane(() => bits), one: false };
  }

  // --- operands ---------------------------------------------------------------------------------------------

  /** The register of an integer, after loading it into `into` where it has none. */
  private int(value: Value, into: number): number {
    const register = this.allocation.registers.get(value.id);
    if (register !== undefined) return register;
    const constant = this.selection.intConstants.get(value.id);
    if (constant !== undefined) this.asm.moveConstant(into, constant);
    else this.asm.move(into, this.slot(value.id));
    return into;
  }

  /** An integer as the second operand of an instruction: a register or its place in the frame. */
  private intOperand(value: Value, into: number): number | Memory {
    if (this.selection.intConstants.has(value.id)) return this.int(value, into);
    return this.allocation.registers.get(value.id) ?? this.slot(value.id);
  }

  /** A constant that fits into an instruction. */
  private immediate(value: Value): number | undefined {
    const constant = this.selection.intConstants.get(value.id);
    return constant !== undefined && fitsInt32(constant) ? constant : undefined;
  }

  private address(pointer: Int, displacement: number, into: number = scratch): Memory {
    return { base: this.int(pointer, into), displacement };
  }

  private place(id: number): number {
    return this.selection.coalesced.get(id) ?? id;
  }

  private vectorOperand(value: Value): VectorOperand {
    const { selection, allocation } = this;
    const constant = selection.vectorConstants.get(value.id);
    if (constant !== undefined) {
      const kept = this.keptNow.get(value.id);
      if (kept !== undefined) return kept;
      if (constant === "lanes") return { memory: this.eachLane((lane) => lane), one: false };
      return this.constant(constant.bits);
    }
    const load = selection.folded.get(value.id);
    if (load) return { memory: this.address(load.pointer, load.displacement), one: load.access === "splat" };
    return allocation.registers.get(value.id) ?? { memory: this.slot(value.id), one: false };
  }

  /** The operands of an instruction, all in registers but one of those that may lie in memory. */
  private operands(i: Instruction): {
    inputs: VectorOperand[];
    out: number;
    rest: number[];
    finish: () => void;
  } {
    const temporaries = [...(this.allocation.temporaries.get(i) ?? [])].map(
      (id) => this.allocation.registers.get(id)!,
    );
    const values = inputsOf(i);
    const { slot, loaded } = memoryOperands(i, this.selection, this.allocation.spilled);
    const inputs: VectorOperand[] = values.map(() => -1);
    const take = (value: Value, s: number): void => {
      if (value.type === "int") return;
      inputs[s] = this.vectorOperand(value);
      // A temporary is counted for each of these, also where a loop keeps the constant in a register.
      if (s === slot || !loaded.includes(value)) return;
      const temporary = temporaries.shift()!;
      if (typeof inputs[s] === "number") return;
      this.loadInto(value, temporary, inputs[s]);
      inputs[s] = temporary;
    };
    // The operand that stays in memory comes last: its address may be in the scratch register.
    values.forEach((value, s) => {
      if (s !== slot) take(value, s);
    });
    if (slot !== undefined) take(values[slot], slot);
    const target = i.kind === "assign" ? i.variable : "out" in i ? i.out : null;
    if (!target || target.type === "int") return { inputs, out: -1, rest: temporaries, finish: () => {} };
    const id = this.place(target.id);
    if (!this.allocation.spilled.has(id))
      return { inputs, out: this.allocation.registers.get(id)!, rest: temporaries, finish: () => {} };
    const out = temporaries.shift()!;
    const isMask = classOf(target.type, this.level) === "mask";
    const finish = (): void => {
      if (isMask) this.asm.vector("storeMask", 128, out, this.slot(id));
      else this.asm.vector("store", this.length, out, this.slot(id));
    };
    return { inputs, out, rest: temporaries, finish };
  }

  /** Whatever an operand is, into a register. */
  private loadInto(value: Value, to: number, operand: VectorOperand): void {
    if (classOf(value.type, this.level) === "mask") {
      if (typeof operand !== "number") this.asm.vector("kmovw", 128, to, operand.memory);
      else if (operand !== to) this.asm.vector("kmovw", 128, to, operand);
      return;
    }
    if (typeof operand === "number") {
      if (operand !== to) this.asm.vector("vmovaps", this.length, to, operand);
      return;
    }
    const constant = this.selection.vectorConstants.get(value.id);
    if (constant !== undefined && constant !== "lanes" && constant.bits === 0) this.clear(to);
    else if (operand.one) this.asm.vector("vbroadcastss", this.length, to, operand.memory);
    else this.asm.vector("load", this.length, to, operand.memory);
  }

  private clear(register: number): void {
    // The short form clears the whole register.
    const length = register < 16 ? 128 : this.length;
    this.asm.vector("vpxor", length, register, register, { vvvv: register });
  }

  /** An instruction whose last operand may lie in memory. */
  private vector(
    instruction: VectorInstruction,
    reg: number,
    operand: VectorOperand,
    options: VectorOptions = {},
  ): void {
    if (typeof operand === "number") this.asm.vector(instruction, this.length, reg, operand, options);
    else
      this.asm.vector(instruction, this.length, reg, operand.memory, { ...options, broadcast: operand.one });
  }

  // --- control ----------------------------------------------------------------------------------------------

  private block(instructions: readonly Instruction[]): void {
    for (const i of instructions) this.instruction(i);
  }

  private instruction(i: Instruction): void {
    const { selection, asm } = this;
    switch (i.kind) {
      case "loop":
        this.loop(i);
        return;
      case "when": {
        const [otherwise, after] = [new Label(), new Label()];
        const jump = selection.jumps.get(i.condition.id);
        if (jump) {
          this.compareInts(jump.inputs[0], jump.inputs[1]);
          asm.jumpIf(opposite[jump.operator as Comparison], otherwise);
        } else {
          const condition = this.int(i.condition, scratch);
          asm.test(condition, condition);
          asm.jumpIf("e", otherwise);
        }
        this.maskedLanes = 0;
        this.block(i.body);
        if (i.otherwise.length > 0) asm.jump(after);
        asm.place(otherwise);
        this.maskedLanes = 0;
        this.block(i.otherwise);
        asm.place(after);
        this.maskedLanes = 0;
        return;
      }
      case "assign":
        if (selection.coalesced.has(i.value.id)) return;
        if (i.value.type === "int") this.moveInt(i.variable, i.value);
        else {
          const { inputs, out, finish } = this.operands(i);
          this.loadInto(i.value, out, inputs[0]);
          finish();
        }
        return;
      case "loadInt":
        this.intResult(i.out, (to) => asm.loadSigned32(to, this.address(i.pointer, i.displacement)));
        return;
      case "load":
        if (!selection.folded.has(i.out.id)) this.load(i);
        return;
      case "prefetch":
        asm.prefetch(this.address(i.pointer, i.displacement));
        return;
      case "store":
        this.store(i);
        return;
      case "value":
        if (selection.vectorConstants.has(i.out.id) || selection.intConstants.has(i.out.id)) return;
        if (selection.jumps.has(i.out.id)) return;
        if (i.out.type === "int") this.intValue(i);
        else this.vectorValue(i);
        return;
    }
  }

  private loop(i: Loop): void {
    const { asm, selection } = this;
    const [top, after] = [new Label(), new Label()];
    const [from, to] = [selection.intConstants.get(i.from.id), selection.intConstants.get(i.to.id)];
    const known = from !== undefined && to !== undefined;
    if (known && from >= to) return;
    this.moveInt(i.counter, i.from);
    if (!known) {
      this.compareInts(i.counter, i.to);
      asm.jumpIf("ge", after);
    }
    const kept = this.allocation.kept.get(i) ?? [];
    for (const { constant, register } of kept) {
      const value: Value = { id: constant, type: this.kernel.types[constant] };
      this.loadInto(value, register, this.vectorOperand(value));
    }
    for (const { constant, register } of kept) this.keptNow.set(constant, register);
    if (!i.body.some((inner) => inner.kind === "loop" || inner.kind === "when")) asm.align(32);
    asm.place(top);
    this.maskedLanes = 0;
    this.block(i.body);
    // Once round is enough where the step reaches the end.
    if (!(known && from + i.step >= to)) {
      const counter = this.allocation.registers.get(i.counter.id) ?? this.slot(i.counter.id);
      asm.arithmeticConstant("add", counter, i.step);
      this.compareInts(i.counter, i.to);
      asm.jumpIf("l", top);
    }
    asm.place(after);
    this.maskedLanes = 0;
    for (const { constant } of kept) this.keptNow.delete(constant);
  }

  // --- integers ---------------------------------------------------------------------------------------------

  /** Lets `write` compute into the register of an integer, or into a scratch register on the way to the frame. */
  private intResult(out: Value, write: (to: number) => void): void {
    const id = this.place(out.id);
    const register = this.allocation.registers.get(id);
    write(register ?? scratch);
    if (register === undefined) this.asm.storeWord(this.slot(id), scratch);
  }

  private moveInt(out: Value, value: Value): void {
    const { asm } = this;
    const from = this.allocation.registers.get(value.id);
    const to = this.allocation.registers.get(this.place(out.id));
    if (from !== undefined && to === undefined) asm.storeWord(this.slot(this.place(out.id)), from);
    else
      this.intResult(out, (register) => {
        const constant = this.selection.intConstants.get(value.id);
        if (constant === 0) asm.arithmetic("xor", register, register);
        else if (constant !== undefined) asm.moveConstant(register, constant);
        else if (from === undefined) asm.move(register, this.slot(value.id));
        else if (from !== register) asm.move(register, from);
      });
  }

  private compareInts(a: Value, b: Value): void {
    const constant = this.immediate(b);
    const { asm } = this;
    if (constant !== undefined) asm.arithmeticConstant("cmp", this.intOperand(a, scratch), constant);
    else asm.arithmetic("cmp", this.int(a, scratch), this.intOperand(b, scratch2));
  }

  private intValue(i: Operation): void {
    const { asm } = this;
    const [a, b] = i.inputs;
    switch (i.operator) {
      case "argument":
        this.intResult(i.out, (to) =>
          asm.move(to, {
            base: this.int({ id: this.parameters.block, type: "int" }, scratch),
            displacement: 8 * i.immediate,
          }),
        );
        return;
      case "begin":
      case "end":
        this.moveInt(i.out, { id: this.parameters[i.operator], type: "int" });
        return;
      case "variable":
        this.moveInt(i.out, a);
        return;
      case "add":
      case "sub":
        this.intResult(i.out, (to) => this.addInts(i, to));
        return;
      case "mul":
        this.intResult(i.out, (to) => this.multiplyInts(to, a, b));
        return;
      case "div":
      case "rem":
        this.divideInts(i);
        return;
      case "min":
      case "max":
        this.intResult(i.out, (to) => {
          const second = this.int(b, scratch2);
          asm.move(scratch, this.intOperand(a, scratch));
          asm.arithmetic("cmp", second, scratch);
          asm.moveIf(i.operator === "min" ? "l" : "g", scratch, second);
          if (to !== scratch) asm.move(to, scratch);
        });
        return;
    }
    if (!comparisons.includes(i.operator)) throw this.missing("int", i.operator);
    this.compareInts(a, b);
    asm.setCondition(conditionOf[i.operator as Comparison], scratch);
    this.intResult(i.out, (to) => asm.widenByte(to, scratch));
  }

  private addInts(i: Operation, to: number): void {
    const { asm } = this;
    const [a, b] = i.inputs;
    const sign = i.operator === "sub" ? -1 : 1;
    const constant = i.inputs.length === 1 ? i.immediate : this.immediate(b);
    if (constant !== undefined && fitsInt32(sign * constant)) {
      const base = this.int(a, scratch);
      if (base === to) asm.arithmeticConstant("add", to, sign * constant);
      else asm.lea(to, { base, displacement: sign * constant });
      return;
    }
    if (sign > 0) {
      const known = this.immediate(a);
      if (known !== undefined) {
        asm.lea(to, { base: this.int(b, scratch), displacement: known });
        return;
      }
      const [p, q] = [this.int(a, scratch), this.int(b, scratch2)];
      if (p === to) asm.arithmetic("add", to, q);
      else if (q === to) asm.arithmetic("add", to, p);
      else asm.lea(to, { base: p, index: q, scale: 1, displacement: 0 });
      return;
    }
    const second = this.int(b, scratch2);
    const direct = to !== second;
    const result = direct ? to : scratch;
    const first = this.int(a, result);
    if (first !== result) asm.move(result, first);
    asm.arithmetic("sub", result, second);
    if (!direct) asm.move(to, result);
  }

  private multiplyInts(to: number, a: Value, b: Value): void {
    const { asm } = this;
    const constant = this.immediate(b) ?? this.immediate(a);
    if (constant !== undefined) {
      const other = this.immediate(b) === undefined ? b : a;
      const power = Math.log2(constant);
      if (constant > 0 && Number.isInteger(power)) {
        const from = this.int(other, to);
        if (from !== to) asm.move(to, from);
        if (power > 0) asm.shiftLeft(to, power);
      } else asm.multiplyConstant(to, this.intOperand(other, scratch), constant);
      return;
    }
    const second = this.int(b, scratch2);
    const first = this.int(a, scratch);
    if (second === to) asm.multiply(to, first);
    else {
      if (first !== to) asm.move(to, first);
      asm.multiply(to, second);
    }
  }

  private divideInts(i: Operation): void {
    const { asm } = this;
    const [a, b] = i.inputs;
    const divisor = this.immediate(b);
    const power = Math.log2(divisor ?? 0);
    const [spare] = [...(this.allocation.temporaries.get(i) ?? [])].map(
      (id) => this.allocation.registers.get(id)!,
    );
    if (divisor !== undefined && divisor > 0 && Number.isInteger(power)) {
      this.intResult(i.out, (to) => {
        const from = this.int(a, to);
        if (from !== to) asm.move(to, from);
        if (i.operator === "div") {
          if (power > 0) asm.shiftRight(to, power);
        } else if (divisor - 1 <= 0x7fffffff) asm.arithmeticConstant("and", to, divisor - 1);
      });
      return;
    }
    // The dividend is never negative, so that its upper half is zero.
    const by = this.intOperand(b, spare);
    const from = this.int(a, scratch);
    if (from !== scratch) asm.move(scratch, from);
    asm.arithmetic("xor", scratch2, scratch2);
    asm.divideSigned(by);
    const result = i.operator === "div" ? scratch : scratch2;
    const id = this.place(i.out.id);
    const to = this.allocation.registers.get(id);
    if (to === undefined) asm.storeWord(this.slot(id), result);
    else asm.move(to, result);
  }

  private missing(type: string, operator: string): Error {
    return new Error(`kernel "${this.kernel.name}": ${this.level} has no ${type} ${operator}`);
  }

  // --- vectors ----------------------------------------------------------------------------------------------

  private vectorValue(i: Operation): void {
    const { asm, length, level } = this;
    const { inputs, out, rest, finish } = this.operands(i);
    const type = i.inputs.at(-1)?.type ?? i.out.type;
    const inMaskRegister = classOf(type, level) === "mask";
    const [a, b] = inputs;
    switch (i.operator) {
      case "variable":
      case "bits":
        this.loadInto(i.inputs[0], out, a);
        break;
      case "splat": {
        const from = this.int(i.inputs[0], scratch);
        if (level === "avx512") asm.vector("broadcastRegister", length, out, from);
        else {
          asm.vector("vmovd", 128, out, from);
          asm.vector("vpbroadcastd", length, out, out);
        }
        break;
      }
      case "not":
        if (inMaskRegister) asm.vector("knotw", 128, out, a as number);
        else this.vector("vpxor", out, this.constant(-1), { vvvv: a as number });
        break;
      case "neg":
        if (type === "f32") this.vector("vpxor", out, this.constant(-0x80000000), { vvvv: a as number });
        else {
          // −x = ¬x + 1
          this.vector("vpxor", out, this.constant(-1), { vvvv: a as number });
          this.vector("vpsubd", out, this.constant(-1), { vvvv: out });
        }
        break;
      case "abs":
        if (type === "f32") this.vector("vpand", out, this.constant(0x7fffffff), { vvvv: a as number });
        else this.vector("vpabsd", out, a);
        break;
      case "sqrt":
        this.vector("vsqrtps", out, a);
        break;
      case "floor":
      case "nearest":
        // Bit 3: no exception for inexact results.
        this.vector("vroundps", out, a, { immediate: 8 | (i.operator === "floor" ? 1 : 0) });
        break;
      case "convert":
        this.vector("vcvtdq2ps", out, a);
        break;
      case "truncate":
        this.truncate(out, a as number, rest);
        break;
      case "shl":
      case "shru":
      case "shrs":
        this.shift(i.operator, out, a, i.immediate);
        break;
      case "fma":
        this.multiplyAdd(i, out, inputs);
        break;
      case "select":
        if (inMaskRegister) {
          const [chosen] = rest;
          asm.vector("kandw", 256, chosen, inputs[1] as number, { vvvv: a as number });
          asm.vector("kandnw", 256, out, inputs[2] as number, { vvvv: a as number });
          asm.vector("korw", 256, out, chosen, { vvvv: out });
        } else if (level === "avx512")
          this.vector("vblendmps", out, b, { vvvv: inputs[2] as number, mask: a as number });
        else this.vector("vblendvps", out, b, { vvvv: inputs[2] as number, immediate: (a as number) << 4 });
        break;
      case "zipLow":
      case "zipHigh":
        this.zip(i.operator, out, a as number, inputs[1] as number, rest[0]);
        break;
      case "sumLanes":
      case "maxLanes":
      case "minLanes":
        this.across(i.operator, type, out, a as number, rest[0]);
        break;
      default:
        if (comparisons.includes(i.operator)) this.compare(i.operator as Comparison, type, out, a, b);
        else this.binary(i.operator, type, out, a, b);
    }
    finish();
  }

  private binary(operator: Operator, type: string, out: number, a: VectorOperand, b: VectorOperand): void {
    if (classOf(type as Value["type"], this.level) === "mask") {
      const instruction = maskInstructions[operator];
      if (!instruction) throw this.missing(type, operator);
      this.asm.vector(instruction, 256, out, b as number, { vvvv: a as number });
      return;
    }
    const table = type === "f32" ? floatInstructions : intInstructions;
    const instruction = vectorInstructions[operator] ?? (type === "mask" ? undefined : table[operator]);
    if (!instruction) throw this.missing(type, operator);
    // vminps takes its second operand where either is NaN, the language its first.
    const reversed = type === "f32" && (operator === "min" || operator === "max");
    const [first, second] = reversed || typeof a !== "number" ? [b, a] : [a, b];
    this.vector(instruction, out, second, { vvvv: first as number });
  }

  private compare(
    how: Comparison,
    type: string,
    out: number,
    first: VectorOperand,
    second: VectorOperand,
  ): void {
    const turned = typeof first !== "number";
    const [a, b] = turned ? [second as number, first] : [first, second];
    const operator = turned ? swapped[how] : how;
    if (type === "f32") {
      const instruction = this.level === "avx512" ? "compareFloats" : "vcmpps";
      this.vector(instruction, out, b, { vvvv: a, immediate: floatPredicates[operator] });
      return;
    }
    if (this.level === "avx512") {
      this.vector("compareInts", out, b, { vvvv: a, immediate: intPredicates[operator] });
      return;
    }
    // There are "equal" and "greater than": the others are these with their operands exchanged or negated.
    const exchange = operator === "lt" || operator === "ge";
    const instruction = operator === "eq" || operator === "ne" ? "vpcmpeqd" : "vpcmpgtd";
    if (exchange) this.vector(instruction, out, a, { vvvv: b as number });
    else this.vector(instruction, out, b, { vvvv: a });
    if (operator === "ne" || operator === "le" || operator === "ge")
      this.vector("vpxor", out, this.constant(-1), { vvvv: out });
  }

  /** a·b + c in the form that overwrites the operand whose register the result shares. */
  private multiplyAdd(i: Operation, out: number, [a, b, c]: VectorOperand[]): void {
    const inMemory = [a, b, c].findIndex((operand) => typeof operand !== "number");
    if (inMemory === 2) {
      let [x, y] = [a as number, b as number];
      if (y === out) [x, y] = [y, x];
      if (x === out) this.vector("vfmadd213ps", out, c, { vvvv: y });
      else {
        this.loadInto(i.inputs[2], out, c);
        this.vector("vfmadd231ps", out, y, { vvvv: x });
      }
      return;
    }
    const sum = c as number;
    const [register, other] = inMemory === 0 ? [b as number, a] : [a as number, b];
    if (out === sum) this.vector("vfmadd231ps", out, other, { vvvv: register });
    else if (typeof other !== "number" && out === register)
      this.vector("vfmadd132ps", out, other, { vvvv: sum });
    else if (out === register) this.vector("vfmadd213ps", out, sum, { vvvv: other as number });
    else if (out === other) this.vector("vfmadd213ps", out, sum, { vvvv: register });
    else {
      this.loadInto(i.inputs[2], out, c);
      this.vector("vfmadd231ps", out, other, { vvvv: register });
    }
  }

  private shift(operator: "shl" | "shru" | "shrs", out: number, a: VectorOperand, by: number): void {
    const instruction = ({ shl: "vpslld", shru: "vpsrld", shrs: "vpsrad" } as const)[operator];
    this.vector(instruction, 0, a, { vvvv: out, immediate: by & 31 });
  }

  /** The instruction gives −2³¹ for everything that does not fit: above the range that becomes 2³¹ − 1, NaN 0. */
  private truncate(out: number, a: number, [spare]: readonly number[]): void {
    const limit = this.constant(0x4f000000); // 2³¹ as f32
    if (this.level === "avx512") {
      this.vector("compareFloats", scratchMask, a, { vvvv: a, immediate: ordered });
      this.asm.vector("vcvttps2dq", this.length, out, a, { mask: scratchMask, zero: true });
      this.vector("compareFloats", scratchMask, limit, { vvvv: a, immediate: floatPredicates.ge });
      this.asm.vector("vpbroadcastd", this.length, out, this.constant(0x7fffffff).memory, {
        mask: scratchMask,
      });
      this.maskedLanes = 0;
      return;
    }
    this.vector("vcvttps2dq", out, a);
    this.vector("vcmpps", spare, limit, { vvvv: a, immediate: floatPredicates.ge });
    this.vector("vpxor", out, spare, { vvvv: out });
    this.vector("vcmpps", spare, a, { vvvv: a, immediate: ordered });
    this.vector("vpand", out, spare, { vvvv: out });
  }

  private zip(operator: "zipLow" | "zipHigh", out: number, a: number, b: number, spare: number): void {
    const { asm, length } = this;
    const high = operator === "zipHigh";
    if (this.level === "avx512") {
      const first = high ? this.lanes / 2 : 0;
      // Indices from 16 on are those of b.
      const order = this.eachLane((lane) => first + (lane >> 1) + (lane % 2) * this.lanes);
      asm.vector("load", length, out, order);
      asm.vector("vpermi2d", length, out, b, { vvvv: a });
      return;
    }
    // Each instruction works within halves of 128 bits: both ends first, then the halves that belong together.
    asm.vector("vpunpckldq", length, out, b, { vvvv: a });
    asm.vector("vpunpckhdq", length, spare, b, { vvvv: a });
    asm.vector("vperm2f128", length, out, spare, { vvvv: out, immediate: high ? 0x31 : 0x20 });
  }

  /** Combines the halves, the quarters and so on, exchanging them each time, so that every lane has the result. */
  private across(
    operator: "sumLanes" | "maxLanes" | "minLanes",
    type: string,
    out: number,
    a: number,
    spare: number,
  ): void {
    const { asm, length } = this;
    const combine = ({ sumLanes: "add", maxLanes: "max", minLanes: "min" } as const)[operator];
    const table = type === "f32" ? floatInstructions : intInstructions;
    const letsNaN = type === "f32" && combine !== "add";
    if (letsNaN) {
      // vmaxps loses a NaN in its first operand: if there is one anywhere, the result is NaN.
      if (this.level === "avx512") {
        this.vector("compareFloats", scratchMask, a, { vvvv: a, immediate: unordered });
        asm.vector("integerFromMask", 128, scratch, scratchMask);
        this.maskedLanes = 0;
      } else {
        this.vector("vcmpps", spare, a, { vvvv: a, immediate: unordered });
        asm.vector("vmovmskps", length, scratch, spare);
      }
    }
    let from = a;
    const step = (exchange: (to: number) => void): void => {
      exchange(spare);
      this.vector(table[combine]!, out, spare, { vvvv: from });
      from = out;
    };
    if (this.level === "avx512") {
      step((to) => asm.vector("vshuff32x4", length, to, from, { vvvv: from, immediate: 0x4e }));
      step((to) => asm.vector("vshuff32x4", length, to, from, { vvvv: from, immediate: 0xb1 }));
    } else step((to) => asm.vector("vperm2f128", length, to, from, { vvvv: from, immediate: 1 }));
    step((to) => asm.vector("vpshufd", length, to, from, { immediate: 0x4e }));
    step((to) => asm.vector("vpshufd", length, to, from, { immediate: 0xb1 }));
    if (letsNaN) {
      const after = new Label();
      asm.test32(scratch, scratch);
      asm.jumpIf("e", after);
      this.loadBits(out, 0x7fc00000);
      asm.place(after);
    }
  }

  private loadBits(to: number, bits: number): void {
    const { memory, one } = this.constant(bits);
    this.asm.vector(one ? "vbroadcastss" : "load", this.length, to, memory);
  }

  // --- memory -----------------------------------------------------------------------------------------------

  private setMask(lanes: number): void {
    if (this.maskedLanes === lanes) return;
    this.asm.moveConstant(scratch2, 2 ** lanes - 1);
    this.asm.vector("maskFromInteger", 128, scratchMask, scratch2);
    this.maskedLanes = lanes;
  }

  private load(i: Load): void {
    const { asm, length } = this;
    const { out, rest, finish } = this.operands(i);
    const memory = this.address(i.pointer, i.displacement);
    if (i.access === "lanes") this.loadApart(i, memory, out, rest);
    else if (i.format !== "u8")
      asm.vector(i.access === "splat" ? "vbroadcastss" : "load", length, out, memory);
    else if (i.access === "vector") asm.vector("vpmovzxbd", length, out, memory);
    else {
      asm.loadByte(scratch2, memory);
      if (this.level === "avx512") asm.vector("broadcastRegister", length, out, scratch2);
      else {
        asm.vector("vmovd", 128, out, scratch2);
        asm.vector("vpbroadcastd", length, out, out);
      }
    }
    finish();
  }

  /** Elements apart: a gather, or one after the other through the frame. Lanes past the last are zero. */
  private loadApart(i: Load, memory: Memory, out: number, [indices, mask]: readonly number[]): void {
    const { asm, length, lanes } = this;
    if (!gathers(i, lanes)) {
      this.clear(out);
      if (i.lanes < lanes) asm.vector("store", length, out, this.scratchSpace(0));
      for (let lane = 0; lane < i.lanes; lane++) {
        const from = { ...memory, displacement: memory.displacement + lane * i.stride };
        if (i.format === "u8") asm.loadByte(scratch2, from);
        else asm.load32(scratch2, from);
        asm.store32(this.scratchSpace(lane), scratch2);
      }
      asm.vector("load", length, out, this.scratchSpace(0));
      return;
    }
    const from: Memory = { ...memory, index: indices, scale: 1 };
    asm.vector(
      "load",
      length,
      indices,
      this.eachLane((lane) => lane * i.stride),
    );
    this.clear(out);
    if (this.level === "avx512") {
      // The gather clears its mask.
      this.maskedLanes = 0;
      this.setMask(i.lanes);
      asm.vector("vpgatherdd", length, out, from, { mask: scratchMask });
      this.maskedLanes = 0;
    } else {
      asm.vector(
        "load",
        length,
        mask,
        this.eachLane((lane) => (lane < i.lanes ? -1 : 0)),
      );
      asm.vector("gatherByVector", length, out, from, { vvvv: mask });
    }
  }

  /** Room for one vector at the start of the frame. */
  private scratchSpace(lane: number): Memory {
    return { base: gpr.rsp, displacement: 4 * lane };
  }

  private store(i: StoreInstruction): void {
    const { inputs, rest } = this.operands(i);
    let value = inputs[1] as number;
    if (classOf(i.value.type, this.level) === "mask") {
      const spare = rest.shift()!;
      this.asm.vector("vpmovm2d", this.length, spare, value);
      value = spare;
    }
    const memory = this.address(i.pointer, i.displacement);
    if (i.stride !== 0) this.storeApart(i, memory, value, i.stride);
    else if (i.format === "u8") this.storeBytes(i, memory, value, rest);
    else this.storeNear(i.lanes, memory, value, rest);
  }

  private storeNear(lanes: number, memory: Memory, value: number, [spare]: readonly number[]): void {
    const { asm } = this;
    const at = (lane: number): Memory => ({ ...memory, displacement: memory.displacement + 4 * lane });
    if (lanes === this.lanes) asm.vector("store", this.length, value, memory);
    else if (lanes === 8) asm.vector("store", 256, value, memory);
    else if (lanes === 4) asm.vector("store", 128, value, memory);
    else if (lanes === 2) asm.vector("storeTwo", 128, value, memory);
    else if (lanes === 1) asm.vector("storeOne", 128, value, memory);
    else if (this.level === "avx512") {
      this.setMask(lanes);
      asm.vector("store", this.length, value, memory, { mask: scratchMask });
    } else {
      let [part, done] = [value, 0];
      if (lanes > 4) {
        asm.vector("store", 128, value, memory);
        asm.vector("vextractf128", 256, value, spare, { immediate: 1 });
        [part, done] = [spare, 4];
      }
      const left = lanes - done;
      if (left >= 2) asm.vector("storeTwo", 128, part, at(done));
      if (left % 2 === 1)
        asm.vector("vextractps", 128, part, at(lanes - 1), { immediate: left === 3 ? 2 : 0 });
    }
  }

  private storeBytes(i: StoreInstruction, memory: Memory, value: number, rest: readonly number[]): void {
    const { asm, length } = this;
    if (this.level === "avx512") {
      if (i.lanes < this.lanes) this.setMask(i.lanes);
      asm.vector("vpmovdb", length, value, memory, { mask: i.lanes < this.lanes ? scratchMask : 0 });
      return;
    }
    if (i.lanes < this.lanes) {
      this.storeApart(i, memory, value, 1);
      return;
    }
    // The low bytes of each half's lanes to its front, then the two fronts side by side.
    const [low, high] = rest;
    this.vector(
      "vpshufb",
      low,
      { memory: this.eachLane((lane) => (lane % 4 === 0 ? 0x0c080400 : -1)), one: false },
      { vvvv: value },
    );
    asm.vector("vextractf128", 256, low, high, { immediate: 1 });
    asm.vector("vpunpckldq", 128, low, high, { vvvv: low });
    asm.vector("storeTwo", 128, low, memory);
  }

  private storeApart(i: StoreInstruction, memory: Memory, value: number, stride: number): void {
    const { asm } = this;
    if (i.lanes === 1 && i.format !== "u8") {
      asm.vector("storeOne", 128, value, memory);
      return;
    }
    asm.vector("store", this.length, value, this.scratchSpace(0));
    for (let lane = 0; lane < i.lanes; lane++) {
      asm.load32(scratch2, this.scratchSpace(lane));
      const to = { ...memory, displacement: memory.displacement + lane * stride };
      if (i.format === "u8") asm.store8(to, scratch2);
      else asm.store32(to, scratch2);
    }
  }
}

interface Frame {
  readonly size: number;
  readonly savedIntegers: readonly number[];
  readonly savedVectors: readonly number[];
  readonly vectorsAt: number;
}

/** True where a load or store of elements apart goes through the frame. */
function needsScratch(block: readonly Instruction[], lanes: number, level: Level): boolean {
  return block.some((i) => {
    if (i.kind === "load") return i.access === "lanes" && !gathers(i, lanes);
    if (i.kind === "store")
      return i.stride !== 0 || (i.format === "u8" && level === "avx2" && i.lanes < lanes);
    return (
      ((i.kind === "loop" || i.kind === "when") && needsScratch(i.body, lanes, level)) ||
      (i.kind === "when" && needsScratch(i.otherwise, lanes, level))
    );
  });
}
