/** Arithmetic on the lanes of vectors: the instructions of operators, and the sequences where there is none. */
import type { Operator, ValueType } from "../../../kernels/language.js";
import type { VectorInstruction } from "../assembler/vector-forms.js";
import { scratchMask } from "../register-file.js";
import { classOf, type Level } from "../selection.js";
import type { VectorOperand, VectorUnit } from "../vector-unit.js";
import { floatPredicates, ordered } from "./comparisons.js";

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

/** The instruction for an operator with two operands; undefined where there is none. */
export function binaryInstruction(
  operator: Operator,
  type: ValueType,
  level: Level,
): VectorInstruction | undefined {
  if (classOf(type, level) === "mask") return maskInstructions[operator];
  if (vectorInstructions[operator] || type === "mask") return vectorInstructions[operator];
  return (type === "f32" ? floatInstructions : intInstructions)[operator];
}

export function binary(
  unit: VectorUnit,
  instruction: VectorInstruction,
  out: number,
  a: VectorOperand,
  b: VectorOperand,
): void {
  // vminps takes its second operand where either is NaN, the language its first.
  const reversed = instruction === "vminps" || instruction === "vmaxps";
  const [first, second] = reversed || typeof a !== "number" ? [b, a] : [a, b];
  unit.emit(instruction, out, second, { vvvv: first as number });
}

export function negate(unit: VectorUnit, type: ValueType, out: number, a: number): void {
  if (type === "f32") unit.emit("vpxor", out, unit.constant(-0x80000000), { vvvv: a });
  else {
    // −x = ¬x + 1
    unit.emit("vpxor", out, unit.constant(-1), { vvvv: a });
    unit.emit("vpsubd", out, unit.constant(-1), { vvvv: out });
  }
}

export function absolute(unit: VectorUnit, type: ValueType, out: number, a: VectorOperand): void {
  if (type === "f32") unit.emit("vpand", out, unit.constant(0x7fffffff), { vvvv: a as number });
  else unit.emit("vpabsd", out, a);
}

export function shift(
  unit: VectorUnit,
  operator: "shl" | "shru" | "shrs",
  out: number,
  a: VectorOperand,
  by: number,
): void {
  const instruction = ({ shl: "vpslld", shru: "vpsrld", shrs: "vpsrad" } as const)[operator];
  unit.emit(instruction, 0, a, { vvvv: out, immediate: by & 31 });
}

/** a·b + c in the form that overwrites the operand whose register the result shares. */
export function multiplyAdd(
  unit: VectorUnit,
  out: number,
  [a, b, c]: readonly VectorOperand[],
  load: () => void,
): void {
  const inMemory = [a, b, c].findIndex((operand) => typeof operand !== "number");
  if (inMemory === 2) {
    let [x, y] = [a as number, b as number];
    if (y === out) [x, y] = [y, x];
    if (x === out) unit.emit("vfmadd213ps", out, c, { vvvv: y });
    else {
      load();
      unit.emit("vfmadd231ps", out, y, { vvvv: x });
    }
    return;
  }
  const sum = c as number;
  const [register, other] = inMemory === 0 ? [b as number, a] : [a as number, b];
  if (out === sum) unit.emit("vfmadd231ps", out, other, { vvvv: register });
  else if (typeof other !== "number" && out === register) unit.emit("vfmadd132ps", out, other, { vvvv: sum });
  else if (out === register) unit.emit("vfmadd213ps", out, sum, { vvvv: other as number });
  else if (out === other) unit.emit("vfmadd213ps", out, sum, { vvvv: register });
  else {
    load();
    unit.emit("vfmadd231ps", out, other, { vvvv: register });
  }
}

/** The instruction gives −2³¹ for everything that does not fit: above the range that becomes 2³¹ − 1, NaN 0. */
export function truncate(unit: VectorUnit, out: number, a: number, [spare]: readonly number[]): void {
  const { asm } = unit;
  const limit = unit.constant(0x4f000000); // 2³¹ as f32
  if (unit.level === "avx512") {
    unit.emit("compareFloats", scratchMask, a, { vvvv: a, immediate: ordered });
    asm.vector("vcvttps2dq", unit.length, out, a, { mask: scratchMask, zero: true });
    unit.emit("compareFloats", scratchMask, limit, { vvvv: a, immediate: floatPredicates.ge });
    asm.vector("vpbroadcastd", unit.length, out, unit.constant(0x7fffffff).memory, {
      mask: scratchMask,
    });
    unit.forgetMask();
    return;
  }
  unit.emit("vcvttps2dq", out, a);
  unit.emit("vcmpps", spare, limit, { vvvv: a, immediate: floatPredicates.ge });
  unit.emit("vpxor", out, spare, { vvvv: out });
  unit.emit("vcmpps", spare, a, { vvvv: a, immediate: ordered });
  unit.emit("vpand", out, spare, { vvvv: out });
}
