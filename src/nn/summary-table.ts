import type { Shape } from "../tensor/shapes.js";
import { isShape, type ShapeTree, showShapes } from "../tensor/tree.js";
import type { ReceptiveField } from "./receptive-field.js";

/** What `receptive summary --json` prints, for one example. */
export interface ModelSummary<Shapes = Shape> {
  readonly model: string;
  /** The shape of one example; of several inputs a record of shapes. */
  readonly input: Shapes;
  readonly params: number;
  readonly macs: number;
  readonly layers: LayerSummary[];
}

/** A layer as `summary` shows it. */
export interface LayerSummary {
  /** The layer's path: `conv1`, `block1/conv1` */
  readonly name: string;
  readonly type: string;
  readonly output: number[];
  /** Trained numbers: running statistics do not count. */
  readonly params: number;
  /** Multiply-adds of matrix products and convolutions. */
  readonly macs: number;
  /**
   * Edge in pixels of what a unit sees, [height, width] where they differ, null where it is the whole input. Along a
   * line (L×C, or the L words of a sentence) so many places.
   */
  readonly receptiveField: ReceptiveField;
  /** In a network of several inputs what is seen of each, by its name; those of which nothing is seen are left out. */
  readonly receptiveFields?: { readonly [input: string]: ReceptiveField };
}

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
