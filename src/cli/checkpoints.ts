/** Where the command line keeps checkpoints: runs/<model>-<data>/checkpoint.safetensors. */
import * as fs from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { writerOf } from "#platform";
import { folderOf } from "./data-sets.js";
import { UsageError } from "./failure.js";
import { isAlive } from "./folder-claim.js";

export const runsFolder = "runs";
export const checkpointFile = "checkpoint.safetensors";
export const sheetFile = "sheet.png";

/** Where a run keeps what it makes: runs/lenet5-mnist; of folder:PATH the folder's own name counts. */
export function defaultOutput({ model, data }: { model: string; data: string }): string {
  const folder = folderOf(data);
  return join(runsFolder, `${model}-${folder === undefined ? data : basename(resolve(folder))}`);
}

/** The checkpoint that is meant where none is named: the newest. `others`: how many more there are. */
export async function newestCheckpoint(): Promise<{ path: string; others: number }> {
  const folders = await fs.readdir(runsFolder, { withFileTypes: true }).catch(() => []);
  const found: { path: string; written: number }[] = [];
  for (const folder of folders) {
    const path = join(runsFolder, folder.name, checkpointFile);
    const entry = folder.isDirectory() ? await fs.stat(path).catch(() => undefined) : undefined;
    if (entry?.isFile()) found.push({ path, written: entry.mtimeMs });
  }
  if (found.length === 0)
    throw new UsageError(
      `there is no checkpoint in ${runsFolder}/: train a model first (receptive train), or name a checkpoint with --checkpoint PATH`,
    );
  const { path } = found.reduce((a, b) => (b.written > a.written ? b : a));
  return { path, others: found.length - 1 };
}

/** @throws UsageError if no files can be written to this folder: better before training than after it */
export async function checkWritable(folder: string): Promise<void> {
  let existing = folder;
  for (;;) {
    const entry = await fs.stat(existing).catch(() => undefined);
    if (entry) {
      const problem = entry.isDirectory() ? await notWritable(existing) : "is a file, not a directory";
      if (problem)
        throw new UsageError(`--output ${folder}: ${existing === folder ? "" : `${existing} `}${problem}`);
      return;
    }
    if (dirname(existing) === existing) return;
    existing = dirname(existing);
  }
}

/** Removes what runs that were killed while they wrote have left behind. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names) {
    const writer = writerOf(name);
    if (writer !== undefined && !isAlive(writer)) await fs.rm(join(folder, name), { force: true });
  }
}

const notWritable = (folder: string) =>
  fs.access(folder, fs.constants.W_OK).then(
    () => undefined,
    () => "cannot be written to",
  );
