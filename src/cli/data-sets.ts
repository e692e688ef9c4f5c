/** Data sets as commands ask for them. */
import { type Dataset, datasets, loadDataset, part, type Splits } from "../data/index.js";
import { suggestion } from "../nn/spelling.js";
import { downloadProgress } from "../report/progress.js";
import { UsageError } from "./failure.js";

/** MNIST where it lies on this machine, otherwise the built-in digits: nothing is downloaded without being asked for. */
export async function defaultData(): Promise<{ name: string; remark?: string }> {
  const source = await datasets.mnist.source();
  if (source.kind === "found") return { name: "mnist" };
  return {
    name: "digits",
    remark:
      "MNIST is not on this machine, so this trains on the built-in digits, which are drawn by code; --data mnist downloads MNIST (12 MB).",
  };
}

/** @throws UsageError naming the data set that was probably meant */
export function checkDataName(name: string): void {
  const names = Object.keys(datasets);
  if (!Object.hasOwn(datasets, name))
    throw new UsageError(
      `there is no data set "${name}" (there are ${names.join(", ")})${suggestion(name, names)}`,
    );
}

/** Loads a data set, or the beginning of it, with a bar for each file that must be downloaded. */
export async function loadData(
  name: string,
  { limit, json, signal }: { limit?: number; json?: boolean; signal?: AbortSignal } = {},
): Promise<Splits> {
  checkDataName(name);
  let bar: (ReturnType<typeof downloadProgress> & { file: string }) | undefined;
  try {
    const { train, test } = await loadDataset(name, {
      signal,
      onProgress({ file, received, total }) {
        if (bar?.file !== file) {
          bar?.stop();
          bar = Object.assign(downloadProgress(file, { json }), { file });
        }
        bar.report(received, total);
      },
    });
    return { train: first(train, limit), test: first(test, limit) };
  } finally {
    bar?.stop();
  }
}

const first = (dataset: Dataset, limit = dataset.length): Dataset =>
  part(dataset, 0, Math.min(limit, dataset.length));
