import { printedAs } from "../tensor/printing.js";
import { type Shape, sizeOf } from "../tensor/shapes.js";
import { placeholder } from "../tensor/tensor.js";
import type { Model } from "./model.js";
import { type LayerRun, rehearse } from "./pass.js";
import { edges, type ReceptiveField, ReceptiveFields } from "./receptive-field.js";
import { summaryTable } from "./summary-table.js";

/** What `receptive summary --json` prints, for one example. */
export interface ModelSummary {
  readonly model: string;
  readonly input: number[];
  readonly params: number;
  readonly macs: number;
  readonly layers: LayerSummary[];
}

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
}

/** Walks through the model without running it. A layer that only holds others has no row: theirs say it all. */
export function summarise(model: Model, inputShape: Shape, training: boolean): ModelSummary {
  // Of two examples in training: batch statistics of a single one may not exist.
  const examples = training ? 2 : 1;
  const x = placeholder([examples, ...inputShape], "f32");
  const fields = new ReceptiveFields(x);
  const isLine = inputShape.length < 3;
  const runs: (LayerRun & { receptiveField: ReceptiveField })[] = [];
  const asked = rehearse(model, x, {
    training,
    ran(run) {
      if (run.path !== "") runs.push({ ...run, receptiveField: edges(fields.after(run), { isLine }) });
    },
  });
  const paramsOf = (layerPath: string): number =>
    asked
      .filter(({ kind, path }) => kind === "parameter" && path.slice(0, path.lastIndexOf(".")) === layerPath)
      .reduce((total, { shape }) => total + sizeOf(shape), 0);
  const layers = runs
    .filter(({ path, layer, holdsOthers }) => !holdsOthers || layer.macs || paramsOf(path) > 0)
    .map(
      ({ path, layer, x, y, receptiveField }): LayerSummary => ({
        name: path,
        type: layer.type,
        output: y.shape.slice(1),
        params: paramsOf(path),
        macs: (layer.macs?.(x, y) ?? 0) / examples,
        receptiveField,
      }),
    );
  const total = (count: "params" | "macs"): number => layers.reduce((sum, layer) => sum + layer[count], 0);
  const summary = {
    model: model.name,
    input: [...inputShape],
    params: total("params"),
    macs: total("macs"),
    layers,
  };
  return printedAs(summary, () => summaryTable(summary));
}
