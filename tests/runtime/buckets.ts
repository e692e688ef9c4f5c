/** What a step can send to other machines while the rest of it is still computed. */
import type { Given } from "../../src/runtime/device.js";
import type { Block } from "../../src/runtime/memory.js";
import type { Program } from "../../src/runtime/program.js";
import { bytesOf, type Storage } from "../../src/runtime/storage.js";

/** Variables that lie side by side in one slab. Between two of them are up to 60 bytes that mean nothing. */
export interface Bucket {
  slab: Block;
  /** Bytes from the start of the slab to the first number, and from there to the end of the last. */
  offset: number;
  bytes: number;
  /** The launch of the program behind which all of it is written. */
  launch: number;
}

/**
 * The variables that a program writes, in pieces that are complete as early as may be. Gradients that are assigned to
 * variables of one kin lie in the order in which the backward pass computes them.
 *
 * @param given      what the program was run with: all of these have places since
 * @param isWritten  which of them are asked for
 * @param most       bytes of a bucket, where it is not a single variable
 */
export function bucketsOf(
  { sources }: Program,
  given: readonly Given[],
  isWritten: (storage: Storage) => boolean,
  most = Number.POSITIVE_INFINITY,
): Bucket[] {
  const written = given.flatMap(({ storage }, i) =>
    storage?.place && sources[i].written >= 0 && isWritten(storage)
      ? { place: storage.place, bytes: bytesOf(storage), launch: sources[i].written }
      : [],
  );
  const buckets: Bucket[] = [];
  let end = 0;
  for (const { place, bytes, launch } of written.sort((a, b) => a.place.address - b.place.address)) {
    const { slab, address } = place;
    const offset = address - slab.address;
    const last = buckets.at(-1);
    if (last?.slab === slab && address === end && offset + bytes - last.offset <= most) {
      last.bytes = offset + bytes - last.offset;
      last.launch = Math.max(last.launch, launch);
    } else buckets.push({ slab, offset, bytes, launch });
    end = address + place.bytes;
  }
  return buckets.sort((a, b) => a.launch - b.launch);
}
