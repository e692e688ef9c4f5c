import { printedAs } from "../tensor/printing.js";
import { sizeOf } from "../tensor/shapes.js";
import { leavesOf, type ShapeTree, shapesOf, type Tree } from "../tensor/tree.js";
import type { Layer } from "./layer.js";
import { type LayerRun, rehearse } from "./pass.js";
import { edges, ReceptiveFields } from "./receptive-field.js";
import { type LayerSummary, type ModelSummary, summaryTable } from "./summary-table.js";

/** Walks through a network without running it. A layer that only holds others has no row: theirs say it all. */
export function summarise<I extends Tree>(
  name: string,
  whole: Layer<I, Tree>,
  x: I,
  training: boolean,
): ModelSummary<ShapeTree> {
  const inputs = leavesOf(x);
  const [examples] = inputs[0][1].shape;
  const fields = inputs.map(
    ([, input]) =>
      new ReceptiveFields(
        input,
        inputs.map(([, other]) => other).filter((o) => o !== input),
      ),
  );
  const runs: (LayerRun & Pick<LayerSummary, "receptiveField" | "receptiveFields">)[] = [];
  const asked = rehearse(whole, x, {
    training,
    ran(run) {
      const seen = inputs.flatMap(([input, { rank }], i) => {
        const field = fields[i].after(run);
        return field === "nothing" ? [] : [[input, edges(field, { isLine: rank < 4 })] as const];
      });
      const receptiveField = seen.length > 0 ? seen[0][1] : null;
      const receptiveFields = inputs.length > 1 ? Object.fromEntries(seen) : undefined;
      if (run.path !== "") runs.push({ ...run, receptiveField, ...(receptiveFields && { receptiveFields }) });
    },
  });
  const paramsOf = (layerPath: string): number =>
    asked
      .filter(({ kind, path }) => kind === "parameter" && path.slice(0, path.lastIndexOf(".")) === layerPath)
      .reduce((total, { shape }) => total + sizeOf(shape), 0);
  const layers = runs
    .filter(({ path, layer, holdsOthers }) => !holdsOthers || layer.macs || paramsOf(path) > 0)
    .flatMap(({ path, layer, x, y, receptiveField, receptiveFields }) =>
      leavesOf(y, path).map(
        ([part, { shape }], i): LayerSummary => ({
          name: part,
          type: layer.type,
          output: shape.slice(1),
          // What a layer of several outputs has and does counts once.
          params: i === 0 ? paramsOf(path) : 0,
          macs: i === 0 ? (layer.macs?.(x, y) ?? 0) / examples : 0,
          receptiveField,
          ...(receptiveFields && { receptiveFields }),
        }),
      ),
    );
  const total = (count: "params" | "macs"): number => layers.reduce((sum, layer) => sum + layer[count], 0);
  const input = shapesOf(x);
  const summary = { model: name, input, params: total("params"), macs: total("macs"), layers };
  return printedAs(summary, () => summaryTable(summary));
}
