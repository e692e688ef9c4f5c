/** Runs programs: emits their kernels once, keeps their memory, and hands them to one thread or to all. */
import { nativeMachine } from "#native";
import { canShareMemory, environment, hardwareThreads } from "#platform";
import type { TargetDescription } from "../kernels/language.js";
import { barrierWords, type LinkedCode, type Machine } from "../targets/machine.js";
import { detectFeatures } from "../targets/wasm/features.js";
import { wasmMachine } from "../targets/wasm/machine.js";
import { type Block, EngineMemory } from "./memory.js";
import { bytesPerElement, type Location, type Program } from "./program.js";
import { ThreadPool } from "./threads.js";

export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** No way to run programs here, or none that was asked for. */
export class DeviceError extends Error {
  override name = "DeviceError";
}

/** Memory of a variable: it stays where it is between runs. */
export interface Storage {
  readonly block: Block;
}

/** A program in the engine's memory. */
interface Loaded {
  readonly id: number;
  readonly code: LinkedCode;
  /** Argument blocks of all launches. */
  readonly blocks: Block;
  readonly offsets: readonly number[];
  /** The places that the blocks name now. */
  boundArena: number;
  boundVariables: readonly number[];
}

/** Programs with less work than this run on the calling thread: waking others would take longer. */
const inlineWork = 400_000;
/** Launches with less work than this are left to one thread: sharing them would cost more. */
const soloWork = 6000;
const keptPrograms = 256;

export const targetNames = ["native", "avx512", "avx2", "wasm"] as const;
export type TargetName = (typeof targetNames)[number];

export interface EngineOptions {
  /** Threads that run a program together. 1: everything on the calling thread. */
  threads: number;
  /** Called with the listing of each new kernel. */
  onKernel?: (listing: string) => void;
  /** The target to use; the fastest there is, where none is named. */
  target?: TargetName;
  /** Told once why machine code is not used, where it was tried. */
  onFallback?: (reason: string) => void;
  /** Shares every launch among all threads, however small: tests want to see threads at work. */
  shareAll?: boolean;
}

export class Engine {
  readonly memory: EngineMemory;
  private readonly machine: Machine;
  private readonly barrier: Block;
  private arena: Block | null = null;
  private pool: ThreadPool | null = null;
  private threadCount: number;
  private readonly loaded = new Map<Program, Loaded>();
  private queue: Promise<unknown> = Promise.resolve();
  private nextId = 0;
  private readonly released: FinalizationRegistry<Block>;

  constructor(private readonly options: EngineOptions) {
    this.memory = new EngineMemory(canShareMemory());
    this.machine = chooseMachine(this.memory, options);
    this.barrier = this.memory.allocate(4 * barrierWords);
    this.memory.integers(this.barrier.address, barrierWords).fill(0);
    this.threadCount = this.memory.shared ? options.threads : 1;
    this.released = new FinalizationRegistry((block) => this.memory.release(block));
  }

  get target(): TargetDescription {
    return this.machine.target;
  }

  get threads(): number {
    return this.threadCount;
  }

  /** Takes effect with the next run. */
  setThreads(threads: number): Promise<void> {
    return this.enqueue(async () => {
      if (threads === this.threadCount || !this.memory.shared) return;
      this.pool?.terminate();
      this.pool = null;
      this.threadCount = threads;
    });
  }

  /** Memory that is given back when `owner` is garbage. */
  allocate(bytes: number, owner: object): Storage {
    const block = this.memory.allocate(bytes);
    this.released.register(owner, block);
    return { block };
  }

  /** Runs a program on copies of `values` (nothing for variables) and returns copies of its outputs. */
  run(
    program: Program,
    values: readonly (TypedArray | null)[],
    variables: readonly (Storage | null)[],
  ): Promise<TypedArray[]> {
    return this.enqueue(async () => {
      const loaded = await this.load(program);
      const arena = this.arenaOf(program.arenaBytes);
      this.bind(program, loaded, arena.address, variables);
      program.sources.forEach((source, i) => {
        const value = values[i];
        if (value && !source.resident)
          this.view(arena.address + source.offset, source.type, source.size).set(value);
      });
      await this.execute(program, loaded);
      return program.outputs.map(({ location, type, shape }) => {
        const size = shape.reduce((n, d) => n * d, 1);
        return this.view(this.addressOf(location, arena.address, variables), type, size).slice();
      });
    });
  }

  view(address: number, type: "f32" | "i32" | "u8" | "bool", size: number): TypedArray {
    if (type === "f32") return this.memory.floats(address, size);
    if (type === "i32") return this.memory.integers(address, size);
    return this.memory.bytes(address, size);
  }

