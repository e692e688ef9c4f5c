/**
 * Contenders side by side. A machine's speed changes from minute to minute, so each is given a short turn in every
 * round, while the others wait; what is compared is what was measured in the same round.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Contender } from "../contenders/contender.js";
import type { Entrant } from "../contenders/known.js";
import { peak, type Workload } from "../workloads.js";

export interface Effort {
  /** For each contender and workload, over all rounds. */
  readonly seconds: number;
  readonly rounds: number;
  /** The longest wait for one answer. */
  readonly limitSeconds: number;
}

export interface Outcome {
  readonly entrant: Entrant;
  readonly who: string;
  readonly target: string;
  readonly version: string;
  /** Milliseconds of each run, by round; a slow contender sits later rounds out. */
  readonly rounds: readonly (readonly number[])[];
  /** The first run, which compiles and allocates. */
  readonly firstMs: number;
  /** What the first runs gave. */
  readonly results: readonly number[];
  /** The most memory that the first runs took. */
  readonly peakBytes: number | null;
  /** Why there are no times. */
  readonly missing: { readonly kind: "cannot" | "failed"; readonly reason: string } | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Turn {
  readonly contender: Contender;
  readonly outcome: Writable<Outcome> & { rounds: (readonly number[])[] };
}

/** Threads of a library that has just worked may spin for a while before they sleep. */
const settleMs = 100;
/** A contender whose single runs take long has had its share after so many times its seconds. */
const patience = 2;
/** A first run as long as this is the first round too: what was compiled in it hardly counts. */
const longMs = 60_000;

/** Each entrant on the workload, in turns, in a process of its own that ends with it. */
export async function alternate(
  workload: Workload,
  threads: number,
  entrants: readonly Entrant[],
  { seconds, rounds, limitSeconds }: Effort,
): Promise<Outcome[]> {
  const turns: Turn[] = [];
  try {
    for (const entrant of entrants) turns.push(await started(entrant, workload, threads, limitSeconds));
    for (let round = 0; round < rounds; round++)
      for (let i = 0; i < turns.length; i++) {
        // Nobody always comes after the same neighbour.
        const turn = turns[(i + round) % turns.length];
        if (await take(turn, seconds, rounds)) await pause(settleMs);
      }
  } finally {
    await Promise.all(turns.map(({ contender }) => contender.close()));
  }
  return turns.map(({ outcome }) => outcome);
}

async function started(entrant: Entrant, workload: Workload, threads: number, limit: number): Promise<Turn> {
  const contender = new Contender(entrant.command(threads), limit);
  const outcome: Turn["outcome"] = {
    entrant,
    who: entrant.name,
    target: entrant.variant,
    version: "",
    rounds: [],
    firstMs: Number.NaN,
    results: [],
    peakBytes: null,
    missing: null,
  };
  const introduction = await contender.introduction();
  if (introduction.kind === "failed") {
    outcome.missing = introduction;
    return { contender, outcome };
  }
  const { who, target, version } = introduction;
  Object.assign(outcome, { who, target, version });
  const reply = await contender.ask({ kind: "prepare", workload: entrant.isPeak ? peak : workload });
  if (reply.kind === "prepared") {
    const { firstMs, results, peakBytes } = reply;
    Object.assign(outcome, { firstMs, results, peakBytes });
    if (firstMs > longMs) outcome.rounds.push([firstMs]);
  } else if (reply.kind === "cannot" || reply.kind === "failed") outcome.missing = reply;
  return { contender, outcome };
}

/** Whether the contender had a turn. */
async function take({ contender, outcome }: Turn, seconds: number, rounds: number): Promise<boolean> {
  const spent = outcome.rounds.flat().reduce((total, ms) => total + ms, 0);
  if (outcome.missing || spent > 1000 * seconds * patience) return false;
  const reply = await contender.ask({ kind: "measure", seconds: seconds / rounds });
  if (reply.kind === "measured") outcome.rounds.push(reply.times);
  else if (reply.kind === "failed") outcome.missing = reply;
  return true;
}
