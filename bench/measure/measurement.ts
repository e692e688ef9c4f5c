/** What is reported of a contender on a workload. */
import { flopsOf, peak, picturesOf, type Workload } from "../workloads.js";
import type { Outcome } from "./rounds.js";
import { median, spread } from "./statistics.js";

/** One line of `--json`. */
export interface Line {
  readonly who: string;
  readonly target: string;
  readonly workload: string;
  readonly threads: number;
  readonly msMedian: number;
  readonly msMin: number;
  readonly imagesPerSecond: number | null;
  readonly gflops: number;
  /** Of what the machine reaches in multiply-adds with the vectors of that target, in the same rounds. */
  readonly peakFraction: number | null;
}

/** The line, and what tables and comparisons need beside it. */
export interface Measurement extends Line {
  readonly version: string;
  /** How far apart the middle half of the runs lies, as a share of the median. */
  readonly spread: number;
  readonly runs: number;
  /** Median of each round; a slow contender has fewer. */
  readonly rounds: readonly number[];
  readonly firstMs: number;
  /** Whether its first results are those of the first contender, where there is one to compare with. */
  readonly agrees: boolean | null;
}

/** A contender that gave no times. */
export interface Absence {
  readonly who: string;
  readonly target: string;
  readonly workload: string;
  readonly threads: number;
  /** cannot: it has no means; failed: something went wrong. */
  readonly kind: "cannot" | "failed";
  readonly reason: string;
}

export interface Comparison {
  readonly measurements: Measurement[];
  readonly absences: Absence[];
  /** What each target's multiply-adds reached, by the target's name, in GFLOP/s over all threads. */
  readonly peaks: Readonly<Record<string, number>>;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

export function compare(workload: Workload, threads: number, outcomes: readonly Outcome[]): Comparison {
  const peaks: Record<string, number> = {};
  for (const { entrant, rounds, missing } of outcomes)
    if (entrant.isPeak && !missing)
      peaks[entrant.variant] = rounded(flopsOf(peak, threads) / median(rounds.flat()) / 1e6, 1);

  const contenders = outcomes.filter(({ entrant }) => !entrant.isPeak);
  const expected = contenders.find(({ missing }) => !missing)?.results ?? [];
  const measurements = contenders
    .filter(({ missing }) => !missing)
    .map((outcome): Measurement => {
      const { who, target, version, firstMs, results } = outcome;
      const times = outcome.rounds.flat();
      const ms = median(times);
      const gflops = flopsOf(workload, threads) / ms / 1e6;
      const reachable = peakFor(target, peaks);
      const images = picturesOf(workload);
      return {
        ...{ who, target, workload: workload.name, threads },
        msMedian: rounded(ms, 3),
        msMin: rounded(Math.min(...times), 3),
        imagesPerSecond: images > 0 ? rounded((1000 * images) / ms, 1) : null,
        gflops: rounded(gflops, 1),
        peakFraction: reachable === null ? null : rounded(gflops / reachable, 3),
        version,
        spread: rounded(spread(times), 3),
        runs: times.length,
        rounds: outcome.rounds.map((round) => rounded(median(round), 3)),
        firstMs: rounded(firstMs, 1),
        agrees: results === expected ? null : near(results, expected),
      };
    });
  const absences = contenders
    .filter(({ missing }) => missing)
    .map(({ who, target, missing }) => ({ who, target, workload: workload.name, threads, ...missing! }));
  return { measurements, absences, peaks };
}

/** A target of ours is held to its own vectors, and so is WebAssembly; everyone else to the machine's best. */
const peakFor = (target: string, peaks: Readonly<Record<string, number>>): number | null =>
  peaks[target] ?? peaks.native ?? null;

/** Sums of the same products in another order differ in the last digits; each step of training adds to that. */
const tolerance = 2e-3;

const near = (results: readonly number[], expected: readonly number[]): boolean =>
  results.every(
    (value, i) => i >= expected.length || Math.abs(value - expected[i]) <= tolerance * Math.abs(expected[i]),
  );

export const lineOf = ({
  who,
  target,
  workload,
  threads,
  msMedian,
  msMin,
  imagesPerSecond,
  gflops,
  peakFraction,
}: Line): Line => ({
  ...{ who, target, workload, threads, msMedian, msMin, imagesPerSecond, gflops, peakFraction },
});
