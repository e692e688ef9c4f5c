import { grey } from "../features/raster.js";

/** A decoded picture: pixels in rows from the top, H·W·C bytes of 0 (black) to 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

/** Brightness of every pixel, H·W values in 0..255: see `grey`. */
export const brightness = (picture: Picture): Float32Array => grey(picture).values;
