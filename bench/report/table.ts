/** Tables, for terminals and for Markdown. The first columns are names, the others numbers. */

export interface Table {
  readonly columns: readonly string[];
  /** How many columns hold names. */
  readonly names: number;
  readonly rows: readonly (readonly string[])[];
}

/** Columns as wide as their widest cell, two spaces between, names to the left and numbers to the right. */
export function plain({ columns, names, rows }: Table): string {
  const widths = columns.map((title, j) => Math.max(title.length, ...rows.map((row) => row[j].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, j) => (j < names ? cell.padEnd(widths[j]) : cell.padStart(widths[j])))
      .join("  ")
      .trimEnd();
  return [columns, ...rows].map(line).join("\n");
}

export function markdown({ columns, names, rows }: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const rule = columns.map((_, j) => (j < names ? "---" : "---:"));
  return [columns, rule, ...rows].map(line).join("\n");
}
