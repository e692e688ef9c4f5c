import { type AnyDataset, picturesAt } from "../data/dataset.js";
import type { Picture } from "../images/picture.js";
import type { Model } from "../nn/index.js";
import { count } from "../report/numbers.js";
import type { SheetFilters, SheetInput } from "../report/sheet.js";
import type { Checkpoint } from "../training/checkpoint.js";
import type { Evaluation } from "../training/evaluate.js";
import type { Settings } from "./settings.js";

/** What the sheet of a finished training shows. */
export async function sheetOf(
  model: Model,
  test: AnyDataset,
  { top1, count: pictures, confusion, mistakes }: Evaluation,
  { settings, latest }: { settings: Settings; latest: Checkpoint },
): Promise<SheetInput> {
  const pixels = await picturesAt(
    test,
    Int32Array.from(mistakes, ({ index }) => index),
  );
  const params = [...model.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  const { history, images, batchSize } = latest.training!;
  const epochs = history.epochs.length;
  return {
    title: `${model.name} on ${test.name}`,
    subtitle: `${count(params)} parameters · ${epochs} ${epochs === 1 ? "epoch" : "epochs"} · seed ${settings.seed}`,
    test: {
      accuracy: top1,
      count: pictures,
      confusion,
      mistakes: mistakes.map(({ truth, read, confidence }, i) => ({
        picture: pictureAt(pixels, i, test.shape),
        truth: test.classes[truth],
        read: test.classes[read],
        confidence,
      })),
      mistakeCount: Math.round((1 - top1) * pictures),
    },
    classes: test.classes,
    filters: firstFilters(model),
    training: {
      stepsPerEpoch: Math.ceil(images / batchSize),
      steps: Array.from(history.losses, (loss, i) => ({ step: i + 1, loss })),
      epochs: history.epochs,
    },
  };
}

function pictureAt(images: Uint8Array, i: number, [height, width, channels]: AnyDataset["shape"]): Picture {
  const size = height * width * channels;
  const pixels = images.subarray(i * size, (i + 1) * size);
  return { width, height, channels: channels === 3 ? 3 : 1, pixels };
}

function firstFilters(model: Model): SheetFilters | undefined {
  for (const [path, filters] of model.parameters)
    if (path.endsWith(".filters"))
      return {
        layer: path.slice(0, -".filters".length),
        shape: filters.shape as SheetFilters["shape"],
        values: filters.read(),
      };
  return undefined;
}
