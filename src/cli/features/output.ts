import { basename, extname } from "node:path";
import { writeFileAtomic } from "#platform";
import { UsageError } from "../../door/usage-error.js";

/** Where a picture goes if nothing is said: photo.jpg and "sift" make photo-sift.png, in the working folder. */
export const besides = (picture: string, what: string): string =>
  `${basename(picture, extname(picture))}-${what}.png`;

/** @throws UsageError if the file would not be what its name says: before anything is computed */
export function checkPng(path: string, flag = "--output"): void {
  if (extname(path).toLowerCase() !== ".png")
    throw new UsageError(`${flag} ${path}: pictures are written as PNG, expected a name that ends in .png`);
}

/** Writes the picture, and tells what was found and where it is. */
export async function finish(
  path: string,
  png: Uint8Array,
  { text, json }: { text: string; json: object | undefined },
): Promise<void> {
  await writeFileAtomic(path, png);
  console.log(json ? JSON.stringify({ ...json, output: path }) : `${text}\n${path}`);
}
