import type { IntegralImage } from "./integral-image.js";

/** Answers of Haar wavelets in x and in y, in steps of brightness. */
export interface Haar {
  x: number;
  y: number;
}

/**
 * Haar wavelets around a place: the right half of a square less its left half, and the lower less the upper half. The
 * square's middle is the nearest corner of pixels; what of it lies outside the picture is left out on both sides of
 * the middle, so that a picture's border is no edge.
 *
 * @param half  half of the square's edge, in whole pixels
 */
export function haar(
  { width, height, stride, sums }: IntegralImage,
  x: number,
  y: number,
  half: number,
  into: Haar,
): void {
  const c = Math.round(x + 0.5);
  const r = Math.round(y + 0.5);
  let reach = half;
  if (c - reach < 0 || r - reach < 0 || c + reach > width || r + reach > height) {
    reach = Math.min(c, r, width - c, height - r);
    if (reach < 1) {
      into.x = 0;
      into.y = 0;
      return;
    }
  }
  const top = (r - reach) * stride + c;
  const middle = r * stride + c;
  const bottom = (r + reach) * stride + c;
  const topLeft = sums[top - reach];
  const topRight = sums[top + reach];
  const bottomLeft = sums[bottom - reach];
  const bottomRight = sums[bottom + reach];
  into.x = (bottomRight - topRight - 2 * (sums[bottom] - sums[top]) + bottomLeft - topLeft) | 0;
  into.y =
    (bottomRight - bottomLeft - 2 * (sums[middle + reach] - sums[middle - reach]) + topRight - topLeft) | 0;
}
