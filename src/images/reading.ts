/** How a picture file is read, whoever decodes it. */

import type { OptionNames } from "../door/options.js";
import { oneOf, positive } from "../door/rules.js";

/** Larger pictures are refused before they are decoded: their pixels alone would take 400 MB. */
export const usualMostPixels = 2 ** 27;

/** In which colours a picture file is read, and how large it may be. */
export interface ReadOptions {
  /**
   * "srgb": where a file carries a colour profile (Adobe RGB, Display P3), its colours become those of sRGB, as one sees
   * them. "as-stored": the numbers of the file, whatever they mean, as torchvision reads them.
   */
  colours?: "srgb" | "as-stored";
  /** A picture of more pixels is refused, in Node before anything is decoded; 2^27 if left out. */
  mostPixels?: number;
}

export const readRules: OptionNames<ReadOptions> = {
  colours: oneOf("srgb", "as-stored"),
  mostPixels: positive,
};

/** A part of a picture, in pixels. */
export interface PictureRegion {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What is wanted instead of the whole picture: a part of it, as seen, in another size. */
export interface WantedPart {
  size: readonly [height: number, width: number, channels: number];
  region(size: { width: number; height: number }): PictureRegion;
}

export const tooLarge = ({ width, height }: { width: number; height: number }, mostPixels: number): string =>
  `has ${width}×${height} pixels, more than the ${mostPixels} that are read`;
