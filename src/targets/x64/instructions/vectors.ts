/** Values of vectors: each operator with its operands where they are. */
import type { Comparison } from "../../../kernels/language.js";
import type { VectorInstruction } from "../assembler/vector-forms.js";
import { scratch } from "../register-file.js";
import { classOf, comparisons, type Operation } from "../selection.js";
import type { Values } from "../values.js";
import type { VectorUnit } from "../vector-unit.js";
import { absolute, binary, binaryInstruction, multiplyAdd, negate, shift, truncate } from "./arithmetic.js";
import { choose, compare } from "./comparisons.js";
import { acrossLanes, zip } from "./lanes.js";

export function emitVector(unit: VectorUnit, values: Values, i: Operation): void {
  const { asm, level } = unit;
  const { inputs, out, rest, finish } = values.operands(i);
  const type = i.inputs.at(-1)?.type ?? i.out.type;
  const inMaskRegister = classOf(type, level) === "mask";
  const [a, b] = inputs;
  const binaryOf = (): VectorInstruction => {
    const instruction = binaryInstruction(i.operator, type, level);
    if (!instruction) throw values.missing(type, i.operator);
    return instruction;
  };
  switch (i.operator) {
    case "variable":
    case "bits":
      values.load(i.inputs[0], out, a);
      break;
    case "splat":
      unit.splat(out, values.int(i.inputs[0], scratch));
      break;
    case "not":
      if (inMaskRegister) asm.vector("knotw", 128, out, a as number);
      else unit.emit("vpxor", out, unit.constant(-1), { vvvv: a as number });
      break;
    case "neg":
      negate(unit, type, out, a as number);
      break;
    case "abs":
      absolute(unit, type, out, a);
      break;
    case "sqrt":
      unit.emit("vsqrtps", out, a);
      break;
    case "floor":
    case "nearest":
      // Bit 3: no exception for inexact results.
      unit.emit("vroundps", out, a, { immediate: 8 | (i.operator === "floor" ? 1 : 0) });
      break;
    case "convert":
      unit.emit("vcvtdq2ps", out, a);
      break;
    case "truncate":
      truncate(unit, out, a as number, rest);
      break;
    case "shl":
    case "shru":
    case "shrs":
      shift(unit, i.operator, out, a, i.immediate);
      break;
    case "fma":
      multiplyAdd(unit, out, inputs, () => values.load(i.inputs[2], out, inputs[2]));
      break;
    case "select":
      choose(unit, out, inputs, inMaskRegister, rest[0]);
      break;
    case "zipLow":
    case "zipHigh":
      zip(unit, i.operator, out, a as number, inputs[1] as number, rest[0]);
      break;
    case "sumLanes":
    case "maxLanes":
    case "minLanes":
      acrossLanes(unit, i.operator, type, out, a as number, rest[0]);
      break;
    default:
      if (comparisons.includes(i.operator)) compare(unit, i.operator as Comparison, type, out, a, b);
      else if (inMaskRegister) asm.vector(binaryOf(), 256, out, b as number, { vvvv: a as number });
      else binary(unit, binaryOf(), out, a, b);
  }
  finish();
}
