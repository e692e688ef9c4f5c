/** The device of this machine's processor: emits kernels once, keeps their memory, and hands them to one thread or to all. */
import { threadsWithin, yieldToHost } from "#platform";
import type { Kernel, TargetDescription } from "../kernels/language.js";
import {
  barrierWords,
  type LinkedCode,
  type Machine,
  type MachineMemory,
  type Stamps,
} from "../targets/machine.js";
import type { Device, Given, OutputKind, Running } from "./device.js";
import { chooseMachine, DeviceError, fewerThreads, noThreads, type TargetName } from "./machine-choice.js";
import { type Block, EngineMemory } from "./memory.js";
import { bytesPerElement, type Location, type Program, type ProgramLaunch } from "./program.js";
import { noted, recording } from "./recording.js";
import { Residents } from "./residents.js";
import { arrayOf, Storage, type TypedArray } from "./storage.js";
import { ThreadFailure, ThreadPool } from "./threads.js";

/** Launches in the engine's memory, ready to run. */
interface Stage {
  readonly id: number;
  readonly launches: readonly ProgramLaunch[];
  readonly code: LinkedCode;
  /** Argument blocks of all launches. */
  readonly blocks: Block;
  /** Roughly, in additions. */
  readonly work: number;
  /** Where the argument blocks have the address of an output: bytes from their start. */
  readonly outputPlaces: readonly { readonly at: number; readonly index: number }[];
  /** Where threads note the time, and for how many of them there is room; null: nowhere. */
  readonly stamps: (Stamps & { readonly threads: number }) | null;
  /** The names of its launches, and which of them one thread does alone. */
  readonly shown: readonly { readonly name: string; readonly solo: boolean }[];
}

/** A program in the engine's memory. */
interface Loaded {
  readonly preparation: Stage | null;
  readonly main: Stage;
  readonly prepared: Block | null;
  /** The addresses that the argument blocks hold now: the arena's and the variables'. */
  bound: readonly number[];
  /** The same of the outputs, which are others in each run. */
  boundOutputs: readonly number[];
  /** What it is prepared for: serial and version of every variable, serial of every constant. */
  preparedFor: readonly number[];
}

/** Programs with less work than this run on the calling thread: waking others would take longer. */
const inlineWork = 400_000;
/** Launches with less work than this are left to one thread: sharing them would cost more. */
const soloWork = 6000;
const keptPrograms = 256;
/** Results that nobody has read yet stay in the engine's memory up to so many bytes; the oldest move to the host. */
const resultBudget = 2 ** 28;

export interface EngineOptions {
  /** Threads that run a program together. 1: everything on the calling thread. */
  threads: number;
  /** Called with each new kernel. */
  onKernel?: (kernel: Kernel) => void;
  /** The target to use; the fastest there is, where none is named. */
  target?: TargetName;
  /** Told once why machine code is not used, where it was tried, or why there are fewer threads. */
  onFallback?: (reason: string) => void;
  /** Shares every launch among all threads, however small: tests want to see threads at work. */
  shareAll?: boolean;
  /** Convolutions are only computed directly, for comparisons. */
  direct?: boolean;
}

export class Engine implements Device {
  readonly memory: EngineMemory;
  readonly target: TargetDescription;
  readonly #machine: Machine;
  readonly #bytes: MachineMemory;
  readonly #barrier: Block;
  #arena: Block | null = null;
  #pool: ThreadPool | null = null;
  #threadCount: number;
  readonly #loaded = new Map<Program, Loaded>();
  #queue: Promise<unknown> = Promise.resolve();
  /** What waits in the queue or runs. */
  #pending = 0;
  #nextId = 0;
  readonly #residents: Residents;
  #runs = 0;
  #closed = false;

  readonly #machineReason: string | null;
  #threadReason: string | null;

