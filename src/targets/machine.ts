/** What the engine asks of a target: kernels made into code that threads can run. */
import type { Kernel, TargetDescription } from "../kernels/language.js";

export type MemoryValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** The memory that a machine's code works on: addresses from 0 up, which may grow. What is in it never moves. */
export interface MachineMemory {
  readonly bytes: number;
  readonly maximumBytes: number;
  /** What ends at `maximumBytes`, for people: `the WebAssembly memory`. */
  readonly kind: string;
  /** @throws RangeError where the host gives no more */
  grow(bytes: number): void;
  write(address: number, values: MemoryValues): void;
  read(address: number, into: MemoryValues): void;
  /** Within the memory, between places that do not touch each other. */
  copy(from: number, to: number, bytes: number): void;
  /** What lies there is not needed any more: the host may take the pages back until they are written again. */
  discard(address: number, bytes: number): void;
}

export interface Machine {
  readonly target: TargetDescription;
  readonly memory: MachineMemory;
  /** Whether threads can run its programs together. */
  readonly threads: boolean;
  /** What a thread needs beside the code; null: nothing. */
  readonly sharedMemory: WebAssembly.Memory | null;
  /** Bytes of an address in an argument block. */
  readonly addressBytes: 4 | 8;
  /** Where the engine's memory starts, as kernels see it. */
  readonly base: number;
  readonly clock: Clock;
  /**
   * Makes a program of kernels and the launches over them.
   * @param stamps  where it notes when each launch begins and ends; null: nowhere
   */
  link(
    kernels: readonly Kernel[],
    launches: readonly MachineLaunch[],
    stamps: Stamps | null,
  ): Promise<LinkedCode>;
}

/**
 * Where threads note the time, in words of 64 bits: bytes from the argument blocks, and from one thread's to the next's. The
 * first word is when all were here, then there are two for each launch.
 */
export interface Stamps {
  readonly offset: number;
  readonly stride: number;
}

/** Reads the time as a machine's code does. */
export interface Clock {
  now(): number;
  /** What threads have noted, as time since a moment, in the same unit. */
  since(stamps: BigInt64Array, moment: number): Float64Array;
}

export interface MachineLaunch {
  /** Which of the program's kernels. */
  readonly kernel: number;
  /** Offset of the launch's argument block from the program's, in bytes. */
  readonly arguments: number;
  readonly items: number;
  /** Whether the threads meet before it: it needs what others have done since they last met. */
  readonly meets: boolean;
  /** The thread that does it alone, by its number among so many as there are; null: they share it. */
  readonly soloist: number | null;
}

export interface LinkedCode {
  /** What a thread of the pool is sent to run the program too. */
  readonly shipped: ShippedCode;
  /** The program on the calling thread. */
  start(): Promise<RunProgram>;
  /** Gives back what it occupies. Nothing may run it any more. */
  free(): void;
}

/** A program in the form in which it can be sent to another thread. */
export type ShippedCode =
  /** Each may call what those before it export; the last has \`run\`. */
  | { kind: "wasm"; modules: readonly WebAssembly.Module[] }
  | { kind: "native"; address: number; base: number; koffi: string };

/**
 * Runs a program's launches in order: offsets of its argument blocks and of the barrier's words in the engine's
 * memory, this thread's number, and how many threads run it.
 *
 * Before the first launch the threads muster: nothing is computed until all of them are here, inside code that a host
 * cannot stop, so that none of them waits for one that was stopped on its way. Who waits for long at the muster leaves
 * again, and the host can have its way with the thread.
 * @returns 1; 0 where this thread has left: at the muster, to be called again, or because of the stop word
 */
export type RunProgram = (blocks: number, thread: number, threads: number, barrier: number) => number;

/** Words of 32 bits at the barrier's place. The first two are one of 64 bits for those who leave. */
export const barrierWord = {
  /** Threads that have arrived. */
  arrived: 0,
  /** Counts meetings: it changes when all have arrived. */
  generation: 1,
  asleep: 2,
  /** Not 0: whoever waits, or comes, leaves. The process ends. */
  stop: 3,
  /** Runs for which all threads were here. */
  begun: 4,
  /** Threads that have come to a run's end, over all runs. */
  done: 5,
} as const;
export const barrierWords = 6;

/** How long a thread sleeps before it looks at the stop word again, and leaves a muster: in nanoseconds. */
export const boundedSleep = 20_000_000;

/** Emitted kernels: programs that share one emit it once. */
export class KernelCache {
  private readonly bodies = new WeakMap<Kernel, Uint8Array>();

  /** @param onKernel  called with each kernel that is emitted */
  constructor(
    private readonly emit: (kernel: Kernel) => Uint8Array,
    private readonly onKernel?: (kernel: Kernel) => void,
  ) {}

  get(kernel: Kernel): Uint8Array {
    let body = this.bodies.get(kernel);
    if (!body) {
      body = this.emit(kernel);
      this.onKernel?.(kernel);
      this.bodies.set(kernel, body);
    }
    return body;
  }
}
