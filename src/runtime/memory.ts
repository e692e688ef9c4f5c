/** Who holds which part of a machine's memory. */
import type { MachineMemory } from "../targets/machine.js";
import { FreeList } from "./free-list.js";

/** The memory grows by whole steps of this. */
const stepBytes = 65536;
/** Free blocks from this size on go back to the system, as far as it takes them. */
const largeBlock = 2 ** 20;
/** Blocks start at multiples of a cache line; vectors never straddle two of them. */
const alignment = 64;
/** Kernels read whole vectors: past the last element of a buffer by at most this much. */
const slack = 256;

/** A run, or a tensor, that needs more memory than the device has or was allowed. */
export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
}

export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Finds memory of so many bytes, wherever it must come from. */
export type FindRoom = (bytes: number) => Promise<Block>;

export class EngineMemory {
  readonly #free = new FreeList();
  #used = 0;

  constructor(readonly memory: MachineMemory) {
    if (memory.bytes < stepBytes) memory.grow(stepBytes - memory.bytes);
    // Address 0 stays unused: a launch with a forgotten argument then fails visibly.
    this.#free.give(alignment, memory.bytes - alignment);
  }

  /** Bytes in use, for tests that watch for leaks. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Bytes taken from the system so far. */
  get reservedBytes(): number {
    return this.memory.bytes;
  }

  /** The most bytes that it may take from the system, by the user's wish. */
  limit = Number.POSITIVE_INFINITY;

  /** @throws OutOfMemoryError where there is not so much room: says how much there is */
  allocate(bytes: number): Block {
    const block = this.find(bytes);
    if (block) return block;
    const { memory, limit } = this;
    const megabytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MB`;
    const end =
      limit < memory.maximumBytes
        ? `the budget of configure({ megabytes }) ends at ${megabytes(limit)}`
        : `${memory.kind} ends at ${megabytes(memory.maximumBytes)}`;
    const taken = limit < memory.bytes ? this.#used : memory.bytes;
    throw new OutOfMemoryError(
      `out of memory: ${megabytes(withSlack(bytes))} more are needed, ${megabytes(taken)} are in use or reserved, ${end}; a smaller batch needs less`,
    );
  }

  /** The same; null where there is not so much room. */
  find(bytes: number): Block | null {
    // A block of no known size would leave none for those that come after it.
    if (!(bytes >= 0)) throw new RangeError(`memory: ${bytes} bytes are asked for`);
    const wanted = withSlack(bytes);
    if (this.#used + wanted > this.limit) return null;
    const address = this.#free.take(wanted) ?? (this.#grow(wanted) ? this.#free.take(wanted) : null);
    if (address === null) return null;
    this.#used += wanted;
    return { address, bytes: wanted };
  }

  /** The whole of what was found, or a part of it. */
  release({ address, bytes }: Block): void {
    this.#used -= bytes;
    if (bytes >= largeBlock) this.memory.discard(address, bytes);
    this.#free.give(address, bytes);
  }

  #grow(bytes: number): boolean {
    const { memory } = this;
    const before = memory.bytes;
    const steps = (n: number): number => Math.ceil(n / stepBytes) * stepBytes;
    // By at least a quarter, so that a growing program does not grow the memory at every step.
    const least = steps(bytes - this.#free.tail(before));
    const grown = Math.min(
      Math.max(least, steps(before / 4)),
      Math.min(memory.maximumBytes, Math.floor(this.limit / stepBytes) * stepBytes) - before,
    );
    if (grown < least) return false;
    try {
      memory.grow(grown);
    } catch {
      return false;
    }
    this.#used += grown;
    this.release({ address: before, bytes: grown });
    return true;
  }
}

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
const withSlack = (bytes: number): number => aligned(bytes + slack);
