/** The assembler: a method for each integer, control and system instruction that kernels need, and one for vectors. */
import { Code, type Label } from "./code.js";
import {
  baseOf,
  fitsByte,
  fitsInt32,
  indexOf,
  type Memory,
  type RegisterOrMemory,
  writeOperands,
} from "./operands.js";
import { encodeVector, type VectorOptions } from "./vector-encoding.js";
import type { VectorInstruction, VectorLength } from "./vector-forms.js";

export type Condition =
  | "o"
  | "no"
  | "b"
  | "ae"
  | "e"
  | "ne"
  | "be"
  | "a"
  | "s"
  | "ns"
  | "l"
  | "ge"
  | "le"
  | "g";
const conditions: Record<Condition, number> = {
  o: 0,
  no: 1,
  b: 2,
  ae: 3,
  e: 4,
  ne: 5,
  be: 6,
  a: 7,
  s: 8,
  ns: 9,
  l: 12,
  ge: 13,
  le: 14,
  g: 15,
};

/** Two-operand integer instructions: opcode of `reg, rm`, and the extension of `rm, immediate`. */
const arithmetic = {
  add: [0x03, 0],
  or: [0x0b, 1],
  and: [0x23, 4],
  sub: [0x2b, 5],
  xor: [0x33, 6],
  cmp: [0x3b, 7],
};
export type Arithmetic = "add" | "or" | "and" | "sub" | "xor" | "cmp";

export class Assembler extends Code {
  // --- integers -----------------------------------------------------------------------------------------

  move(to: number, from: RegisterOrMemory): void {
    this.integer([0x8b], to, from);
  }
  storeWord(to: Memory, from: number): void {
    this.integer([0x89], from, to);
  }
  store32(to: Memory, from: number): void {
    this.integer([0x89], from, to, { wide: false });
  }
  store8(to: Memory, from: number): void {
    // Without a prefix the numbers 4 to 7 would name the second bytes of rax to rbx.
    this.integer([0x88], from, to, { wide: false, prefix: from >= 4 });
  }
  load32(to: number, from: Memory): void {
    this.integer([0x8b], to, from, { wide: false });
  }
  loadSigned32(to: number, from: Memory): void {
    this.integer([0x63], to, from);
  }
  loadByte(to: number, from: Memory): void {
    this.integer([0x0f, 0xb6], to, from, { wide: false });
  }
  /** Into the second-level cache. */
  prefetch(from: Memory): void {
    this.integer([0x0f, 0x18], 2, from, { wide: false });
  }
  lea(to: number, from: Memory): void {
    this.integer([0x8d], to, from);
  }
  moveConstant(to: number, value: number): void {
    if (value >= 0 && value <= 0xffffffff) {
      if (to >= 8) this.byte(0x41);
      this.byte(0xb8 | (to & 7));
      this.word(value);
    } else if (fitsInt32(value)) {
      this.integer([0xc7], 0, to, { trailing: 4 });
      this.word(value);
    } else {
      this.byte(to >= 8 ? 0x49 : 0x48);
      this.byte(0xb8 | (to & 7));
      const bits = BigInt.asUintN(64, BigInt(value));
      this.word(Number(bits & 0xffffffffn));
      this.word(Number(bits >> 32n));
    }
  }
  arithmetic(operation: Arithmetic, to: number, from: RegisterOrMemory): void {
    this.integer([arithmetic[operation][0]], to, from);
  }
  arithmeticConstant(operation: Arithmetic, to: RegisterOrMemory, value: number): void {
    const short = fitsByte(value);
    this.integer([short ? 0x83 : 0x81], arithmetic[operation][1], to, { trailing: short ? 1 : 4 });
    if (short) this.byte(value & 0xff);
    else this.word(value);
  }
  multiply(to: number, from: RegisterOrMemory): void {
    this.integer([0x0f, 0xaf], to, from);
  }
  multiplyConstant(to: number, from: RegisterOrMemory, by: number): void {
    const short = fitsByte(by);
    this.integer([short ? 0x6b : 0x69], to, from, { trailing: short ? 1 : 4 });
    if (short) this.byte(by & 0xff);
    else this.word(by);
  }
  shiftLeft(register: number, by: number): void {
    this.integer([0xc1], 4, register, { trailing: 1 });
    this.byte(by);
  }
  shiftRight(register: number, by: number): void {
    this.integer([0xc1], 5, register, { trailing: 1 });
    this.byte(by);
  }
  /** rdx:rax by a signed operand: the quotient to rax, the remainder to rdx. */
  divideSigned(by: RegisterOrMemory): void {
    this.integer([0xf7], 7, by);
  }
  divideUnsigned(by: RegisterOrMemory): void {
    this.integer([0xf7], 6, by);
  }
  test(a: number, b: number): void {
    this.integer([0x85], b, a);
  }
  test32(a: number, b: number): void {
    this.integer([0x85], b, a, { wide: false });
  }
  /** 1 or 0 in the lowest byte of a register. */
  setCondition(condition: Condition, register: number): void {
    this.integer([0x0f, 0x90 | conditions[condition]], 0, register, { wide: false, prefix: register >= 4 });
  }
  /** The lowest byte, widened. */
  widenByte(to: number, from: number): void {
    this.integer([0x0f, 0xb6], to, from, { wide: false, prefix: from >= 4 });
  }
  moveIf(condition: Condition, to: number, from: RegisterOrMemory): void {
    this.integer([0x0f, 0x40 | conditions[condition]], to, from);
  }
  push(register: number): void {
    if (register >= 8) this.byte(0x41);
    this.byte(0x50 | (register & 7));
  }
  pop(register: number): void {
    if (register >= 8) this.byte(0x41);
    this.byte(0x58 | (register & 7));
  }
  /** Adds to a word of 32 bits of shared memory and returns what it was. */
  exchangeAdd32(memory: Memory, register: number): void {
    this.byte(0xf0);
    this.integer([0x0f, 0xc1], register, memory, { wide: false });
  }
  /** Stores a register in a word of 64 bits of shared memory if that is what rax holds; says "equal" then. */
  compareExchange(memory: Memory, register: number): void {
    this.byte(0xf0);
    this.integer([0x0f, 0xb1], register, memory);
  }
  compare32(register: number, memory: Memory): void {
    this.integer([0x3b], register, memory, { wide: false });
  }
  compareConstant32(register: number, value: number): void {
    this.integer([0x81], 7, register, { wide: false, trailing: 4 });
    this.word(value);
  }
  /** Asks the system for the service whose number is in rax. Changes rax, rcx and r11. */
  systemCall(): void {
    this.byte(0x0f);
    this.byte(0x05);
  }
  pause(): void {
    this.byte(0xf3);
    this.byte(0x90);
  }
  cpuid(): void {
    this.byte(0x0f);
    this.byte(0xa2);
  }
  /** The processor's ticks, in edx and eax. */
  rdtsc(): void {
    this.byte(0x0f);
    this.byte(0x31);
  }
  xgetbv(): void {
    this.byte(0x0f);
    this.byte(0x01);
    this.byte(0xd0);
  }

