/** Memory for a run. Where there is none left, what it does not need makes room. */
import { yieldToHost } from "#platform";
import type { Given } from "./device.js";
import { addTo } from "./lists.js";
import type { LoadedPrograms } from "./loaded-programs.js";
import type { Block, EngineMemory } from "./memory.js";
import type { Program } from "./program.js";
import { type Residents, roomFor } from "./residents.js";
import { bytesOf, type Storage } from "./storage.js";

/** What must stay where it is while a run gets ready. */
export interface Needs {
  readonly program: Program;
  /** Its number: what it needs was last used by it. */
  readonly run: number;
}

/** Results that nobody has read yet stay in a device's memory up to so many bytes; the oldest move to the host. */
const resultBudget = 2 ** 28;

/** A slab of several storages has at most so many bytes: in such pieces gradients are sent, while others are computed. */
const slabBytes = 25 * 2 ** 20;

/** After so many bytes of results the host has its turn: what weak references point to stays until then. */
const turnBytes = 2 ** 26;

export class Room {
  #arena: Block | null = null;
  #sinceTurn = 0;

  constructor(
    private readonly memory: EngineMemory,
    private readonly residents: Residents,
    private readonly programs: LoadedPrograms,
  ) {}

  /**
   * Room is made by garbage, then by what was not needed for longest, then by other programs.
   * @throws OutOfMemoryError where all that is not enough
   */
  async find(bytes: number, { program, run }: Needs): Promise<Block> {
    const found = this.memory.find(bytes);
    if (found) return found;
    await yieldToHost(); // finalisers run in tasks of their own
    for (;;) {
      const found = this.memory.find(bytes);
      if (found) return found;
      if (this.residents.evictOldest(bytes, ({ lastUse }) => lastUse === run) > 0) continue;
      if (!this.programs.unloadOldest(program)) return this.memory.allocate(bytes);
    }
  }

  /** One arena serves all programs, which never run at the same time: it has the size of the largest. */
  arena(needs: Needs): Block | Promise<Block> {
    const { arenaBytes } = needs.program;
    return this.#arena && this.#arena.bytes >= arenaBytes ? this.#arena : this.#newArena(arenaBytes, needs);
  }

  async #newArena(arenaBytes: number, needs: Needs): Promise<Block> {
    this.#releaseArena();
    this.#arena = await this.find(arenaBytes, needs);
    return this.#arena;
  }

  /** Gives storages places for as long as somebody holds them: those of one kin in slabs, the last made first. */
  async settle(given: readonly Given[], needs: Needs): Promise<void> {
    const kins = new Map<unknown, Storage[]>();
    for (const { storage } of [...given].sort((a, b) => b.serial - a.serial))
      addTo(kins, storage!.kin ?? storage, storage!);
    for (const storages of kins.values()) await this.#settleTogether(storages, needs);
  }

  /** In halves, where they are more than a slab has, or no piece of memory is as large. */
  async #settleTogether(storages: readonly Storage[], needs: Needs): Promise<void> {
    const bytes = storages.reduce((sum, storage) => sum + roomFor(storage), 0);
    const half = storages.length >> 1;
    const slab = half === 0 ? await this.find(bytes, needs) : bytes <= slabBytes && this.memory.find(bytes);
    if (slab) return this.residents.settle(storages, slab);
    await this.#settleTogether(storages.slice(0, half), needs);
    await this.#settleTogether(storages.slice(half), needs);
  }

  /** Gives a run's results places; those that nobody reads make room for them. */
  async placeResults(results: readonly Storage[], needs: Needs): Promise<void> {
    const over = (): number => {
      const wanted = results.reduce((bytes, result) => bytes + bytesOf(result), this.residents.resultBytes);
      return wanted - Math.min(resultBudget, this.memory.limit / 4);
    };
    if (over() > 0) {
      await yieldToHost(); // finalisers run in tasks of their own
      if (over() > 0) this.residents.evictOldest(over(), ({ lastUse }) => lastUse === needs.run, true);
    }
    for (const result of results) {
      this.residents.settle([result], await this.find(bytesOf(result), needs), true);
      this.#sinceTurn += bytesOf(result);
    }
    if (this.#sinceTurn < turnBytes) return;
    this.#sinceTurn = 0;
    await yieldToHost();
  }

  /** Everything goes. */
  clear(): void {
    this.residents.evictAll();
    this.programs.unloadAll();
    this.#releaseArena();
  }

  #releaseArena(): void {
    if (this.#arena) this.memory.release(this.#arena);
    this.#arena = null;
  }
}
