import { readFile } from "node:fs/promises";
import { decodePicture, PictureError, type PictureRegion, type ReadOptions } from "./decode.js";
import type { Picture } from "./picture.js";
import { withChannels } from "./preprocessing.js";

export { PictureError, type PictureRegion, type ReadOptions } from "./decode.js";

/**
 * The pixels of a picture file: JPEG, PNG, WebP, GIF (its first frame), TIFF (its first page) or BMP, and with the
 * package sharp AVIF and SVG; turned as its EXIF orientation says, on white where it is transparent, 8 bits a channel,
 * in the colours of sRGB unless they are wanted as stored. Grey files stay grey; palettes, CMYK and the like become
 * RGB. The first bytes say what a file is, not its name.
 *
 * @throws PictureError  one line: no such file, no picture, cut short, of more pixels than are read, or of a sort that
 *     is not read
 */
export async function readImage(path: string, options?: ReadOptions): Promise<Picture> {
  return decodePicture(await bytesOf(path), path, options);
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
  input: readonly [number, number, number],
  region: (size: { width: number; height: number }) => PictureRegion,
  options?: ReadOptions,
): Promise<Picture> {
  const picture = await decodePicture(await bytesOf(path), path, options, { size: input, region });
  return withChannels(picture, input[2]);
}

const bytesOf = (path: string): Promise<Uint8Array> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new PictureError(`${path}: ${fileProblems[error.code ?? ""] ?? error.message}`);
  });

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "a directory, expected a picture file",
  EACCES: "no permission to read it",
};
