/**
 * The stack frame of a kernel: room for one vector that loads and stores pass through, values without a register,
 * and the registers of the caller. With it the function's start and end.
 */
import type { Instruction, ValueType } from "../../kernels/language.js";
import type { Assembler } from "./assembler/assembler.js";
import { gpr, type Memory } from "./assembler/operands.js";
import type { Convention } from "./conventions.js";
import { type Parameters, scratch } from "./register-file.js";
import type { Allocation } from "./registers.js";
import { classOf, gathers, type Level } from "./selection.js";
import { lanesOf } from "./vector-unit.js";

/** Room for one vector at the start of the frame. */
export const scratchSpace = (lane: number): Memory => ({ base: gpr.rsp, displacement: 4 * lane });

export class Frame {
  /** Bytes; 0: there is no frame. */
  private readonly size: number;
  private readonly slots = new Map<number, number>();
  private readonly savedIntegers: readonly number[];
  private readonly savedVectors: readonly number[];
  private readonly vectorsAt: number;

  /** @param types  of the kernel's values */
  constructor(
    body: readonly Instruction[],
    types: readonly ValueType[],
    level: Level,
    private readonly allocation: Allocation,
    private readonly convention: Convention,
  ) {
    const { spilled, used } = allocation;
    let size = needsScratch(body, lanesOf(level), level) ? 64 : 0;
    for (const id of spilled) {
      if (types[id] === undefined || classOf(types[id], level) !== "vector") continue;
      this.slots.set(id, size);
      size += 4 * lanesOf(level);
    }
    for (const id of spilled) {
      if (this.slots.has(id)) continue;
      this.slots.set(id, size);
      size += 8;
    }
    size = Math.ceil(size / 16) * 16;
    this.savedVectors = convention.savedVectors.filter((r) => used.vector.has(r));
    this.vectorsAt = size;
    size += 16 * this.savedVectors.length;
    this.savedIntegers = convention.savedIntegers.filter((r) => used.int.has(r));
    // One more word holds the stack pointer of the caller: the frame starts at a multiple of 64.
    this.size = size === 0 ? 0 : Math.ceil((size + 8) / 64) * 64;
  }

  /** The start of the function: saves what the caller needs, and puts the parameters where they live. */
  enter(asm: Assembler, parameters: Parameters): void {
    const { allocation, convention } = this;
    const incoming = [parameters.block, parameters.begin, parameters.end];
    for (const register of this.savedIntegers) asm.push(register);
    if (this.size > 0) {
      asm.move(scratch, gpr.rsp);
      asm.arithmeticConstant("and", gpr.rsp, -64);
      asm.arithmeticConstant("sub", gpr.rsp, this.size);
      asm.storeWord({ base: gpr.rsp, displacement: this.size - 8 }, scratch);
    }
    this.savedVectors.forEach((register, n) => {
      asm.vector("store", 128, register, { base: gpr.rsp, displacement: this.vectorsAt + 16 * n });
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

  leave(asm: Assembler): void {
    this.savedVectors.forEach((register, n) => {
      asm.vector("load", 128, register, { base: gpr.rsp, displacement: this.vectorsAt + 16 * n });
    });
    if (this.size > 0) asm.move(gpr.rsp, { base: gpr.rsp, displacement: this.size - 8 });
    for (const register of [...this.savedIntegers].reverse()) asm.pop(register);
    asm.clearUpperVectors();
    asm.return();
  }

  /** Where a value without a register lives. */
  slot(id: number): Memory {
    return { base: gpr.rsp, displacement: this.slots.get(id)! };
  }
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
