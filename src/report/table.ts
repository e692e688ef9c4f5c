import { aligned, cells } from "./columns.js";

export interface Column {
  title: string;
  align: "left" | "right";
}

/** Rows under their titles, each column as wide as its widest cell, two spaces between; totals below a line. */
export function alignedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  totals?: readonly string[],
): string {
  const titles = columns.map(({ title }) => title);
  const all = totals ? [titles, ...rows, totals] : [titles, ...rows];
  const widths = columns.map((_, j) => Math.max(...all.map((row) => cells(row[j]))));
  const line = (row: readonly string[]) =>
    row
      .map((text, j) => aligned(text, widths[j], columns[j].align))
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width, 2 * (columns.length - 1)));
  const body = [line(titles), rule, ...rows.map(line)];
  return (totals ? [...body, rule, line(totals)] : body).join("\n");
}
