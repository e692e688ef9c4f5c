/** A curve of growing cost as a table. */
import type { Curve, Grown } from "../growth.js";
import { short } from "./numbers.js";
import type { Table } from "./table.js";

export interface GrowthTable extends Omit<Curve, "points"> {
  readonly target: string;
  readonly points: readonly Grown[];
}

/** The last column is the growth of the cost of one unit since the line above: 1 where cost is in proportion. */
export const growthTable = ({ grows, unit, points }: GrowthTable): Table => ({
  columns: [grows, "ms", `µs per ${unit}`, "GFLOP/s", "to the line above"],
  names: 0,
  rows: points.map(({ size, msMedian, microsecondsPerUnit, gflops }, i) => [
    ...[String(size), short(msMedian), short(microsecondsPerUnit), short(gflops)],
    i === 0 ? "" : short(microsecondsPerUnit / points[i - 1].microsecondsPerUnit),
  ]),
});
