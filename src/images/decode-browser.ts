/** In a page the browser itself decodes and encodes picture files. */
import { drawn } from "./drawn.js";
import type { Picture } from "./picture.js";
import { PictureError } from "./picture-error.js";
import { type ReadOptions, tooLarge, usualMostPixels, type WantedPart } from "./reading.js";
import { resize } from "./resize.js";
import { partOf } from "./turn.js";

/**
 * Whatever the browser shows; turned as its EXIF orientation says, on white where it is transparent, 8 bits a channel.
 * @param name  of the file, for what is said of it
 * @throws PictureError  one line: not a picture that can be read, or too large
 */
export async function decodePicture(
  bytes: Uint8Array,
  name: string,
  { colours = "srgb", mostPixels = usualMostPixels }: ReadOptions = {},
  part?: WantedPart,
): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
      imageOrientation: "from-image",
      colorSpaceConversion: colours === "srgb" ? "default" : "none",
    });
  } catch (error) {
    throw new PictureError(
      `${name}: not a picture that can be read (${bytes.length === 0 ? "the file is empty" : (error as Error).message})`,
    );
  }
  try {
    if (bitmap.width * bitmap.height > mostPixels)
      throw new PictureError(`${name}: ${tooLarge(bitmap, mostPixels)}`);
    const picture = await drawn(bitmap);
    if (!part) return picture;
    const [height, width] = part.size;
    return resize(partOf(picture, part.region(picture)), { width, height }, "bilinear");
  } finally {
    bitmap.close();
  }
}

/** How large it is as it is seen. @throws PictureError as `decodePicture` */
export async function sizeOfPicture(
  bytes: Uint8Array,
  name: string,
): Promise<{ width: number; height: number }> {
  const { width, height } = await decodePicture(bytes, name);
  return { width, height };
}
