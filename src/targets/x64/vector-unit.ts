/** The vectors of a level: their width, operands that lie in memory, constants, and the mask that serves in between. */
import type { Assembler } from "./assembler/assembler.js";
import type { Memory } from "./assembler/operands.js";
import type { VectorOptions } from "./assembler/vector-encoding.js";
import type { VectorInstruction, VectorLength } from "./assembler/vector-forms.js";
import type { ConstantPool } from "./constant-pool.js";
import { scratch2, scratchMask } from "./register-file.js";
import type { Level } from "./selection.js";

/** A vector operand that lies in memory; `one`: an element for all lanes. */
export interface InMemory {
  readonly memory: Memory;
  readonly one: boolean;
}
export type VectorOperand = number | InMemory;

export const lanesOf = (level: Level): number => (level === "avx512" ? 16 : 8);

export class VectorUnit {
  readonly lanes: number;
  readonly length: VectorLength;
  /** Lanes for which the scratch mask is set, where that is known. */
  private maskedLanes = 0;

  constructor(
    readonly asm: Assembler,
    private readonly pool: ConstantPool,
    readonly level: Level,
  ) {
    this.lanes = lanesOf(level);
    this.length = level === "avx512" ? 512 : 256;
  }

  /** An instruction on whole vectors whose last operand may lie in memory. */
  emit(
    instruction: VectorInstruction,
    reg: number,
    operand: VectorOperand,
    options: VectorOptions = {},
  ): void {
    if (typeof operand === "number") this.asm.vector(instruction, this.length, reg, operand, options);
    else
      this.asm.vector(instruction, this.length, reg, operand.memory, { ...options, broadcast: operand.one });
  }

  /** Wherever an operand is, into a register. */
  move(to: number, operand: VectorOperand): void {
    if (typeof operand === "number") {
      if (operand !== to) this.asm.vector("vmovaps", this.length, to, operand);
    } else this.asm.vector(operand.one ? "vbroadcastss" : "load", this.length, to, operand.memory);
  }

  clear(register: number): void {
    // The short form clears the whole register.
    const length = register < 16 ? 128 : this.length;
    this.asm.vector("vpxor", length, register, register, { vvvv: register });
  }

  /** A general register's lower 32 bits into all lanes. */
  splat(to: number, from: number): void {
    if (this.level === "avx512") this.asm.vector("broadcastRegister", this.length, to, from);
    else {
      this.asm.vector("vmovd", 128, to, from);
      this.asm.vector("vpbroadcastd", this.length, to, to);
    }
  }

  /** A word of its own for each lane, in memory. */
  eachLane(word: (lane: number) => number): Memory {
    return this.pool.place(Array.from({ length: this.lanes }, (_, lane) => word(lane)));
  }

  /** A word for all lanes, as a memory operand. */
  constant(bits: number): InMemory {
    return this.level === "avx512"
      ? { memory: this.pool.place([bits]), one: true }
      : { memory: this.eachLane(() => bits), one: false };
  }

  /** Sets the scratch mask for the first `lanes` lanes, where it is not so already. */
  setMask(lanes: number): void {
    if (this.maskedLanes === lanes) return;
    this.asm.moveConstant(scratch2, 2 ** lanes - 1);
    this.asm.vector("maskFromInteger", 128, scratchMask, scratch2);
    this.maskedLanes = lanes;
  }

  /** The scratch mask has been used otherwise, or the code is reached from elsewhere too. */
  forgetMask(): void {
    this.maskedLanes = 0;
  }
}
