/** What the compiler hands to the engine: launches over places in memory, and what each of them waits for. */
import type { ElementType } from "../kernels/expression.js";
import type { Task } from "../kernels/task.js";

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
  /** For profiles and listings: `conv2d 3×3×64→128 + add + relu`. */
  readonly name: string;
  /** Also for profiles: the layers that it computes, `conv1, relu1`. */
  readonly layers: string;
  /** What is to be done; how, each device decides for itself. */
  readonly task: Task;
  /** The buffers that the task speaks of. */
  readonly arguments: readonly Location[];
  /** Roughly, in additions: launches with little work are not shared among threads. */
  readonly work: number;
  /**
   * Those of its stage that must be through before it begins, by their places in the list, where they come before it.
   * Others may run at the same time, or in another order.
   */
  readonly after: readonly number[];
}

export interface ProgramSource {
  readonly resident: boolean;
  /** Of a variable that a run gives new numbers, the last launch that writes them; -1: none does. */
  readonly written: number;
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
