/** Data sets as commands ask for them. */
import type { Command } from "commander";
import { UsageError } from "../cli/failure.js";
import { flagOf } from "../cli/values.js";
import { waitingLine } from "../cli/waiting-line.js";
import { chosen } from "../data/dataset.js";
import { type AnyDataset, type Dataset, datasets, loadDataset, part, type Splits } from "../data/index.js";
import { suggestion } from "../door/spelling.js";
import { count } from "../formatting/numbers.js";
import { type FolderOptions, openFolder } from "../images/folder.js";
import { downloadProgress } from "../report/progress.js";

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

/** @throws UsageError where an option was given that is about picture files, and there are none */
export function refuseFileOptions(name: string, options: readonly string[], command: Command): void {
  const unused = options.find((option) => command.getOptionValueSource(option) === "cli");
  if (unused !== undefined && folderOf(name) === undefined)
    throw new UsageError(
      `${flagOf(unused)} is for picture files, --data folder:PATH: it does nothing with ${name}`,
    );
}

/** Loads a data set, or the beginning of it, with a bar for each file that must be downloaded. */
export async function loadData(
  name: string,
  {
    limit,
    json,
    signal,
    folder: options,
  }: { limit?: number; json?: boolean; signal?: AbortSignal; folder: FolderOptions },
): Promise<Splits<AnyDataset>> {
  checkDataName(name);
  const folder = folderOf(name);
  if (folder === undefined) return loadWhole(name, { limit, json, signal });
  const { train, test } = await openFolder(folder, options);
  return { train: spread(train, limit), test: spread(test, limit) };
}

/** What --skip-bad asks of a folder: each bad picture is named on stderr, and all of them are counted. */
export function skipping(
  { skipBad }: { skipBad?: boolean },
  { json, signal }: { json?: boolean; signal?: AbortSignal },
): { options: Pick<FolderOptions, "skipBad">; line: () => { skipped?: number } } {
  if (!skipBad) return { options: {}, line: () => ({}) };
  const line = waitingLine({ json });
  let skipped = 0;
  const options: Pick<FolderOptions, "skipBad"> = {
    skipBad: {
      signal,
      told({ file, reason }) {
        skipped++;
        line.clear();
        process.stderr.write(`skipped ${file}: ${reason}\n`);
      },
      onProgress({ done, count: all }) {
        line.show(`looking at the pictures: ${count(done)} of ${count(all)}`);
        if (done === all) line.clear();
      },
      counted: () =>
        void (
          skipped &&
          process.stderr.write(
            `${count(skipped)} ${skipped === 1 ? "picture was" : "pictures were"} skipped\n`,
          )
        ),
    },
  };
  return { options, line: () => ({ skipped }) };
}

/** The same for what needs all pictures at once: a data set by its name, no folder. */
export async function loadWhole(
  name: string,
  { limit, json, signal }: { limit?: number; json?: boolean; signal?: AbortSignal },
): Promise<Splits> {
  checkDataName(name);
  if (folderOf(name) !== undefined)
    throw new UsageError(
      `${name}: a folder is read picture by picture, this command needs all at once: give it one of ${Object.keys(datasets).join(", ")}`,
    );
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

/** Of a folder, whose pictures stand class by class: so many of them, evenly from all. */
export function spread(dataset: AnyDataset, limit = dataset.length): AnyDataset {
  if (limit >= dataset.length) return dataset;
  return chosen(
    dataset,
    Int32Array.from({ length: limit }, (_, i) => Math.floor((i * dataset.length) / limit)),
  );
}
