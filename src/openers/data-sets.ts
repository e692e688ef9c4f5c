/** Data sets by name, and folders of pictures by their path. */

import { chosen } from "../data/chosen.js";
import { type AnyDataset, type Dataset, datasets, loadDataset, part, type Splits } from "../data/index.js";
import { suggestion } from "../door/spelling.js";
import { UsageError } from "../door/usage-error.js";
import { type FolderOptions, openFolder } from "../images/folder.js";
import type { Download, Told } from "./told.js";

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

/** The folder of `folder:PATH`; undefined for the name of a data set. */
export const folderOf = (name: string): string | undefined =>
  name.startsWith("folder:") ? name.slice("folder:".length) : undefined;

/** @throws UsageError naming the data set that was probably meant */
export function checkDataName(name: string): void {
  const names = Object.keys(datasets);
  if (folderOf(name) === "") throw new UsageError("folder: needs a path, as in folder:flowers");
  if (folderOf(name) === undefined && !Object.hasOwn(datasets, name))
    throw new UsageError(
      `there is no data set "${name}" (there are ${names.join(", ")}; or folder:PATH)${suggestion(name, names)}`,
    );
}

/** Loads a data set, or the beginning of it, and says of each file that it is downloaded. */
export async function loadData(
  name: string,
  {
    limit,
    signal,
    folder: options,
    ...told
  }: { limit?: number; signal?: AbortSignal; folder: FolderOptions } & Told,
): Promise<Splits<AnyDataset>> {
  checkDataName(name);
  const folder = folderOf(name);
  if (folder === undefined) return loadWhole(name, { limit, signal, ...told });
  const { train, test } = await openFolder(folder, options);
  return { train: spread(train, limit), test: spread(test, limit) };
}

/** The same for what needs all pictures at once: a data set by its name, no folder. */
export async function loadWhole(
  name: string,
  { limit, signal, download }: { limit?: number; signal?: AbortSignal } & Told,
): Promise<Splits> {
  checkDataName(name);
  if (folderOf(name) !== undefined)
    throw new UsageError(
      `${name}: a folder is read picture by picture, this command needs all at once: give it one of ${Object.keys(datasets).join(", ")}`,
    );
  let bar: (Download & { file: string }) | undefined;
  try {
    const { train, test } = await loadDataset(name, {
      signal,
      onProgress({ file, received, total }) {
        if (bar?.file !== file) {
          bar?.stop();
          bar = download && Object.assign(download(file), { file });
        }
        bar?.report(received, total);
      },
    });
    return { train: first(train, limit), test: first(test, limit) };
  } finally {
    bar?.stop();
  }
}

const first = (dataset: Dataset, limit = dataset.length): Dataset =>
  part(dataset, 0, Math.min(limit, dataset.length));

/** Of a folder, whose pictures stand class by class: so many of them, evenly from all. */
export function spread(dataset: AnyDataset, limit = dataset.length): AnyDataset {
  if (limit >= dataset.length) return dataset;
  return chosen(
    dataset,
    Int32Array.from({ length: limit }, (_, i) => Math.floor((i * dataset.length) / limit)),
  );
}
