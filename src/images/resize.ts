import { said } from "../door/said.js";
import type { Picture } from "./picture.js";

/** The weight of a pixel by its distance from the middle, in pixels of the coarser of both pictures. */
const filters = {
  bilinear: { reach: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  // Keys: Cubic Convolution Interpolation for Digital Image Processing, IEEE TASSP 1981, equation 4, a = −1/2.
  bicubic: {
    reach: 2,
    weight(x: number) {
      const t = Math.abs(x);
      if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
      return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
    },
  },
} as const;

/** Pillow's filters, by its names. */
export type ResizeFilter = keyof typeof filters;

/**
 * A picture in another size, as the preprocessing of published networks has it (Pillow's resize, torchvision's with
 * antialiasing): where the picture shrinks the filter is stretched, so that every pixel counts; columns first, then
 * rows, each rounded to 8 bits. To the bit what Pillow gives.
 *
 * @throws RangeError where the size is not of whole numbers from 1 on
 */
export function resize(
  picture: Picture,
  { width, height }: { width: number; height: number },
  filter: ResizeFilter,
): Picture {
  checkSize("resize", { width, height });
  if (!Object.hasOwn(filters, filter))
    throw new TypeError(
      `resize: there is no filter ${said(filter)}, expected ${Object.keys(filters).map(said).join(" or ")}`,
    );
  const { channels } = picture;
  const narrow = narrowed(picture, width, filter);
  const rowLength = width * channels;
  const pixels = new Uint8ClampedArray(height * rowLength);
  const sums = new Int32Array(rowLength);
  for (const [i, { first, weights }] of tapsOf(picture.height, height, filter).entries()) {
    sums.fill(half);
    for (let t = 0; t < weights.length; t++) {
      const [weight, row] = [weights[t], (first + t) * rowLength];
      for (let j = 0; j < rowLength; j++) sums[j] += Math.imul(weight, narrow[row + j]);
    }
    for (let j = 0; j < rowLength; j++) pixels[i * rowLength + j] = sums[j] >> bits;
  }
  return { width, height, channels, pixels: new Uint8Array(pixels.buffer) };
}

/** The picture in another width: where nearly all of the time goes. Weights lie in one array, sums are whole numbers. */
function narrowed(
  { pixels, width: fullWidth, height, channels }: Picture,
  width: number,
  filter: ResizeFilter,
): Uint8ClampedArray {
  const taps = tapsOf(fullWidth, width, filter);
  const most = Math.max(...taps.map(({ weights }) => weights.length));
  const columns: Columns = {
    begins: Int32Array.from(taps, ({ first }) => first * channels),
    ends: Int32Array.from(taps, ({ weights }, j) => j * most + weights.length),
    weights: new Int32Array(width * most),
    most,
  };
  for (const [j, { weights }] of taps.entries()) columns.weights.set(weights, j * most);
  const narrow = new Uint8ClampedArray(height * width * channels);
  (channels === 3 ? narrowColours : narrowGrey)(pixels, fullWidth * channels, columns, narrow);
  return narrow;
}

interface Columns {
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  readonly weights: Int32Array;
  readonly most: number;
}

function narrowGrey(
  pixels: Uint8Array,
  rowLength: number,
  { begins, ends, weights, most }: Columns,
  narrow: Uint8ClampedArray,
): void {
  for (let row = 0, to = 0; to < narrow.length; row += rowLength)
    for (let j = 0; j < begins.length; j++) {
      let sum = half;
      const end = ends[j];
      for (let t = j * most, at = row + begins[j]; t < end; t++, at++)
        sum = (sum + Math.imul(weights[t], pixels[at])) | 0;
      narrow[to++] = sum >> bits;
    }
}

function narrowColours(
  pixels: Uint8Array,
  rowLength: number,
  { begins, ends, weights, most }: Columns,
  narrow: Uint8ClampedArray,
): void {
  for (let row = 0, to = 0; to < narrow.length; row += rowLength)
    for (let j = 0; j < begins.length; j++) {
      let red = half;
      let green = half;
      let blue = half;
      const end = ends[j];
      for (let t = j * most, at = row + begins[j]; t < end; t++, at += 3) {
        const weight = weights[t];
        red = (red + Math.imul(weight, pixels[at])) | 0;
        green = (green + Math.imul(weight, pixels[at + 1])) | 0;
        blue = (blue + Math.imul(weight, pixels[at + 2])) | 0;
      }
      narrow[to++] = red >> bits;
      narrow[to++] = green >> bits;
      narrow[to++] = blue >> bits;
    }
}

/** @throws RangeError where no picture can have this size */
export function checkSize(speaker: string, { height, width }: { height: number; width: number }): void {
  if (![height, width].every((edge) => Number.isInteger(edge) && edge > 0))
    throw new RangeError(
      `${speaker}: the size is ${said(height)}×${said(width)}, expected whole numbers of pixels from 1 on`,
    );
}

/**
 * Weights are whole numbers of 2^−22: so Pillow has them, and so the same pixels fall to the same side. Sums stay within
 * 32 bits: the weights' sizes come to less than 1.3, also of filters that go below zero.
 */
const bits = 22;
const one = 2 ** bits;
const half = one / 2;

/** The source pixels that make up each new pixel: `weights[t]` belongs to pixel `first + t`; they sum to `one`. */
function tapsOf(
  length: number,
  newLength: number,
  filter: ResizeFilter,
): { first: number; weights: Int32Array }[] {
  const { reach, weight } = filters[filter];
  const scale = length / newLength;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: newLength }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach * stretch + 0.5));
    const end = Math.min(length, Math.floor(centre + reach * stretch + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, t) =>
      weight((first + t + 0.5 - centre) / stretch),
    );
    const total = weights.reduce((sum, w) => sum + w, 0);
    return { first, weights: Int32Array.from(weights, (w) => Math.round((w / total) * one)) };
  });
}
