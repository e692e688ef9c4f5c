/** What was typed is looked at before a command begins: else hours of work end in a line about a folder. */
import * as fs from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { FileError, inWords } from "../platform/node-file-error.js";
import { existingFolder } from "../platform/node-folders.js";
import { checkWritable } from "./checkpoints.js";
import { flagOf } from "./values.js";

/** Options that name a file, or a folder, to be written. */
const written = ["output", "map", "frames", "trace", "cache", "html", "run", "qrels", "overlay"];

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

/** @throws UsageError where one of these options was typed, which does nothing here: `why` says it behind its name */
export function refuse(command: Command, options: readonly string[], why: string): void {
  const typed = options.find((option) => command.getOptionValueSource(option) === "cli");
  if (typed !== undefined) throw new UsageError(`${flagOf(typed)} ${why}: leave it out`);
}

/** @throws UsageError where a file that is written is the one that is read: its content would be lost */
export function refuseSame(written: Typed, read: Typed): void {
  const [[option, path], [source, from]] = [Object.entries(written)[0], Object.entries(read)[0]];
  if (path !== undefined && from !== undefined && resolve(path) === resolve(from))
    throw new UsageError(`${flagOf(option)} names the file of ${flagOf(source)}, which it would replace`);
}

/** An option's name, and the path that was typed for it. */
type Typed = { readonly [option: string]: string | undefined };

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
