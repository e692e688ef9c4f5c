/** Networks with and without minimal filtering, as a table. */
import { percent, short, threadCount } from "./numbers.js";
import type { Table } from "./table.js";

export interface DirectFigure {
  readonly workload: string;
  readonly threads: number;
  readonly target: string;
  readonly msMedian: number;
  /** Without minimal filtering. */
  readonly directMs: number;
  /** What is reached of the measured multiply-adds without it. */
  readonly peakFraction: number;
  readonly wanted: number;
}

export const directTable = (figures: readonly DirectFigure[]): Table => ({
  columns: ["workload", "threads", "ours", "ms", "ms directly", "of peak, directly", "wanted", "met"],
  names: 3,
  rows: figures.map(({ workload, threads, target, msMedian, directMs, peakFraction, wanted }) => [
    ...[workload, threadCount(threads), target, short(msMedian), short(directMs)],
    ...[percent(peakFraction), percent(wanted), peakFraction >= wanted ? "yes" : "no"],
  ]),
});
