import type { Plane } from "../raster.js";

/**
 * Sums of everything above and to the left, so that the sum over any box is four look-ups.
 *
 *     S[r, c] = Σ v[i, j] over i < r and j < c,     Σ over a box = S[b, d] − S[a, d] − S[b, c] + S[a, c]
 *
 * Brightness is taken in whole steps, and sums are kept modulo 2³²: the sum of a box is then exact however large the
 * picture is, as long as the box's own sum fits.
 * Viola, Jones: Rapid Object Detection using a Boosted Cascade of Simple Features, CVPR 2001, section 2.1.
 */
export interface IntegralImage {
  readonly width: number;
  readonly height: number;
  /** One row and one column more than the picture has, of zeros. */
  readonly stride: number;
  readonly sums: Int32Array;
  /** Brightness of one step. */
  readonly unit: number;
}

/** @param largest  pixels of the largest box that will be asked for, with the weights of its pixels */
export function integralImage({ width, height, values }: Plane, largest: number): IntegralImage {
  let greatest = 0;
  for (let i = 0; i < values.length; i++) greatest = Math.max(greatest, Math.abs(values[i]));
  // Bytes come out in steps of 1/64 or finer.
  const steps = greatest > 0 ? 2 ** Math.floor(Math.log2(2 ** 31 / (largest * greatest))) : 1;
  const stride = width + 1;
  const sums = new Int32Array(stride * (height + 1));
  for (let i = 0; i < height; i++) {
    let row = 0;
    const [from, to] = [i * width, (i + 1) * stride + 1];
    for (let j = 0; j < width; j++) {
      row = (row + Math.round(values[from + j] * steps)) | 0;
      sums[to + j] = (sums[to + j - stride] + row) | 0;
    }
  }
  return { width, height, stride, sums, unit: 1 / steps };
}
