import type { Command } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { nearestKernel } from "../../features/nearest-kernel.js";
import type { Plane } from "../../features/raster.js";
import { renderPanels } from "../../report/features/panels.js";
import { signedPicture } from "../../report/features/shades.js";
import { alignedTable } from "../../report/table.js";
import { load } from "../../training/opened-checkpoint.js";
import { newestCheckpoint } from "../checkpoints.js";
import { checkPng, finish } from "./output.js";

export function nearestKernelsCommand(features: Command): void {
  features
    .command("nearest-kernels")
    .description("for each learned filter of a network's first layer the classic kernel it is nearest to")
    .option("--checkpoint <path>", "the trained network; the one in runs/ if left out")
    .option("--output <file>", "the PNG to write", "nearest-kernels.png")
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive features nearest-kernels --checkpoint runs/lenet5-mnist/checkpoint.safetensors",
    )
    .action(run);
}

/** More would not fit on a page. */
const mostFilters = 64;

async function run({
  checkpoint: path,
  output,
  json,
}: {
  checkpoint?: string;
  output: string;
  json?: boolean;
}): Promise<void> {
  checkPng(output);
  const file = path ?? (await newestCheckpoint()).path;
  const { weights, model } = await load(file);
  const first = [...weights].find(([name, { shape }]) => name.endsWith(".filters") && shape.length === 4);
  if (!first) throw new UsageError(`${file}: ${model.name} has no convolution, and so no filters to compare`);
  const [name, { shape, data }] = first;
  const [height, width, channels, filters] = shape;
  if (height !== width || height < 3)
    throw new UsageError(
      `${file}: the filters of ${name} are ${height}×${width}, classic kernels are squares from 3×3 on`,
    );
  const found = Array.from({ length: Math.min(filters, mostFilters) }, (_, f) => {
    // A kernel has one channel: of a filter with several their mean is compared.
    const matrix = Array.from({ length: height }, (_, i) =>
      Array.from({ length: width }, (_, j) => {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += data[((i * width + j) * channels + c) * filters + f];
        return sum / channels;
      }),
    );
    return { filter: f, matrix, ...nearestKernel(matrix) };
  });
  const plane = (rows: readonly (readonly number[])[], sign = 1): Plane => ({
    width,
    height,
    values: Float32Array.from(rows.flat(), (w) => sign * w),
  });
  const png = await renderPanels({
    title: `First filters of ${model.name} and the classic kernels nearest to them`,
    subtitle: `${name}, ${shape.join("×")}; blue below 0, white 0, red above; in pairs: learned, classic (with its sign turned where that is nearer)`,
    columns: Math.min(6, 2 * found.length),
    panels: found.flatMap(({ filter, matrix, kernel, similarity, negative }) => [
      { caption: `filter ${filter + 1}`, picture: signedPicture(plane(matrix)) },
      {
        caption: `${negative ? "−" : ""}${kernel.name}: ${similarity.toFixed(2)}`,
        picture: signedPicture(plane(kernel.matrix, negative ? -1 : 1)),
      },
    ]),
  });
  const text = alignedTable(
    [
      { title: "filter", align: "right" },
      { title: "nearest kernel", align: "left" },
      { title: "similarity", align: "right" },
    ],
    found.map(({ filter, kernel, similarity, negative }) => [
      String(filter + 1),
      `${negative ? "−" : ""}${kernel.name}`,
      similarity.toFixed(3),
    ]),
  );
  const rows = found.map(({ filter, kernel, similarity, negative }) => ({
    filter: filter + 1,
    kernel: kernel.name,
    similarity,
    negative,
  }));
  await finish(output, png, {
    text,
    json: json ? { model: model.name, layer: name, filters: rows } : undefined,
  });
}
