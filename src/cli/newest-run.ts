/** The newest of what trainings of one kind have written. */
import * as fs from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../door/usage-error.js";
import { checkpointFile, runsFolder } from "./checkpoints.js";

/** Where a training of a kind keeps what it makes: runs/KIND-NAME. */
export const runOf = (kind: string, name: string): string =>
  join(runsFolder, `${kind}-${name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}._-]+/gu, "-")}`);

/**
 * The checkpoint of that kind that was written last.
 * @param what  what it holds, and the command that trains one, for the error
 * @throws UsageError where there is none
 */
export async function newestRun(kind: string, what: string, command: string): Promise<string> {
  const folders = await fs.readdir(runsFolder).catch(() => []);
  const found: { path: string; written: number }[] = [];
  for (const folder of folders.filter((name) => name.startsWith(`${kind}-`))) {
    const path = join(runsFolder, folder, checkpointFile);
    const entry = await fs.stat(path).catch(() => undefined);
    if (entry?.isFile()) found.push({ path, written: entry.mtimeMs });
  }
  if (found.length === 0)
    throw new UsageError(
      `there is no ${what} in ${runsFolder}/: train one first (receptive ${command}), or name one with --checkpoint FILE`,
    );
  return found.reduce((a, b) => (b.written > a.written ? b : a)).path;
}
