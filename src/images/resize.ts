import { resizedBySimd } from "#pictures";
import { said } from "../door/said.js";
import type { Picture } from "./picture.js";
import type { PictureRegion } from "./reading.js";
import { bits, filters, half, type ResizeFilter, type Taps, tapsOf } from "./resize-taps.js";

export type { ResizeFilter };

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
  return resizedPart(picture, wholeOf(picture), { width, height }, filter);
}

export const wholeOf = ({ width, height }: { width: number; height: number }): PictureRegion => ({
  ...{ left: 0, top: 0, width, height },
});

/** A part of a picture in another size: what is beside it does not count. */
export function resizedPart(
  picture: Picture,
  region: PictureRegion,
  { width, height }: { width: number; height: number },
  filter: ResizeFilter,
): Picture {
  const columns = tapsOf(region.width, width, filter);
  const rows = tapsOf(region.height, height, filter);
  return { width, height, channels: picture.channels, pixels: resizedBy(picture, region, columns, rows) };
}

/** New pixels of a part, each made of those that its taps say. */
export const resizedBy = (picture: Picture, region: PictureRegion, columns: Taps, rows: Taps): Uint8Array =>
  resizedBySimd(picture, region, columns, rows) ?? resizedByLoops(picture, region, columns, rows);

export function resizedByLoops(
  { width: fullWidth, channels, pixels: all }: Picture,
  { left, top, height: oldHeight }: PictureRegion,
  columns: Taps,
  rows: Taps,
): Uint8Array {
  const rowLength = columns.count * channels;
  const narrow = new Uint8ClampedArray(oldHeight * rowLength);
  (channels === 3 ? narrowColours : narrowGrey)(
    all.subarray((top * fullWidth + left) * channels),
    fullWidth * channels,
    columns,
    narrow,
  );
  const pixels = new Uint8ClampedArray(rows.count * rowLength);
  const sums = new Int32Array(rowLength);
  for (let i = 0; i < rows.count; i++) {
    sums.fill(half);
    const begin = rows.begins[i];
    for (let t = begin; t < rows.begins[i + 1]; t++) {
      const [weight, row] = [rows.weights[t], (rows.firsts[i] + t - begin) * rowLength];
      for (let j = 0; j < rowLength; j++) sums[j] += Math.imul(weight, narrow[row + j]);
    }
    for (let j = 0; j < rowLength; j++) pixels[i * rowLength + j] = sums[j] >> bits;
  }
  return new Uint8Array(pixels.buffer);
}

function narrowGrey(
  pixels: Uint8Array,
  rowLength: number,
  { count, firsts, begins, weights }: Taps,
  narrow: Uint8ClampedArray,
): void {
  for (let row = 0, to = 0; to < narrow.length; row += rowLength)
    for (let j = 0; j < count; j++) {
      let sum = half;
      const end = begins[j + 1];
      for (let t = begins[j], at = row + firsts[j]; t < end; t++, at++)
        sum = (sum + Math.imul(weights[t], pixels[at])) | 0;
      narrow[to++] = sum >> bits;
    }
}

function narrowColours(
  pixels: Uint8Array,
  rowLength: number,
  { count, firsts, begins, weights }: Taps,
  narrow: Uint8ClampedArray,
): void {
  for (let row = 0, to = 0; to < narrow.length; row += rowLength)
    for (let j = 0; j < count; j++) {
      let red = half;
      let green = half;
      let blue = half;
      const end = begins[j + 1];
      for (let t = begins[j], at = row + firsts[j] * 3; t < end; t++, at += 3) {
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
