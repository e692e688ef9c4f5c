/** A workload's contenders as a table: what each took, and how much faster we are. */
import type { Comparison, Measurement } from "../measure/measurement.js";
import { percent, short, threadCount, times } from "./numbers.js";
import { familyOf, isOurs, speedOver } from "./ratios.js";
import type { Table } from "./table.js";

/** Workload, threads, and what the machine could do while it was measured. */
export function heading(workload: string, threads: number, { peaks }: Comparison): string {
  const reached = Object.entries(peaks).map(([target, gflops]) => `${short(gflops)} GFLOP/s (${target})`);
  const peak = reached.length > 0 ? `; multiply-adds reach ${reached.join(", ")}` : "";
  return `${workload}, ${threadCount(threads)}${peak}`;
}

export function comparisonTable({ measurements, absences }: Comparison): Table {
  const ours = measurements.filter(isOurs);
  const compared = measurements.some((m) => !isOurs(m));
  const rows = measurements.map((m) => [
    m.who,
    m.target,
    short(m.msMedian),
    short(m.msMin),
    percent(m.spread),
    short(m.imagesPerSecond),
    short(m.gflops),
    percent(m.peakFraction),
    ...(compared ? ours.map((our) => (isOurs(m) ? "" : times(speedOver(our, m)))) : []),
    remark(m),
  ]);
  const missing = absences.map(({ who, target, reason }) => [
    ...[who, target, ...Array(6).fill("")],
    ...(compared ? ours.map(() => "") : []),
    reason,
  ]);
  const columns = [
    ...["library", "on", "ms", "least", "spread", "images/s", "GFLOP/s", "of peak"],
    ...(compared ? ours.map((our) => `our ${familyOf(our)} is`) : []),
    "",
  ];
  return { columns, names: 2, rows: [...rows, ...missing] };
}

const remark = ({ agrees, runs }: Measurement): string =>
  [agrees === false ? "OTHER RESULTS" : "", runs < 5 ? `${runs} run${runs === 1 ? "" : "s"}` : ""]
    .filter((text) => text !== "")
    .join(", ");
