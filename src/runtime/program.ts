/** What the compiler hands to the engine: a list of launches over places in memory. */
import type { ElementType } from "../kernels/expression.js";
import type { Kernel } from "../kernels/language.js";

/** Where a buffer lies: at an offset in the arena that all programs share, or where the n-th source lies. */
export type Location = { kind: "arena"; offset: number } | { kind: "source"; index: number };

export interface Program {
  readonly key: string;
  readonly kernels: readonly Kernel[];
  readonly launches: readonly ProgramLaunch[];
  /** Bytes of the arena that a run uses. */
  readonly arenaBytes: number;
  /** What a run must be given: values to copy to an offset, or a variable. */
  readonly sources: readonly ProgramSource[];
  readonly outputs: readonly ProgramOutput[];
  /** Roughly, in additions. */
  readonly work: number;
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
  /** Offset in the arena; none for variables and for leaves that nothing reads. */
  readonly offset: number;
  readonly type: ElementType;
  readonly size: number;
}

export interface ProgramOutput {
  readonly location: Location;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export const bytesPerElement: Record<ElementType, number> = { f32: 4, i32: 4, u8: 1, bool: 1 };
