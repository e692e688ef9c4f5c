/**
 * The kernel language: a TypeScript function records a loop nest over vectors, an emitter of `targets/` turns
 * the record into machine instructions. Plain TypeScript loops around the recording calls unroll it.
 *
 * Values are of four types: `int` (one machine integer: addresses, counts, indices), and vectors of the
 * target's width of `f32`, `i32` and `mask` (the result of a comparison). A recorded kernel handles the items
 * `begin ≤ item < end` of its work; threads share a launch by splitting that range.
 */

export type ValueType = "int" | "f32" | "i32" | "mask";

export interface Value<T extends ValueType = ValueType> {
  readonly id: number;
  readonly type: T;
}
export type Int = Value<"int">;
export type Floats = Value<"f32">;
export type Ints = Value<"i32">;
export type Mask = Value<"mask">;
/** Any vector: one value of each lane. */
export type Lanes = Floats | Ints | Mask;

/** How an element lies in memory. A `u8` is widened to i32 when it is loaded. */
export type Format = "f32" | "i32" | "u8";
export const bytesOf: Record<Format, number> = { f32: 4, i32: 4, u8: 1 };

/** `vector`: neighbours; `splat`: one element for all lanes; `lanes`: elements `stride` bytes apart. */
export type Access = "vector" | "splat" | "lanes";

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

export type Operator =
  | "const"
  | "argument"
  | "begin"
  | "end"
  | "lanes"
  | "splat"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "min"
  | "max"
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "nearest"
  | "fma"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl"
  | "shru"
  | "shrs"
  | Comparison
  | "select"
  | "convert"
  | "truncate"
  | "bits"
  | "zipLow"
  | "zipHigh"
  | "sumLanes"
  | "maxLanes"
  | "minLanes"
  | "variable";

/** Single assignment: `out` is a new value, except that `assign` changes one made by `variable`. */
export type Instruction =
  | { kind: "value"; operator: Operator; out: Value; inputs: readonly Value[]; immediate: number }
  | {
      kind: "load";
      out: Value;
      pointer: Int;
      displacement: number;
      format: Format;
      access: Access;
      stride: number;
      lanes: number;
    }
  | { kind: "loadInt"; out: Int; pointer: Int; displacement: number }
  | {
      kind: "store";
      pointer: Int;
      value: Lanes;
      displacement: number;
      format: Format;
      stride: number;
      lanes: number;
    }
  /** Asks for a cache line that will be needed soon. The address need not exist; targets may ignore it. */
  | { kind: "prefetch"; pointer: Int; displacement: number }
  | { kind: "assign"; variable: Value; value: Value }
  | { kind: "loop"; counter: Int; from: Int; to: Int; step: number; body: Instruction[] }
  | { kind: "when"; condition: Int; body: Instruction[]; otherwise: Instruction[] };

/** What a generator must know of the machine it writes for. */
export interface TargetDescription {
  readonly name: string;
  /** f32 values in a vector. */
  readonly lanes: number;
  /** Vector registers that a kernel may use at once without spilling. */
  readonly registers: number;
  /** True where `fma` is one instruction and needs no register for the product. */
  readonly hasFma: boolean;
  /** About how many multiply-adds are written out in one turn of the innermost loop over long sums. */
  readonly turn: number;
  /** True where convolutions are only to be computed directly, for comparisons. Left out: no. */
  readonly direct?: boolean;
  /** False for a kernel that needs more registers at once than there are. Left out: none does. */
  accepts?(kernel: Kernel): boolean;
}

export interface Kernel {
  /** Read by people in profiles and listings, for example `conv2d 3×3×64→128 + bias + relu`. */
  readonly name: string;
  readonly body: readonly Instruction[];
  /** Number of values; ids lie below it. */
  readonly values: number;
  readonly types: readonly ValueType[];
}

type Arithmetic = "int" | "f32" | "i32";

/** Records one kernel. */
export class KernelBuilder {
  readonly lanes: number;
  private readonly types: ValueType[] = [];
  private readonly root: Instruction[] = [];
  /** What every block may use: stands before all else. */
  private readonly prologue: Instruction[] = [];
  private block = this.root;
  private readonly constants = new Map<string, Value>();
  private readonly known = new Map<Int, number>();

  constructor(readonly target: TargetDescription) {
    this.lanes = target.lanes;
  }

  finish(name: string): Kernel {
    return { name, body: [...this.prologue, ...this.root], values: this.types.length, types: this.types };
  }

  // --- integers -----------------------------------------------------------------------------------------

  int(value: number): Int {
    const constant = this.constant("int", value);
    this.known.set(constant, value);
    return constant;
  }

