/** In a page the browser itself decodes picture files. */
import type { ReadOptions } from "./decode.js";
import { drawn } from "./drawn.js";
import type { Picture } from "./picture.js";

/** A picture file that is missing or cannot be decoded. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}

/**
 * Whatever the browser shows; turned as its EXIF orientation says, on white where it is transparent, 8 bits a channel.
 * @param name  of the file, for what is said of it
 * @throws PictureError  one line: not a picture that can be read
 */
export async function decodePicture(
  bytes: Uint8Array,
  name: string,
  { colours = "srgb" }: ReadOptions = {},
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
    return await drawn(bitmap);
  } finally {
    bitmap.close();
  }
}
