import { extname } from "node:path";
import { writeFileAtomic } from "#platform";
import { encodePng } from "../report/sheet/png.js";
import { PictureError } from "./decode.js";
import type { Picture } from "./picture.js";
import { loadSharp } from "./sharp.js";

const formats = {
  ".png": { format: "png", options: { compressionLevel: 9 } },
  ".jpg": { format: "jpeg", options: { quality: 92 } },
  ".jpeg": { format: "jpeg", options: { quality: 92 } },
  ".webp": { format: "webp", options: { quality: 92 } },
} as const;

/** @throws PictureError if a picture of this name cannot be written: better before the work than after it */
export function checkPictureName(path: string): keyof typeof formats {
  const ending = extname(path).toLowerCase();
  if (!Object.hasOwn(formats, ending))
    throw new PictureError(`${path}: a picture is written as ${Object.keys(formats).join(", ")}`);
  return ending as keyof typeof formats;
}

/** Writes a picture in the format that its name ends with. */
export async function writeImage(path: string, picture: Picture): Promise<void> {
  const ending = checkPictureName(path);
  if (ending === ".png") return writeFileAtomic(path, encodePng(picture));
  const { width, height, channels, pixels } = picture;
  const { format, options } = formats[ending];
  const sharp = sharpFor(path);
  const image = sharp(Buffer.from(pixels), { raw: { width, height, channels } });
  await writeFileAtomic(path, new Uint8Array(await image.toFormat(format, options).toBuffer()));
}

/** Pictures of one size, one after the other, over and over: a GIF. */
export async function writeAnimation(
  path: string,
  frames: readonly Uint8Array[],
  { milliseconds, width }: { milliseconds: number; width: number },
): Promise<void> {
  const sharp = sharpFor(path);
  // The last one stays for a while.
  const delay = frames.map((_, i) => (i === frames.length - 1 ? 4 * milliseconds : milliseconds));
  const small = await Promise.all(
    frames.map((png) => sharp(Buffer.from(png)).resize({ width }).png().toBuffer()),
  );
  const gif = await sharp(small, { join: { animated: true } })
    .gif({ delay, loop: 0, dither: 0, colours: 64, interFrameMaxError: 4 })
    .toBuffer();
  await writeFileAtomic(path, new Uint8Array(gif));
}

function sharpFor(path: string) {
  const sharp = loadSharp();
  if (!sharp)
    throw new PictureError(
      `${path}: writing this needs the package sharp (npm install sharp); a .png needs nothing`,
    );
  return sharp;
}
