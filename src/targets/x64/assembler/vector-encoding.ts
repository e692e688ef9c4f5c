/**
 * Vector instructions in their VEX and EVEX forms: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2, sections 2.3 (VEX) and 2.7 (EVEX, with displacements compressed by the size of the memory operand).
 */
import type { Code } from "./code.js";
import { baseOf, indexOf, type RegisterOrMemory, writeOperands } from "./operands.js";
import {
  memoryBytes,
  type VectorForm,
  type VectorInstruction,
  type VectorLength,
  vectorForms,
} from "./vector-forms.js";

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

/** Bit `n` of a register's number, as prefixes hold it: turned round. */
const inverted = (register: number, n: number): number => ((register >> n) & 1) ^ 1;
const lengthBits: Record<VectorLength, number> = { 128: 0, 256: 1, 512: 2 };

export function encodeVector(
  code: Code,
  instruction: VectorInstruction,
  length: VectorLength,
  reg: number,
  rm: RegisterOrMemory,
  options: VectorOptions,
): void {
  const form: VectorForm = vectorForms[instruction];
  const field = form.extension ?? reg;
  const trailing = form.immediate ? 1 : 0;
  if (needsEvex(form, length, field, rm, options)) {
    evexPrefix(code, form, length, field, rm, options);
    code.byte(form.opcode);
    writeOperands(code, field, rm, options.broadcast ? 4 : memoryBytes(form, length), trailing);
  } else {
    vexPrefix(code, form, length, field, rm, options.vvvv);
    code.byte(form.opcode);
    writeOperands(code, field, rm, 1, trailing);
  }
  if (form.immediate) code.byte(options.immediate ?? 0);
}

function needsEvex(
  form: VectorForm,
  length: VectorLength,
  field: number,
  rm: RegisterOrMemory,
  { vvvv = 0, mask = 0, broadcast = false, evex = false }: VectorOptions,
): boolean {
  if (form.encodings !== "both") return form.encodings === "evex";
  return (
    evex ||
    length === 512 ||
    mask > 0 ||
    broadcast ||
    field >= 16 ||
    vvvv >= 16 ||
    (typeof rm === "number" && rm >= 16) ||
    (form.order === "vvvv,rm" && typeof rm !== "number")
  );
}

/** VEX.vvvv, turned round; all ones where there is no such operand. */
const vvvvBits = (vvvv: number | undefined): number => (vvvv === undefined ? 15 : ~vvvv & 15) << 3;

function vexPrefix(
  code: Code,
  form: VectorForm,
  length: VectorLength,
  field: number,
  rm: RegisterOrMemory,
  vvvv: number | undefined,
): void {
  const x = inverted(indexOf(rm), 3);
  const b = inverted(baseOf(rm), 3);
  const rest = vvvvBits(vvvv) | (lengthBits[length] << 2) | form.prefix;
  if (form.map === 1 && x === 1 && b === 1) {
    code.byte(0xc5);
    code.byte((inverted(field, 3) << 7) | rest);
  } else {
    code.byte(0xc4);
    code.byte((inverted(field, 3) << 7) | (x << 6) | (b << 5) | form.map);
    code.byte(rest);
  }
}

function evexPrefix(
  code: Code,
  form: VectorForm,
  length: VectorLength,
  field: number,
  rm: RegisterOrMemory,
  { vvvv, mask = 0, zero = false, broadcast = false }: VectorOptions,
): void {
  // A register in rm takes its fifth bit from X, a vector index from V'.
  const x = typeof rm === "number" ? inverted(rm, 4) : inverted(indexOf(rm), 3);
  const fifth = inverted(form.gather ? indexOf(rm) : (vvvv ?? 0), 4);
  const r = (inverted(field, 3) << 7) | (inverted(field, 4) << 4);
  code.byte(0x62);
  code.byte(r | (x << 6) | (inverted(baseOf(rm), 3) << 5) | form.map);
  code.byte(vvvvBits(vvvv) | 4 | form.prefix);
  code.byte((zero ? 0x80 : 0) | (lengthBits[length] << 5) | (broadcast ? 0x10 : 0) | (fifth << 3) | mask);
}
