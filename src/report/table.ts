import { aligned, cells } from "./columns.js";
import { count } from "./numbers.js";

/** What the table of a model needs; `model.summary()` returns it. Shapes are those of one picture, H×W×C. */
export interface ModelSummary {
  model: string;
  input: readonly number[];
  params: number;
  macs: number;
  layers: readonly {
    name: string;
    type: string;
    output: readonly number[];
    params: number;
    macs: number;
    /** Edge of the square of input pixels that one value sees, or both edges; null where it sees all. */
    receptiveField: number | readonly [number, number] | null;
  }[];
}

/**
 * A model's layers as an aligned table with a row of totals.
 *
 *     lenet5, input 28×28×1
 *
 *     layer  type   output   parameters  multiply-adds  receptive field
 *     conv1  conv2d 28×28×6         156        117,600              5×5
 */
export function summaryTable({ model, input, params, macs, layers }: ModelSummary): string {
  const rows = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.output.join("×"),
    layer.params === 0 ? "" : count(layer.params),
    layer.macs === 0 ? "" : count(layer.macs),
    field(layer.receptiveField, input.length < 3),
  ]);
  const table = alignedTable(
    [
      { title: "layer", align: "left" },
      { title: "type", align: "left" },
      { title: "output", align: "left" },
      { title: "parameters", align: "right" },
      { title: "multiply-adds", align: "right" },
      { title: "receptive field", align: "right" },
    ],
    rows,
    ["total", "", "", count(params), count(macs), ""],
  );
  return `${model}, input ${input.join("×")}\n\n${table}`;
}

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

/** "5×5"; along a line, or of single values, "5". */
function field(receptiveField: ModelSummary["layers"][number]["receptiveField"], isLine: boolean): string {
  if (receptiveField === null) return "all";
  if (typeof receptiveField !== "number") return receptiveField.join("×");
  return isLine ? String(receptiveField) : `${receptiveField}×${receptiveField}`;
}
