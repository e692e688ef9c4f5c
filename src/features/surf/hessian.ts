import type { IntegralImage } from "./integral-image.js";

/** Edge of the box filter that stands for second derivatives of a Gaussian of 1.2 pixels. */
export const smallestFilter = 9;

/** Blur in pixels for which a filter stands: 1.2 for 9 pixels, in proportion. */
export const scaleOf = (filter: number): number => (1.2 * filter) / smallestFilter;

/** Dxy is taken so many times its value: boxes answer to diagonals differently from Gaussians (section 3.2). */
const balance = 0.9;

/**
 * Edges of an octave's filters: 9 15 21 27, then 15 27 39 51, 27 51 75 99, 51 99 147 195. The step doubles from octave to
 * octave, and each begins with the second filter of the one before.
 * Section 3.3 and figure 5.
 */
export function filtersOf(octave: number, count: number): number[] {
  const step = 6 * 2 ** octave;
  return Array.from({ length: count }, (_, i) => step * (i + 1) + 3);
}

/** The sum over columns left … right − 1 of rows top … bottom − 1, in steps of brightness. */
const boxSum = ({ sums, stride }: IntegralImage, left: number, top: number, right: number, bottom: number) =>
  (sums[bottom * stride + right] -
    sums[top * stride + right] -
    sums[bottom * stride + left] +
    sums[top * stride + left]) |
  0;

/** Whether a blob is dark on light ground (1) or light on dark (−1): the sign of Dxx + Dyy. */
export function signOfLaplacian(image: IntegralImage, filter: number, column: number, row: number): 1 | -1 {
  const lobe = filter / 3;
  const [half, inner, side] = [(filter - 1) >> 1, (lobe - 1) >> 1, lobe - 1];
  const across = (along: number) =>
    boxSum(image, column - along, row - side, column + along + 1, row + side + 1);
  const down = (along: number) =>
    boxSum(image, column - side, row - along, column + side + 1, row + along + 1);
  return across(half) - 3 * across(inner) + down(half) - 3 * down(inner) < 0 ? -1 : 1;
}

/**
 * Determinants of the approximate Hessian along a row, at `count` columns from … from + (count − 1)·step.
 *
 *     det = Dxx · Dyy − (0.9 · Dxy)²
 *
 * Second derivatives are boxes: three lobes of L/3 × (2L/3 − 1) pixels with the weights 1, −2, 1, and four squares of
 * L/3 pixels with signs, divided by the filter's area L².
 *
 * @param filter  edge L, an odd multiple of 3
 * @param into    as many numbers, in squares of brightness; 0 where the filter leaves the picture
 * Section 3.2, figure 2.
 */
export function determinantsOfRow(
  { width, height, stride, sums, unit }: IntegralImage,
  filter: number,
  row: number,
  { from, step, count }: { from: number; step: number; count: number },
  into: Float32Array,
): void {
  const lobe = filter / 3;
  const half = (filter - 1) >> 1;
  const inner = (lobe - 1) >> 1;
  const side = lobe - 1;
  into.fill(0);
  if (row < half || row + half >= height) return;
  // Where the rows of sums begin: y for the lobes of Dyy, x for the band of Dxx, d for the squares of Dxy.
  const y0 = (row - half) * stride;
  const y1 = (row - inner) * stride;
  const y2 = (row + inner + 1) * stride;
  const y3 = (row + half + 1) * stride;
  const x0 = (row - side) * stride;
  const x1 = (row + side + 1) * stride;
  const d0 = (row - lobe) * stride;
  const d1 = row * stride;
  const d2 = (row + 1) * stride;
  const d3 = (row + lobe + 1) * stride;
  const factor = (unit / (filter * filter)) ** 2;
  const weight = balance * balance;
  const first = Math.max(0, Math.ceil((half - from) / step));
  const last = Math.min(count - 1, Math.floor((width - 1 - half - from) / step));
  for (let k = first; k <= last; k++) {
    const c = from + k * step;
    const l = c - side;
    const r = c + side + 1;
    const tall = (sums[y3 + r] - sums[y0 + r] - sums[y3 + l] + sums[y0 + l]) | 0;
    const tallMiddle = (sums[y2 + r] - sums[y1 + r] - sums[y2 + l] + sums[y1 + l]) | 0;
    const c0 = c - half;
    const c1 = c - inner;
    const c2 = c + inner + 1;
    const c3 = c + half + 1;
    const wide = (sums[x1 + c3] - sums[x0 + c3] - sums[x1 + c0] + sums[x0 + c0]) | 0;
    const wideMiddle = (sums[x1 + c2] - sums[x0 + c2] - sums[x1 + c1] + sums[x0 + c1]) | 0;
    const e0 = c - lobe;
    const e2 = c + 1;
    const e3 = c + lobe + 1;
    const topLeft = sums[d1 + c] - sums[d0 + c] - sums[d1 + e0] + sums[d0 + e0];
    const topRight = sums[d1 + e3] - sums[d0 + e3] - sums[d1 + e2] + sums[d0 + e2];
    const bottomLeft = sums[d3 + c] - sums[d2 + c] - sums[d3 + e0] + sums[d2 + e0];
    const bottomRight = sums[d3 + e3] - sums[d2 + e3] - sums[d3 + e2] + sums[d2 + e2];
    const dyy = (tall - 3 * tallMiddle) | 0;
    const dxx = (wide - 3 * wideMiddle) | 0;
    const dxy = (topLeft + bottomRight - topRight - bottomLeft) | 0;
    into[k] = factor * (dxx * dyy - weight * dxy * dxy);
  }
}
