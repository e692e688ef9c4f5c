/** Programs in a device's memory. */
import type { KernelLibrary } from "../kernels/library.js";
import type { Machine } from "../targets/machine.js";
import type { Crew } from "./crew.js";
import type { Block, EngineMemory, FindRoom } from "./memory.js";
import type { Program } from "./program.js";
import { recording } from "./recording.js";
import { makeStage, type Stage } from "./stage.js";

export interface LoadedProgram {
  readonly preparation: Stage | null;
  readonly main: Stage;
  readonly prepared: Block | null;
  /** The addresses that the argument blocks hold now: the arena's and the variables'. */
  readonly bound: number[];
  /** The same of the outputs, which are others in each run. */
  readonly boundOutputs: number[];
  /** What it is prepared for: serial and version of every variable, serial of every constant. */
  readonly preparedFor: number[];
}

const keptPrograms = 256;

export class LoadedPrograms {
  /** The most recently used come last. */
  readonly #all = new Map<Program, LoadedProgram>();
  #latest: LoadedProgram | null = null;

  constructor(
    private readonly machine: Machine,
    private readonly library: KernelLibrary,
    private readonly memory: EngineMemory,
    private readonly crew: Crew,
    private readonly shareAll: boolean,
  ) {}

  /** The program, where it is loaded as it has to be now. */
  find(program: Program): LoadedProgram | null {
    const known = this.#all.get(program);
    if (!known) return null;
    if (known !== this.#latest) {
      this.#all.delete(program);
      this.#all.set(program, known);
      this.#latest = known;
    }
    // Programs with clocks in them are made for a profile, and for so many threads.
    const { stamps } = known.main;
    return (recording() ? stamps && stamps.threads >= this.crew.threads : !stamps) ? known : null;
  }

  async load(program: Program, findRoom: FindRoom): Promise<LoadedProgram> {
    if (this.#all.has(program)) this.#unload(program);
    const { preparation, launches, preparedBytes } = program;
    const { machine, library, shareAll } = this;
    const sharing = { threads: this.crew.threads, shareAll };
    const loaded: LoadedProgram = {
      preparation:
        preparation.length > 0 ? await makeStage(machine, library, preparation, sharing, findRoom) : null,
      main: await makeStage(machine, library, launches, sharing, findRoom),
      prepared: preparedBytes > 0 ? await findRoom(preparedBytes) : null,
      bound: [],
      boundOutputs: [],
      preparedFor: [],
    };
    this.#all.set(program, loaded);
    this.#latest = loaded;
    if (this.#all.size > keptPrograms) this.#unload(this.#all.keys().next().value!);
    return loaded;
  }

  /** @returns whether there was one beside this that could go */
  unloadOldest(but: Program): boolean {
    for (const program of this.#all.keys()) {
      if (program === but) continue;
      this.#unload(program);
      return true;
    }
    return false;
  }

  unloadAll(): void {
    for (const program of [...this.#all.keys()]) this.#unload(program);
  }

  #unload(program: Program): void {
    const { preparation, main, prepared } = this.#all.get(program)!;
    this.#all.delete(program);
    if (prepared) this.memory.release(prepared);
    for (const stage of preparation ? [preparation, main] : [main]) {
      this.memory.release(stage.blocks);
      this.crew.unload(stage);
      stage.code.free();
    }
  }
}
