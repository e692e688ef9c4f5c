/**
 * x64 machine code: the integer and vector instructions that kernels need, in their legacy, VEX and EVEX forms.
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, sections 2.1 (ModRM, SIB), 2.3 (VEX),
 * 2.7 (EVEX, with displacements compressed by the size of the memory operand).
 */

/** General registers by their numbers. */
export const gpr = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;

/** A place in the code, to which instructions may refer before it is known. */
export class Label {
  position = -1;
  readonly references: { at: number; next: number }[] = [];
}

/** base + index · scale + displacement; or a place in the code plus a displacement. */
export interface Memory {
  readonly base: number | Label;
  /** A general register; for gathers a vector register. */
  readonly index?: number;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly displacement: number;
}
export type RegisterOrMemory = number | Memory;
export type VectorLength = 128 | 256 | 512;

/** Which operands ModRM's reg field, VEX.vvvv and ModRM's rm field hold, in Intel's order. */
type Order = "reg,rm" | "rm,reg" | "reg,vvvv,rm" | "vvvv,rm" | "reg,rm,vvvv";

export interface VectorForm {
  readonly map: 1 | 2 | 3;
  /** 0: none, 1: 66, 2: F3, 3: F2 */
  readonly prefix: 0 | 1 | 2 | 3;
  readonly opcode: number;
  readonly order: Order;
  /** What each operand is, in the order of `order`: v vector, x xmm, y ymm, r general register, k mask. */
  readonly operands: string;
  /** Size of the memory operand: the whole vector (`full` can be broadcast), a part of it, or bytes; absent: none. */
  readonly memory?: "full" | "whole" | "quarter" | 2 | 4 | 8 | 16;
  readonly encodings: "vex" | "evex" | "both";
  /** The name where the EVEX form has another than the VEX form; names differ from keys where two forms share one. */
  readonly name?: string;
  readonly evexName?: string;
  readonly immediate?: boolean;
  /** The opcode extension in ModRM's reg field. */
  readonly extension?: number;
  /** The lengths there are, where not all. */
  readonly lengths?: readonly VectorLength[];
  readonly gather?: boolean;
  /** False where rm must be a memory operand. */
  readonly registers?: false;
}

type Options = Partial<VectorForm>;
const rvm = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number, options: Options = {}): VectorForm => ({
  map,
  prefix,
  opcode,
  order: "reg,vvvv,rm",
  operands: "vvv",
  memory: "full",
  encodings: "both",
  ...options,
});
const rm = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number, options: Options = {}): VectorForm =>
  rvm(map, prefix, opcode, { order: "reg,rm", operands: "vv", ...options });
const store = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number, options: Options = {}): VectorForm =>
  rvm(map, prefix, opcode, { order: "rm,reg", operands: "vv", ...options });
const shift = (extension: number): VectorForm =>
  rvm(1, 1, 0x72, { order: "vvvv,rm", operands: "vv", extension, immediate: true });
const masks = (opcode: number): VectorForm =>
  rvm(1, 0, opcode, { operands: "kkk", memory: undefined, encodings: "vex", lengths: [256] });
const maskMove = (opcode: number, operands: string, options: Options = {}): VectorForm =>
  rm(1, 0, opcode, { operands, memory: undefined, encodings: "vex", lengths: [128], ...options });