  /** The i-th word of the launch's argument block: the address of a buffer. */
  argument(index: number): Int {
    return this.emit("argument", "int", [], index);
  }

  /** First item of this thread's share. */
  get begin(): Int {
    return this.emit("begin", "int", []);
  }

  /** One past the last item of this thread's share. */
  get end(): Int {
    return this.emit("end", "int", []);
  }

  loadInt(pointer: Int, displacement = 0): Int {
    const out = this.value("int");
    this.block.push({ kind: "loadInt", out, pointer, displacement });
    return out;
  }

  /** Quotient and remainder of non-negative integers. */
  divide(a: Int, by: number): { quotient: Int; remainder: Int } {
    if (by === 1) return { quotient: a, remainder: this.int(0) };
    const quotient = this.emit("div", "int", [a, this.int(by)]);
    return { quotient, remainder: this.sub(a, this.mul(quotient, this.int(by))) };
  }

  /** base + index · scale, leaving out what is zero. */
  offset(base: Int, index: Int, scale: number): Int {
    if (scale === 0) return base;
    const constant = this.known.get(index);
    if (constant !== undefined) return this.plus(base, constant * scale);
    return this.add(base, scale === 1 ? index : this.mul(index, this.int(scale)));
  }

  plus(a: Int, constant: number): Int {
    const known = this.known.get(a);
    if (known !== undefined) return this.int(known + constant);
    return constant === 0 ? a : this.add(a, this.int(constant));
  }

  // --- vectors ------------------------------------------------------------------------------------------

  f32(value: number): Floats {
    return this.constant("f32", Math.fround(value));
  }

  i32(value: number): Ints {
    return this.constant("i32", value | 0);
  }

  /** 0, 1, 2, … across the lanes. */
  get laneNumbers(): Ints {
    return this.emit("lanes", "i32", []);
  }

  /** The same integer in every lane. */
  splat(value: Int): Ints {
    return this.emit("splat", "i32", [value]);
  }

  load(
    format: Format,
    pointer: Int,
    {
      displacement = 0,
      access = "vector",
      stride = 0,
      lanes = this.lanes,
    }: { displacement?: number; access?: Access; stride?: number; lanes?: number } = {},
  ): Floats | Ints {
    const out = this.value(format === "f32" ? "f32" : "i32");
    this.block.push({ kind: "load", out, pointer, displacement, format, access, stride, lanes });
    return out as Floats | Ints;
  }

  /** Stores the first `lanes` lanes, next to each other, or `stride` bytes apart where a stride is given. */
  store(
    format: Format,
    pointer: Int,
    value: Lanes,
    {
      displacement = 0,
      stride = 0,
      lanes = this.lanes,
    }: { displacement?: number; stride?: number; lanes?: number } = {},
  ): void {
    this.block.push({ kind: "store", pointer, value, displacement, format, stride, lanes });
  }

  prefetch(pointer: Int, displacement: number): void {
    this.block.push({ kind: "prefetch", pointer, displacement });
  }

  // --- arithmetic, by the type of its operands -----------------------------------------------------------

