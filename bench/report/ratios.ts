/** How much faster one contender is than another. */
import type { Measurement } from "../measure/measurement.js";
import { median } from "../measure/statistics.js";

type Timed = Pick<Measurement, "rounds">;

/** Speed of `ours` over that of `theirs`: the median of what the rounds say in which both had a turn. */
export function speedOver(ours: Timed, theirs: Timed): number {
  const both = Math.min(ours.rounds.length, theirs.rounds.length);
  return median(Array.from({ length: both }, (_, i) => theirs.rounds[i] / ours.rounds[i]));
}

/** Machine code or WebAssembly. */
export const familyOf = ({ target }: { target: string }): "native" | "wasm" =>
  target === "wasm" ? "wasm" : "native";

export const isOurs = ({ who }: { who: string }): boolean => who === "receptive";
