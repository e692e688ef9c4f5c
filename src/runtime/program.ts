/** What the compiler hands to the engine: a list of launches over places in memory. */
import type { ElementType } from "../kernels/expression.js";
import type { Kernel } from "../kernels/language.js";

/**
 * Where a buffer lies: at an offset in the arena that all programs share, among what this program has prepared, where
 * the n-th source lies, or where the n-th output is to lie.
 */
export type Location =
  | { kind: "arena"; offset: number }
  | { kind: "prepared"; offset: number }
  | { kind: "source"; index: number }
  | { kind: "output"; index: number };

export interface Program {
  readonly key: string;
  readonly kernels: readonly Kernel[];
  /** What depends on variables alone: runs again when one of them has changed. */
  readonly preparation: readonly ProgramLaunch[];
  readonly launches: readonly ProgramLaunch[];
  /** Bytes of the arena that a run uses. */
  readonly arenaBytes: number;
  /** Bytes that the preparation leaves for the runs. */
  readonly preparedBytes: number;
  /** What a run must be given: values to copy to an offset, or a variable. */
  readonly sources: readonly ProgramSource[];
  readonly outputs: readonly ProgramOutput[];
}

export interface ProgramLaunch {
  readonly kernel: number;
  readonly items: number;
  readonly arguments: readonly Location[];
  /** Roughly, in additions: launches with little work are not shared among threads. */
  readonly work: number;
}

export interface ProgramSource {
  readonly resident: boolean;
  /** A variable that a run gives new numbers. */
  readonly assigned: boolean;
  /** Values that are the same in each run of a compiled function; they are copied when it is prepared. */
  readonly constant: boolean;
  readonly location: Location;
  readonly type: ElementType;
  readonly size: number;
}

export interface ProgramOutput {
  readonly location: Location;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export const bytesPerElement: Record<ElementType, number> = { f32: 4, i32: 4, u8: 1, bool: 1 };
