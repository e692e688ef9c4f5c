/** The engine's memory: one WebAssembly memory, shared with threads where the host allows it, and its free list. */

const pageBytes = 65536;
/** Blocks start at multiples of a cache line; vectors never straddle two of them. */
const alignment = 64;
/** Kernels read whole vectors: past the last element of a buffer by at most this much. */
const slack = 256;

export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
}

export interface Block {
  readonly address: number;
  readonly bytes: number;
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
  /** Free blocks by address, never touching each other. */
  private free: Block[] = [];
  private used = 0;

  constructor(readonly shared: boolean) {
    const { memory, maximumPages } = reserve(shared);
    this.memory = memory;
    this.maximumPages = maximumPages;
    // Address 0 stays unused: a launch with a forgotten argument then fails visibly.
    this.free.push({ address: alignment, bytes: memory.buffer.byteLength - alignment });
  }

  /** Bytes in use, for tests that watch for leaks. */
  get usedBytes(): number {
    return this.used;
  }

  allocate(bytes: number): Block {
    const wanted = Math.ceil((bytes + slack) / alignment) * alignment;
    let index = this.bestFit(wanted);
    if (index < 0) {
      this.grow(wanted);
      index = this.bestFit(wanted);
    }
    const found = this.free[index];
    if (found.bytes === wanted) this.free.splice(index, 1);
    else this.free[index] = { address: found.address + wanted, bytes: found.bytes - wanted };
    this.used += wanted;
    return { address: found.address, bytes: wanted };
  }

  release(block: Block): void {
    this.used -= block.bytes;
    const after = this.free.findIndex((f) => f.address > block.address);
    const index = after < 0 ? this.free.length : after;
    this.free.splice(index, 0, block);
    this.join(index);
    if (index > 0) this.join(index - 1);
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }
  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }
  longs(address: number, length: number): BigInt64Array {
    return new BigInt64Array(this.memory.buffer, address, length);
  }
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  private bestFit(bytes: number): number {
    let best = -1;
    this.free.forEach((f, i) => {
      if (f.bytes >= bytes && (best < 0 || f.bytes < this.free[best].bytes)) best = i;
    });
    return best;
  }

  private join(index: number): void {
    const [here, next] = [this.free[index], this.free[index + 1]];
    if (!next || here.address + here.bytes !== next.address) return;
    this.free.splice(index, 2, { address: here.address, bytes: here.bytes + next.bytes });
  }

  private grow(bytes: number): void {
    const before = this.memory.buffer.byteLength;
    const last = this.free.at(-1);
    const tail = last && last.address + last.bytes === before ? last.bytes : 0;
    // By at least a quarter, so that a growing program does not grow the memory at every step.
    const least = Math.ceil((bytes - tail) / pageBytes);
    const wanted = Math.max(least, Math.ceil(before / pageBytes / 4));
    const room = this.maximumPages - before / pageBytes;
    const pages = Math.min(wanted, room);
    try {
      if (pages < least) throw new RangeError("beyond the maximum");
      this.memory.grow(pages);
    } catch {
      const megabytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MB`;
      throw new OutOfMemoryError(
        `out of memory: ${megabytes(bytes)} more are needed, ${megabytes(before)} are in use or reserved, the WebAssembly memory ends at ${megabytes(this.maximumPages * pageBytes)}; a smaller batch needs less`,
      );
    }
    this.release({ address: before, bytes: pages * pageBytes });
    this.used += pages * pageBytes;
  }
}

function reserve(shared: boolean): { memory: WebAssembly.Memory; maximumPages: number } {
  // Where 4 GB of addresses cannot be reserved (32-bit systems, some phones), less is asked for.
  for (let maximumPages = 65536; ; maximumPages /= 2) {
    try {
      const initial = 64;
      const memory = new WebAssembly.Memory({ initial, maximum: maximumPages, shared });
      return { memory, maximumPages };
    } catch (error) {
      if (maximumPages <= 4096) throw error;
    }
  }
}
