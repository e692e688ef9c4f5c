import type { ByteSource } from "../formats/byte-source.js";

/** A page has no files: nothing is ever found, and what is downloaded stays in memory and in the browser's own cache. */

/** Whether there are folders with files in them. */
export const hasFolders = (): boolean => false;

export const joinPath = (...parts: string[]): string => parts.join("/");

export function environment(_name: string): string | undefined {
  return undefined;
}

/** Consoles show it on request. */
export const debugLine = (text: string): void => console.debug(text);

export function cacheDirectory(): string | undefined {
  return undefined;
}

export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  throw noFiles("read", path);
}

export async function fileSize(_path: string): Promise<number | undefined> {
  return undefined;
}

export async function fileExists(_path: string): Promise<boolean> {
  return false;
}

export async function writeFileAtomic(
  path: string,
  _bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  throw noFiles("write", path);
}

export function writerOf(_name: string): number | undefined {
  return undefined;
}

export async function appendFile(path: string, _bytes: Uint8Array): Promise<void> {
  throw noFiles("write", path);
}

export async function removeFile(path: string): Promise<void> {
  throw noFiles("remove", path);
}

export async function fileSha256(path: string): Promise<string> {
  throw noFiles("read", path);
}

export async function fileSource(path: string): Promise<ByteSource> {
  throw noFiles("read", path);
}

export async function listFolder(_path: string): Promise<{ folders: string[]; files: string[] } | undefined> {
  return undefined;
}

export const realPath = async (path: string): Promise<string> => path;

const noFiles = (verb: string, path: string) =>
  new Error(`cannot ${verb} ${path}: a page in the browser has no files`);

export const readPieces = (
  path: string,
  _pieces: readonly { at: number; length: number }[],
): Uint8Array[] => {
  throw noFiles("read", path);
};

export const fileStates = (paths: readonly string[]): string[] => paths.map(() => "none");
