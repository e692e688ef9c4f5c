/** When the one thing of a step has been done: conditions on what has been seen since the step was opened. */
import type { Deed } from "../../state/deeds.js";

export interface Watched {
  /** Values of the view's keys as an address has them, now. */
  readonly now: ReadonlyMap<string, string>;
  /** All values that each key has had since. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a unit was pinned since. */
  readonly isPinned: boolean;
  /** What was done since, and how often. */
  readonly deeds: ReadonlyMap<Deed, number>;
  /** Of the test pictures, 0 to 1. */
  readonly accuracy: number;
  /** Whether a training stopped because numbers were none any more. */
  readonly hasFailed: boolean;
  readonly isChanged: boolean;
}

export type Done = (watched: Watched) => boolean;

export const changed: Done = ({ isChanged, isPinned }) => isChanged || isPinned;

/** A slider or stepper has come so far. */
export const reached =
  (key: string, least: number): Done =>
  ({ now }) =>
    Number(now.get(key) ?? 0) >= least;

/** Something else has been drawn, or another picture taken. */
export const drawn: Done = ({ seen }) => (seen.get("draw")?.size ?? 0) > 1;

/** Another sentence, or another question. */
export const written: Done = ({ seen }) => (seen.get("s")?.size ?? 0) > 1;

/** A key has had each of these values. */
export const all =
  (key: string, ...values: readonly string[]): Done =>
  ({ seen }) =>
    values.every((value) => seen.get(key)?.has(value));

export const deed =
  (which: Deed, times = 1): Done =>
  ({ deeds }) =>
    (deeds.get(which) ?? 0) >= times;

export const pinned: Done = ({ isPinned }) => isPinned;

export const trainedTo =
  (accuracy: number): Done =>
  (watched) =>
    watched.accuracy >= accuracy;

export const failed: Done = ({ hasFailed }) => hasFailed;
