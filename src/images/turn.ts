/** From pixels as a file stores them to a picture as one sees it. */
import type { Decoded } from "./decoders/decoded.js";
import type { Picture } from "./picture.js";

/** Without opacity: what is transparent lies on white. */
export function onWhite({ width, height, channels, pixels }: Decoded): Picture {
  if (channels === 1 || channels === 3) return { width, height, channels, pixels };
  const colours = channels === 2 ? 1 : 3;
  const flat = new Uint8Array(width * height * colours);
  for (let from = 0, to = 0; from < pixels.length; from += channels, to += colours) {
    const opacity = pixels[from + colours];
    for (let c = 0; c < colours; c++)
      flat[to + c] =
        opacity === 255
          ? pixels[from + c]
          : Math.round((pixels[from + c] * opacity + 255 * (255 - opacity)) / 255);
  }
  return { width, height, channels: colours, pixels: flat };
}

/** Where the pixel at (i, j) of the picture as seen is stored, by EXIF's orientation 2 to 8. */
const places: readonly ((i: number, j: number, h: number, w: number) => readonly [number, number])[] = [
  (i, j) => [i, j],
  (i, j, _, w) => [i, w - 1 - j],
  (i, j, h, w) => [h - 1 - i, w - 1 - j],
  (i, j, h) => [h - 1 - i, j],
  (i, j) => [j, i],
  (i, j, h) => [h - 1 - j, i],
  (i, j, h, w) => [h - 1 - j, w - 1 - i],
  (i, j, _, w) => [j, w - 1 - i],
];

/** Upright. CIPA DC-008 (Exif 2.3), tag Orientation. */
export function turned(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width: w, height: h, channels, pixels: from } = picture;
  const [height, width] = orientation >= 5 ? [w, h] : [h, w];
  const pixels = new Uint8Array(from.length);
  const place = places[orientation - 1];
  for (let i = 0, to = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const [y, x] = place(i, j, h, w);
      for (let c = 0; c < channels; c++) pixels[to++] = from[(y * w + x) * channels + c];
    }
  return { width, height, channels, pixels };
}

/** A rectangle of a picture. */
export function partOf(
  { width: fullWidth, channels, pixels: all }: Picture,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Picture {
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < height; i++) {
    const from = ((top + i) * fullWidth + left) * channels;
    pixels.set(all.subarray(from, from + width * channels), i * width * channels);
  }
  return { width, height, channels, pixels };
}
