/** What starting costs, as a table. */
import { short } from "./numbers.js";
import type { Table } from "./table.js";

export interface StartFigure {
  readonly what: string;
  readonly who: string;
  readonly value: number;
  readonly unit: "ms" | "MB";
  /** The most that it should be, where there is a goal. */
  readonly wanted: number | null;
}

export const startTable = (figures: readonly StartFigure[]): Table => ({
  columns: ["what", "who", "measured", "at most", "met"],
  names: 2,
  rows: figures.map(({ what, who, value, unit, wanted }) => [
    ...[what, who, `${short(value)} ${unit}`],
    ...(wanted === null ? ["", ""] : [`${short(wanted)} ${unit}`, value <= wanted ? "yes" : "no"]),
  ]),
});
