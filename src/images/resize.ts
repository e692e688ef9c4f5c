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
  const columns = tapsOf(picture.width, width, filter);
  const narrow = new Uint8ClampedArray(picture.height * width * channels);
  for (let i = 0; i < picture.height; i++)
    for (let j = 0; j < width; j++) {
      const { first, weights } = columns[j];
      for (let c = 0; c < channels; c++) {
        let sum = one / 2;
        let at = (i * picture.width + first) * channels + c;
        for (let t = 0; t < weights.length; t++, at += channels) sum += weights[t] * picture.pixels[at];
        narrow[(i * width + j) * channels + c] = Math.floor(sum / one);
      }
    }
  const rowLength = width * channels;
  const pixels = new Uint8ClampedArray(height * rowLength);
  const sums = new Float64Array(rowLength);
  for (const [i, { first, weights }] of tapsOf(picture.height, height, filter).entries()) {
    sums.fill(one / 2);
    for (let t = 0; t < weights.length; t++)
      for (let j = 0; j < rowLength; j++) sums[j] += weights[t] * narrow[(first + t) * rowLength + j];
    for (let j = 0; j < rowLength; j++) pixels[i * rowLength + j] = Math.floor(sums[j] / one);
  }
  return { width, height, channels, pixels: new Uint8Array(pixels.buffer) };
}

/** @throws RangeError where no picture can have this size */
export function checkSize(speaker: string, { height, width }: { height: number; width: number }): void {
  if (![height, width].every((edge) => Number.isInteger(edge) && edge > 0))
    throw new RangeError(
      `${speaker}: the size is ${said(height)}×${said(width)}, expected whole numbers of pixels from 1 on`,
    );
}

/** Weights are whole numbers of this part: so Pillow has them, and so the same pixels fall to the same side. */
const one = 2 ** 22;

/** The source pixels that make up each new pixel: `weights[t]` belongs to pixel `first + t`; they sum to `one`. */
function tapsOf(
  length: number,
  newLength: number,
  filter: ResizeFilter,
): { first: number; weights: Float64Array }[] {
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
    return { first, weights: weights.map((w) => Math.round((w / total) * one)) };
  });
}
