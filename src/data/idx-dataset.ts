import { cacheDirectory, environment, fileExists, joinPath, readFile } from "#platform";
import { optionsOf } from "../door/options.js";
import { readIdx } from "../formats/idx.js";
import { DataError, type Dataset, printable, type Splits } from "./dataset.js";
import { download } from "./download.js";
import { type IdxFile, type IdxFiles, idxFiles } from "./idx-files.js";
import { loading } from "./loading.js";
import { folders, type LoadOptions, type Source } from "./places.js";

/** A data set of four idx files, as a row of a table: what `idxFiles` has under its name. */
export interface IdxEntry {
  name: string;
  description: string;
  shape: [h: number, w: number, c: number];
  classes: readonly string[];
  sizes: { train: number; test: number };
}

/**
 * The data set from the first place that has it, file by file: $RECEPTIVE_DATA/<name>, the user's cache folder, the
 * network. Files from the network are checked and kept in the cache.
 */
export async function loadIdxDataset(
  entry: IdxEntry,
  options: LoadOptions = {},
  files: IdxFiles = idxFiles[entry.name],
): Promise<Splits> {
  optionsOf(entry.name, options, loading);
  return {
    train: await loadSplit(entry, "train", files.train, options),
    test: await loadSplit(entry, "test", files.test, options),
  };
}

async function loadSplit(
  entry: IdxEntry,
  split: string,
  files: IdxFiles["train"],
  options: LoadOptions,
): Promise<Dataset> {
  const from = {
    images: await obtain(entry, files.images, options),
    labels: await obtain(entry, files.labels, options),
  };
  const images = await readIdx(from.images.path, from.images.bytes, { rank: 3 });
  const labels = await readIdx(from.labels.path, from.labels.bytes, { rank: 1 });
  const [length, h, w] = images.shape;
  const [height, width] = entry.shape;
  if (h !== height || w !== width)
    throw new DataError(`${from.images.path}: holds pictures of ${h}×${w}, expected ${height}×${width}`);
  if (length !== labels.shape[0])
    throw new DataError(
      `${from.images.path} holds ${length} images, but ${from.labels.path} holds ${labels.shape[0]} labels`,
    );
  const stray = labels.values.findIndex((label) => label >= entry.classes.length);
  if (stray >= 0)
    throw new DataError(
      `${from.labels.path}: label ${stray} is ${labels.values[stray]}, expected 0 to ${entry.classes.length - 1}`,
    );
  return printable({
    name: entry.name,
    split,
    shape: [...entry.shape],
    classes: [...entry.classes],
    length,
    images: images.values,
    labels: labels.values,
  });
}

/** Where a file lies, packed or not; undefined if it is in none of the folders. */
async function locate({ file }: IdxFile, places: readonly string[]): Promise<string | undefined> {
  for (const place of places)
    for (const name of [file, file.replace(/\.gz$/, "")])
      if (await fileExists(joinPath(place, name))) return joinPath(place, name);
  return undefined;
}

async function obtain(
  { name }: IdxEntry,
  wanted: IdxFile,
  options: LoadOptions,
): Promise<{ path: string; bytes: Uint8Array<ArrayBuffer> }> {
  const places = folders(name, options.directory);
  const path = await locate(wanted, places);
  if (path !== undefined) return { path, bytes: await readFile(path) };
  const looked = places.map((place) => joinPath(place, wanted.file)).join(", ");
  const advice = `the data set "digits" is built in and needs no files`;
  if (options.directory !== undefined) throw new DataError(`${name}: there is no ${looked}; ${advice}`);
  const unset = environment("RECEPTIVE_DATA") === undefined ? " (RECEPTIVE_DATA is not set)" : "";
  const missing = looked ? `${name}: there is no ${looked}${unset}` : name;
  if (wanted.addresses.length === 0)
    throw new DataError(`${missing}, and it cannot be downloaded; ${advice}`);
  const cache = cacheDirectory();
  const target = cache && joinPath(cache, name, wanted.file);
  try {
    return { path: target ?? wanted.file, bytes: await download(wanted.file, wanted, target, options) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${missing}, and ${error.message}; ${advice}`);
  }
}

/** Where `loadIdxDataset` would take a data set from, without loading anything. */
export async function sourceOf(
  { name }: IdxEntry,
  { directory }: { directory?: string } = {},
  files: IdxFiles = idxFiles[name],
): Promise<Source> {
  const places = folders(name, directory);
  const found = new Set<string>();
  let bytes = 0;
  for (const { images, labels } of [files.train, files.test])
    for (const file of [images, labels]) {
      const at = await locate(file, places);
      if (at !== undefined) found.add(places.find((place) => at.startsWith(place)) ?? at);
      else if (file.addresses.length === 0 || directory !== undefined) return { kind: "missing" };
      else bytes += file.bytes;
    }
  return bytes > 0 ? { kind: "download", bytes } : { kind: "found", directories: [...found] };
}
