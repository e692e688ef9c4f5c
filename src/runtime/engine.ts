/** Runs programs: emits their kernels once, keeps their memory, and hands them to one thread or to all. */
import { debugLine, environment, hardwareThreads, threadsWithin } from "#platform";
import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import type { ElementType } from "../kernels/expression.js";
import type { TargetDescription } from "../kernels/language.js";
import { barrierWords, type LinkedCode, type Machine, type MachineMemory } from "../targets/machine.js";
import {
  chooseMachine,
  DeviceError,
  fewerThreads,
  noThreads,
  type TargetName,
  targetNames,
} from "./machine-choice.js";
import { type Block, EngineMemory } from "./memory.js";
import { bytesPerElement, type Location, type Program, type ProgramLaunch } from "./program.js";
import { ThreadFailure, ThreadPool } from "./threads.js";

export { DeviceError, type TargetName, targetNames };

export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** Memory of a variable: it stays where it is between runs, and is given back when nobody holds this any more. */
export interface Storage {
  readonly block: Block;
  /** Counts how often its numbers have changed. */
  version: number;
}

/** What a run takes for a source of its program: numbers, or a variable's memory. */
export interface Given {
  /**
   * Never given twice. What has been prepared is known by it: an address is taken again as soon as a variable is
   * collected, and so is the place of an array.
   */
  readonly serial: number;
  readonly values: TypedArray | null;
  readonly storage: Storage | null;
}

/** Launches in the engine's memory, ready to run. */
interface Stage {
  readonly id: number;
  readonly launches: readonly ProgramLaunch[];
  readonly code: LinkedCode;
  /** Argument blocks of all launches. */
  readonly blocks: Block;
  /** Roughly, in additions. */
  readonly work: number;
}

/** A program in the engine's memory. */
interface Loaded {
  readonly preparation: Stage | null;
  readonly main: Stage;
  readonly prepared: Block | null;
  /** The addresses that the argument blocks hold now: the arena's and the variables'. */
  bound: readonly number[];
  /** What it is prepared for: serial and version of every variable, serial of every constant. */
  preparedFor: readonly number[];
}

/** Programs with less work than this run on the calling thread: waking others would take longer. */
const inlineWork = 400_000;
/** Launches with less work than this are left to one thread: sharing them would cost more. */
const soloWork = 6000;
const keptPrograms = 256;

export interface EngineOptions {
  /** Threads that run a program together. 1: everything on the calling thread. */
  threads: number;
  /** Called with the listing of each new kernel. */
  onKernel?: (listing: string) => void;
  /** The target to use; the fastest there is, where none is named. */
  target?: TargetName;
  /** Told once why machine code is not used, where it was tried, or why there are fewer threads. */
  onFallback?: (reason: string) => void;
  /** Shares every launch among all threads, however small: tests want to see threads at work. */
  shareAll?: boolean;
  /** Convolutions are only computed directly, for comparisons. */
  direct?: boolean;
}

export class Engine {
  readonly memory: EngineMemory;
  readonly target: TargetDescription;
  private readonly machine: Machine;
  private readonly bytes: MachineMemory;
  private readonly barrier: Block;
  private arena: Block | null = null;
  private pool: ThreadPool | null = null;
  private threadCount: number;
  private readonly loaded = new Map<Program, Loaded>();
  private queue: Promise<unknown> = Promise.resolve();
  /** What waits in the queue or runs. */
  private pending = 0;
  private nextId = 0;
  private readonly released: FinalizationRegistry<Block>;

  private readonly machineReason: string | null;
  private threadReason: string | null;

  constructor(private readonly options: EngineOptions) {
    const { machine, threads, reason, threadReason } = chooseMachine(options);
    this.machine = machine;
    this.machineReason = reason;
    this.threadReason = threadReason;
    for (const sentence of this.reasons) options.onFallback?.(sentence);
    this.target = { ...this.machine.target, direct: options.direct };
    this.bytes = this.machine.memory;
    this.memory = new EngineMemory(this.bytes);
    this.barrier = this.memory.allocate(4 * barrierWords);
    this.bytes.write(this.barrier.address, new Int32Array(barrierWords));
    this.threadCount = threads;
    this.released = new FinalizationRegistry((block) => this.memory.release(block));
  }

