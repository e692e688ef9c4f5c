import { sizeOfPicture } from "#pictures";
import type { FileSource } from "../formats/given-source.js";
import { contents } from "./read.js";

/**
 * How large the picture of a file is as it is seen, turned as its EXIF orientation says; in Node its pixels are not decoded
 * for that.
 *
 * @throws PictureError  one line: no such file, or none of a picture
 */
export async function pictureSize(source: FileSource): Promise<{ width: number; height: number }> {
  const { name, bytes } = await contents(source);
  return sizeOfPicture(bytes, name);
}
