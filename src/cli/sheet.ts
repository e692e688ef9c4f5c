/** What the sheets of all trainings show. */
import type { AnyDataset } from "../data/dataset.js";
import type { Picture } from "../images/picture.js";
import type { Model } from "../nn/index.js";
import type { SheetFilters, SheetTraining } from "../report/sheet.js";
import type { Checkpoint } from "../training/checkpoint.js";

/** One of several pictures that lie behind each other. */
export function pictureAt(
  images: Uint8Array | Uint8ClampedArray,
  i: number,
  [height, width, channels]: AnyDataset["shape"],
): Picture {
  const size = height * width * channels;
  const pixels = Uint8Array.from(images.subarray(i * size, (i + 1) * size));
  return { width, height, channels: channels === 3 ? 3 : 1, pixels };
}

/** Those of the first convolution, if there is one. */
export async function firstFilters(model: Model): Promise<SheetFilters | undefined> {
  for (const [path, filters] of model.parameters)
    if (path.endsWith(".filters"))
      return {
        layer: path.slice(0, -".filters".length),
        shape: filters.shape as SheetFilters["shape"],
        values: await filters.read(),
      };
  return undefined;
}

export function courseOf({ training }: Checkpoint): SheetTraining {
  const { history, images, batchSize } = training!; // a run's own checkpoint always has it
  return {
    stepsPerEpoch: Math.ceil(images / batchSize),
    steps: Array.from(history.losses, (loss, i) => ({ step: i + 1, loss })),
    epochs: history.epochs,
  };
}
