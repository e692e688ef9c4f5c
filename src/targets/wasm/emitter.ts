/** Kernels as WebAssembly functions over 128-bit vectors. */
import type {
  Instruction,
  Kernel,
  Operator,
  TargetDescription,
  Value,
  ValueType,
} from "../../kernels/language.js";
import { ByteWriter, i32, v128 } from "./encoding.js";

export interface WasmFeatures {
  /** `f32x4.relaxed_madd`: multiply-add in one instruction (Chrome 114, Node 22 and later). */
  readonly relaxedSimd: boolean;
}

export function wasmTarget(features: WasmFeatures): TargetDescription {
  // Engines without relaxed SIMD are older, and their compilers keep fewer values in registers in long loop bodies.
  const turn = features.relaxedSimd ? 48 : 20;
  return { name: "wasm", lanes: 4, registers: 16, hasFma: features.relaxedSimd, turn };
}

/** Parameters of every kernel: the address of its argument block, its first item, one past its last. */
export const kernelParameters = 3;
const [args, begin, end] = [0, 1, 2];

/** Opcodes by operator and type. Plain integers have one byte, vectors one after the prefix 0xfd. */
const intCodes: Partial<Record<Operator, number>> = {
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  div: 0x6e,
  rem: 0x70,
  eq: 0x46,
  ne: 0x47,
  lt: 0x48,
  gt: 0x4a,
  le: 0x4c,
  ge: 0x4e,
};
const floatCodes: Partial<Record<Operator, number>> = {
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xea, // f32x4.pmin: b < a ? b : a
  max: 0xeb, // f32x4.pmax: a < b ? b : a
  neg: 0xe1,
  abs: 0xe0,
  sqrt: 0xe3,
  floor: 0x68,
  nearest: 0x6a,
  eq: 0x41,
  ne: 0x42,
  lt: 0x43,
  gt: 0x44,
  le: 0x45,
  ge: 0x46,
};
const integerCodes: Partial<Record<Operator, number>> = {
  add: 0xae,
  sub: 0xb1,
  mul: 0xb5,
  min: 0xb6,
  max: 0xb8,
  neg: 0xa1,
  abs: 0xa0,
  eq: 0x37,
  ne: 0x38,
  lt: 0x39,
  gt: 0x3b,
  le: 0x3d,
  ge: 0x3f,
  shl: 0xab,
  shrs: 0xac,
  shru: 0xad,
};
const bitCodes: Partial<Record<Operator, number>> = { and: 0x4e, or: 0x50, xor: 0x51, not: 0x4d };

const localType = (type: ValueType): number => (type === "int" ? i32 : v128);

/** The body of a kernel's function: independent of the module it is put in, so that it can be kept and reused. */
export function emitKernel(kernel: Kernel, features: WasmFeatures): Uint8Array {
  return new Emitter(kernel, features).emit();
}

