/** Which storages lie in a device's memory. Those that nobody holds any more give their place back. */
import type { MachineMemory } from "../targets/machine.js";
import type { Block, EngineMemory } from "./memory.js";
import { arrayOf, type Storage } from "./storage.js";

/** A place in memory, and whose it is. */
export interface Resident {
  readonly owner: WeakRef<Storage>;
  readonly block: Block;
  /** Computed by a run and not read yet: such results have a budget of their own. */
  readonly isResult: boolean;
}

export class Residents {
  readonly #all = new Set<Resident>();
  readonly #collected = new FinalizationRegistry<Resident>((resident) => this.#forget(resident));
  #results = 0;

  constructor(
    private readonly memory: EngineMemory,
    private readonly bytes: MachineMemory,
  ) {}

  /** Bytes of results that were not read yet, as far as somebody may hold them. */
  get resultBytes(): number {
    return this.#results;
  }

  /** Gives a storage a place, with the numbers that it has on the host. */
  settle(storage: Storage, block: Block, isResult = false): void {
    const resident: Resident = { owner: new WeakRef(storage), block, isResult };
    this.#all.add(resident);
    this.#collected.register(storage, resident, resident);
    if (isResult) this.#results += block.bytes;
    if (storage.host) this.bytes.write(block.address, storage.host);
    storage.host = null;
    storage.place = resident;
  }

  /** Moves the numbers to the host. */
  evict(storage: Storage): void {
    const { place } = storage;
    if (!place) return;
    const values = arrayOf(storage.type, storage.size);
    this.bytes.read(place.block.address, values);
    storage.host = values;
    storage.place = null;
    this.#forget(place);
  }

  /** Moves those that were not needed for the longest time, until so many bytes are free or none is left. */
  evictOldest(bytes: number, spared: (storage: Storage) => boolean, onlyResults = false): number {
    const owned: Storage[] = [];
    let freed = 0;
    for (const resident of [...this.#all]) {
      const storage = resident.owner.deref();
      if (!storage) {
        freed += resident.block.bytes;
        this.#forget(resident);
      } else if (!spared(storage) && (resident.isResult || !onlyResults)) owned.push(storage);
    }
    for (const storage of owned.sort((a, b) => a.lastUse - b.lastUse)) {
      if (freed >= bytes) break;
      freed += storage.place!.block.bytes;
      this.evict(storage);
    }
    return freed;
  }

  /** Moves all to the host, and unties them from the device. */
  evictAll(): void {
    for (const { owner } of [...this.#all]) {
      const storage = owner.deref();
      if (!storage) continue;
      this.evict(storage);
      storage.device = null;
    }
  }

  #forget(resident: Resident): void {
    // Its storage may have been collected and found so by an eviction before.
    if (!this.#all.delete(resident)) return;
    this.#collected.unregister(resident);
    if (resident.isResult) this.#results -= resident.block.bytes;
    this.memory.release(resident.block);
  }
}