/** All vector instructions in use. VEX forms of shifts by a constant take no memory operand: see `acceptsMemory`. */
export const vectorForms = {
  load: rm(1, 0, 0x10, { name: "vmovups", memory: "whole" }),
  store: store(1, 0, 0x11, { name: "vmovups", memory: "whole", registers: false }),
  vmovaps: rm(1, 0, 0x28, { memory: "whole" }),
  storeOne: store(1, 2, 0x11, {
    name: "vmovss",
    operands: "xx",
    memory: 4,
    lengths: [128],
    registers: false,
  }),
  storeTwo: store(1, 0, 0x13, {
    name: "vmovlps",
    operands: "xx",
    memory: 8,
    lengths: [128],
    registers: false,
  }),
  vextractps: store(3, 1, 0x17, {
    operands: "rx",
    memory: 4,
    lengths: [128],
    immediate: true,
  }),
  vextractf128: store(3, 1, 0x19, {
    operands: "xv",
    memory: 16,
    lengths: [256],
    immediate: true,
    evexName: "vextractf32x4",
  }),
  vbroadcastss: rm(2, 1, 0x18, { operands: "vx", memory: 4 }),
  vpbroadcastd: rm(2, 1, 0x58, { operands: "vx", memory: 4 }),
  broadcastRegister: rm(2, 1, 0x7c, {
    name: "vpbroadcastd",
    operands: "vr",
    memory: undefined,
    encodings: "evex",
  }),
  vmovd: rm(1, 1, 0x6e, { operands: "xr", memory: 4, lengths: [128] }),
  vpmovzxbd: rm(2, 1, 0x31, { operands: "vx", memory: "quarter" }),
  vpmovdb: store(2, 2, 0x31, { operands: "xv", memory: "quarter", encodings: "evex" }),

  vaddps: rvm(1, 0, 0x58),
  vsubps: rvm(1, 0, 0x5c),
  vmulps: rvm(1, 0, 0x59),
  vdivps: rvm(1, 0, 0x5e),
  vminps: rvm(1, 0, 0x5d),
  vmaxps: rvm(1, 0, 0x5f),
  vsqrtps: rm(1, 0, 0x51),
  vroundps: rm(3, 1, 0x08, { immediate: true, evexName: "vrndscaleps" }),
  vfmadd132ps: rvm(2, 1, 0x98),
  vfmadd213ps: rvm(2, 1, 0xa8),
  vfmadd231ps: rvm(2, 1, 0xb8),
  vcmpps: rvm(1, 0, 0xc2, { immediate: true, encodings: "vex" }),
  compareFloats: rvm(1, 0, 0xc2, { name: "vcmpps", operands: "kvv", immediate: true, encodings: "evex" }),

  vpaddd: rvm(1, 1, 0xfe),
  vpsubd: rvm(1, 1, 0xfa),
  vpmulld: rvm(2, 1, 0x40),
  vpminsd: rvm(2, 1, 0x39),
  vpmaxsd: rvm(2, 1, 0x3d),
  vpabsd: rm(2, 1, 0x1e),
  vpand: rvm(1, 1, 0xdb, { evexName: "vpandd" }),
  vpor: rvm(1, 1, 0xeb, { evexName: "vpord" }),
  vpxor: rvm(1, 1, 0xef, { evexName: "vpxord" }),
  vpslld: shift(6),
  vpsrld: shift(2),
  vpsrad: shift(4),
  vpcmpeqd: rvm(1, 1, 0x76, { encodings: "vex" }),
  vpcmpgtd: rvm(1, 1, 0x66, { encodings: "vex" }),
  compareInts: rvm(3, 1, 0x1f, { name: "vpcmpd", operands: "kvv", immediate: true, encodings: "evex" }),
  vcvtdq2ps: rm(1, 0, 0x5b),
  vcvttps2dq: rm(1, 2, 0x5b),

  /** The mask register is the immediate's upper half. */
  vblendvps: rvm(3, 1, 0x4a, { immediate: true, encodings: "vex" }),
  vblendmps: rvm(2, 1, 0x65, { encodings: "evex" }),
  vpternlogd: rvm(3, 1, 0x25, { immediate: true, encodings: "evex" }),
  vpmovm2d: rm(2, 2, 0x38, { operands: "vk", memory: undefined, encodings: "evex" }),
  vmovmskps: rm(1, 0, 0x50, {
    operands: "rv",
    memory: undefined,
    encodings: "vex",
    lengths: [128, 256],
  }),

  vpshufd: rm(1, 1, 0x70, { immediate: true }),
  vpshufb: rvm(2, 1, 0x00, { encodings: "vex", memory: "whole" }),
  vpunpckldq: rvm(1, 1, 0x62, { encodings: "vex" }),
  vpunpckhdq: rvm(1, 1, 0x6a, { encodings: "vex" }),
  /** Takes the indices from its destination. */
  vpermi2d: rvm(2, 1, 0x76, { encodings: "evex" }),
  vperm2f128: rvm(3, 1, 0x06, { immediate: true, encodings: "vex", lengths: [256] }),
  vshuff32x4: rvm(3, 1, 0x23, { immediate: true, encodings: "evex", lengths: [256, 512] }),
  vpgatherdd: rm(2, 1, 0x90, { encodings: "evex", memory: 4, gather: true, registers: false }),
  gatherByVector: rm(2, 1, 0x90, {
    name: "vpgatherdd",
    order: "reg,rm,vvvv",
    operands: "vvv",
    encodings: "vex",
    memory: 4,
    gather: true,
    registers: false,
  }),

  kandw: masks(0x41),
  kandnw: masks(0x42),
  korw: masks(0x45),
  kxnorw: masks(0x46),
  kxorw: masks(0x47),
  knotw: maskMove(0x44, "kk"),
  kmovw: maskMove(0x90, "kk", { memory: 2 }),
  storeMask: maskMove(0x91, "kk", { name: "kmovw", order: "rm,reg", memory: 2, registers: false }),
  maskFromInteger: maskMove(0x92, "kr", { name: "kmovw" }),
  integerFromMask: maskMove(0x93, "rk", { name: "kmovw" }),
} satisfies Record<string, VectorForm>;

