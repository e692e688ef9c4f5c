/** The files of the CIFAR data sets: where they are, and what is in them. */

import { cacheDirectory, fileExists, joinPath, listFolder, readFile } from "#platform";
import { optionsOf } from "../door/options.js";
import { Budget } from "../formats/budget.js";
import { shown } from "../formats/declared.js";
import { unpackGzip } from "../formats/gzip.js";
import { PickledArray, unpickleArrays } from "../formats/numpy-pickle.js";
import { refusal } from "../formats/refusal.js";
import { readTar } from "../formats/tar.js";
import { utf8Text } from "../formats/utf8.js";
import type { CifarEntry } from "./cifar.js";
import { type CifarLayout, cifarFiles } from "./cifar-layouts.js";
import { DataError, type Dataset, printable, type Splits } from "./dataset.js";
import { download } from "./download.js";
import { loading } from "./loading.js";
import { folders, type LoadOptions, type Source } from "./places.js";

const edge = 32;
const pixels = edge * edge;

/**
 * A CIFAR data set from the first place that has it: $RECEPTIVE_DATA/<name>, the user's cache folder, the network. The
 * binary version, the Python version and the first pictures of a file (data_batch_1.first5000.bin) can be read.
 *
 * @throws DataError or PickleError naming the file that is not what it should be
 */
export async function loadCifar(
  row: CifarEntry,
  options: LoadOptions = {},
  layout: CifarLayout = cifarFiles[row.name],
): Promise<Splits> {
  const entry = { ...row, ...layout };
  optionsOf(entry.name, options, loading);
  const found = await locate(entry, options);
  if (found) {
    const read = (names: readonly string[]) =>
      Promise.all(
        names.map(async (name) =>
          parse(entry, joinPath(found.folder, name), await readFile(joinPath(found.folder, name))),
        ),
      );
    return {
      train: joined(entry, "train", await read(found.train)),
      test: joined(entry, "test", await read(found.test)),
    };
  }
  const files = readTar(await archiveOf(entry, options), entry.archive.file);
  const parsed = (split: RegExp) =>
    [...files]
      .filter(([path]) => split.test(path.slice(path.lastIndexOf("/") + 1)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, bytes]) => parse(entry, path, bytes));
  return {
    train: joined(entry, "train", parsed(entry.files.train)),
    test: joined(entry, "test", parsed(entry.files.test)),
  };
}

/** Where `loadCifar` would take a data set from, without loading anything. */
export async function cifarSource(
  row: CifarEntry,
  options: { directory?: string } = {},
  layout: CifarLayout = cifarFiles[row.name],
): Promise<Source> {
  const entry = { ...row, ...layout };
  const found = await locate(entry, options);
  if (found) return { kind: "found", directories: [found.folder] };
  if (options.directory !== undefined) return { kind: "missing" };
  const cached = await cachedArchive(entry);
  return cached ? { kind: "found", directories: [cached] } : { kind: "download", bytes: entry.archive.bytes };
}

type Entry = CifarEntry & CifarLayout;

interface Located {
  folder: string;
  train: string[];
  test: string[];
}

async function locate(
  { name, files, inner }: Entry,
  { directory }: LoadOptions,
): Promise<Located | undefined> {
  for (const place of folders(name, directory))
    for (const folder of [place, ...inner.map((name) => joinPath(place, name))]) {
      const names = (await listFolder(folder))?.files ?? [];
      const [train, test] = [files.train, files.test].map((pattern) => matching(names, pattern));
      if (train.length > 0 && test.length > 0) return { folder, train, test };
    }
  return undefined;
}

/** The files of a split; where there are several versions of one, the shortest name, which is the whole one. */
function matching(names: readonly string[], pattern: RegExp): string[] {
  const best = new Map<string, string>();
  for (const name of names) {
    const number = pattern.exec(name)?.[1];
    if (number === undefined) continue;
    const other = best.get(number);
    if (other === undefined || rank(name) < rank(other)) best.set(number, name);
  }
  return [...best.values()].sort();
}

const rank = (name: string) => (name.includes(".first") ? 2 : 0) + (name.endsWith(".bin") ? 0 : 1);

interface Part {
  labels: Uint8Array;
  /** N·32·32·3, channels last */
  images: Uint8Array;
}

