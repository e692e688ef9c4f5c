/** Folders in Node: made with all that they lie in, and taken away again. */
import * as fs from "node:fs/promises";
import { dirname, relative } from "node:path";
import { inWords } from "./node-file-error.js";

/**
 * Makes a folder with all that it lies in; one that is there is left as it is.
 * @returns  the first that was made
 */
export const makeFolder = (path: string): Promise<string | undefined> =>
  inWords(path, () => madeFolder(path));

/** The same, in the words of the system. */
export async function madeFolder(path: string): Promise<string | undefined> {
  try {
    const missing = await missingFolders(path);
    if (missing.length === 0) return await fs.mkdir(path, { recursive: true });
    // One by one: asked for all at once, Node never answers where the system takes none, as in /proc.
    for (const folder of missing)
      await fs.mkdir(folder).catch(async (error) => {
        const isThere = await fs.stat(folder).then(
          (entry) => entry.isDirectory(),
          () => false,
        );
        if (!isThere) throw error;
      });
    return missing[0];
  } catch (error) {
    // Of a read-only disk Node says that something is not there: the folder that is there knows better.
    if (isAbsent(error)) await fs.access(await existingFolder(path), fs.constants.W_OK);
    throw error;
  }
}

/** Takes folders away again, as far as they are empty: from this one up to the first that was made for it. */
export async function removeMade(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined || relative(first, folder).startsWith("..")) return;
  await fs.rmdir(folder).then(
    () => removeMade(dirname(folder), first),
    () => {}, // something else lies there by now
  );
}

/** The folders of a path that are not there, the outermost first. */
async function missingFolders(path: string): Promise<string[]> {
  const there = await existingFolder(path);
  const missing: string[] = [];
  for (let folder = path; folder !== there; folder = dirname(folder)) missing.unshift(folder);
  return missing;
}

/** The nearest folder of a path that is there. */
export async function existingFolder(path: string): Promise<string> {
  const isThere = await fs.stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : existingFolder(dirname(path));
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";
