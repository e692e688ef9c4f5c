/** Which of many picture files can be read, before anything depends on them. */
import { decodePicture } from "#pictures";
import { PictureError } from "./picture-error.js";
import { listOwn, picturesBelow, splitsOf } from "./picture-folders.js";
import { contents } from "./read.js";
import type { ReadOptions } from "./reading.js";

/** A file that cannot be read as a picture, and why. */
export interface BadPicture {
  readonly file: string;
  /** One line, without the file's name. */
  readonly reason: string;
}

export interface CheckedPicture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Of the file's bytes: the same for copies. */
  readonly hash: string;
}

/** How a folder is looked through, and who hears of files that are no pictures. */
export interface CheckOptions extends ReadOptions {
  /** Is told after each file. */
  onProgress?(progress: { done: number; count: number }): void;
  signal?: AbortSignal;
}

/** Files that are decoded at once. */
const atOnce = 8;

/** Decodes every file, and keeps nothing of it but its size. Both lists are in the order of the files. */
export async function checkPictures(
  files: readonly string[],
  { onProgress, signal, ...reading }: CheckOptions = {},
): Promise<{ good: CheckedPicture[]; bad: BadPicture[] }> {
  const results = new Array<CheckedPicture | BadPicture>(files.length);
  let [next, done] = [0, 0];
  const work = async () => {
    for (let i = next++; i < files.length; i = next++) {
      signal?.throwIfAborted();
      results[i] = await checked(files[i], reading);
      onProgress?.({ done: ++done, count: files.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, work));
  return {
    good: results.filter((result) => "hash" in result),
    bad: results.filter((result) => "reason" in result),
  };
}

async function checked(file: string, reading: ReadOptions): Promise<CheckedPicture | BadPicture> {
  try {
    const { bytes } = await contents(file);
    const { width, height } = await decodePicture(bytes, file, reading);
    return { file, width, height, hash: await hashOf(bytes) };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { file, reason: error.message.slice(`${file}: `.length) };
  }
}

const hashOf = async (bytes: Uint8Array): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** What a folder of pictures is made of, and what is wrong with it. */
export interface FolderReport {
  readonly path: string;
  readonly classes: readonly { readonly class: string; readonly train: number; readonly test: number }[];
  /** That can be read. */
  readonly pictures: number;
  /** Without splits every tenth picture is kept for testing: all of them are counted as train here. */
  readonly hasSplits: boolean;
  readonly smallest?: CheckedPicture;
  readonly largest?: CheckedPicture;
  /** Files that cannot be read, folders without pictures, and classes that only the test pictures have. */
  readonly bad: readonly BadPicture[];
  /** Classes with less than a tenth of what the middle one of all has, or with one picture only. */
  readonly few: readonly string[];
  /** Files whose bytes are the same. */
  readonly copies: readonly (readonly string[])[];
  /** Pictures that lie beside the folders of the classes, and belong to none. */
  readonly beside: number;
}

/** Looks at every picture of a folder as `openFolder` would take it. */
export async function checkFolder(path: string, options: CheckOptions = {}): Promise<FolderReport> {
  const splits = await splitsOf(path);
  const parts = splits
    ? { train: splits.train, test: splits.test }
    : { train: path, test: undefined as string | undefined };
  const counts = new Map<string, { train: number; test: number }>();
  const bad: BadPicture[] = [];
  const files: { file: string; class: string; split: "train" | "test" }[] = [];
  let beside = 0;
  for (const split of ["train", "test"] as const) {
    const folder = parts[split];
    if (folder === undefined) continue;
    const { folders, pictures } = await listOwn(folder);
    beside += pictures.length;
    for (const name of folders) {
      const inner = await picturesBelow(`${folder}/${name}`);
      const key = name.normalize("NFC");
      if (inner.length === 0) bad.push({ file: `${folder}/${name}`, reason: "has no picture files" });
      if (split === "test" && parts.train !== undefined && !counts.has(key))
        bad.push({ file: `${folder}/${name}`, reason: "a class that the training pictures do not have" });
      counts.set(key, counts.get(key) ?? { train: 0, test: 0 });
      for (const file of inner) files.push({ file, class: key, split });
    }
  }
  if (counts.size === 0)
    bad.push({ file: path, reason: "has no folders of pictures, expected one for each class" });
  const result = await checkPictures(
    files.map(({ file }) => file),
    options,
  );
  const isBad = new Set(result.bad.map(({ file }) => file));
  for (const { file, class: key, split } of files) if (!isBad.has(file)) counts.get(key)![split]++;
  const bySize = [...result.good].sort((a, b) => a.width * a.height - b.width * b.height);
  return {
    path,
    classes: [...counts].map(([name, count]) => ({ class: name, ...count })),
    pictures: result.good.length,
    hasSplits: splits !== undefined,
    smallest: bySize[0],
    largest: bySize.at(-1),
    bad: [...bad, ...result.bad],
    few: fewOf(counts),
    copies: copiesAmong(result.good),
    beside,
  };
}

function fewOf(counts: ReadonlyMap<string, { train: number; test: number }>): string[] {
  const totals = [...counts].map(([name, { train, test }]) => ({ name, total: train + test }));
  const middle = totals.map(({ total }) => total).sort((a, b) => a - b)[totals.length >> 1] ?? 0;
  return totals.filter(({ total }) => total > 0 && total < Math.max(2, middle / 10)).map(({ name }) => name);
}

function copiesAmong(pictures: readonly CheckedPicture[]): string[][] {
  const byHash = new Map<string, string[]>();
  for (const { file, hash } of pictures) byHash.set(hash, [...(byHash.get(hash) ?? []), file]);
  return [...byHash.values()].filter((files) => files.length > 1);
}
