import * as fs from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../door/usage-error.js";
import { checkpointFile, runsFolder } from "../checkpoints.js";

/** Where a training keeps what it makes: runs/text-NAME. */
export const textRun = (name: string): string =>
  join(runsFolder, `text-${name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}._-]+/gu, "-")}`);

/** The classifier of texts that was written last. */
export async function newestClassifier(): Promise<string> {
  const folders = await fs.readdir(runsFolder).catch(() => []);
  const found: { path: string; written: number }[] = [];
  for (const folder of folders.filter((name) => name.startsWith("text-"))) {
    const path = join(runsFolder, folder, checkpointFile);
    const entry = await fs.stat(path).catch(() => undefined);
    if (entry?.isFile()) found.push({ path, written: entry.mtimeMs });
  }
  if (found.length === 0)
    throw new UsageError(
      `there is no classifier of texts in ${runsFolder}/: train one first (receptive classify-text train), or name one with --checkpoint FILE`,
    );
  return found.reduce((a, b) => (b.written > a.written ? b : a)).path;
}
