/** Kernels as x64 functions: AVX-512 (16 lanes, 32 registers) or AVX2 with FMA (8 lanes, 16 registers). */
import type { Instruction, Kernel, TargetDescription } from "../../kernels/language.js";
import { Assembler } from "./assembler/assembler.js";
import { Label } from "./assembler/code.js";
import { ConstantPool } from "./constant-pool.js";
import { type Convention, conventions } from "./conventions.js";
import { Frame } from "./frame.js";
import { Integers } from "./instructions/integers.js";
import { emitLoad } from "./instructions/loads.js";
import { emitStore } from "./instructions/stores.js";
import { emitVector } from "./instructions/vectors.js";
import { type Parameters, registerFile } from "./register-file.js";
import { type Allocation, allocateRegisters } from "./registers.js";
import { type Level, type Loop, type Operation, type Selection, select } from "./selection.js";
import { simplify } from "./simplify.js";
import { Values } from "./values.js";
import { lanesOf, VectorUnit } from "./vector-unit.js";

export interface X64Options {
  readonly level: Level;
  readonly convention: "sysv" | "windows";
}

export function x64Target(level: Level): TargetDescription {
  return level === "avx512"
    ? { name: "avx512", lanes: 16, registers: 32, hasFma: true, turn: 28 }
    : { name: "avx2", lanes: 8, registers: 16, hasFma: true, turn: 24 };
}

/** A kernel whose instructions are selected and whose values have registers: what is left is to write bytes. */
export interface Assigned {
  readonly kernel: Kernel;
  readonly level: Level;
  readonly convention: Convention;
  readonly body: readonly Instruction[];
  readonly selection: Selection;
  readonly parameters: Parameters;
  readonly allocation: Allocation;
}

/** @throws RegisterError where an innermost loop needs more registers than there are */
export function assignKernel(kernel: Kernel, { level, convention: name }: X64Options): Assigned {
  const convention = conventions[name];
  const body = simplify(kernel.body);
  const selection = select(body, level);
  const parameters = { block: kernel.values, begin: kernel.values + 1, end: kernel.values + 2 };
  const file = registerFile(level, convention, parameters);
  const allocation = allocateRegisters(kernel.name, body, selection, lanesOf(level), file, parameters);
  return { kernel, level, convention, body, selection, parameters, allocation };
}

/**
 * The machine code of `kernel(block, begin, end)`: the address of an argument block of 64-bit words, and the items
 * to handle as 64-bit integers. It may stand at any address that is a multiple of 64.
 */
export const encodeKernel = (assigned: Assigned): Uint8Array<ArrayBuffer> => new Emitter(assigned).emit();

export const emitKernel = (kernel: Kernel, options: X64Options): Uint8Array<ArrayBuffer> =>
  encodeKernel(assignKernel(kernel, options));

type When = Extract<Instruction, { kind: "when" }>;

/** Walks a kernel: blocks, loops and branches; what stands in them is written by `instructions/`. */
class Emitter {
  private readonly asm = new Assembler();
  private readonly pool = new ConstantPool();
  private readonly body: readonly Instruction[];
  private readonly selection: Selection;
  private readonly parameters: Parameters;
  private readonly frame: Frame;
  private readonly unit: VectorUnit;
  private readonly values: Values;
  private readonly integers: Integers;

  private readonly kernel: Kernel;

  constructor({ kernel, level, convention, body, selection, parameters, allocation }: Assigned) {
    this.kernel = kernel;
    this.body = body;
    this.selection = selection;
    this.parameters = parameters;
    this.frame = new Frame(this.body, kernel.types, level, allocation, convention);
    this.unit = new VectorUnit(this.asm, this.pool, level);
    this.values = new Values(kernel.name, this.unit, this.selection, allocation, this.frame);
    this.integers = new Integers(this.asm, this.values, this.parameters);
  }

  emit(): Uint8Array<ArrayBuffer> {
    this.frame.enter(this.asm, this.parameters);
    this.block(this.body);
    this.frame.leave(this.asm);
    this.pool.write(this.asm);
    return this.asm.finish();
  }

  private block(instructions: readonly Instruction[]): void {
    for (const i of instructions) this.instruction(i);
  }

  private instruction(i: Instruction): void {
    const { asm, selection, unit, values } = this;
    switch (i.kind) {
      case "loop":
        this.loop(i);
        return;
      case "when":
        this.when(i);
        return;
      case "assign":
        if (selection.coalesced.has(i.value.id)) return;
        if (i.value.type === "int") this.integers.move(i.variable, i.value);
        else {
          const { inputs, out, finish } = values.operands(i);
          values.load(i.value, out, inputs[0]);
          finish();
        }
        return;
      case "loadInt":
        this.integers.result(i.out, (to) => asm.loadSigned32(to, values.address(i.pointer, i.displacement)));
        return;
      case "load":
        if (!selection.folded.has(i.out.id)) emitLoad(unit, values, i);
        return;
      case "prefetch":
        asm.prefetch(values.address(i.pointer, i.displacement));
        return;
      case "store":
        emitStore(unit, values, i);
        return;
      case "value":
        this.value(i);
        return;
    }
  }

  private value(i: Operation): void {
    const { vectorConstants, intConstants, jumps } = this.selection;
    const { id, type } = i.out;
    // These are part of the instructions that use them.
    if (vectorConstants.has(id) || intConstants.has(id) || jumps.has(id)) return;
    if (type === "int") this.integers.value(i);
    else emitVector(this.unit, this.values, i);
  }

  private when(i: When): void {
    const { asm, unit } = this;
    const [otherwise, after] = [new Label(), new Label()];
    const comparison = this.selection.jumps.get(i.condition.id);
    if (comparison) this.integers.jumpUnless(comparison, otherwise);
    else this.integers.jumpIfZero(i.condition, otherwise);
    unit.forgetMask();
    this.block(i.body);
    if (i.otherwise.length > 0) asm.jump(after);
    asm.place(otherwise);
    unit.forgetMask();
    this.block(i.otherwise);
    asm.place(after);
    unit.forgetMask();
  }

  private loop(i: Loop): void {
    const { asm, unit, values, integers } = this;
    const [top, after] = [new Label(), new Label()];
    const [from, to] = [values.intConstant(i.from), values.intConstant(i.to)];
    const known = from !== undefined && to !== undefined;
    if (known && from >= to) return;
    integers.move(i.counter, i.from);
    if (!known) {
      integers.compare(i.counter, i.to);
      asm.jumpIf("ge", after);
    }
    values.keepConstants(i, (id) => this.kernel.types[id]);
    if (!i.body.some((inner) => inner.kind === "loop" || inner.kind === "when")) asm.align(32);
    asm.place(top);
    unit.forgetMask();
    this.block(i.body);
    // Once round is enough where the step reaches the end.
    if (!(known && from + i.step >= to)) {
      asm.arithmeticConstant("add", values.register(i.counter.id) ?? values.slot(i.counter.id), i.step);
      integers.compare(i.counter, i.to);
      asm.jumpIf("l", top);
    }
    asm.place(after);
    unit.forgetMask();
    values.forgetConstants(i);
  }
}
