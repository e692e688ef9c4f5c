/** Exchanges between the lanes of vectors: interleaving two, and combining all lanes of one. */
import type { ValueType } from "../../../kernels/language.js";
import { Label } from "../assembler/code.js";
import { scratch, scratchMask } from "../register-file.js";
import type { VectorUnit } from "../vector-unit.js";
import { binaryInstruction } from "./arithmetic.js";
import { unordered } from "./comparisons.js";

/** The lower or the upper half of a₀ b₀ a₁ b₁ a₂ b₂ … */
export function zip(
  unit: VectorUnit,
  operator: "zipLow" | "zipHigh",
  out: number,
  a: number,
  b: number,
  spare: number,
): void {
  const { asm, length } = unit;
  const high = operator === "zipHigh";
  if (unit.level === "avx512") {
    const first = high ? unit.lanes / 2 : 0;
    // Indices from 16 on are those of b.
    const order = unit.eachLane((lane) => first + (lane >> 1) + (lane % 2) * unit.lanes);
    asm.vector("load", length, out, order);
    asm.vector("vpermi2d", length, out, b, { vvvv: a });
    return;
  }
  // Each instruction works within halves of 128 bits: both ends first, then the halves that belong together.
  asm.vector("vpunpckldq", length, out, b, { vvvv: a });
  asm.vector("vpunpckhdq", length, spare, b, { vvvv: a });
  asm.vector("vperm2f128", length, out, spare, { vvvv: out, immediate: high ? 0x31 : 0x20 });
}

/** Combines the halves, the quarters and so on, exchanging them each time, so that every lane has the result. */
export function acrossLanes(
  unit: VectorUnit,
  operator: "sumLanes" | "maxLanes" | "minLanes",
  type: ValueType,
  out: number,
  a: number,
  spare: number,
): void {
  const { asm, length } = unit;
  const combine = ({ sumLanes: "add", maxLanes: "max", minLanes: "min" } as const)[operator];
  const instruction = binaryInstruction(combine, type, unit.level)!;
  const letsNaN = type === "f32" && combine !== "add";
  if (letsNaN) {
    // vmaxps loses a NaN in its first operand: if there is one anywhere, the result is NaN.
    if (unit.level === "avx512") {
      unit.emit("compareFloats", scratchMask, a, { vvvv: a, immediate: unordered });
      asm.vector("integerFromMask", 128, scratch, scratchMask);
      unit.forgetMask();
    } else {
      unit.emit("vcmpps", spare, a, { vvvv: a, immediate: unordered });
      asm.vector("vmovmskps", length, scratch, spare);
    }
  }
  let from = a;
  const step = (exchange: (to: number) => void): void => {
    exchange(spare);
    unit.emit(instruction, out, spare, { vvvv: from });
    from = out;
  };
  if (unit.level === "avx512") {
    step((to) => asm.vector("vshuff32x4", length, to, from, { vvvv: from, immediate: 0x4e }));
    step((to) => asm.vector("vshuff32x4", length, to, from, { vvvv: from, immediate: 0xb1 }));
  } else step((to) => asm.vector("vperm2f128", length, to, from, { vvvv: from, immediate: 1 }));
  step((to) => asm.vector("vpshufd", length, to, from, { immediate: 0x4e }));
  step((to) => asm.vector("vpshufd", length, to, from, { immediate: 0xb1 }));
  if (letsNaN) {
    const after = new Label();
    asm.test32(scratch, scratch);
    asm.jumpIf("e", after);
    unit.move(out, unit.constant(0x7fc00000));
    asm.place(after);
  }
}
