/** Folders of picture files as people have them: with what systems and programs leave in them, and any depth below. */
import { fileExists, hasFolders, listFolder, realPath } from "#platform";
import { DataError } from "../data/dataset.js";
import { pictureFiles } from "./kind.js";

/** What belongs to a system or a program, and not to the pictures: .git, ._cat.jpg, __MACOSX, thumbnails of a NAS. */
const isForeign = (name: string): boolean =>
  /^(\.|__MACOSX$|@eaDir$|\$RECYCLE\.BIN$|System Volume Information$|lost\+found$)/i.test(name);

/** One class: its folder, and the picture files in it and below. */
export interface ClassFolder {
  /** As written on this system; composed alike (é as one character), whoever wrote the folder. */
  readonly name: string;
  readonly path: string;
  readonly files: readonly string[];
}

/** What is in a folder but for what is foreign, in the order of the names. */
export async function listOwn(
  path: string,
): Promise<{ folders: string[]; pictures: string[]; others: string[] }> {
  if (!hasFolders())
    throw new DataError(`${path}: a page in the browser has no folders; readImage takes each of its files`);
  const found = await listFolder(path);
  if (!found)
    throw new DataError(
      (await fileExists(path))
        ? `${path}: is a file, expected a folder${/\.(zip|tar|t?gz|tgz|7z|rar|xz)$/i.test(path) ? "; unpack it first" : ""}`
        : `${path}: there is no such folder`,
    );
  const files = found.files.filter((name) => !isForeign(name));
  return {
    folders: found.folders.filter((name) => !isForeign(name)),
    pictures: files.filter((name) => pictureFiles.test(name)),
    others: files.filter((name) => !pictureFiles.test(name)),
  };
}

/** All picture files of a folder and below, those of a folder before those of the folders in it. */
export async function picturesBelow(path: string, above: readonly string[] = []): Promise<string[]> {
  // A link that leads to a folder above it would lead round for ever.
  const here = await realPath(path);
  if (above.includes(here)) return [];
  const { folders, pictures } = await listOwn(path);
  const found = pictures.map((name) => `${path}/${name}`);
  for (const name of folders)
    for (const file of await picturesBelow(`${path}/${name}`, [...above, here])) found.push(file);
  return found;
}

/**
 * The folders of a folder, each with its pictures.
 * @throws DataError where there are none, or one has no pictures
 */
export async function classFolders(path: string): Promise<ClassFolder[]> {
  const { folders } = await listOwn(path);
  const found: ClassFolder[] = [];
  for (const name of folders) {
    const inner = `${path}/${name}`;
    const files = await picturesBelow(inner, [await realPath(path)]);
    if (files.length === 0) throw new DataError(`${inner}: has no picture files${await insteadIn(inner)}`);
    found.push({ name: name.normalize("NFC"), path: inner, files });
  }
  if (found.length === 0)
    throw new DataError(`${path}: has no folders of pictures, expected one for each class`);
  if (found.length > 0x10000)
    throw new DataError(`${path}: has ${found.length} classes, at most 65536 are possible`);
  const names = found.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DataError(
      `${path}: has two folders ${twice}, whose names differ only in how é and the like are composed`,
    );
  return found;
}

/** What a folder without pictures has: " (12 files .mp4)". */
async function insteadIn(path: string): Promise<string> {
  const { others } = await listOwn(path);
  const endings = [...new Set(others.map((name) => /\.\w+$/.exec(name)?.[0].toLowerCase() ?? ""))];
  if (others.length === 0 || endings[0] === "") return "";
  return ` (${others.length} ${others.length === 1 ? "file" : "files"} ${endings.slice(0, 3).join(", ")})`;
}

/** Under which names each split is looked for, in any case; the first that is there counts. */
const splitNames = {
  train: ["train", "training"],
  test: ["val", "valid", "validation", "test", "testing"],
} as const;

const isSplitName = (name: string): boolean =>
  Object.values(splitNames).some((names) => (names as readonly string[]).includes(name.toLowerCase()));

/**
 * Where the training and test pictures of a folder are.
 *
 * A folder called train is a class where it holds pictures itself, or folders beside it do, as classes called bus and
 * train stand beside each other; with a test folder of the same kind beside it, or nothing else, it is a split.
 *
 * @returns undefined: the folder's own folders are the classes
 */
export async function splitsOf(path: string): Promise<{ train?: string; test?: string } | undefined> {
  const { folders } = await listOwn(path);
  const named = (names: readonly string[]) => {
    for (const name of names) {
      const folder = folders.find((folder) => folder.toLowerCase() === name);
      if (folder !== undefined) return folder;
    }
    return undefined;
  };
  const [train, test] = [named(splitNames.train), named(splitNames.test)];
  if (train === undefined && test === undefined) return undefined;
  const splits = {
    train: train === undefined ? undefined : `${path}/${train}`,
    test: test === undefined ? undefined : `${path}/${test}`,
  };
  const beside = folders.filter((name) => !isSplitName(name));
  if (!(await anyHasPictures(path, beside))) return splits;
  const hasClasses = async (split: string | undefined) => {
    if (split === undefined) return false;
    const { folders, pictures } = await listOwn(split);
    return pictures.length === 0 && (await anyHasPictures(split, folders));
  };
  return (await hasClasses(splits.train)) && (await hasClasses(splits.test)) ? splits : undefined;
}

async function anyHasPictures(path: string, folders: readonly string[]): Promise<boolean> {
  for (const name of folders)
    if ((await picturesBelow(`${path}/${name}`, [await realPath(path)])).length > 0) return true;
  return false;
}

/**
 * @throws DataError where the folder has one folder only, and the classes lie in that: as a whole it would be one class
 */
export async function checkDepth(path: string, classes: readonly ClassFolder[]): Promise<void> {
  if (classes.length !== 1) return;
  const { folders, pictures } = await listOwn(classes[0].path);
  if (pictures.length === 0 && folders.length > 1)
    throw new DataError(
      `${path}: has one folder only, ${classes[0].name}, in which there are ${folders.length}: the classes lie in folder:${classes[0].path}`,
    );
}
