/** What was typed is looked at before a command begins: else hours of work end in a line about a folder. */
import * as fs from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { FileError, inWords } from "../platform/node-file-error.js";
import { existingFolder } from "../platform/node-folders.js";
import { checkWritable } from "./checkpoints.js";

/** Options that name a file, or a folder, to be written. */
const written = ["output", "map", "frames", "trace", "cache", "html"];

/**
 * @throws UsageError where an argument or an option is empty
 * @throws FileError where a file could not be written
 */
export async function checkGiven(command: Command): Promise<void> {
  for (const [i, text] of command.args.entries())
    if (text === "") throw new UsageError(`argument ${i + 1} of ${command.name()} is empty`);
  const options = command.opts<Record<string, unknown>>();
  for (const option of command.options) {
    const name = option.attributeName();
    const value = options[name];
    if ([value].flat().includes(""))
      throw new UsageError(`${option.long} is empty, expected ${option.flags}`);
    if (!written.includes(name) || typeof value !== "string") continue;
    await (option.flags.endsWith("<dir>") ? checkWritable(value, option.long!) : checkFile(value));
  }
}

/** A file that is written whole, or replaced: where it lies, or shall lie, has to be a folder that takes it. */
async function checkFile(path: string): Promise<void> {
  const entry = await fs.stat(path).catch(() => undefined);
  if (entry?.isDirectory()) throw new FileError(path, "EISDIR");
  if (entry && !entry.isFile()) return; // a device, which is written as it is
  const folder = await existingFolder(dirname(path));
  await inWords(path, async () => {
    if (!(await fs.stat(folder)).isDirectory()) throw new FileError(path, "ENOTDIR");
    await fs.access(folder, fs.constants.W_OK);
  });
}
