import { readFile } from "node:fs/promises";
import type { Picture } from "./picture.js";

/** A picture file that is missing or cannot be decoded. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}

/**
 * The pixels of a picture file: JPEG, PNG, WebP, GIF (its first frame), TIFF, AVIF or SVG, turned as its EXIF
 * orientation says, on white where it is transparent, 8 bits a channel. Grey files stay grey; palettes, CMYK
 * and the like become RGB.
 *
 * @throws PictureError  one line: no such file, no picture, cut short, or the package sharp is not there
 */
export async function readImage(path: string): Promise<Picture> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new PictureError(`${path}: ${fileProblems[error.code ?? ""] ?? error.message}`);
  });
  if (file.length === 0)
    throw new PictureError(`${path}: not a picture that can be read (the file is empty)`);
  const sharp = await loadSharp(path);
  try {
    // "error": damage such as a missing end is refused, a harmless warning about a tag is not.
    const image = sharp(file, { failOn: "error" });
    const { space } = await image.metadata();
    const isGrey = space === "b-w" || space === "grey16";
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: "white" })
      .toColourspace(isGrey ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { width: info.width, height: info.height, channels: isGrey ? 1 : 3, pixels };
  } catch (error) {
    throw new PictureError(`${path}: not a picture that can be read (${reason(error)})`);
  }
}

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "a directory, expected a picture file",
  EACCES: "no permission to read it",
};

/** At first use, because it is optional: a native helper that not every machine can install. */
async function loadSharp(path: string) {
  try {
    return (await import("sharp")).default;
  } catch {
    throw new PictureError(`${path}: reading picture files needs the package sharp: npm install sharp`);
  }
}

/** The first line of the decoder's message: it says the same several times, and calls every file "Input buffer". */
function reason(error: unknown): string {
  const [first] = (error as Error).message.trim().split("\n");
  return first.replace(/^Input buffer (contains |has corrupt header: )/, "").replace(/^VipsJpeg: /, "");
}
