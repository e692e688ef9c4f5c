/** Which storages lie in a device's memory. Those that nobody holds any more give their place back. */
import type { MachineMemory } from "../targets/machine.js";
import { aligned, type Block, type EngineMemory } from "./memory.js";
import { arrayOf, bytesOf, type Storage } from "./storage.js";

/** A place in a slab, and whose it is. What is free of a slab is free for others: it is one piece for as long as it is full. */
export interface Resident extends Block {
  readonly owner: WeakRef<Storage>;
  readonly slab: Block;
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

  /** Gives storages places side by side, with the numbers that they have on the host; the last one has what is left. */
  settle(storages: readonly Storage[], slab: Block, isResult = false): void {
    const end = slab.address + slab.bytes;
    let { address } = slab;
    for (const storage of storages) {
      const bytes = storage === storages.at(-1) ? end - address : roomFor(storage);
      const resident: Resident = { owner: new WeakRef(storage), slab, address, bytes, isResult };
      this.#all.add(resident);
      this.#collected.register(storage, resident, resident);
      if (isResult) this.#results += bytes;
      if (storage.host) this.bytes.write(address, storage.host);
      storage.host = null;
      storage.place = resident;
      address += bytes;
    }
  }

  /** Moves the numbers to the host. */
  evict(storage: Storage): void {
    const { place } = storage;
    if (!place) return;
    const values = arrayOf(storage.type, storage.size);
    this.bytes.read(place.address, values);
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
        freed += resident.bytes;
        this.#forget(resident);
      } else if (!spared(storage) && (resident.isResult || !onlyResults)) owned.push(storage);
    }
    for (const storage of owned.sort((a, b) => a.lastUse - b.lastUse)) {
      if (freed >= bytes) break;
      freed += storage.place!.bytes;
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
    if (resident.isResult) this.#results -= resident.bytes;
    this.memory.release(resident);
  }
}

/** Bytes from the start of a storage to that of the next one in a slab. */
export const roomFor = (storage: Storage): number => aligned(bytesOf(storage));
