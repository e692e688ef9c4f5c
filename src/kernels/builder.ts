/**
 * Records a kernel: a TypeScript function calls the builder for each instruction of a loop nest over vectors. Plain
 * TypeScript loops around the calls unroll it.
 */
import { Integers } from "./integers.js";
import type {
  Access,
  Comparison,
  Floats,
  Format,
  Instruction,
  Int,
  Ints,
  Kernel,
  Lanes,
  Mask,
  Operator,
  TargetDescription,
  Value,
  ValueType,
} from "./language.js";

type Arithmetic = "int" | "f32" | "i32";

/** Where a number stands in a list, NaN as well, and -0 beside 0; -1: nowhere. */
export const placeOf = (number: number, list: readonly number[]): number =>
  list.findIndex((known) => Object.is(known, number));

/** Records one kernel. */
export class KernelBuilder {
  readonly lanes: number;
  readonly #types: ValueType[] = [];
  readonly #root: Instruction[] = [];
  /** What every block may use: stands before all else. */
  readonly #prologue: Instruction[] = [];
  #block = this.#root;
  readonly #constants = new Map<string, Value>();
  readonly #integers = new Integers({
    int: () => this.#value("int"),
    push: (instruction) => this.#block.push(instruction),
    pushFirst: (instruction) => this.#prologue.push(instruction),
  });

  /**
   * @param counts   how many stand before all else in an argument block
   * @param numbers  that stand between them and the addresses
   */
  constructor(
    readonly target: TargetDescription,
    private readonly counts = 0,
    private readonly numbers: readonly number[] = [],
  ) {
    this.lanes = target.lanes;
  }

  finish(name: string): Kernel {
    return { name, body: [...this.#prologue, ...this.#root], values: this.#types.length, types: this.#types };
  }

  // --- integers -----------------------------------------------------------------------------------------

  int(value: number): Int {
    return this.#integers.constant(value);
  }

  /** The address of a buffer. */
  argument(index: number): Int {
    return this.told(this.counts + this.numbers.length + index);
  }

  /** The i-th word of the launch's argument block: first come counts and numbers that the code is told, then addresses. */
  told(index: number): Int {
    return this.#integers.operation("argument", [], index);
  }

  /** First item of this thread's share. */
  get begin(): Int {
    return this.#integers.operation("begin", []);
  }

  /** One past the last item of this thread's share. */
  get end(): Int {
    return this.#integers.operation("end", []);
  }

  loadInt(pointer: Int, displacement = 0): Int {
    const out = this.#value("int");
    this.#block.push({ kind: "loadInt", out, ...this.#integers.address(pointer, displacement, 0) });
    return this.#integers.unknown(out);
  }

  /** Quotient and remainder of non-negative integers. */
  divide(a: Int, by: number | Int): { quotient: Int; remainder: Int } {
    if (by === 1) return { quotient: a, remainder: this.int(0) };
    const divisor = typeof by === "number" ? this.int(by) : by;
    const quotient = this.#integers.operation("div", [a, divisor]);
    return { quotient, remainder: this.sub(a, this.mul(quotient, divisor)) };
  }

  /** base + index · scale */
  offset(base: Int, index: Int, scale: number): Int {
    return this.#integers.add(base, this.#integers.mul(index, this.int(scale)));
  }

  plus(a: Int, constant: number): Int {
    return this.#integers.add(a, this.int(constant));
  }

  // --- vectors ------------------------------------------------------------------------------------------

  f32(value: number): Floats {
    return this.#constant("f32", Math.fround(value));
  }

  /** The same, where the code is told this number. */
  number(value: number): Floats {
    const i = placeOf(value, this.numbers);
    return i < 0 ? this.f32(value) : this.fromBits(this.splat(this.told(this.counts + i)));
  }

  i32(value: number): Ints {
    return this.#constant("i32", value | 0);
  }

  /** 0, 1, 2, … across the lanes. */
  get laneNumbers(): Ints {
    return this.#emit("lanes", "i32", []);
  }

  /** The same integer in every lane. */
  splat(value: Int): Ints {
    return this.#emit("splat", "i32", [this.#integers.use(value)]);
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
    const out = this.#value(format === "f32" ? "f32" : "i32");
    const place = this.#integers.address(pointer, displacement, lanes * stride);
    this.#block.push({ kind: "load", out, ...place, format, access, stride, lanes });
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
    const place = this.#integers.address(pointer, displacement, lanes * stride);
    this.#block.push({ kind: "store", ...place, value, format, stride, lanes });
  }

  prefetch(pointer: Int, displacement: number): void {
    this.#block.push({ kind: "prefetch", ...this.#integers.address(pointer, displacement, 0) });
  }

  // --- arithmetic, by the type of its operands -----------------------------------------------------------

  add<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.#arithmetic("add", a, b);
  }
  sub<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.#arithmetic("sub", a, b);
  }
  mul<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.#arithmetic("mul", a, b);
  }
  div(a: Floats, b: Floats): Floats {
    return this.#emit("div", "f32", [a, b]);
  }
  /** b where b < a, else a: NaN in `a` passes, NaN in `b` does not. */
  min<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.#arithmetic("min", a, b);
  }
  /** b where a < b, else a: NaN in `a` passes, NaN in `b` does not. */
  max<T extends Arithmetic>(a: Value<T>, b: Value<T>): Value<T> {
    return this.#arithmetic("max", a, b);
  }
  neg<T extends "f32" | "i32">(a: Value<T>): Value<T> {
    return this.#emit("neg", a.type, [a]);
  }
  abs<T extends "f32" | "i32">(a: Value<T>): Value<T> {
    return this.#emit("abs", a.type, [a]);
  }
  sqrt(a: Floats): Floats {
    return this.#emit("sqrt", "f32", [a]);
  }
  floor(a: Floats): Floats {
    return this.#emit("floor", "f32", [a]);
  }
  /** To the nearest integer, halves to the even one. */
  nearest(a: Floats): Floats {
    return this.#emit("nearest", "f32", [a]);
  }
  /** a·b + c, rounded once where the target has such an instruction, else twice. */
  fma(a: Floats, b: Floats, c: Floats): Floats {
    return this.#emit("fma", "f32", [a, b, c]);
  }

  compare<T extends Arithmetic>(how: Comparison, a: Value<T>, b: Value<T>): T extends "int" ? Int : Mask {
    const result: Value =
      a.type === "int"
        ? this.#integers.compute(how, [a as Value as Int, b as Value as Int])
        : this.#emit(how, "mask", [a, b]);
    return result as T extends "int" ? Int : Mask;
  }
  select<T extends "f32" | "i32" | "mask">(mask: Mask, a: Value<T>, b: Value<T>): Value<T> {
    return this.#emit("select", a.type, [mask, a, b]);
  }
  and<T extends "i32" | "mask">(a: Value<T>, b: Value<T>): Value<T> {
    return this.#emit("and", a.type, [a, b]);
  }
  or<T extends "i32" | "mask">(a: Value<T>, b: Value<T>): Value<T> {
    return this.#emit("or", a.type, [a, b]);
  }
  xor<T extends "i32" | "mask">(a: Value<T>, b: Value<T>): Value<T> {
    return this.#emit("xor", a.type, [a, b]);
  }
  not(a: Mask): Mask {
    return this.#emit("not", "mask", [a]);
  }
  shiftLeft(a: Ints, by: number): Ints {
    return this.#emit("shl", "i32", [a], by);
  }
  /** Filling with zeros. */
  shiftRight(a: Ints, by: number): Ints {
    return this.#emit("shru", "i32", [a], by);
  }
  /** Filling with the sign. */
  shiftRightSigned(a: Ints, by: number): Ints {
    return this.#emit("shrs", "i32", [a], by);
  }
  toFloat(a: Ints): Floats {
    return this.#emit("convert", "f32", [a]);
  }
  /** Towards zero; beyond the range to its ends, NaN to 0. */
  toInt(a: Floats): Ints {
    return this.#emit("truncate", "i32", [a]);
  }
  /** The same 32 bits, read as the other type. */
  bitsOf(a: Floats): Ints {
    return this.#emit("bits", "i32", [a]);
  }
  fromBits(a: Ints): Floats {
    return this.#emit("bits", "f32", [a]);
  }

  /** The lower or the upper half of a₀ b₀ a₁ b₁ a₂ b₂ … */
  zip<T extends "f32" | "i32">(half: "low" | "high", a: Value<T>, b: Value<T>): Value<T> {
    return this.#emit(half === "low" ? "zipLow" : "zipHigh", a.type, [a, b]);
  }

  /** Sum, maximum or minimum over the lanes, in every lane of the result. */
  acrossLanes<T extends "f32" | "i32">(how: "sum" | "max" | "min", a: Value<T>): Value<T> {
    return this.#emit(`${how}Lanes`, a.type, [a]);
  }

  // --- control ------------------------------------------------------------------------------------------

  variable<T extends ValueType>(initial: Value<T>): Value<T> {
    return this.#emit("variable", initial.type, [this.#used(initial)]);
  }

  assign<T extends ValueType>(variable: Value<T>, value: Value<T>): void {
    this.#block.push({ kind: "assign", variable, value: this.#used(value) });
  }

  /** for (i = from; i < to; i += step) */
  loop(from: Int | number, to: Int | number, body: (i: Int) => void, step = 1): void {
    const start = this.#used(typeof from === "number" ? this.int(from) : from);
    const stop = this.#used(typeof to === "number" ? this.int(to) : to);
    const counter = this.#value("int");
    const inner: Instruction[] = [];
    this.#block.push({ kind: "loop", counter, from: start, to: stop, step, body: inner });
    this.#within(inner, () => body(this.#integers.unknown(counter)));
  }

  /** A loop of constant length that is written out where it is short. */
  repeat(count: number, body: (i: Int) => void): void {
    if (count === 1) body(this.int(0));
    else this.loop(0, count, body);
  }

  when(condition: Int, body: () => void, otherwise?: () => void): void {
    const then: Instruction[] = [];
    const other: Instruction[] = [];
    this.#block.push({ kind: "when", condition: this.#used(condition), body: then, otherwise: other });
    this.#within(then, body);
    if (otherwise) this.#within(other, otherwise);
  }

  // --- recording ----------------------------------------------------------------------------------------

  #within(block: Instruction[], body: () => void): void {
    const outer = this.#block;
    this.#block = block;
    this.#integers.within(body);
    this.#block = outer;
  }

  #arithmetic<T extends Arithmetic>(
    operator: "add" | "sub" | "mul" | "min" | "max",
    a: Value<T>,
    b: Value<T>,
  ): Value<T> {
    if (a.type !== "int") return this.#emit(operator, a.type, [a, b]);
    const integers = this.#integers;
    const inputs = [a as Value as Int, b as Value as Int] as const;
    const result: Value =
      operator === "min" || operator === "max"
        ? integers.operation(operator, inputs)
        : integers[operator](...inputs);
    return result as Value<T>;
  }

  #used<T extends ValueType>(value: Value<T>): Value<T> {
    return value.type === "int" ? (this.#integers.use(value as Value as Int) as Value as Value<T>) : value;
  }

  #value<T extends ValueType>(type: T): Value<T> {
    const id = this.#types.length;
    this.#types.push(type);
    return { id, type };
  }

  /** Constants live at the top of the kernel, once each, so that every block may use them. */
  #constant<T extends "f32" | "i32">(type: T, value: number): Value<T> {
    const key = `${type} ${Object.is(value, -0) ? "-0" : value}`;
    let known = this.#constants.get(key) as Value<T> | undefined;
    if (!known) {
      known = this.#value(type);
      this.#prologue.push({ kind: "value", operator: "const", out: known, inputs: [], immediate: value });
      this.#constants.set(key, known);
    }
    return known;
  }

  #emit<T extends ValueType>(operator: Operator, type: T, inputs: readonly Value[], immediate = 0): Value<T> {
    const out = this.#value(type);
    this.#block.push({ kind: "value", operator, out, inputs, immediate });
    return out;
  }
}
