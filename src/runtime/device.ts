/** What a device is to those who compute on it: an engine of this machine, later a GPU. */
import type { ElementType } from "../kernels/expression.js";
import type { TargetDescription } from "../kernels/language.js";
import type { Program } from "./program.js";
import type { Storage, TypedArray } from "./storage.js";

/** What a run takes for a source of its program: numbers, or where they are stored. */
export interface Given {
  /**
   * Never given twice. What has been prepared is known by it: an address is taken again as soon as a variable is
   * collected, and so is the place of an array.
   */
  readonly serial: number;
  readonly values: TypedArray | null;
  readonly storage: Storage | null;
}

export interface OutputKind {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A run that was asked for. */
export interface Running {
  /** One for each output of the program. They may be given to another run at once, and are read behind this one. */
  readonly outputs: readonly Storage[];
  /** Rejects where the run fails; so do reads of the outputs then. */
  readonly done: Promise<void>;
}

/**
 * Something that runs programs. Runs, reads and writes are carried out in the order in which they were asked for, each
 * of them whole before the next.
 */
export interface Device {
  /** `avx512`, `avx2` or `wasm`: the target whose code it runs. */
  readonly name: string;
  /** Threads that run a program together. */
  readonly threads: number;
  /** Whether it multiplies and adds with one rounding. */
  readonly fma: boolean;
  /** A sentence for each thing that would be faster and is not used, and why. */
  readonly reasons: readonly string[];
  /**
   * Whether it stands still while its caller goes on from one run to the next. A training then asks for its next step
   * before it knows the loss of this one.
   */
  readonly runsAhead: boolean;
  readonly target: TargetDescription;
  /** Lets it get ready while there is still something else to do. */
  warm(): void;
  /**
   * Returns at once.
   * @param program  may still be in the making: what is asked for later waits for it, too
   * @param outputs  what it answers with
   */
  run(program: Program | Promise<Program>, given: readonly Given[], outputs: readonly OutputKind[]): Running;
  /** A copy of the numbers, as the runs that were asked for before leave them. */
  read(storage: Storage): Promise<TypedArray>;
  /** The same, and moves them to the host: nobody changes this array. */
  take(storage: Storage): Promise<TypedArray>;
  /** A copy at once, where nothing runs or waits that could write them; else null. */
  peek(storage: Storage): TypedArray | null;
  /** New numbers, of which no run sees half: those asked for before see the old ones. The array is not copied. */
  write(storage: Storage, values: TypedArray): void;
  /** Ends its threads and gives its memory back, when all that was asked for is done. What lies there moves to the host. */
  close(): Promise<void>;
}