  constructor(private readonly options: EngineOptions) {
    const { machine, threads, reason, threadReason } = chooseMachine(options);
    this.#machine = machine;
    this.#machineReason = reason;
    this.#threadReason = threadReason;
    for (const sentence of this.reasons) options.onFallback?.(sentence);
    this.target = { ...this.#machine.target, direct: options.direct };
    this.#bytes = this.#machine.memory;
    this.memory = new EngineMemory(this.#bytes);
    this.#barrier = this.memory.allocate(4 * barrierWords);
    this.#bytes.write(this.#barrier.address, new Int32Array(barrierWords));
    this.#threadCount = threads;
    this.#residents = new Residents(this.memory, this.#bytes);
  }

  get name(): string {
    return this.target.name;
  }

  get fma(): boolean {
    return this.target.hasFma;
  }

  get threads(): number {
    return this.#threadCount;
  }

  /** Sentences: what would be faster, and why it is not used. */
  get reasons(): readonly string[] {
    return [this.#machineReason, this.#threadReason].filter((reason) => reason !== null);
  }

  /** Takes effect with the next run. */
  setThreads(wanted: number): Promise<void> {
    return this.#enqueue(async () => {
      const reason = wanted > 1 ? noThreads() : null;
      this.#threadReason = null;
      if (reason) this.#reduce(1, reason);
      const threads = reason ? 1 : wanted;
      if (threads === this.#threadCount) return;
      void this.#pool?.terminate();
      this.#pool = null;
      this.#threadCount = threads;
    });
  }

  /** The most bytes that the engine may take for itself, from the next run on. */
  setMegabytes(megabytes: number): void {
    this.memory.limit = megabytes * 2 ** 20;
  }

  write(storage: Storage, values: TypedArray): void {
    void this.#enqueue(async () => {
      if (storage.place) this.#bytes.write(storage.place.block.address, values);
      else storage.host = values;
      storage.version++;
    });
  }

  read(storage: Storage): Promise<TypedArray> {
    return this.#enqueue(async () => this.#readNow(storage));
  }

