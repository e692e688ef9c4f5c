/** How pictures of any size become as large as a network takes them, and how boxes go along. */
import type { Picture } from "../../images/picture.js";
import { withChannels } from "../../images/preprocessing.js";
import { resize } from "../../images/resize.js";
import type { Corners } from "../../training/objectives/average-precision.js";

/** As what a network sees pictures: what a checkpoint keeps of it. */
export interface PictureFit {
  /** In pixels. */
  readonly size: readonly [height: number, width: number];
  /**
   * "contain": the whole picture in its own proportions, in the middle, the rest grey ("letterbox"). "stretch": each axis by
   * itself.
   */
  readonly fit: "contain" | "stretch";
}

/** The grey around a picture: the mean of ImageNet's, and what most detectors are trained with. */
export const surround = 114;

interface Sized {
  readonly width: number;
  readonly height: number;
}

/** Where a picture lies in what the network sees, in whole pixels of that. */
export interface Placed extends Sized {
  readonly top: number;
  readonly left: number;
}

/** Where a picture of this size comes to lie. */
export function placeOf(picture: Sized, { size: [height, width], fit }: PictureFit): Placed {
  if (fit === "stretch") return { top: 0, left: 0, height, width };
  const scale = Math.min(height / picture.height, width / picture.width);
  const [h, w] = [picture.height, picture.width].map((edge) => Math.max(1, Math.round(edge * scale)));
  return { top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w };
}

/** A box of the picture as the network sees it. Each axis goes by the ratio of the rounded sizes. */
export function boxWithin([top, left, bottom, right]: Corners, picture: Sized, place: Placed): Corners {
  const [y, x] = [place.height / picture.height, place.width / picture.width];
  return [place.top + top * y, place.left + left * x, place.top + bottom * y, place.left + right * x];
}

/** A box that the network sees in pixels of the picture, cut off at its edges. */
export function boxOutOf([top, left, bottom, right]: Corners, picture: Sized, place: Placed): Corners {
  const [y, x] = [picture.height / place.height, picture.width / place.width];
  const within = (value: number, edge: number): number => Math.min(edge, Math.max(0, value));
  return [
    within((top - place.top) * y, picture.height),
    within((left - place.left) * x, picture.width),
    within((bottom - place.top) * y, picture.height),
    within((right - place.left) * x, picture.width),
  ];
}

/** A picture as the network sees it, H×W×3 bytes; resized as Pillow does it, by its bilinear filter. */
export function fittedPixels(picture: Picture, how: PictureFit): Uint8Array {
  const [height, width] = how.size;
  const { top, left, ...inner } = placeOf(picture, how);
  const { pixels } = resize(withChannels(picture, 3), inner, "bilinear");
  if (inner.height === height && inner.width === width) return pixels;
  const whole = new Uint8Array(height * width * 3).fill(surround);
  for (let i = 0; i < inner.height; i++)
    whole.set(
      pixels.subarray(i * inner.width * 3, (i + 1) * inner.width * 3),
      ((top + i) * width + left) * 3,
    );
  return whole;
}
