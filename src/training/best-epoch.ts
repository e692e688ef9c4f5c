/** Which of two epochs is the better one, and how long none has been. */
import type { Measured } from "./fit-events.js";
import type { Objective } from "./objective.js";

/** Of an epoch by whose weights a run may end. */
export type Rated = Pick<Measured, "loss" | "scores">;

const scoreOf = ({ scores }: Rated, best: Objective["best"]): number | undefined =>
  best && scores?.[best.score];

/** By the score that the objective names; among equals, and where there is none, by the lower loss. */
export function isBetter(a: Rated, b: Rated, best: Objective["best"]): boolean {
  const [x, y] = [scoreOf(a, best), scoreOf(b, best)];
  if (best && x !== undefined && y !== undefined && x !== y) return best.higher ? x > y : x < y;
  return a.loss < b.loss;
}

/** The lowest of what is waited for, and for how many epochs it has not fallen. */
export interface Patience {
  lowest: number | null;
  waited: number;
}

export function patienceAfter(before: Patience, value: number, minDelta = 0): Patience {
  const { lowest, waited } = before;
  const fell = lowest === null || value < lowest - minDelta;
  return fell ? { lowest: value, waited: 0 } : { lowest, waited: waited + 1 };
}

/** What is to fall: the loss, or the objective's best score, turned round where it is to rise. */
export function awaited(rated: Rated, by: "loss" | "score", best: Objective["best"]): number {
  const score = by === "score" ? scoreOf(rated, best) : undefined;
  if (score === undefined) return rated.loss;
  return best!.higher ? -score : score;
}