  take(storage: Storage): Promise<TypedArray> {
    return this.#enqueue(async () => {
      this.#residents.evict(storage);
      return hostNumbers(storage);
    });
  }

  peek(storage: Storage): TypedArray | null {
    return this.#pending > 0 ? null : this.#readNow(storage);
  }

  #readNow(storage: Storage): TypedArray {
    if (!storage.place) return hostNumbers(storage).slice();
    const values = arrayOf(storage.type, storage.size);
    this.#bytes.read(storage.place.block.address, values);
    return values;
  }

  /** Runs a program on what is given for its sources: of arrays copies, of variables where they lie. */
  run(program: Program | Promise<Program>, given: readonly Given[], kinds: readonly OutputKind[]): Running {
    const outputs = kinds.map(({ type, shape }) => new Storage(type, sizeOf(shape), null, this));
    const done = this.#enqueue(async () => {
      try {
        await this.#carryOut("then" in program ? await program : program, given, outputs);
      } catch (failure) {
        // Whoever holds an output and asks for its numbers hears of it, too.
        for (const output of outputs) output.failure = failure;
        throw failure;
      }
    });
    return { outputs, done };
  }

  async #carryOut(program: Program, given: readonly Given[], outputs: readonly Storage[]): Promise<void> {
    if (this.#closed) throw new DeviceError(`the device ${this.name} is closed`);
    // What this run needs is known by it.
    const run = ++this.#runs;
    for (const { storage } of given) if (storage) storage.lastUse = run;
    for (const output of outputs) output.lastUse = run;
    const rest: Needs = { program, run };
    // The memory first: no code can be made for more of it than there can be.
    const arena =
      this.#arena && this.#arena.bytes >= program.arenaBytes ? this.#arena : await this.#newArena(rest);
    for (let i = 0; i < given.length; i++) {
      const { storage } = given[i];
      if (!storage || storage.place || !program.sources[i].resident) continue;
      hostNumbers(storage);
      this.#residents.settle(storage, await this.#room(bytesOf(storage), rest));
    }
    const own = outputs.filter((_, i) => hasOwnPlace(program, i));
    if (own.length > 0) await this.#placeOutputs(own, rest);
    const loaded = await this.#load(program, rest);
    const addresses: Addresses = { arena: arena.address, prepared: loaded.prepared, given, outputs };
    this.#bind(loaded, addresses);
    const copyIn = (constants: boolean): void =>
      program.sources.forEach(({ resident, constant, location, size }, i) => {
        if (resident || constant !== constants) return;
        const { storage } = given[i];
        const to = addressOf(location, addresses);
        if (storage?.place) {
          this.#bytes.copy(storage.place.block.address, to, size * bytesPerElement[storage.type]);
          return;
        }
        const values = storage ? hostNumbers(storage) : given[i].values;
        // Fewer numbers would leave those of another run beside them, more would run over what lies behind.
        if (values?.length !== size)
          throw new TypeError(`engine: source ${i} has ${values?.length ?? "no"} numbers, expected ${size}`);
        this.#bytes.write(to, values);
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
        await this.#execute(loaded.preparation);
        loaded.preparedFor = inputs;
      }
    }
    copyIn(false);
    await this.#execute(loaded.main);
    program.sources.forEach(({ assigned }, i) => {
      if (assigned) given[i].storage!.version++;
    });
    program.outputs.forEach(({ location }, i) => {
      const output = outputs[i];
      if (output.place) return;
      if (location.kind === "output") {
        // The same result once more.
        output.host = this.#readNow(outputs[location.index]);
        return;
      }
      output.host = arrayOf(output.type, output.size);
      this.#bytes.read(addressOf(location, addresses), output.host);
    });
  }

  /** Outputs with a place of their own get one; those that nobody reads make room for them. */
  async #placeOutputs(own: readonly Storage[], rest: Needs): Promise<void> {
    const over = (): number => {
      const wanted = own.reduce((bytes, output) => bytes + bytesOf(output), this.#residents.resultBytes);
      return wanted - Math.min(resultBudget, this.memory.limit / 4);
    };
    if (over() > 0) {
      await yieldToHost(); // finalisers run in tasks of their own
      if (over() > 0) this.#residents.evictOldest(over(), ({ lastUse }) => lastUse === rest.run, true);
    }
    for (const output of own) this.#residents.settle(output, await this.#room(bytesOf(output), rest), true);
  }

  /**
   * Memory. Where there is none left, what this run does not need makes room: garbage, then what was not needed for
   * longest, then other programs.
   * @throws OutOfMemoryError where all that is not enough
   */
  async #room(bytes: number, { program, run }: Needs): Promise<Block> {
    const found = this.memory.find(bytes);
    if (found) return found;
    await yieldToHost(); // finalisers run in tasks of their own
    for (;;) {
      const found = this.memory.find(bytes);
      if (found) return found;
      if (this.#residents.evictOldest(bytes, ({ lastUse }) => lastUse === run) > 0) continue;
      const [idle] = [...this.#loaded.keys()].filter((other) => other !== program);
      if (!idle) return this.memory.allocate(bytes);
      this.#unload(idle);
    }
  }

  warm(): void {
    this.#startPool();
  }

  close(): Promise<void> {
    return this.#enqueue(async () => {
      this.#residents.evictAll();
      for (const program of [...this.#loaded.keys()]) this.#unload(program);
      if (this.#arena) this.memory.release(this.#arena);
      this.#arena = null;
      this.#closed = true;
      await this.#pool?.terminate();
      this.#pool = null;
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    this.#pending++;
    const result = this.#queue.then(task);
    const ended = (): void => {
      this.#pending--;
    };
    this.#queue = result.then(ended, ended);
    return result;
  }

  async #execute(stage: Stage): Promise<void> {
    const { shown, stamps, blocks } = stage;
    const recorder = stamps && recording();
    if (!recorder) {
      await this.#executeTogether(stage);
      return;
    }
    const { clock } = this.#machine;
    const [from, begun] = [performance.now(), clock.now()];
    const threads = await this.#executeTogether(stage);
    const [to, ended] = [performance.now(), clock.now()];
    const words = new BigInt64Array((Math.max(1, threads) * stamps.stride) / 8);
    this.#bytes.read(blocks.address + stamps.offset, words);
    recorder.addRun({ launches: shown, stamps: words, threads, clock, from, to, begun, ended });
  }

  /** @returns how many threads of the pool ran it; 0: the calling thread did */
  async #executeTogether(stage: Stage): Promise<number> {
    const { id, code, blocks, work } = stage;
    const isSmall = work < inlineWork && !this.options.shareAll;
    const pool = isSmall ? null : this.#startPool();
    if (!pool) return this.#executeAlone(stage);
    try {
      await pool.run(id, code.shipped, blocks.address);
      return pool.threads;
    } catch (error) {
      if (!(error instanceof ThreadFailure)) throw error;
      this.#pool = null;
      this.#reduce(1, `one thread, because ${error.message}`);
      await pool.terminate();
      const outcome = pool.outcome();
      if (outcome === "not begun") return this.#executeAlone(stage);
      if (outcome === "begun")
        throw new DeviceError(
          `${error.message}, in the middle of a step: variables that it changes may be half changed; one thread goes on`,
        );
      return pool.threads;
    }
  }

  async #executeAlone({ code, blocks }: Stage): Promise<number> {
    const run = await code.start();
    run(blocks.address, 0, 1, this.#barrier.address);
    return 0;
  }

  /** The threads, started if need be; null: the calling thread is all there is. */
  #startPool(): ThreadPool | null {
    if (!this.#pool && this.#threadCount > 1) {
      const fit = threadsWithin(this.#threadCount);
      if (fit < this.#threadCount) this.#reduce(fit, fewerThreads(fit, this.#threadCount));
    }
    if (this.#threadCount === 1) return null;
    this.#pool ??= new ThreadPool(
      this.#threadCount,
      this.#machine.sharedMemory,
      this.#bytes,
      this.#barrier.address,
    );
    return this.#pool;
  }

  #reduce(threads: number, reason: string): void {
    this.#threadCount = threads;
    this.#threadReason = reason;
    this.options.onFallback?.(reason);
  }

  async #load(program: Program, rest: Needs): Promise<Loaded> {
    const known = this.#loaded.get(program);
    if (known) {
      // Programs with clocks in them are made for a profile, and for so many threads.
      const { stamps } = known.main;
      this.#loaded.delete(program);
      if (recording() ? stamps && stamps.threads >= this.#threadCount : !stamps) {
        // The most recently used come last.
        this.#loaded.set(program, known);
        return known;
      }
      this.#loaded.set(program, known);
      this.#unload(program);
    }
    const { preparation, launches, preparedBytes } = program;
    const loaded: Loaded = {
      preparation: preparation.length > 0 ? await this.#stage(program, preparation, rest) : null,
      main: await this.#stage(program, launches, rest),
      prepared: preparedBytes > 0 ? await this.#room(preparedBytes, rest) : null,
      bound: [],
      boundOutputs: [],
      preparedFor: [],
    };
    this.#loaded.set(program, loaded);
    if (this.#loaded.size > keptPrograms) this.#unload(this.#loaded.keys().next().value!);
    return loaded;
  }

  async #stage({ kernels }: Program, launches: readonly ProgramLaunch[], rest: Needs): Promise<Stage> {
    let bytes = 0;
    const outputPlaces: { at: number; index: number }[] = [];
    const placed = launches.map(({ kernel, items, work, arguments: locations }) => {
      const start = bytes;
      locations.forEach((location, n) => {
        if (location.kind === "output")
          outputPlaces.push({ at: start + this.#machine.addressBytes * n, index: location.index });
      });
      bytes += this.#machine.addressBytes * locations.length;
      // A single item is one thread's, however much work it is: where it is written in the place of what it is computed
      // from, a second thread would find it there.
      const solo = items === 1 || (work < soloWork && !this.options.shareAll);
      return { kernel, items, arguments: start, solo };
    });
    const used = [...new Set(launches.map((launch) => launch.kernel))];
    const place = new Map(used.map((kernel, i) => [kernel, i]));
    const stamps = recording() && {
      offset: 8 * Math.ceil(bytes / 8),
      stride: 8 * (1 + 2 * launches.length),
      threads: this.#threadCount,
    };
    if (stamps) bytes = stamps.offset + stamps.threads * stamps.stride;
    const link = (): Promise<LinkedCode> =>
      this.#machine.link(
        used.map((kernel) => kernels[kernel]),
        placed.map((launch) => ({ ...launch, kernel: place.get(launch.kernel)! })),
        stamps,
      );
    const code = await noted("emit", `emit ${used.length} kernels`, link);
    return {
      id: this.#nextId++,
      launches,
      code,
      blocks: await this.#room(bytes, rest),
      outputPlaces,
      stamps,
      shown: placed.map(({ kernel, solo }) => ({ name: kernels[kernel].name, solo })),
      work: launches.reduce((total, launch) => total + launch.work, 0),
    };
  }

  #unload(program: Program): void {
    const { preparation, main, prepared } = this.#loaded.get(program)!;
    this.#loaded.delete(program);
    if (prepared) this.memory.release(prepared);
    for (const stage of preparation ? [preparation, main] : [main]) {
      this.memory.release(stage.blocks);
      this.#pool?.unload(stage.id);
      stage.code.free();
    }
  }

  /** One arena serves all programs, which never run at the same time: it has the size of the largest. */
  async #newArena(rest: Needs): Promise<Block> {
    if (this.#arena) this.memory.release(this.#arena);
    this.#arena = null;
    this.#arena = await this.#room(rest.program.arenaBytes, rest);
    return this.#arena;
  }

  /** Writes the addresses of all buffers into the argument blocks, where they are not the same as before. */
  #bind(loaded: Loaded, addresses: Addresses): void {
    const { arena, given, outputs } = addresses;
    const bound = [arena, ...given.map(({ storage }) => storage?.place?.block.address ?? 0)];
    const boundOutputs = outputs.map(({ place }) => place?.block.address ?? 0);
    const stages = loaded.preparation ? [loaded.preparation, loaded.main] : [loaded.main];
    const words = (places: number[]) =>
      this.#machine.addressBytes === 4 ? Int32Array.from(places) : BigInt64Array.from(places, BigInt);
    const { base } = this.#machine;
    if (!sameEntries(bound, loaded.bound))
      for (const { launches, blocks } of stages) {
        const places = launches.flatMap((launch) =>
          launch.arguments.map((location) => base + addressOf(location, addresses)),
        );
        this.#bytes.write(blocks.address, words(places));
      }
    else if (!sameEntries(boundOutputs, loaded.boundOutputs))
      for (const { outputPlaces, blocks } of stages)
        for (const { at, index } of outputPlaces)
          this.#bytes.write(blocks.address + at, words([base + boundOutputs[index]]));
    loaded.bound = bound;
    loaded.boundOutputs = boundOutputs;
  }
}

/** What must stay where it is while a run gets ready. */
interface Needs {
  readonly program: Program;
  readonly run: number;
}

/** Where the buffers of a run lie. */
interface Addresses {
  readonly arena: number;
  readonly prepared: Block | null;
  readonly given: readonly Given[];
  readonly outputs: readonly Storage[];
}

function addressOf(location: Location, { arena, prepared, given, outputs }: Addresses): number {
  switch (location.kind) {
    case "arena":
      return arena + location.offset;
    case "prepared":
      return prepared!.address + location.offset;
    case "source":
      return given[location.index].storage!.place!.block.address;
    case "output":
      return outputs[location.index].place!.block.address;
  }
}

function hasOwnPlace({ outputs }: Program, i: number): boolean {
  const { location } = outputs[i];
  return location.kind === "output" && location.index === i;
}

/** The numbers where they lie on the host. */
function hostNumbers({ host, failure }: Storage): TypedArray {
  if (host) return host;
  throw failure ?? new DeviceError("these numbers were never computed");
}

const bytesOf = ({ type, size }: Storage): number => size * bytesPerElement[type];

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

const sameEntries = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((entry, i) => entry === b[i]);
