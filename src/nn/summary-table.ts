import { isShape, type ShapeTree, showShapes } from "../tensor/tree.js";
import type { ReceptiveField } from "./receptive-field.js";
import type { LayerSummary, ModelSummary } from "./summary.js";

/**
 * A model's layers as an aligned table with a row of totals.
 *
 *     lenet5, input 28×28×1
 *
 *     layer  type   output   parameters  multiply-adds  receptive field
 *     conv1  conv2d 28×28×6         156        117,600              5×5
 */
export function summaryTable({ model, input, params, macs, layers }: ModelSummary<ShapeTree>): string {
  const isLine = isShape(input) && input.length < 3;
  const count = (n: number): string => Math.round(n).toLocaleString("en-US");
  const body = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.output.join("×"),
    layer.params === 0 ? "" : count(layer.params),
    layer.macs === 0 ? "" : count(layer.macs),
    fieldsSeen(layer, isLine),
  ]);
  const titles = ["layer", "type", "output", "parameters", "multiply-adds", "receptive field"];
  const rows = [titles, ...body, ["total", "", "", count(params), count(macs), ""]];
  const widths = titles.map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  const lines = rows.map((row) =>
    row
      .map((text, j) => (j < 3 ? text.padEnd(widths[j]) : text.padStart(widths[j])))
      .join("  ")
      .trimEnd(),
  );
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width, 2 * (titles.length - 1)));
  lines.splice(1, 0, rule);
  lines.splice(-1, 0, rule);
  return `${model}, input ${showShapes(input)}\n\n${lines.join("\n")}`;
}

/** Of several inputs each by its name: `picture 5×5, words all`. */
const fieldsSeen = ({ receptiveField, receptiveFields }: LayerSummary, isLine: boolean): string =>
  receptiveFields
    ? Object.entries(receptiveFields)
        .map(([input, seen]) => `${input} ${field(seen, isLine)}`)
        .join(", ")
    : field(receptiveField, isLine);

/** "5×5"; along a line, or of single values, "5". */
function field(receptiveField: ReceptiveField, isLine: boolean): string {
  if (receptiveField === null) return "all";
  if (typeof receptiveField !== "number") return receptiveField.join("×");
  return isLine ? String(receptiveField) : `${receptiveField}×${receptiveField}`;
}
