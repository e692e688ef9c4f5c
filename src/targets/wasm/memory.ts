/** A WebAssembly memory as the memory of a machine: shared with threads where the host allows it. */
import type { MachineMemory, MemoryValues } from "../machine.js";

export const pageBytes = 65536;

export class WasmMemory implements MachineMemory {
  readonly kind = "the WebAssembly memory";
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;

  /** @param most  bytes to which it may grow; not beyond 4 GB */
  constructor(
    readonly shared: boolean,
    most = Number.POSITIVE_INFINITY,
  ) {
    const pages = Math.max(256, Math.min(65536, Math.floor(most / pageBytes)));
    // Where so many addresses cannot be reserved (32-bit systems, some phones), fewer are asked for.
    for (let maximum = pages; ; maximum = Math.floor(maximum / 2)) {
      try {
        this.memory = new WebAssembly.Memory({ initial: Math.min(64, maximum), maximum, shared });
        this.maximumPages = maximum;
        return;
      } catch (error) {
        if (maximum <= 4096) throw error;
      }
    }
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  get maximumBytes(): number {
    return this.maximumPages * pageBytes;
  }

  grow(bytes: number): void {
    this.memory.grow(Math.ceil(bytes / pageBytes));
  }

  write(address: number, values: MemoryValues): void {
    this.#place(address, values.byteLength).set(bytesOf(values));
  }

  read(address: number, into: MemoryValues): void {
    bytesOf(into).set(this.#place(address, into.byteLength));
  }

  copy(from: number, to: number, bytes: number): void {
    new Uint8Array(this.memory.buffer).copyWithin(to, from, from + bytes);
  }

  /** Pages of a WebAssembly memory stay. */
  discard(): void {}

  #place(address: number, bytes: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, bytes);
  }
}

const bytesOf = (values: MemoryValues): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
