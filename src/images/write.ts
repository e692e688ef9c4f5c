import { encodePicture } from "#pictures";
import { writePlace } from "#platform";
import { said } from "../door/said.js";
import type { Picture } from "./picture.js";
import { PictureError } from "./picture-error.js";

/** Formats in which pictures are written. */
export type PictureFormat = "png" | "jpeg" | "webp";

const formats: Readonly<Record<string, PictureFormat>> = {
  ".png": "png",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".webp": "webp",
};

/** @throws PictureError if a picture of this name cannot be written: better before the work than after it */
export function checkPictureName(path: string): PictureFormat {
  const ending = /\.\w+$/.exec(path)?.[0].toLowerCase() ?? "";
  if (!Object.hasOwn(formats, ending))
    throw new PictureError(`${path}: a picture is written as ${Object.keys(formats).join(", ")}`);
  return formats[ending];
}

/**
 * Writes a picture in the format that its name ends with: .png, .jpg, .jpeg or .webp. In Node all but .png need the
 * package sharp.
 *
 * @param place    in Node a path; in a page "download:NAME" for the user, "opfs:NAME" or "indexeddb:NAME" to keep it
 * @throws PictureError  one line: a name of no such format, or what writes it is not there
 * @throws PlaceError, FileError  one line: nothing can be written there
 */
export async function writeImage(place: string, picture: Picture): Promise<void> {
  const format = checkPictureName(place);
  await writePlace(place, await encodePicture(checkedPicture("writeImage", picture), format, place));
}

/**
 * The bytes of a picture file, such as a server answers with.
 *
 * @throws PictureError  one line: there is no such format, or what writes it is not there
 */
export async function encodeImage(picture: Picture, format: PictureFormat = "png"): Promise<Uint8Array> {
  if (!Object.values(formats).includes(format))
    throw new PictureError(
      `encodeImage: there is no format ${said(format)}, expected "png", "jpeg" or "webp"`,
    );
  return encodePicture(checkedPicture("encodeImage", picture), format, "encodeImage");
}

/** @throws TypeError, RangeError  one line: no picture, or of other pixels than its size says */
export function checkedPicture(speaker: string, picture: Picture): Picture {
  const { width, height, channels, pixels } = picture ?? {};
  if (!ArrayBuffer.isView(pixels))
    throw new TypeError(
      `${speaker}: the picture is ${said(picture)}, expected { width, height, channels, pixels }, as readImage gives it`,
    );
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`${speaker}: the picture has ${said(channels)} channels, expected 1 or 3`);
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new RangeError(
      `${speaker}: the picture has ${said(height)}×${said(width)} pixels, expected whole numbers from 1 on`,
    );
  if (pixels.length !== width * height * channels)
    throw new RangeError(
      `${speaker}: the picture has ${pixels.length} bytes, ${height}×${width}×${channels} are ${width * height * channels}`,
    );
  return picture;
}
