/** What the engine asks of a target: kernels made into code that threads can run. */
import type { Kernel, TargetDescription } from "../kernels/language.js";
import { printKernel } from "../kernels/print.js";

export interface Machine {
  readonly target: TargetDescription;
  /** Bytes of an address in an argument block. */
  readonly addressBytes: 4 | 8;
  /** Where the engine's memory starts, as kernels see it. */
  readonly base: number;
  /** Makes a program of kernels and the launches over them. */
  link(kernels: readonly Kernel[], launches: readonly MachineLaunch[]): Promise<LinkedCode>;
}

export interface MachineLaunch {
  /** Which of the program's kernels. */
  readonly kernel: number;
  /** Offset of the launch's argument block from the program's, in bytes. */
  readonly arguments: number;
  readonly items: number;
  /** Too small to share: thread 0 does it alone. */
  readonly solo: boolean;
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
  | { kind: "wasm"; module: WebAssembly.Module }
  | { kind: "native"; address: number; base: number; koffi: string };

/**
 * Runs a program's launches in order: offsets of its argument blocks and of the barrier's words in the engine's
 * memory, this thread's number, and how many threads run it.
 */
export type RunProgram = (blocks: number, thread: number, threads: number, barrier: number) => void;

/** Words at the barrier's place: threads that arrived, generation, threads that sleep. */
export const barrierWords = 3;

/** Emitted kernels: programs that share one emit it once. */
export class KernelCache {
  private readonly bodies = new WeakMap<Kernel, Uint8Array>();

  /** @param onKernel  called with the listing of each kernel that is emitted */
  constructor(
    private readonly emit: (kernel: Kernel) => Uint8Array,
    private readonly onKernel?: (listing: string) => void,
  ) {}

  get(kernel: Kernel): Uint8Array {
    let body = this.bodies.get(kernel);
    if (!body) {
      body = this.emit(kernel);
      this.onKernel?.(printKernel(kernel));
      this.bodies.set(kernel, body);
    }
    return body;
  }
}
