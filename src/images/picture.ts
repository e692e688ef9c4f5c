/** A decoded picture: pixels in rows from the top, H·W·C bytes of 0 (black) to 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

/**
 * Brightness of every pixel, H·W values in 0..255.
 *
 *     y = 0.299 r + 0.587 g + 0.114 b
 *
 * ITU-R BT.601, luma.
 */
export function brightness({ width, height, channels, pixels }: Picture): Float32Array {
  if (channels === 1) return Float32Array.from(pixels);
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++)
    grey[i] = 0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2];
  return grey;
}