  // --- control ------------------------------------------------------------------------------------------

  jump(to: Label): void {
    this.byte(0xe9);
    this.reference(to, 0);
  }
  jumpIf(condition: Condition, to: Label): void {
    if (to.position >= 0 && this.length - to.position < 120) {
      this.byte(0x70 | conditions[condition]);
      this.byte((to.position - this.length - 1) & 0xff);
      return;
    }
    this.byte(0x0f);
    this.byte(0x80 | conditions[condition]);
    this.reference(to, 0);
  }
  call(to: Label): void {
    this.byte(0xe8);
    this.reference(to, 0);
  }
  callRegister(register: number): void {
    this.integer([0xff], 2, register, { wide: false });
  }
  return(): void {
    this.byte(0xc3);
  }
  /** Before leaving for code that uses the older vector instructions, which would be slow otherwise. */
  clearUpperVectors(): void {
    this.byte(0xc5);
    this.byte(0xf8);
    this.byte(0x77);
  }

  // --- vectors ------------------------------------------------------------------------------------------

  vector(
    instruction: VectorInstruction,
    length: VectorLength,
    reg: number,
    rm: RegisterOrMemory,
    options: VectorOptions = {},
  ): void {
    encodeVector(this, instruction, length, reg, rm, options);
  }

  private integer(
    opcode: readonly number[],
    reg: number,
    rm: RegisterOrMemory,
    { wide = true, prefix = false, trailing = 0 } = {},
  ): void {
    const [base, index] = [baseOf(rm), indexOf(rm)];
    const rex = (wide ? 8 : 0) | (((reg >> 3) & 1) << 2) | (((index >> 3) & 1) << 1) | ((base >> 3) & 1);
    if (rex !== 0 || prefix) this.byte(0x40 | rex);
    for (const b of opcode) this.byte(b);
    writeOperands(this, reg, rm, 1, trailing);
  }
}