export type VectorInstruction = keyof typeof vectorForms;

export interface VectorOptions {
  /** Second source; for shifts by a constant the destination. */
  readonly vvvv?: number;
  readonly immediate?: number;
  /** Lanes that take part; 0: all. */
  readonly mask?: number;
  /** Other lanes become zero instead of staying what they were. */
  readonly zero?: boolean;
  /** The memory operand is one element, for all lanes. */
  readonly broadcast?: boolean;
  /** EVEX even where VEX would do. */
  readonly evex?: boolean;
}

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

const fitsByte = (n: number): boolean => n >= -128 && n <= 127;
export const fitsInt32 = (n: number): boolean => n >= -0x80000000 && n <= 0x7fffffff;

export class Assembler {
  private bytes = new Uint8Array(1024);
  private used = 0;
  private readonly labels = new Set<Label>();

  get length(): number {
    return this.used;
  }

  byte(value: number): void {
    if (this.used === this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.used++] = value;
  }

  word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  append(code: Uint8Array): void {
    for (const b of code) this.byte(b);
  }

  place(label: Label): void {
    label.position = this.used;
  }

  /** Fills with instructions that do nothing. */
  align(to: number): void {
    // Intel's recommended no-operations of one to nine bytes.
    const fillers = [
      [0x90],
      [0x66, 0x90],
      [0x0f, 0x1f, 0x00],
      [0x0f, 0x1f, 0x40, 0x00],
      [0x0f, 0x1f, 0x44, 0x00, 0x00],
      [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
      [0x0f, 0x1f, 0x80, 0, 0, 0, 0],
      [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
      [0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    ];
    let missing = (to - (this.used % to)) % to;
    while (missing > 0) {
      const filler = fillers[Math.min(missing, fillers.length) - 1];
      for (const b of filler) this.byte(b);
      missing -= filler.length;
    }
  }

  /** The code, with every reference to a label filled in. */
  finish(): Uint8Array<ArrayBuffer> {
    for (const label of this.labels) {
      if (label.position < 0) throw new Error("a jump to a label that was never placed");
      for (const { at, next } of label.references) {
        const target = new DataView(this.bytes.buffer);
        target.setInt32(at, target.getInt32(at, true) + label.position - next, true);
      }
      label.references.length = 0;
    }
    return this.bytes.slice(0, this.used);
  }

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
  /** The lower 32 bits, the upper ones cleared. */
  move32(to: number, from: number): void {
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
    if (to.position >= 0 && this.used - to.position < 120) {
      this.byte(0x70 | conditions[condition]);
      this.byte((to.position - this.used - 1) & 0xff);
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
    const form: VectorForm = vectorForms[instruction];
    const { mask = 0, zero = false, broadcast = false, immediate } = options;
    const field = form.extension ?? reg;
    const vvvv = options.vvvv ?? 0;
    const base = typeof rm === "number" ? rm : typeof rm.base === "number" ? rm.base : 0;
    const index = typeof rm === "number" ? 0 : (rm.index ?? 0);
    const evex =
      form.encodings === "evex" ||
      (form.encodings === "both" &&
        (options.evex ||
          length === 512 ||
          mask > 0 ||
          broadcast ||
          field >= 16 ||
          vvvv >= 16 ||
          (typeof rm === "number" && rm >= 16) ||
          (form.order === "vvvv,rm" && typeof rm !== "number")));
    const trailing = form.immediate ? 1 : 0;
    const extended = (n: number, bit: number): number => ((n >> bit) & 1) ^ 1;
    const vvvvBits = options.vvvv === undefined ? 15 : ~vvvv & 15;
    const l = length === 128 ? 0 : length === 256 ? 1 : 2;
    if (!evex) {
      const x = typeof rm === "number" ? 1 : extended(index, 3);
      const b = extended(base, 3);
      if (form.map === 1 && x === 1 && b === 1) {
        this.byte(0xc5);
        this.byte((extended(field, 3) << 7) | (vvvvBits << 3) | (l << 2) | form.prefix);
      } else {
        this.byte(0xc4);
        this.byte((extended(field, 3) << 7) | (x << 6) | (b << 5) | form.map);
        this.byte((vvvvBits << 3) | (l << 2) | form.prefix);
      }
      this.byte(form.opcode);
      this.modRm(field, rm, 1, trailing);
    } else {
      // A register in rm takes its fifth bit from X, a vector index from V'.
      const x = typeof rm === "number" ? extended(rm, 4) : extended(index, 3);
      const fifth = form.gather ? extended(index, 4) : options.vvvv === undefined ? 1 : extended(vvvv, 4);
      this.byte(0x62);
      this.byte(
        (extended(field, 3) << 7) |
          (x << 6) |
          (extended(base, 3) << 5) |
          (extended(field, 4) << 4) |
          form.map,
      );
      this.byte((vvvvBits << 3) | 4 | form.prefix);
      this.byte((zero ? 0x80 : 0) | (l << 5) | (broadcast ? 0x10 : 0) | (fifth << 3) | mask);
      this.byte(form.opcode);
      this.modRm(field, rm, broadcast ? 4 : memoryBytes(form, length), trailing);
    }
    if (form.immediate) this.byte(immediate ?? 0);
  }

  private integer(
    opcode: readonly number[],
    reg: number,
    rm: RegisterOrMemory,
    { wide = true, prefix = false, trailing = 0 } = {},
  ): void {
    const base = typeof rm === "number" ? rm : typeof rm.base === "number" ? rm.base : 0;
    const index = typeof rm === "number" ? 0 : (rm.index ?? 0);
    const rex = (wide ? 8 : 0) | (((reg >> 3) & 1) << 2) | (((index >> 3) & 1) << 1) | ((base >> 3) & 1);
    if (rex !== 0 || prefix) this.byte(0x40 | rex);
    for (const b of opcode) this.byte(b);
    this.modRm(reg, rm, 1, trailing);
  }

  /** ModRM, SIB and displacement. A displacement of one byte counts in units of `unit` bytes. */
  private modRm(reg: number, rm: RegisterOrMemory, unit: number, trailing: number): void {
    const field = (reg & 7) << 3;
    if (typeof rm === "number") {
      this.byte(0xc0 | field | (rm & 7));
      return;
    }
    const { base, index, scale = 1, displacement } = rm;
    if (typeof base !== "number") {
      this.byte(0x05 | field);
      this.reference(base, trailing, displacement);
      return;
    }
    if (!fitsInt32(displacement)) throw new RangeError(`a displacement of ${displacement} bytes`);
    // rbp and r13 without displacement would mean something else.
    const none = displacement === 0 && (base & 7) !== gpr.rbp;
    const short = displacement % unit === 0 && fitsByte(displacement / unit);
    const mode = none ? 0x00 : short ? 0x40 : 0x80;
    if (index !== undefined || (base & 7) === gpr.rsp) {
      this.byte(mode | field | 4);
      const scaleBits = { 1: 0, 2: 0x40, 4: 0x80, 8: 0xc0 }[scale];
      this.byte(scaleBits | ((index === undefined ? 4 : index & 7) << 3) | (base & 7));
    } else this.byte(mode | field | (base & 7));
    if (none) return;
    if (short) this.byte((displacement / unit) & 0xff);
    else this.word(displacement);
  }

  /** Four bytes that will hold the distance to a label from the end of this instruction. */
  private reference(label: Label, trailing: number, addend = 0): void {
    this.labels.add(label);
    label.references.push({ at: this.used, next: this.used + 4 + trailing });
    this.word(addend);
  }
}

export function memoryBytes(form: VectorForm, length: VectorLength): number {
  if (form.memory === "full" || form.memory === "whole") return length / 8;
  if (form.memory === "quarter") return length / 32;
  return form.memory ?? 1;
}

/** How functions are called: where arguments come in and which registers a function must leave as they were. */
export interface Convention {
  readonly name: "sysv" | "windows";
  readonly arguments: readonly number[];
  readonly savedIntegers: readonly number[];
  /** Of these the lower 128 bits. */
  readonly savedVectors: readonly number[];
  /** Bytes below the return address that the called function may use. */
  readonly shadow: number;
}

export const conventions: Record<"sysv" | "windows", Convention> = {
  sysv: {
    name: "sysv",
    arguments: [gpr.rdi, gpr.rsi, gpr.rdx, gpr.rcx],
    savedIntegers: [gpr.rbx, gpr.rbp, gpr.r12, gpr.r13, gpr.r14, gpr.r15],
    savedVectors: [],
    shadow: 0,
  },
  windows: {
    name: "windows",
    arguments: [gpr.rcx, gpr.rdx, gpr.r8, gpr.r9],
    savedIntegers: [gpr.rbx, gpr.rbp, gpr.rsi, gpr.rdi, gpr.r12, gpr.r13, gpr.r14, gpr.r15],
    savedVectors: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shadow: 32,
  },
};
