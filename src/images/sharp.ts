/** The package sharp, where it is installed: quicker than the built-in decoders, on threads of its own, and knows more. */
import type SharpPackage from "sharp";
import { requirePackage } from "../platform/node-packages.js";
import type { Picture } from "./picture.js";
import type { PictureRegion } from "./reading.js";

let found: { sharp?: typeof SharpPackage } | undefined;

/** Undefined where it is not installed. Looked for once, and so that no bundler follows. */
export function loadSharp(): typeof SharpPackage | undefined {
  found ??= look();
  return found.sharp;
}

/** Loading sharp takes as long as it saves in decoding so many pixels of JPEG, in a thread. */
const worthLoading = 2 ** 25;
let untilItPays = 0;

/** Sharp is loaded once it pays: where there are few pictures the built-in decoders are through sooner. */
export function loadSharpLater(): void {
  untilItPays = worthLoading;
}

/** Whether sharp should be asked for a picture of so many pixels; those that are not JPEG it saves more of. */
export function paysToLoad(pixels: number, isJpeg: boolean): boolean {
  untilItPays -= isJpeg ? pixels : 4 * pixels;
  return untilItPays <= 0;
}

function look(): NonNullable<typeof found> {
  try {
    return { sharp: requirePackage("sharp").exports as typeof SharpPackage };
  } catch {
    return {};
  }
}

/** A picture file, turned upright, on white, 8 bits a channel; `wanted` in sharp's own resampling. */
export async function sharpPixels(
  sharp: typeof SharpPackage,
  bytes: Uint8Array,
  {
    channels,
    wanted,
    followsProfile = false,
  }: {
    channels: 1 | 3;
    wanted?: { size: readonly [height: number, width: number, channels: number]; region: PictureRegion };
    followsProfile?: boolean;
  },
): Promise<Picture> {
  // "error": damage such as a missing end is refused, a harmless warning about a tag is not.
  const image = sharp(bytes, { failOn: "error", limitInputPixels: false, ignoreIcc: !followsProfile })
    .autoOrient()
    .flatten({ background: "white" });
  if (wanted) {
    const [height, width] = wanted.size;
    image.extract(wanted.region).resize(width, height, { fit: "fill", kernel: "linear" });
  }
  const { data, info } = await image
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width: info.width, height: info.height, channels, pixels };
}