function parse(entry: Entry, path: string, bytes: Uint8Array): Part {
  const part = bytes[0] === 0x80 ? fromPickle(entry, path, bytes) : fromRecords(entry, path, bytes);
  const stray = part.labels.findIndex((label) => label >= entry.classes.length);
  if (stray >= 0)
    throw new DataError(
      `${path}: label ${stray} is ${part.labels[stray]}, expected 0 to ${entry.classes.length - 1}`,
    );
  return part;
}

/** Records of labels and 3072 bytes: the red pixels in rows, the green ones, the blue ones. */
function fromRecords({ labelBytes }: Entry, path: string, bytes: Uint8Array): Part {
  const record = labelBytes + 3 * pixels;
  const count = bytes.length / record;
  if (!Number.isInteger(count) || count === 0)
    throw new DataError(
      `${path}: has ${bytes.length} bytes, expected a multiple of ${record}, the bytes of a picture and its label`,
    );
  const labels = new Uint8Array(count);
  const images = new Uint8Array(count * 3 * pixels);
  for (let n = 0; n < count; n++) {
    labels[n] = bytes[n * record + labelBytes - 1];
    interleave(bytes.subarray(n * record + labelBytes, (n + 1) * record), images, n * 3 * pixels);
  }
  return { labels, images };
}

function fromPickle({ labelsKey, classes }: Entry, path: string, bytes: Uint8Array): Part {
  const value = unpickleArrays(bytes, path);
  const field = (name: string): unknown => {
    if (!(value instanceof Map)) return undefined;
    for (const [key, content] of value)
      if (key === name || (key instanceof Uint8Array && utf8Text(key) === name)) return content;
    return undefined;
  };
  const [data, labels] = [field("data"), field(labelsKey)];
  if (
    !(data instanceof PickledArray) ||
    !Array.isArray(labels) ||
    data.shape.join() !== [labels.length, 3 * pixels].join()
  )
    throw new DataError(
      `${path}: has no data of N×3072 bytes with N ${labelsKey}, as CIFAR's Python version has`,
    );
  // Before they are bytes, which 256 would be, too.
  const stray = labels.findIndex(
    (label) => !Number.isInteger(label) || Number(label) < 0 || Number(label) >= classes.length,
  );
  if (stray >= 0)
    throw new DataError(
      `${path}: label ${stray} is ${shown(labels[stray])}, expected 0 to ${classes.length - 1}`,
    );
  const images = new Uint8Array(data.bytes.length);
  for (let n = 0; n < labels.length; n++)
    interleave(data.bytes.subarray(n * 3 * pixels, (n + 1) * 3 * pixels), images, n * 3 * pixels);
  return { labels: Uint8Array.from(labels as number[]), images };
}

function interleave(planes: Uint8Array, images: Uint8Array, at: number): void {
  for (let p = 0; p < pixels; p++)
    for (let c = 0; c < 3; c++) images[at + 3 * p + c] = planes[c * pixels + p];
}

function joined({ name, classes }: Entry, split: string, parts: readonly Part[]): Dataset {
  const length = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const images = new Uint8Array(length * 3 * pixels);
  const labels = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    labels.set(part.labels, at);
    images.set(part.images, at * 3 * pixels);
    at += part.labels.length;
  }
  return printable({ name, split, shape: [edge, edge, 3], classes: [...classes], length, images, labels });
}

async function archiveOf(entry: Entry, options: LoadOptions): Promise<Uint8Array> {
  const { name, archive } = entry;
  const looked = folders(name, options.directory).join(", ");
  const missing = `${name}: there are no CIFAR files in ${looked || "any folder"}`;
  if (options.directory !== undefined) throw new DataError(missing);
  const cache = cacheDirectory();
  const cached = await cachedArchive(entry);
  try {
    const packed = cached
      ? await readFile(cached)
      : await download(archive.file, archive, cache && joinPath(cache, name, archive.file), options);
    const fail = refusal(DataError, cached ?? archive.file);
    return await unpackGzip(packed, new Budget(packed.length, fail), () =>
      fail("cannot be unpacked; the file is damaged"),
    );
  } catch (error) {
    if (error instanceof DataError && !cached) throw new DataError(`${missing}, and ${error.message}`);
    throw error;
  }
}

async function cachedArchive({ name, archive }: Entry): Promise<string | undefined> {
  const cache = cacheDirectory();
  const path = cache && joinPath(cache, name, archive.file);
  return path !== undefined && (await fileExists(path)) ? path : undefined;
}
