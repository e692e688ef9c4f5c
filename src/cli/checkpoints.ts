/** Where the command line keeps checkpoints: runs/<model>-<data>/checkpoint.safetensors. */
import * as fs from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { writerOf } from "#platform";
import { UsageError } from "../door/usage-error.js";
import { folderOf } from "../openers/data-sets.js";
import { inWords } from "../platform/node-file-error.js";
import { existingFolder } from "../platform/node-folders.js";
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

/**
 * Better before training than after it.
 * @throws UsageError where the folder, or what it lies in, is a file; FileError where nothing can be written there
 */
export async function checkWritable(folder: string, option = "--output"): Promise<void> {
  const existing = await existingFolder(folder);
  const entry = await fs.stat(existing).catch(() => undefined);
  if (entry && !entry.isDirectory())
    throw new UsageError(
      `${option} ${folder}: ${existing === folder ? "" : `${existing} `}is a file, not a directory`,
    );
  if (entry) await inWords(folder, () => fs.access(existing, fs.constants.W_OK));
}

/** Removes what runs that were killed while they wrote have left behind. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names) {
    const writer = writerOf(name);
    if (writer !== undefined && !isAlive(writer)) await fs.rm(join(folder, name), { force: true });
  }
}