  get threads(): number {
    return this.threadCount;
  }

  /** Sentences: what would be faster, and why it is not used. */
  get reasons(): readonly string[] {
    return [this.machineReason, this.threadReason].filter((reason) => reason !== null);
  }

  /** Takes effect with the next run. */
  setThreads(wanted: number): Promise<void> {
    return this.enqueue(async () => {
      const reason = wanted > 1 ? noThreads() : null;
      this.threadReason = null;
      if (reason) this.reduce(1, reason);
      const threads = reason ? 1 : wanted;
      if (threads === this.threadCount) return;
      void this.pool?.terminate();
      this.pool = null;
      this.threadCount = threads;
    });
  }

  /** Memory that is given back when the storage is garbage: a run that waits for its turn still holds it. */
  allocate(bytes: number): Storage {
    const block = this.memory.allocate(bytes);
    const storage = { block, version: 0 };
    this.released.register(storage, block);
    return storage;
  }

  /** New numbers for a variable, behind the runs that were asked for before: none of them sees half of these. */
  write(storage: Storage, values: TypedArray): Promise<void> {
    return this.enqueue(async () => {
      this.bytes.write(storage.block.address, values);
      storage.version++;
    });
  }

  /** A variable's numbers, as the runs that were asked for before leave them. */
  read(storage: Storage, type: ElementType, size: number): Promise<TypedArray> {
    return this.enqueue(async () => this.readNow(storage, type, size));
  }

  /** The same at once, where nothing runs or waits that could write them; else null. */
  peek(storage: Storage, type: ElementType, size: number): TypedArray | null {
    return this.pending > 0 ? null : this.readNow(storage, type, size);
  }

  private readNow(storage: Storage, type: ElementType, size: number): TypedArray {
    const values = arrayOf(type, size);
    this.bytes.read(storage.block.address, values);
    return values;
  }

  /** Runs a program on copies of what is given for its sources, and returns copies of its outputs. */
  run(program: Program, given: readonly Given[]): Promise<TypedArray[]> {
    return this.enqueue(async () => {
      // The memory first: no code can be made for more of it than there can be.
      const arena = this.arenaOf(program.arenaBytes);
      const loaded = await this.load(program);
      this.bind(loaded, arena.address, given);
      const copyIn = (constants: boolean): void =>
        program.sources.forEach(({ resident, constant, location, size }, i) => {
          if (resident || constant !== constants) return;
          const { storage, type } = { ...given[i], ...program.sources[i] };
          const values = storage ? this.readNow(storage, type, size) : given[i].values;
          // Fewer numbers would leave those of another run beside them, more would run over what lies behind.
          if (values?.length !== size)
            throw new TypeError(
              `engine: source ${i} has ${values?.length ?? "no"} numbers, expected ${size}`,
            );
          this.bytes.write(this.addressOf(location, loaded, arena.address, given), values);
        });
      if (loaded.preparation) {
        // A program may serve several functions, each with variables and constants of its own.
        const inputs = program.sources.flatMap(({ constant }, i) => {
          const { serial, storage } = given[i];
          return storage ? [serial, storage.version] : [constant ? serial : 0];
        });
        if (!sameEntries(inputs, loaded.preparedFor)) {
          // Should it fail half-way, nothing is prepared.
          loaded.preparedFor = [];
          copyIn(true);
          await this.execute(loaded.preparation);
          loaded.preparedFor = inputs;
        }
      }
      copyIn(false);
      await this.execute(loaded.main);
      program.sources.forEach(({ assigned }, i) => {
        if (assigned) given[i].storage!.version++;
      });
      return program.outputs.map(({ location, type, shape }) => {
        const output = arrayOf(
          type,
          shape.reduce((n, d) => n * d, 1),
        );
        this.bytes.read(this.addressOf(location, loaded, arena.address, given), output);
        return output;
      });
    });
  }

  /** Lets threads start while there is still something else to do. */
  startThreads(): void {
    this.startPool();
  }

  private enqueue<T>(task: () => Promise<T>): Promise<T> {
    this.pending++;
    const result = this.queue.then(task).finally(() => {
      this.pending--;
    });
    this.queue = result.catch(() => {});
    return result;
  }