  add<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("add", a.type, [a, b]);
  }
  sub<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("sub", a.type, [a, b]);
  }
  mul<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("mul", a.type, [a, b]);
  }
  div(a: Floats, b: Floats): Floats {
    return this.emit("div", "f32", [a, b]);
  }
  /** b where b < a, else a: NaN in `a` passes, NaN in `b` does not. */
  min<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("min", a.type, [a, b]);
  }
  /** b where a < b, else a: NaN in `a` passes, NaN in `b` does not. */
  max<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("max", a.type, [a, b]);
  }
  neg<T extends "f32" | "i32">(a: Value<T>): Value<T> {
    return this.emit("neg", a.type, [a]);
  }
  abs<T extends "f32" | "i32">(a: Value<T>): Value<T> {
    return this.emit("abs", a.type, [a]);
  }
  sqrt(a: Floats): Floats {
    return this.emit("sqrt", "f32", [a]);
  }
  floor(a: Floats): Floats {
    return this.emit("floor", "f32", [a]);
  }
  /** To the nearest integer, halves to the even one. */
  nearest(a: Floats): Floats {
    return this.emit("nearest", "f32", [a]);
  }
  /** a·b + c, rounded once where the target has such an instruction, else twice. */
  fma(a: Floats, b: Floats, c: Floats): Floats {
    return this.emit("fma", "f32", [a, b, c]);
  }

  compare<T extends Arithmetic>(how: Comparison, a: Value<T>, b: Value<T>): T extends "int" ? Int : Mask {
    return this.emit(how, a.type === "int" ? "int" : "mask", [a, b]) as T extends "int" ? Int : Mask;
  }
  select<T extends "f32" | "i32" | "mask">(mask: Mask, a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("select", a.type, [mask, a, b]);
  }
  and<T extends "i32" | "mask">(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("and", a.type, [a, b]);
  }
  or<T extends "i32" | "mask">(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("or", a.type, [a, b]);
  }
  xor<T extends "i32" | "mask">(a: Value<T>, b: Value<T>): Value<T> {
    return this.emit("xor", a.type, [a, b]);
  }
  not(a: Mask): Mask {
    return this.emit("not", "mask", [a]);
  }
  shiftLeft(a: Ints, by: number): Ints {
    return this.emit("shl", "i32", [a], by);
  }
  /** Filling with zeros. */
  shiftRight(a: Ints, by: number): Ints {
    return this.emit("shru", "i32", [a], by);
  }
  /** Filling with the sign. */
  shiftRightSigned(a: Ints, by: number): Ints {
    return this.emit("shrs", "i32", [a], by);
  }
  toFloat(a: Ints): Floats {
    return this.emit("convert", "f32", [a]);
  }
  /** Towards zero; beyond the range to its ends, NaN to 0. */
  toInt(a: Floats): Ints {
    return this.emit("truncate", "i32", [a]);
  }
  /** The same 32 bits, read as the other type. */
  bitsOf(a: Floats): Ints {
    return this.emit("bits", "i32", [a]);
  }
  fromBits(a: Ints): Floats {
    return this.emit("bits", "f32", [a]);
  }

  /** The lower or the upper half of a₀ b₀ a₁ b₁ a₂ b₂ … */
  zip<T extends "f32" | "i32">(half: "low" | "high", a: Value<T>, b: Value<T>): Value<T> {
    return this.emit(half === "low" ? "zipLow" : "zipHigh", a.type, [a, b]);
  }

  /** Sum, maximum or minimum over the lanes, in every lane of the result. */
  acrossLanes<T extends "f32" | "i32">(how: "sum" | "max" | "min", a: Value<T>): Value<T> {
    return this.emit(`${how}Lanes`, a.type, [a]);
  }

  // --- control ------------------------------------------------------------------------------------------

  variable<T extends ValueType>(initial: Value<T>): Value<T> {
    return this.emit("variable", initial.type, [initial]);
  }

  assign<T extends ValueType>(variable: Value<T>, value: Value<T>): void {
    this.block.push({ kind: "assign", variable, value });
  }

  /** for (i = from; i < to; i += step) */
  loop(from: Int | number, to: Int | number, body: (i: Int) => void, step = 1): void {
    const start = typeof from === "number" ? this.int(from) : from;
    const stop = typeof to === "number" ? this.int(to) : to;
    const counter = this.value("int");
    const inner: Instruction[] = [];
    this.block.push({ kind: "loop", counter, from: start, to: stop, step, body: inner });
    this.within(inner, () => body(counter));
  }

  /** A loop of constant length that is written out where it is short. */
  repeat(count: number, body: (i: Int) => void): void {
    if (count === 1) body(this.int(0));
    else this.loop(0, count, body);
  }

  when(condition: Int, body: () => void, otherwise?: () => void): void {
    const then: Instruction[] = [];
    const other: Instruction[] = [];
    this.block.push({ kind: "when", condition, body: then, otherwise: other });
    this.within(then, body);
    if (otherwise) this.within(other, otherwise);
  }

  // --- recording ----------------------------------------------------------------------------------------

  private within(block: Instruction[], body: () => void): void {
    const outer = this.block;
    this.block = block;
    body();
    this.block = outer;
  }

  private value<T extends ValueType>(type: T): Value<T> {
    const id = this.types.length;
    this.types.push(type);
    return { id, type };
  }

  /** Constants live at the top of the kernel, once each, so that every block may use them. */
  private constant<T extends "int" | "f32" | "i32">(type: T, value: number): Value<T> {
    const key = `${type} ${Object.is(value, -0) ? "-0" : value}`;
    let known = this.constants.get(key) as Value<T> | undefined;
    if (!known) {
      known = this.value(type);
      this.prologue.push({ kind: "value", operator: "const", out: known, inputs: [], immediate: value });
      this.constants.set(key, known);
    }
    return known;
  }

  private emit<T extends ValueType>(
    operator: Operator,
    type: T,
    inputs: readonly Value[],
    immediate = 0,
  ): Value<T> {
    const out = this.value(type);
    this.block.push({ kind: "value", operator, out, inputs, immediate });
    return out;
  }
}
