/** Pictures as bytes of files: PNG by itself, the others with the package sharp. */
import { encodePng } from "./encode-png.js";
import type { Picture } from "./picture.js";
import { PictureError } from "./picture-error.js";
import { loadSharp } from "./sharp.js";
import type { PictureFormat } from "./write.js";

/** @throws PictureError  one line, beginning with `name`: the format needs a package that is not there */
export async function encodePicture(
  picture: Picture,
  format: PictureFormat,
  name: string,
): Promise<Uint8Array> {
  if (format === "png") return encodePng(picture);
  const { width, height, channels, pixels } = picture;
  const sharp = neededSharp(name);
  const image = sharp(Buffer.from(pixels), { raw: { width, height, channels } });
  return new Uint8Array(await image.toFormat(format, { quality: 92 }).toBuffer());
}

/** @throws PictureError where it is not installed */
export function neededSharp(name: string): NonNullable<ReturnType<typeof loadSharp>> {
  const sharp = loadSharp();
  if (!sharp)
    throw new PictureError(
      `${name}: writing this needs the package sharp (npm install sharp); a .png needs nothing`,
    );
  return sharp;
}