  private async execute(stage: Stage): Promise<void> {
    const { id, code, blocks, work } = stage;
    const isSmall = work < inlineWork && !this.options.shareAll;
    const pool = isSmall ? null : this.startPool();
    if (!pool) return this.executeAlone(stage);
    try {
      await pool.run(id, code.shipped, blocks.address);
    } catch (error) {
      if (!(error instanceof ThreadFailure)) throw error;
      this.pool = null;
      this.reduce(1, `one thread, because ${error.message}`);
      await pool.terminate();
      const outcome = pool.outcome();
      if (outcome === "not begun") return this.executeAlone(stage);
      if (outcome === "begun")
        throw new DeviceError(
          `${error.message}, in the middle of a step: variables that it changes may be half changed; one thread goes on`,
        );
    }
  }

  private async executeAlone({ code, blocks }: Stage): Promise<void> {
    const run = await code.start();
    run(blocks.address, 0, 1, this.barrier.address);
  }

  /** The threads, started if need be; null: the calling thread is all there is. */
  private startPool(): ThreadPool | null {
    if (!this.pool && this.threadCount > 1) {
      const fit = threadsWithin(this.threadCount);
      if (fit < this.threadCount) this.reduce(fit, fewerThreads(fit, this.threadCount));
    }
    if (this.threadCount === 1) return null;
    this.pool ??= new ThreadPool(
      this.threadCount,
      this.machine.sharedMemory,
      this.bytes,
      this.barrier.address,
    );
    return this.pool;
  }

  private reduce(threads: number, reason: string): void {
    this.threadCount = threads;
    this.threadReason = reason;
    this.options.onFallback?.(reason);
  }

  private async load(program: Program): Promise<Loaded> {
    const known = this.loaded.get(program);
    if (known) {
      // The most recently used come last.
      this.loaded.delete(program);
      this.loaded.set(program, known);
      return known;
    }
    const { preparation, launches, preparedBytes } = program;
    const loaded: Loaded = {
      preparation: preparation.length > 0 ? await this.stage(program, preparation) : null,
      main: await this.stage(program, launches),
      prepared: preparedBytes > 0 ? this.memory.allocate(preparedBytes) : null,
      bound: [],
      preparedFor: [],
    };
    this.loaded.set(program, loaded);
    if (this.loaded.size > keptPrograms) this.unload(this.loaded.keys().next().value!);
    return loaded;
  }

  private async stage({ kernels }: Program, launches: readonly ProgramLaunch[]): Promise<Stage> {
    let bytes = 0;
    const placed = launches.map(({ kernel, items, work, arguments: locations }) => {
      const start = bytes;
      bytes += this.machine.addressBytes * locations.length;
      // A single item is one thread's, however much work it is: where it is written in the place of what it is computed
      // from, a second thread would find it there.
      const solo = items === 1 || (work < soloWork && !this.options.shareAll);
      return { kernel, items, arguments: start, solo };
    });
    const used = [...new Set(launches.map((launch) => launch.kernel))];
    const place = new Map(used.map((kernel, i) => [kernel, i]));
    const code = await this.machine.link(
      used.map((kernel) => kernels[kernel]),
      placed.map((launch) => ({ ...launch, kernel: place.get(launch.kernel)! })),
    );
    return {
      id: this.nextId++,
      launches,
      code,
      blocks: this.memory.allocate(bytes),
      work: launches.reduce((total, launch) => total + launch.work, 0),
    };
  }

  private unload(program: Program): void {
    const { preparation, main, prepared } = this.loaded.get(program)!;
    this.loaded.delete(program);
    if (prepared) this.memory.release(prepared);
    for (const stage of preparation ? [preparation, main] : [main]) {
      this.memory.release(stage.blocks);
      this.pool?.unload(stage.id);
      stage.code.free();
    }
  }

  /** One arena serves all programs, which never run at the same time: it has the size of the largest. */
  private arenaOf(bytes: number): Block {
    if (!this.arena || this.arena.bytes < bytes) {
      if (this.arena) this.memory.release(this.arena);
      this.arena = null;
      this.arena = this.memory.allocate(bytes);
    }
    return this.arena;
  }

