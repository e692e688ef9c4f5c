/** Pages of the system as the memory of a machine: as large as the machine's own, and in huge pages where there are. */
import type { Native, ReservedPages } from "../../platform/node-native.js";
import type { MachineMemory, MemoryValues } from "../machine.js";

export class NativeMemory implements MachineMemory {
  readonly kind = "this machine's memory";
  readonly maximumBytes: number;
  private readonly pages: ReservedPages;
  private committed = 0;

  /** @param most  bytes to which it may grow */
  constructor(
    private readonly native: Native,
    most: number,
  ) {
    this.pages = native.reserve(most);
    this.maximumBytes = this.pages.bytes;
  }

  /** Where it starts. */
  get base(): number {
    return this.pages.address;
  }

  get bytes(): number {
    return this.committed;
  }

  grow(bytes: number): void {
    this.pages.commit(this.committed, bytes);
    this.committed += bytes;
  }

  write(address: number, values: MemoryValues): void {
    this.native.copyIn(this.at(address, values.byteLength), values);
  }

  read(address: number, into: MemoryValues): void {
    this.native.copyOut(this.at(address, into.byteLength), into);
  }

  copy(from: number, to: number, bytes: number): void {
    this.native.copy(this.at(from, bytes), this.at(to, bytes), bytes);
  }

  discard(address: number, bytes: number): void {
    this.pages.discard(address, bytes);
  }

  private at(address: number, bytes: number): number {
    if (address < 0 || address + bytes > this.committed)
      throw new RangeError(`${bytes} bytes at ${address} of a memory of ${this.committed}`);
    return this.pages.address + address;
  }
}
