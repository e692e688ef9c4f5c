/** Who holds which part of a machine's memory. */
import type { MachineMemory } from "../targets/machine.js";

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
  /** Free blocks by address, never touching each other. */
  #free: Block[] = [];
  #used = 0;

  constructor(private readonly memory: MachineMemory) {
    if (memory.bytes < stepBytes) memory.grow(stepBytes - memory.bytes);
    // Address 0 stays unused: a launch with a forgotten argument then fails visibly.
    this.#free.push({ address: alignment, bytes: memory.bytes - alignment });
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
    let index = this.#bestFit(wanted);
    if (index < 0) {
      if (!this.#grow(wanted)) return null;
      index = this.#bestFit(wanted);
    }
    const found = this.#free[index];
    if (found.bytes === wanted) this.#free.splice(index, 1);
    else this.#free[index] = { address: found.address + wanted, bytes: found.bytes - wanted };
    this.#used += wanted;
    return { address: found.address, bytes: wanted };
  }

  release(block: Block): void {
    this.#used -= block.bytes;
    if (block.bytes >= largeBlock) this.memory.discard(block.address, block.bytes);
    const after = this.#free.findIndex((f) => f.address > block.address);
    const index = after < 0 ? this.#free.length : after;
    this.#free.splice(index, 0, block);
    this.#join(index);
    if (index > 0) this.#join(index - 1);
  }

  #bestFit(bytes: number): number {
    let best = -1;
    this.#free.forEach((f, i) => {
      if (f.bytes >= bytes && (best < 0 || f.bytes < this.#free[best].bytes)) best = i;
    });
    return best;
  }

  #join(index: number): void {
    const [here, next] = [this.#free[index], this.#free[index + 1]];
    if (!next || here.address + here.bytes !== next.address) return;
    this.#free.splice(index, 2, { address: here.address, bytes: here.bytes + next.bytes });
  }

  #grow(bytes: number): boolean {
    const { memory } = this;
    const before = memory.bytes;
    const last = this.#free.at(-1);
    const tail = last && last.address + last.bytes === before ? last.bytes : 0;
    const steps = (n: number): number => Math.ceil(n / stepBytes) * stepBytes;
    // By at least a quarter, so that a growing program does not grow the memory at every step.
    const least = steps(bytes - tail);
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

const withSlack = (bytes: number): number => Math.ceil((bytes + slack) / alignment) * alignment;