  /** Writes the addresses of all buffers into the argument blocks, where they are not the same as before. */
  private bind(loaded: Loaded, arena: number, given: readonly Given[]): void {
    const addresses = [arena, ...given.map(({ storage }) => storage?.block.address ?? 0)];
    if (sameEntries(addresses, loaded.bound)) return;
    for (const stage of loaded.preparation ? [loaded.preparation, loaded.main] : [loaded.main]) {
      const places = stage.launches.flatMap((launch) =>
        launch.arguments.map(
          (location) => this.machine.base + this.addressOf(location, loaded, arena, given),
        ),
      );
      const words =
        this.machine.addressBytes === 4 ? Int32Array.from(places) : BigInt64Array.from(places, BigInt);
      this.bytes.write(stage.blocks.address, words);
    }
    loaded.bound = addresses;
  }

  private addressOf(
    location: Location,
    { prepared }: Loaded,
    arena: number,
    given: readonly Given[],
  ): number {
    switch (location.kind) {
      case "arena":
        return arena + location.offset;
      case "prepared":
        return prepared!.address + location.offset;
      case "source":
        return given[location.index].storage!.block.address;
    }
  }
}

const sameEntries = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((entry, i) => entry === b[i]);

function arrayOf(type: ElementType, size: number): TypedArray {
  if (type === "f32") return new Float32Array(size);
  return type === "i32" ? new Int32Array(size) : new Uint8Array(size);
}

let engine: Engine | null = null;

/**
 * The engine of this process or page, started at first use. `RECEPTIVE_TARGET` names the target it must use,
 * `RECEPTIVE_DEBUG=kernels` prints every kernel as it is emitted, `share` shares even the smallest piece of work among
 * all threads, `direct` computes convolutions without minimal filtering.
 */
export function theEngine(): Engine {
  engine ??= startEngine(hardwareThreads());
  return engine;
}

function startEngine(threads: number): Engine {
  const wanted = environment("RECEPTIVE_TARGET") || undefined;
  const target = targetNames.find((name) => name === wanted);
  if (wanted && !target)
    throw new DeviceError(`RECEPTIVE_TARGET is "${wanted}", expected one of ${targetNames.join(", ")}`);
  const debug = environment("RECEPTIVE_DEBUG")?.split(",") ?? [];
  return new Engine({
    threads,
    target,
    onFallback: (reason) => debugLine(`receptive: ${reason}`),
    shareAll: debug.includes("share"),
    direct: debug.includes("direct"),
    onKernel: debug.includes("kernels") ? (listing) => console.error(listing) : undefined,
  });
}

/**
 * What programs run on: the target, its threads, and whether it uses fused multiply-add. `reasons` has a sentence for
 * each thing that would be faster and is not used here, and why: machine code, more threads. Threads start with the
 * first large program; that none can is sometimes known only then.
 */
export function device(): { target: string; threads: number; fma: boolean; reasons: readonly string[] } {
  const { target, threads, reasons } = theEngine();
  return { target: target.name, threads, fma: target.hasFma, reasons };
}

/** More threads than a machine runs at once only wait for each other; so many of them are a mistake. */
export const mostThreads = (): number => Math.max(64, 4 * hardwareThreads());

/**
 * Settings of the engine. May be called at any time; returns when they hold.
 * @throws DeviceError if there cannot be so many threads
 */
export async function configure(options: { threads?: number }): Promise<void> {
  const { threads } = optionsOf("configure", options, { threads: 1 });
  if (threads === undefined) return;
  if (!Number.isInteger(threads) || threads < 1)
    throw new DeviceError(`threads: expected a whole number of at least 1, got ${said(threads)}`);
  if (threads > mostThreads())
    throw new DeviceError(
      `threads: expected at most ${mostThreads()}, got ${threads}; this machine runs ${hardwareThreads()} at once`,
    );
  if (engine) await engine.setThreads(threads);
  else engine = startEngine(threads);
}

/** Bytes of an array of these elements. */
export const bytesFor = (type: keyof typeof bytesPerElement, size: number): number =>
  bytesPerElement[type] * size;
