/** Where the values of a kernel are while its code is written: in registers, in the frame, or among the constants. */
import type { Instruction, Int, Value } from "../../kernels/language.js";
import { fitsInt32, type Memory } from "./assembler/operands.js";
import type { Frame } from "./frame.js";
import { scratch } from "./register-file.js";
import type { Allocation } from "./registers.js";
import { classOf, type Loop, memoryOperands, type Selection } from "./selection.js";
import { inputsOf } from "./simplify.js";
import type { VectorOperand, VectorUnit } from "./vector-unit.js";

/** The vector operands of one instruction. */
export interface Operands {
  /** By input: a register, or for one of those that may lie in memory, its place; −1 for an integer. */
  readonly inputs: VectorOperand[];
  /** The register to write the result to. */
  readonly out: number;
  /** Registers to spare. */
  readonly rest: number[];
  /** To call when the result is written: stores it where it lives in the frame. */
  readonly finish: () => void;
}

export class Values {
  /** Vector constants in the registers that the loops around keep for them. */
  private readonly keptNow = new Map<number, number>();

  /** @param kernel  its name, for messages */
  constructor(
    private readonly kernel: string,
    private readonly unit: VectorUnit,
    private readonly selection: Selection,
    private readonly allocation: Allocation,
    private readonly frame: Frame,
  ) {}

  /** The register of a value; undefined where it lives in the frame or is a constant. */
  register(id: number): number | undefined {
    return this.allocation.registers.get(id);
  }

  slot(id: number): Memory {
    return this.frame.slot(id);
  }

  /** The value in whose place a result is computed: the variable that it is assigned to, or itself. */
  home(id: number): number {
    return this.selection.coalesced.get(id) ?? id;
  }

  /** What an integer is known to be; undefined where it is computed. */
  intConstant(value: Value): number | undefined {
    return this.selection.intConstants.get(value.id);
  }

  /** The register of an integer, after loading it into `into` where it has none. */
  int(value: Value, into: number): number {
    const register = this.allocation.registers.get(value.id);
    if (register !== undefined) return register;
    const constant = this.selection.intConstants.get(value.id);
    if (constant !== undefined) this.unit.asm.moveConstant(into, constant);
    else this.unit.asm.move(into, this.frame.slot(value.id));
    return into;
  }

  /** An integer as the second operand of an instruction: a register or its place in the frame. */
  intOperand(value: Value, into: number): number | Memory {
    if (this.selection.intConstants.has(value.id)) return this.int(value, into);
    return this.allocation.registers.get(value.id) ?? this.frame.slot(value.id);
  }

  /** A constant that fits into an instruction. */
  immediate(value: Value): number | undefined {
    const constant = this.selection.intConstants.get(value.id);
    return constant !== undefined && fitsInt32(constant) ? constant : undefined;
  }

  address(pointer: Int, displacement: number): Memory {
    return { base: this.int(pointer, scratch), displacement };
  }

  /** The temporary registers of an instruction. */
  temporaries(i: Instruction): number[] {
    return (this.allocation.temporaries.get(i) ?? []).map((id) => this.allocation.registers.get(id)!);
  }

  vectorOperand(value: Value): VectorOperand {
    const { selection, allocation } = this;
    const constant = selection.vectorConstants.get(value.id);
    if (constant !== undefined) {
      const kept = this.keptNow.get(value.id);
      if (kept !== undefined) return kept;
      if (constant === "lanes") return { memory: this.unit.eachLane((lane) => lane), one: false };
      return this.unit.constant(constant.bits);
    }
    const load = selection.folded.get(value.id);
    if (load) return { memory: this.address(load.pointer, load.displacement), one: load.access === "splat" };
    return allocation.registers.get(value.id) ?? { memory: this.frame.slot(value.id), one: false };
  }

  /** The operands of an instruction, all in registers but one of those that may lie in memory. */
  operands(i: Instruction): Operands {
    const temporaries = this.temporaries(i);
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
      this.load(value, temporary, inputs[s]);
      inputs[s] = temporary;
    };
    // The operand that stays in memory comes last: its address may be in the scratch register.
    values.forEach((value, s) => {
      if (s !== slot) take(value, s);
    });
    if (slot !== undefined) take(values[slot], slot);
    const target = i.kind === "assign" ? i.variable : "out" in i ? i.out : null;
    if (!target || target.type === "int") return { inputs, out: -1, rest: temporaries, finish: () => {} };
    const id = this.home(target.id);
    if (!this.allocation.spilled.has(id))
      return { inputs, out: this.allocation.registers.get(id)!, rest: temporaries, finish: () => {} };
    const out = temporaries.shift()!;
    const isMask = classOf(target.type, this.unit.level) === "mask";
    const finish = (): void => {
      if (isMask) this.unit.asm.vector("storeMask", 128, out, this.frame.slot(id));
      else this.unit.asm.vector("store", this.unit.length, out, this.frame.slot(id));
    };
    return { inputs, out, rest: temporaries, finish };
  }

  /** Whatever an operand is, into a register. */
  load(value: Value, to: number, operand: VectorOperand): void {
    const { unit } = this;
    if (classOf(value.type, unit.level) === "mask") {
      if (typeof operand !== "number") unit.asm.vector("kmovw", 128, to, operand.memory);
      else if (operand !== to) unit.asm.vector("kmovw", 128, to, operand);
      return;
    }
    const constant = this.selection.vectorConstants.get(value.id);
    const isZero = constant !== undefined && constant !== "lanes" && constant.bits === 0;
    if (isZero && typeof operand !== "number") unit.clear(to);
    else unit.move(to, operand);
  }

  /** Loads the constants that a loop keeps in registers. */
  keepConstants(loop: Loop, typeOf: (id: number) => Value["type"]): void {
    const kept = this.allocation.kept.get(loop) ?? [];
    for (const { constant, register } of kept) {
      const value: Value = { id: constant, type: typeOf(constant) };
      this.load(value, register, this.vectorOperand(value));
    }
    for (const { constant, register } of kept) this.keptNow.set(constant, register);
  }

  forgetConstants(loop: Loop): void {
    for (const { constant } of this.allocation.kept.get(loop) ?? []) this.keptNow.delete(constant);
  }

  missing(type: string, operator: string): Error {
    return new Error(`kernel "${this.kernel}": ${this.unit.level} has no ${type} ${operator}`);
  }
}
