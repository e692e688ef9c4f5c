import { readFile } from "node:fs/promises";
import type { Metadata, Sharp } from "sharp";
import type { Picture } from "./picture.js";

/** A picture file that is missing or cannot be decoded. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}

/** Larger pictures are refused before they are decoded: their pixels alone would take 400 MB. */
const mostPixels = 2 ** 27;

/**
 * The pixels of a picture file: JPEG, PNG, WebP, GIF (its first frame), TIFF, AVIF or SVG, turned as its EXIF
 * orientation says, on white where it is transparent, 8 bits a channel. Grey files stay grey; palettes, CMYK
 * and the like become RGB.
 *
 * @throws PictureError  one line: no such file, no picture, cut short, more than 134 million pixels, or the package
 *     sharp is not there
 */
export async function readImage(path: string): Promise<Picture> {
  return decode(path, (image, { isGrey }) => pixelsOf(image, isGrey ? 1 : 3));
}

/** A part of a picture, in pixels. */
export interface PictureRegion {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * A part of a picture file in another size, by the decoder's own resampling: quicker than `readImage` and `resize`,
 * and not to the last bit what published preprocessing does. For training.
 *
 * @param input   what it is made to, H×W×C
 * @param region  says which part, of the picture's size
 * @throws PictureError as `readImage`
 */
export async function readRegion(
  path: string,
  [height, width, channels]: readonly [number, number, number],
  region: (size: { width: number; height: number }) => PictureRegion,
): Promise<Picture> {
  return decode(path, (image, size) =>
    pixelsOf(
      image.extract(region(size)).resize(width, height, { fit: "fill", kernel: "linear" }),
      channels === 1 ? 1 : 3,
    ),
  );
}

interface Size {
  width: number;
  height: number;
  isGrey: boolean;
}

async function decode(path: string, work: (image: Sharp, size: Size) => Promise<Picture>): Promise<Picture> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new PictureError(`${path}: ${fileProblems[error.code ?? ""] ?? error.message}`);
  });
  if (file.length === 0)
    throw new PictureError(`${path}: not a picture that can be read (the file is empty)`);
  const sharp = await loadSharp(path);
  try {
    // "error": damage such as a missing end is refused, a harmless warning about a tag is not.
    const image = sharp(file, { failOn: "error", limitInputPixels: false });
    const size = sizeOf(await image.metadata());
    if (size.width * size.height > mostPixels)
      throw new PictureError(
        `${path}: has ${size.width}×${size.height} pixels, more than the ${mostPixels} that are read`,
      );
    return await work(image.autoOrient().flatten({ background: "white" }), size);
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError(`${path}: not a picture that can be read (${reason(error)})`);
  }
}

/** As the picture is shown: orientations from 5 on lie on their side. */
function sizeOf({ width, height, orientation = 1, space }: Metadata): Size {
  const isGrey = space === "b-w" || space === "grey16";
  return orientation >= 5 ? { width: height, height: width, isGrey } : { width, height, isGrey };
}

async function pixelsOf(image: Sharp, channels: 1 | 3): Promise<Picture> {
  const { data, info } = await image
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width: info.width, height: info.height, channels, pixels };
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
