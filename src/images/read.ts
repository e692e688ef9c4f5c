import { decodePicture } from "#pictures";
import { hasFolders, listFolder, placeSource, readFile } from "#platform";
import { optionsOf } from "../door/options.js";
import { type ByteSource, memorySource } from "../formats/byte-source.js";
import { type FetchOptions, fetching } from "../formats/fetch-options.js";
import { PlaceError } from "../formats/fetched.js";
import { type FileSource, openSource } from "../formats/given-source.js";
import { printedAs } from "../tensor/printing.js";
import type { Picture } from "./picture.js";
import { PictureError } from "./picture-error.js";
import { withChannels } from "./preprocessing.js";
import { type PictureRegion, type ReadOptions, readRules } from "./reading.js";

/**
 * The pixels of a picture file; the first bytes say what a file is, not its name. It is turned as its EXIF orientation
 * says, on white where it is transparent, 8 bits a channel, in the colours of sRGB unless they are wanted as stored.
 *
 * In Node: JPEG, PNG, WebP, GIF (its first frame), TIFF (its first page) or BMP, and with the package sharp AVIF and
 * SVG. Grey files stay grey; palettes, CMYK and the like become RGB. In a page: whatever the browser shows, in RGB.
 *
 * @param source  in Node a path; an address, a Blob, a File, what `fetch` answered, or the file's bytes
 * @param options  also of an address: `signal`, how long its server is waited for, and how much it may send
 * @returns       H×W×C pixels, bytes of 0 to 255
 * @throws PictureError  one line: no such file, no picture, cut short, of more pixels than are read, or of a sort that
 *     is not read
 * @throws TypeError, RangeError  where it is nothing that a file can be read from, or an option is not known
 */
export async function readImage(source: FileSource, options?: ReadOptions & FetchOptions): Promise<Picture> {
  const { signal, timeout, mostBytes, ...how } = optionsOf("readImage", options ?? {}, {
    ...readRules,
    ...fetching,
  });
  const { name, bytes } = await contents(source, { signal, timeout, mostBytes });
  const picture = await decodePicture(bytes, name, how);
  const { width, height, channels } = picture;
  const text = `picture of ${width}×${height} pixels, ${channels === 1 ? "grey" : "in colour"}`;
  return printedAs(
    picture,
    () => text,
    () => ({ width, height, channels }),
  );
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
  source: FileSource,
  input: readonly [number, number, number],
  region: (size: { width: number; height: number }) => PictureRegion,
  options?: ReadOptions,
): Promise<Picture> {
  const { name, bytes } = await contents(source);
  const picture = await decodePicture(bytes, name, options, { size: input, region });
  return withChannels(picture, input[2]);
}

/** The bytes of a picture file. @throws PictureError  one line: they cannot be had */
export async function contents(
  source: FileSource,
  options?: FetchOptions,
): Promise<{ name: string; bytes: Uint8Array }> {
  try {
    const { name, size, read } = await opened(source, options);
    if (size > largestFile)
      throw new PictureError(
        `${name}: has ${(size / 1e9).toFixed(1)} GB, more than any picture file that is read`,
      );
    return { name, bytes: await read(0, size) };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code !== undefined && Object.hasOwn(fileProblems, code))
      throw new PictureError(`${source}: ${fileProblems[code]}`, { cause: error });
    if (error instanceof PlaceError || code !== undefined) throw new PictureError(message, { cause: error });
    throw error;
  }
}

const largestFile = 2 ** 31 - 1;

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "no permission to read it",
};

async function opened(source: FileSource, options?: FetchOptions): Promise<ByteSource> {
  if (typeof source !== "string" || source.trim() === "") return openSource("readImage", source, options);
  const found = await placeSource(source, options);
  if (found) return found;
  if (await listFolder(source)) throw new PictureError(`${source}: a directory, expected a picture file`);
  if (!hasFolders()) throw new PictureError(`${source}: no such file`);
  // Pipes have no size before they are read.
  return memorySource(source, await readFile(source));
}