  private enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(task);
    this.queue = result.catch(() => {});
    return result;
  }

  private async execute(program: Program, loaded: Loaded): Promise<void> {
    const blocks = loaded.blocks.address;
    if (this.threadCount === 1 || (program.work < inlineWork && !this.options.shareAll)) {
      const run = await loaded.code.start();
      run(blocks, 0, 1, this.barrier.address);
      return;
    }
    this.pool ??= new ThreadPool(this.threadCount, this.memory.memory, this.barrier.address);
    await this.pool.run(loaded.id, loaded.code.shipped, blocks);
  }

  private async load(program: Program): Promise<Loaded> {
    const known = this.loaded.get(program);
    if (known) {
      // The most recently used come last.
      this.loaded.delete(program);
      this.loaded.set(program, known);
      return known;
    }
    const offsets: number[] = [];
    let bytes = 0;
    for (const launch of program.launches) {
      offsets.push(bytes);
      bytes += this.machine.addressBytes * launch.arguments.length;
    }
    const code = await this.machine.link(
      program.kernels,
      program.launches.map(({ kernel, items, work }, i) => ({
        kernel,
        items,
        arguments: offsets[i],
        solo: work < soloWork && !this.options.shareAll,
      })),
    );
    const loaded: Loaded = {
      id: this.nextId++,
      code,
      blocks: this.memory.allocate(bytes),
      offsets,
      boundArena: -1,
      boundVariables: [],
    };
    this.loaded.set(program, loaded);
    if (this.loaded.size > keptPrograms) this.unload(this.loaded.keys().next().value!);
    return loaded;
  }

  private unload(program: Program): void {
    const loaded = this.loaded.get(program)!;
    this.loaded.delete(program);
    this.memory.release(loaded.blocks);
    this.pool?.unload(loaded.id);
    loaded.code.free();
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

  private bind(
    program: Program,
    loaded: Loaded,
    arena: number,
    variables: readonly (Storage | null)[],
  ): void {
    const addresses = variables.map((v) => v?.block.address ?? 0);
    const unchanged =
      loaded.boundArena === arena && loaded.boundVariables.every((address, i) => address === addresses[i]);
    if (unchanged) return;
    program.launches.forEach((launch, i) => {
      const block = loaded.blocks.address + loaded.offsets[i];
      launch.arguments.forEach((location, a) => {
        this.writeAddress(block, a, this.machine.base + this.addressOf(location, arena, variables));
      });
    });
    loaded.boundArena = arena;
    loaded.boundVariables = addresses;
  }

  private writeAddress(block: number, index: number, address: number): void {
    if (this.machine.addressBytes === 4) this.memory.integers(block, index + 1)[index] = address;
    else this.memory.longs(block, index + 1)[index] = BigInt(address);
  }

  private addressOf(location: Location, arena: number, variables: readonly (Storage | null)[]): number {
    return location.kind === "arena" ? arena + location.offset : variables[location.index]!.block.address;
  }
}

/** Machine code where the host allows it, else WebAssembly. A target that was named and is not there is an error. */
function chooseMachine(memory: EngineMemory, options: EngineOptions): Machine {
  const { target, onKernel, onFallback } = options;
  if (target !== "wasm") {
    const level = target === "avx2" || target === "avx512" ? target : null;
    const machine = nativeMachine(memory.memory, level, onKernel);
    if ("link" in machine) return machine;
    if (target) throw new DeviceError(`the target ${target} is not available: ${machine.reason}`);
    onFallback?.(machine.reason);
  }
  const features = detectFeatures();
  if (!features.simd)
    throw new DeviceError(
      "this JavaScript engine has no WebAssembly SIMD; Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 have it",
    );
  const { shared, maximumPages } = memory;
  return wasmMachine(features, memory.memory, { shared, maximumPages }, onKernel);
}

let engine: Engine | null = null;

/**
 * The engine of this process or page, started at first use. `RECEPTIVE_TARGET` names the target it must use,
 * `RECEPTIVE_DEBUG=kernels` prints every kernel as it is emitted, `RECEPTIVE_DEBUG=share` shares even the smallest
 * piece of work among all threads.
 */
export function theEngine(): Engine {
  engine ??= startEngine();
  return engine;
}

function startEngine(): Engine {
  const wanted = environment("RECEPTIVE_TARGET") || undefined;
  const target = targetNames.find((name) => name === wanted);
  if (wanted && !target)
    throw new DeviceError(`RECEPTIVE_TARGET is "${wanted}", expected one of ${targetNames.join(", ")}`);
  const debug = environment("RECEPTIVE_DEBUG")?.split(",") ?? [];
  return new Engine({
    threads: hardwareThreads(),
    target,
    onFallback: (reason) => {
      if (debug.length > 0)
        console.error(`receptive: WebAssembly instead of machine code, because ${reason}`);
    },
    shareAll: debug.includes("share"),
    onKernel: debug.includes("kernels") ? (listing) => console.error(listing) : undefined,
  });
}

/** What programs run on: the target, its threads, and whether it uses fused multiply-add. */
export function device(): { target: string; threads: number; fma: boolean } {
  const { target, threads } = theEngine();
  return { target: target.name, threads, fma: target.hasFma };
}

/** Settings of the engine. May be called at any time; returns when they hold. */
export async function configure({ threads }: { threads?: number }): Promise<void> {
  if (threads !== undefined) {
    if (!Number.isInteger(threads) || threads < 1)
      throw new DeviceError(`threads: expected a whole number of at least 1, got ${threads}`);
    await theEngine().setThreads(threads);
  }
}

/** Bytes of an array of these elements. */
export const bytesFor = (type: keyof typeof bytesPerElement, size: number): number =>
  bytesPerElement[type] * size;
