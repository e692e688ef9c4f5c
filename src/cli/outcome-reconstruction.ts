/** What `receptive train` reports of a network that makes pictures again. */
import { type AnyDataset, picturesAt } from "../data/dataset.js";
import { count, significant } from "../formatting/numbers.js";
import type { Model } from "../nn/index.js";
import { renderReconstructionSheet } from "../report/reconstruction-sheet.js";
import type { SheetRow } from "../report/sheet/reconstructions.js";
import { tensor } from "../tensor/creation.js";
import { sizeOf } from "../tensor/shapes.js";
import {
  type PrincipalComponents,
  principalComponents,
  projected,
  projectionError,
} from "../training/principal-components.js";
import { evaluateReconstruction, type Reconstruction, reconstructed } from "../training/reconstruction.js";
import { courseOf, firstFilters, pictureAt } from "./sheet.js";
import { effort, type FinishedRun, type Outcome, runLine } from "./train-report.js";

/** The network's error, and that of principal components with a code as large, found on the same training pictures. */
export async function outcomeOfReconstruction(run: FinishedRun): Promise<Outcome> {
  const { done, model, data, latest, paths, signal, onProgress } = run;
  const { train, test } = data;
  const result = await evaluateReconstruction(model, test, { signal, onProgress });
  const code = codeSize(model);
  const components = await principalComponents(train, code);
  const pcaLoss = await projectionError(components, test);
  const label = `PCA of ${count(code)} numbers`;
  return {
    line: { testLoss: result.loss, pcaLoss, code },
    text: [
      "",
      `${model.name} on ${test.name}: ${reconstructionScores(result)}; ${label}: ${significant(pcaLoss)}.`,
      effort(done),
      "",
      `The trained network:                       ${paths.checkpoint}`,
      `Filters, loss curve, pictures made again:  ${paths.sheet}`,
    ].join("\n"),
    sheet: await renderReconstructionSheet({
      title: `${model.name} on ${test.name}`,
      subtitle: `${runLine(run)} · ${label}: ${significant(pcaLoss)}`,
      test: { error: result.loss, count: result.count },
      rows: await rowsOf(model, test, components),
      filters: await firstFilters(model),
      training: { ...courseOf(latest), reference: { label, loss: pcaLoss } },
    }),
  };
}

/** "10,000 test pictures made again with a mean squared error of 0.0061 (pixels 0 to 1)" */
export const reconstructionScores = ({ loss, count: pictures }: Reconstruction): string =>
  `${count(pictures)} test pictures made again with a mean squared error of ${significant(loss)} (pixels 0 to 1)`;

/** Numbers of the narrowest layer: all that is left of a picture there. */
const codeSize = (model: Model): number =>
  Math.min(...model.summary().layers.map(({ output }) => sizeOf(output)));

/** The first picture of each class, of the first ten. */
async function rowsOf(model: Model, test: AnyDataset, components: PrincipalComponents): Promise<SheetRow[]> {
  const indices = Int32Array.from(
    test.classes
      .slice(0, 10)
      .map((_, c) => test.labels.indexOf(c))
      .filter((index) => index >= 0),
  );
  const [originals, size] = [await picturesAt(test, indices), sizeOf(test.shape)];
  const made = await reconstructed(model, tensor(originals, [indices.length, ...test.shape]));
  const byComponents = new Uint8ClampedArray(originals.length);
  for (let at = 0; at < originals.length; at += size)
    byComponents.set(
      projected(components, originals.subarray(at, at + size)).map((value) => 255 * value),
      at,
    );
  const pictures = (pixels: Uint8Array | Uint8ClampedArray) =>
    Array.from(indices, (_, i) => pictureAt(pixels, i, test.shape));
  return [
    { label: "test pictures", pictures: pictures(originals) },
    { label: model.name, pictures: pictures(made) },
    { label: "PCA", pictures: pictures(byComponents) },
  ];
}
