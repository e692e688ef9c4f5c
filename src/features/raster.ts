/** A picture as the features take it: pixels in rows from the top, H·W·C values, channels last. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bytes of 0 (black) to 255, or numbers of any range. */
  readonly pixels: Uint8Array | Float32Array;
}

/** One value a pixel: brightness, a response, a magnitude. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** H·W, in rows from the top. */
  readonly values: Float32Array;
}

/** A picture that the features cannot take, or a setting that makes no sense for it. */
export class FeatureError extends Error {
  override name = "FeatureError";
}

/**
 * Brightness of every pixel.
 *
 *     y = 0.299 r + 0.587 g + 0.114 b
 *
 * @throws FeatureError if the picture has neither 1 nor 3 channels
 * ITU-R BT.601, luma.
 */
export function grey({ width, height, channels, pixels }: Raster): Plane {
  if (channels === 1)
    return { width, height, values: pixels instanceof Float32Array ? pixels : Float32Array.from(pixels) };
  if (channels !== 3)
    throw new FeatureError(`grey: the picture has ${channels} channels, expected 1 or 3 (red, green, blue)`);
  const values = new Float32Array(width * height);
  for (let i = 0, at = 0; i < values.length; i++, at += 3)
    values[i] = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
  return { width, height, values };
}

/** As a picture of one channel. */
export const asRaster = ({ width, height, values }: Plane): Raster => ({
  width,
  height,
  channels: 1,
  pixels: values,
});
