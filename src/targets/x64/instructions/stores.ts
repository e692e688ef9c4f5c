/** Stores of the first lanes of a vector: neighbours or elements apart, of 32 bits or bytes. */
import type { Instruction } from "../../../kernels/language.js";
import type { Memory } from "../assembler/operands.js";
import { scratchSpace } from "../frame.js";
import { scratch2, scratchMask } from "../register-file.js";
import { classOf } from "../selection.js";
import type { Values } from "../values.js";
import type { VectorUnit } from "../vector-unit.js";
import { eachPlace } from "./apart.js";

type Store = Extract<Instruction, { kind: "store" }>;

export function emitStore(unit: VectorUnit, values: Values, i: Store): void {
  const { asm } = unit;
  const { inputs, rest } = values.operands(i);
  let value = inputs[1] as number;
  if (classOf(i.value.type, unit.level) === "mask") {
    const spare = rest.shift()!;
    asm.vector("vpmovm2d", unit.length, spare, value);
    value = spare;
  }
  const memory = values.address(i.pointer, i.displacement);
  if (i.stride !== 0) storeApart(unit, i, memory, value, i.stride);
  else if (i.format === "u8") storeBytes(unit, i, memory, value, rest);
  else storeNear(unit, i.lanes, memory, value, rest);
}

function storeNear(
  unit: VectorUnit,
  lanes: number,
  memory: Memory,
  value: number,
  [spare]: readonly number[],
): void {
  const { asm } = unit;
  const at = (lane: number): Memory => ({ ...memory, displacement: memory.displacement + 4 * lane });
  if (lanes === unit.lanes) asm.vector("store", unit.length, value, memory);
  else if (lanes === 8) asm.vector("store", 256, value, memory);
  else if (lanes === 4) asm.vector("store", 128, value, memory);
  else if (lanes === 2) asm.vector("storeTwo", 128, value, memory);
  else if (lanes === 1) asm.vector("storeOne", 128, value, memory);
  else if (unit.level === "avx512") {
    unit.setMask(lanes);
    asm.vector("store", unit.length, value, memory, { mask: scratchMask });
  } else {
    let [part, done] = [value, 0];
    if (lanes > 4) {
      asm.vector("store", 128, value, memory);
      asm.vector("vextractf128", 256, value, spare, { immediate: 1 });
      [part, done] = [spare, 4];
    }
    const left = lanes - done;
    if (left >= 2) asm.vector("storeTwo", 128, part, at(done));
    if (left % 2 === 1) asm.vector("vextractps", 128, part, at(lanes - 1), { immediate: left === 3 ? 2 : 0 });
  }
}

function storeBytes(
  unit: VectorUnit,
  i: Store,
  memory: Memory,
  value: number,
  rest: readonly number[],
): void {
  const { asm, length } = unit;
  if (unit.level === "avx512") {
    if (i.lanes < unit.lanes) unit.setMask(i.lanes);
    asm.vector("vpmovdb", length, value, memory, { mask: i.lanes < unit.lanes ? scratchMask : 0 });
    return;
  }
  if (i.lanes < unit.lanes) {
    storeApart(unit, i, memory, value, 1);
    return;
  }
  // The low bytes of each half's lanes to its front, then the two fronts side by side.
  const [low, high] = rest;
  unit.emit(
    "vpshufb",
    low,
    { memory: unit.eachLane((lane) => (lane % 4 === 0 ? 0x0c080400 : -1)), one: false },
    { vvvv: value },
  );
  asm.vector("vextractf128", 256, low, high, { immediate: 1 });
  asm.vector("vpunpckldq", 128, low, high, { vvvv: low });
  asm.vector("storeTwo", 128, low, memory);
}

function storeApart(unit: VectorUnit, i: Store, memory: Memory, value: number, stride: number): void {
  const { asm } = unit;
  if (i.lanes === 1 && i.format !== "u8") {
    asm.vector("storeOne", 128, value, memory);
    return;
  }
  asm.vector("store", unit.length, value, scratchSpace(0));
  eachPlace(asm, memory, { lanes: i.lanes, stride }, (to, lane) => {
    asm.load32(scratch2, scratchSpace(lane));
    if (i.format === "u8") asm.store8(to, scratch2);
    else asm.store32(to, scratch2);
  });
}