class Emitter {
  readonly #w = new ByteWriter();
  readonly #scratch: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly features: WasmFeatures,
  ) {
    this.#scratch = kernelParameters + kernel.values;
  }

  emit(): Uint8Array {
    const w = this.#w;
    // Each value has a local of its own: the engine's compiler assigns registers.
    const types = this.kernel.types.map(localType);
    types.push(v128);
    const groups: { type: number; count: number }[] = [];
    for (const type of types) {
      const last = groups.at(-1);
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    w.unsigned(groups.length);
    for (const group of groups) {
      w.unsigned(group.count);
      w.byte(group.type);
    }
    this.#block(this.kernel.body);
    w.byte(0x0b);
    return w.finish();
  }

  #block(instructions: readonly Instruction[]): void {
    for (const instruction of instructions) this.#instruction(instruction);
  }

  #instruction(i: Instruction): void {
    const w = this.#w;
    switch (i.kind) {
      case "value":
        this.#value(i.operator, i.out, i.inputs, i.immediate);
        this.#set(i.out);
        return;
      case "assign":
        this.#get(i.value);
        this.#set(i.variable);
        return;
      case "loadInt":
        this.#get(i.pointer);
        w.byte(0x28);
        this.#memory(2, i.displacement);
        this.#set(i.out);
        return;
      case "load":
        this.#load(i);
        this.#set(i.out);
        return;
      case "prefetch":
        return;
      case "store":
        this.#store(i);
        return;
      case "when":
        this.#get(i.condition);
        w.byte(0x04);
        w.byte(0x40);
        this.#block(i.body);
        if (i.otherwise.length > 0) {
          w.byte(0x05);
          this.#block(i.otherwise);
        }
        w.byte(0x0b);
        return;
      case "loop":
        // if (from < to) do { body; counter += step } while (counter < to)
        this.#get(i.from);
        this.#tee(i.counter);
        this.#get(i.to);
        w.byte(0x48);
        w.byte(0x04);
        w.byte(0x40);
        w.byte(0x03);
        w.byte(0x40);
        this.#block(i.body);
        this.#get(i.counter);
        this.#constant(i.step);
        w.byte(0x6a);
        this.#tee(i.counter);
        this.#get(i.to);
        w.byte(0x48);
        w.byte(0x0d);
        w.unsigned(0);
        w.byte(0x0b);
        w.byte(0x0b);
        return;
    }
  }

  #value(operator: Operator, out: Value, inputs: readonly Value[], immediate: number): void {
    const w = this.#w;
    const type = operator === "splat" ? "i32" : (inputs.at(-1)?.type ?? out.type);
    switch (operator) {
      case "const":
        if (out.type === "int") this.#constant(immediate);
        else this.#splatConstant(out.type === "f32" ? floatBits(immediate) : immediate | 0);
        return;
      case "argument":
        w.byte(0x20);
        w.unsigned(args);
        w.byte(0x28);
        this.#memory(2, immediate * 4);
        return;
      case "begin":
      case "end":
        w.byte(0x20);
        w.unsigned(operator === "begin" ? begin : end);
        return;
      case "lanes":
        this.#vectorConstant([0, 1, 2, 3]);
        return;
      case "splat":
        this.#get(inputs[0]);
        this.#simd(0x11);
        return;
      case "variable":
      case "bits":
        this.#get(inputs[0]);
        return;
      case "convert":
        this.#get(inputs[0]);
        this.#simd(0xfa);
        return;
      case "truncate":
        this.#get(inputs[0]);
        this.#simd(0xf8);
        return;
      case "fma":
        if (this.features.relaxedSimd) {
          for (const input of inputs) this.#get(input);
          this.#simd(0x105);
        } else {
          this.#get(inputs[2]);
          this.#get(inputs[0]);
          this.#get(inputs[1]);
          this.#simd(0xe6);
          this.#simd(0xe4);
        }
        return;
      case "select":
        this.#get(inputs[1]);
        this.#get(inputs[2]);
        this.#get(inputs[0]);
        this.#simd(0x52);
        return;
      case "zipLow":
      case "zipHigh": {
        this.#get(inputs[0]);
        this.#get(inputs[1]);
        this.#simd(0x0d);
        const first = operator === "zipLow" ? 0 : 2;
        for (const lane of [first, first + 4, first + 1, first + 5])
          for (let b = 0; b < 4; b++) w.byte(lane * 4 + b);
        return;
      }
      case "sumLanes":
      case "maxLanes":
      case "minLanes":
        this.#across(operator, inputs[0]);
        return;
      case "min":
      case "max":
        if (type === "int") {
          this.#get(inputs[0]);
          this.#get(inputs[1]);
          this.#get(inputs[0]);
          this.#get(inputs[1]);
          w.byte(operator === "min" ? 0x48 : 0x4a);
          w.byte(0x1b);
          return;
        }
    }
    for (const input of inputs) this.#get(input);
    if (type === "int") {
      w.byte(this.#code(intCodes, operator, type));
      return;
    }
    if (operator === "shl" || operator === "shrs" || operator === "shru") this.#constant(immediate);
    const table =
      operator in bitCodes
        ? bitCodes
        : type === "f32"
          ? floatCodes
          : type === "i32"
            ? integerCodes
            : bitCodes;
    this.#simd(this.#code(table, operator, type));
  }

  #code(table: Partial<Record<Operator, number>>, operator: Operator, type: string): number {
    const code = table[operator];
    if (code === undefined)
      throw new Error(`kernel "${this.kernel.name}": WebAssembly has no ${type} ${operator}`);
    return code;
  }

  #load(i: Extract<Instruction, { kind: "load" }>): void {
    const w = this.#w;
    const alignment = i.format === "u8" ? 0 : 2;
    if (i.access === "lanes") {
      this.#vectorConstant([0, 0, 0, 0]);
      for (let lane = 0; lane < i.lanes; lane++) {
        if (i.format === "u8") {
          this.#setScratch();
          this.#getScratch();
          this.#addressed(i.pointer, i.displacement + lane * i.stride, 0x2d, 0); // i32.load8_u
          this.#simd(0x1c); // i32x4.replace_lane
          w.byte(lane);
        } else {
          this.#setScratch();
          this.#address(i.pointer, i.displacement + lane * i.stride);
          this.#getScratch();
          this.#simd(0x56); // v128.load32_lane
          this.#memory(2, Math.max(0, i.displacement + lane * i.stride));
          w.byte(lane);
        }
      }
      return;
    }
    this.#address(i.pointer, i.displacement);
    const displacement = Math.max(0, i.displacement);
    if (i.format === "u8") {
      if (i.access === "splat") {
        w.byte(0x2d);
        this.#memory(0, displacement);
        this.#simd(0x11);
      } else {
        this.#simd(0x5c); // v128.load32_zero
        this.#memory(alignment, displacement);
        this.#simd(0x89); // i16x8.extend_low_i8x16_u
        this.#simd(0xa9); // i32x4.extend_low_i16x8_u
      }
      return;
    }
    this.#simd(i.access === "splat" ? 0x09 : 0x00);
    this.#memory(alignment, displacement);
  }

  #store(i: Extract<Instruction, { kind: "store" }>): void {
    const w = this.#w;
    const bytes = i.format === "u8" ? 1 : 4;
    const whole = i.lanes === 4 && i.stride === 0;
    if (i.format === "u8") {
      if (whole) {
        // The low byte of each lane, next to each other in the low 32 bits.
        this.#address(i.pointer, i.displacement);
        this.#get(i.value);
        this.#vectorConstant([0, 0, 0, 0]);
        this.#simd(0x0d); // i8x16.shuffle
        for (const b of [0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) w.byte(b);
        this.#simd(0x5a); // v128.store32_lane
        this.#memory(0, Math.max(0, i.displacement));
        w.byte(0);
        return;
      }
      for (let lane = 0; lane < i.lanes; lane++) {
        const displacement = i.displacement + lane * (i.stride || 1);
        this.#address(i.pointer, displacement);
        this.#get(i.value);
        this.#simd(0x58); // v128.store8_lane
        this.#memory(0, Math.max(0, displacement));
        w.byte(lane * 4);
      }
      return;
    }
    if (whole) {
      this.#address(i.pointer, i.displacement);
      this.#get(i.value);
      this.#simd(0x0b);
      this.#memory(2, Math.max(0, i.displacement));
      return;
    }
    let lane = 0;
    while (lane < i.lanes) {
      const displacement = i.displacement + lane * (i.stride || bytes);
      const pair = i.stride === 0 && lane % 2 === 0 && lane + 1 < i.lanes;
      this.#address(i.pointer, displacement);
      this.#get(i.value);
      this.#simd(pair ? 0x5b : 0x5a); // v128.store64_lane, v128.store32_lane
      this.#memory(2, Math.max(0, displacement));
      w.byte(pair ? lane / 2 : lane);
      lane += pair ? 2 : 1;
    }
  }

  /** Combines all lanes into each: with the two neighbours exchanged, then with the two halves exchanged. */
  #across(operator: "sumLanes" | "maxLanes" | "minLanes", input: Value): void {
    const combine = operator.slice(0, 3) as "sum" | "max" | "min";
    // f32x4.min and max let NaN through from either side.
    const code =
      input.type === "f32"
        ? { sum: 0xe4, min: 0xe8, max: 0xe9 }[combine]
        : this.#code(integerCodes, combine === "sum" ? "add" : combine, input.type);
    this.#get(input);
    for (const order of [
      [1, 0, 3, 2],
      [2, 3, 0, 1],
    ]) {
      this.#setScratch();
      this.#getScratch();
      this.#getScratch();
      this.#getScratch();
      this.#simd(0x0d);
      for (const lane of order) for (let b = 0; b < 4; b++) this.#w.byte(lane * 4 + b);
      this.#simd(code);
    }
  }

  /** Pushes an address. Displacements ride on the instruction, negative ones are added here. */
  #address(pointer: Value, displacement: number): void {
    this.#get(pointer);
    if (displacement < 0) {
      this.#constant(displacement);
      this.#w.byte(0x6a);
    }
  }

  #addressed(pointer: Value, displacement: number, opcode: number, alignment: number): void {
    this.#address(pointer, displacement);
    this.#w.byte(opcode);
    this.#memory(alignment, Math.max(0, displacement));
  }

  #memory(alignment: number, displacement: number): void {
    this.#w.byte(alignment);
    this.#w.unsigned(displacement);
  }

  #simd(code: number): void {
    this.#w.byte(0xfd);
    this.#w.unsigned(code);
  }

  #constant(value: number): void {
    this.#w.byte(0x41);
    this.#w.signed(value);
  }

  #splatConstant(bits: number): void {
    this.#vectorConstant([bits, bits, bits, bits]);
  }

  #vectorConstant(lanes: readonly number[]): void {
    this.#simd(0x0c);
    for (const lane of lanes) for (let b = 0; b < 4; b++) this.#w.byte((lane >>> (8 * b)) & 0xff);
  }

  #get(value: Value): void {
    this.#w.byte(0x20);
    this.#w.unsigned(kernelParameters + value.id);
  }

  #set(value: Value): void {
    this.#w.byte(0x21);
    this.#w.unsigned(kernelParameters + value.id);
  }

  #tee(value: Value): void {
    this.#w.byte(0x22);
    this.#w.unsigned(kernelParameters + value.id);
  }

  #setScratch(): void {
    this.#w.byte(0x21);
    this.#w.unsigned(this.#scratch);
  }

  #getScratch(): void {
    this.#w.byte(0x20);
    this.#w.unsigned(this.#scratch);
  }
}

const floatBits = (value: number): number => new Int32Array(new Float32Array([value]).buffer)[0];
