/** The device of this machine's processor: what is asked of it waits in a queue, and runs in its memory. */
import type { Kernel, TargetDescription } from "../kernels/language.js";
import { libraryOf } from "../kernels/library.js";
import type { Machine } from "../targets/machine.js";
import { type Addresses, addressOf, bind, update } from "./argument-blocks.js";
import { Crew } from "./crew.js";
import type { Device, Given, OutputKind, Running } from "./device.js";
import { LoadedPrograms } from "./loaded-programs.js";
import { chooseMachine, DeviceError, type TargetName } from "./machine-choice.js";
import { EngineMemory } from "./memory.js";
import type { Program } from "./program.js";
import { Queue } from "./queue.js";
import { Residents } from "./residents.js";
import { type Needs, Room } from "./room.js";
import { arrayOf, bytesOf, Storage, type TypedArray } from "./storage.js";

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
  /** It shares its processor with its caller, who gains nothing by hurrying. */
  readonly runsAhead: boolean = false;
  readonly #machine: Machine;
  readonly #machineReason: string | null;
  readonly #crew: Crew;
  readonly #programs: LoadedPrograms;
  readonly #residents: Residents;
  readonly #room: Room;
  readonly #queue = new Queue();
  #runs = 0;
  #closed = false;

  constructor({ threads: wanted, target, onKernel, onFallback, shareAll = false, direct }: EngineOptions) {
    const { machine, threads, reason, threadReason } = chooseMachine({ threads: wanted, target, onKernel });
    this.#machine = machine;
    this.#machineReason = reason;
    this.target = { ...machine.target, direct };
    this.memory = new EngineMemory(machine.memory);
    this.#crew = new Crew(machine, this.memory, { threads, reason: threadReason, shareAll, onFallback });
    this.#programs = new LoadedPrograms(machine, libraryOf(this.target), this.memory, this.#crew, shareAll);
    this.#residents = new Residents(this.memory, machine.memory);
    this.#room = new Room(this.memory, this.#residents, this.#programs);
    for (const sentence of this.reasons) onFallback?.(sentence);
  }

  get name(): string {
    return this.target.name;
  }

  get fma(): boolean {
    return this.target.hasFma;
  }

  get threads(): number {
    return this.#crew.threads;
  }

  /** Sentences: what would be faster, and why it is not used. */
  get reasons(): readonly string[] {
    return [this.#machineReason, this.#crew.reason].filter((reason) => reason !== null);
  }

  /** Takes effect with the next run. */
  setThreads(wanted: number): Promise<void> {
    return this.#queue.add(async () => this.#crew.setThreads(wanted));
  }

  /** The most bytes that the engine may take for itself, from the next run on. */
  setMegabytes(megabytes: number): void {
    this.memory.limit = megabytes * 2 ** 20;
  }

  write(storage: Storage, values: TypedArray): void {
    void this.#queue.add(async () => {
      if (storage.place) this.#machine.memory.write(storage.place.address, values);
      else storage.host = values;
      storage.version++;
    });
  }

  read(storage: Storage): Promise<TypedArray> {
    return this.#queue.add(async () => this.#readNow(storage));
  }

  take(storage: Storage): Promise<TypedArray> {
    return this.#queue.add(async () => {
      this.#residents.evict(storage);
      return hostNumbers(storage);
    });
  }

  peek(storage: Storage): TypedArray | null {
    return this.#queue.isIdle ? this.#readNow(storage) : null;
  }

  #readNow(storage: Storage): TypedArray {
    if (!storage.place) return hostNumbers(storage).slice();
    const values = arrayOf(storage.type, storage.size);
    this.#machine.memory.read(storage.place.address, values);
    return values;
  }

  warm(): void {
    this.#crew.start();
  }

  close(): Promise<void> {
    return this.#queue.add(async () => {
      this.#room.clear();
      this.#closed = true;
      await this.#crew.terminate();
    });
  }

  /** Runs a program on what is given for its sources: of arrays copies, of variables where they lie. */
  run(program: Program | Promise<Program>, given: readonly Given[], kinds: readonly OutputKind[]): Running {
    const outputs = kinds.map(({ type, shape }) => new Storage(type, sizeOf(shape), null, this));
    const done = this.#queue.add(async () => {
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
    const needs: Needs = { program, run: ++this.#runs };
    for (const { storage } of given) if (storage) storage.lastUse = needs.run;
    for (const output of outputs) output.lastUse = needs.run;
    // Where everything is in its place nothing is waited for: small runs are over sooner than promises.
    // The memory first: no code can be made for more of it than there can be.
    const place = this.#room.arena(needs);
    const arena = "then" in place ? await place : place;
    const isNew = ({ storage }: Given, i: number): boolean =>
      !!storage && !storage.place && program.sources[i].resident;
    if (given.some(isNew)) await this.#room.settle(given.filter(isNew), needs);
    const staying = outputs.filter((_, i) => hasOwnPlace(program, i));
    if (staying.length > 0) await this.#room.placeResults(staying, needs);
    const loaded =
      this.#programs.find(program) ??
      (await this.#programs.load(program, (bytes) => this.#room.find(bytes, needs)));
    const addresses: Addresses = { arena: arena.address, prepared: loaded.prepared, given, outputs };
    bind(this.#machine, loaded, addresses);
    if (loaded.preparation && isPreparedForOthers(loaded.preparedFor, program, given)) {
      try {
        this.#copyIn(program, addresses, "constants");
        await this.#crew.run(loaded.preparation);
      } catch (failure) {
        // Half-way is not prepared.
        loaded.preparedFor.length = 0;
        throw failure;
      }
    }
    this.#copyIn(program, addresses, "arguments");
    const running = this.#crew.run(loaded.main);
    if (running) await running;
    for (let i = 0; i < given.length; i++) if (program.sources[i].written >= 0) given[i].storage!.version++;
    this.#copyOut(program, addresses);
  }

  /** Sources that have no place of their own go where the launches read them. */
  #copyIn({ sources }: Program, addresses: Addresses, which: "constants" | "arguments"): void {
    const { memory } = this.#machine;
    for (let i = 0; i < sources.length; i++) {
      const { resident, constant, location, size } = sources[i];
      if (resident || constant !== (which === "constants")) continue;
      const { storage, values: own } = addresses.given[i];
      const to = addressOf(location, addresses);
      if (storage?.place) {
        memory.copy(storage.place.address, to, bytesOf(storage));
        continue;
      }
      const values = storage ? hostNumbers(storage) : own;
      // Fewer numbers would leave those of another run beside them, more would run over what lies behind.
      if (values?.length !== size)
        throw new TypeError(`engine: source ${i} has ${values?.length ?? "no"} numbers, expected ${size}`);
      memory.write(to, values);
    }
  }

  /** Outputs that have no place of their own go to the host. */
  #copyOut(program: Program, addresses: Addresses): void {
    const { outputs } = addresses;
    program.outputs.forEach(({ location }, i) => {
      const output = outputs[i];
      if (output.place) return;
      if (location.kind === "output") {
        // The same result once more.
        output.host = this.#readNow(outputs[location.index]);
        return;
      }
      output.host = arrayOf(output.type, output.size);
      this.#machine.memory.read(addressOf(location, addresses), output.host);
    });
  }
}

/** A program may serve several functions, each with variables and constants of its own: brings their list up to date. */
const isPreparedForOthers = (list: number[], { sources }: Program, given: readonly Given[]): boolean =>
  update(list, 2 * given.length, (at) => {
    const { serial, storage } = given[at >> 1];
    if (at & 1) return storage ? storage.version : 0;
    return storage || sources[at >> 1].constant ? serial : 0;
  });

function hasOwnPlace({ outputs }: Program, i: number): boolean {
  const { location } = outputs[i];
  return location.kind === "output" && location.index === i;
}

/** The numbers where they lie on the host. */
function hostNumbers({ host, failure }: Storage): TypedArray {
  if (host) return host;
  throw failure ?? new DeviceError("these numbers were never computed");
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
