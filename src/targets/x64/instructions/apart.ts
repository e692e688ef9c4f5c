/** Elements of one vector that lie apart in memory. */
import type { Assembler } from "../assembler/assembler.js";
import { fitsInt32, type Memory } from "../assembler/operands.js";
import { scratch, scratch2 } from "../register-file.js";

/** The places of so many elements, `stride` bytes apart. Changes both scratch registers before it calls `body`. */
export function eachPlace(
  asm: Assembler,
  first: Memory,
  { lanes, stride }: { readonly lanes: number; readonly stride: number },
  body: (place: Memory, lane: number) => void,
): void {
  const at = (lane: number): Memory => ({ ...first, displacement: first.displacement + lane * stride });
  if (fitsInt32(at(lanes - 1).displacement)) {
    for (let lane = 0; lane < lanes; lane++) body(at(lane), lane);
    return;
  }
  // Gigabytes from the first to the last: further than a displacement reaches.
  if (first.base !== scratch) asm.move(scratch, first.base as number);
  for (let lane = 0; lane < lanes; lane++) {
    if (lane > 0) {
      asm.moveConstant(scratch2, stride);
      asm.arithmetic("add", scratch, scratch2);
    }
    body({ base: scratch, displacement: first.displacement }, lane);
  }
}
