/** Loads: neighbours, one element for all lanes, or elements apart, of 32 bits or widened bytes. */
import type { Memory } from "../assembler/operands.js";
import { scratchSpace } from "../frame.js";
import { scratch2, scratchMask } from "../register-file.js";
import { gathers, type Load } from "../selection.js";
import type { Values } from "../values.js";
import type { VectorUnit } from "../vector-unit.js";
import { eachPlace } from "./apart.js";

export function emitLoad(unit: VectorUnit, values: Values, i: Load): void {
  const { asm, length } = unit;
  const { out, rest, finish } = values.operands(i);
  const memory = values.address(i.pointer, i.displacement);
  if (i.access === "lanes") loadApart(unit, i, memory, out, rest);
  else if (i.format !== "u8") asm.vector(i.access === "splat" ? "vbroadcastss" : "load", length, out, memory);
  else if (i.access === "vector") asm.vector("vpmovzxbd", length, out, memory);
  else {
    asm.loadByte(scratch2, memory);
    unit.splat(out, scratch2);
  }
  finish();
}

/** Elements apart: a gather, or one after the other through the frame. Lanes past the last are zero. */
function loadApart(
  unit: VectorUnit,
  i: Load,
  memory: Memory,
  out: number,
  [indices, mask]: readonly number[],
): void {
  const { asm, length, lanes } = unit;
  if (!gathers(i, lanes)) {
    unit.clear(out);
    if (i.lanes < lanes) asm.vector("store", length, out, scratchSpace(0));
    eachPlace(asm, memory, i, (from, lane) => {
      if (i.format === "u8") asm.loadByte(scratch2, from);
      else asm.load32(scratch2, from);
      asm.store32(scratchSpace(lane), scratch2);
    });
    asm.vector("load", length, out, scratchSpace(0));
    return;
  }
  const from: Memory = { ...memory, index: indices, scale: 1 };
  asm.vector(
    "load",
    length,
    indices,
    unit.eachLane((lane) => lane * i.stride),
  );
  unit.clear(out);
  if (unit.level === "avx512") {
    // The gather clears its mask.
    unit.forgetMask();
    unit.setMask(i.lanes);
    asm.vector("vpgatherdd", length, out, from, { mask: scratchMask });
    unit.forgetMask();
  } else {
    asm.vector(
      "load",
      length,
      mask,
      unit.eachLane((lane) => (lane < i.lanes ? -1 : 0)),
    );
    asm.vector("gatherByVector", length, out, from, { vvvv: mask });
  }
}
