/** Comparisons of vectors and choices by their results: masks are mask registers, with AVX2 vectors of ones or zeros. */
import type { Comparison, ValueType } from "../../../kernels/language.js";
import type { VectorOperand, VectorUnit } from "../vector-unit.js";

/** Immediates of vcmpps, all quiet, and of vpcmpd. NaN differs from everything. */
export const floatPredicates: Record<Comparison, number> = {
  eq: 0x00,
  lt: 0x11,
  le: 0x12,
  ne: 0x04,
  ge: 0x1d,
  gt: 0x1e,
};
export const [ordered, unordered] = [0x07, 0x03];
const intPredicates: Record<Comparison, number> = { eq: 0, lt: 1, le: 2, ne: 4, ge: 5, gt: 6 };
const swapped: Record<Comparison, Comparison> = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  gt: "lt",
  le: "ge",
  ge: "le",
};

export function compare(
  unit: VectorUnit,
  how: Comparison,
  type: ValueType,
  out: number,
  first: VectorOperand,
  second: VectorOperand,
): void {
  const turned = typeof first !== "number";
  const [a, b] = turned ? [second as number, first] : [first, second];
  const operator = turned ? swapped[how] : how;
  if (type === "f32") {
    const instruction = unit.level === "avx512" ? "compareFloats" : "vcmpps";
    unit.emit(instruction, out, b, { vvvv: a, immediate: floatPredicates[operator] });
    return;
  }
  if (unit.level === "avx512") {
    unit.emit("compareInts", out, b, { vvvv: a, immediate: intPredicates[operator] });
    return;
  }
  // There are "equal" and "greater than": the others are these with their operands exchanged or negated.
  const exchange = operator === "lt" || operator === "ge";
  const instruction = operator === "eq" || operator === "ne" ? "vpcmpeqd" : "vpcmpgtd";
  if (exchange) unit.emit(instruction, out, a, { vvvv: b as number });
  else unit.emit(instruction, out, b, { vvvv: a });
  if (operator === "ne" || operator === "le" || operator === "ge")
    unit.emit("vpxor", out, unit.constant(-1), { vvvv: out });
}

/** `a` where the mask is set, else `b`. */
export function choose(
  unit: VectorUnit,
  out: number,
  [mask, a, b]: readonly VectorOperand[],
  inMaskRegister: boolean,
  spare: number,
): void {
  if (inMaskRegister) {
    unit.asm.vector("kandw", 256, spare, a as number, { vvvv: mask as number });
    unit.asm.vector("kandnw", 256, out, b as number, { vvvv: mask as number });
    unit.asm.vector("korw", 256, out, spare, { vvvv: out });
  } else if (unit.level === "avx512")
    unit.emit("vblendmps", out, a, { vvvv: b as number, mask: mask as number });
  else unit.emit("vblendvps", out, a, { vvvv: b as number, immediate: (mask as number) << 4 });
}
