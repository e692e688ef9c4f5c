/** Most JPEG files, decoded by vectors: into pixels, or right into what a network is shown of them. */
import { memoryOf } from "../platform/simd-code.js";
import { centreTaps } from "./centre.js";
import { type Decoded, DecodingError } from "./decoders/decoded.js";
import { readJpegHeader } from "./decoders/jpeg-header.js";
import { jpegPlanes } from "./decoders/jpeg-simd.js";
import { kindOf } from "./kind.js";
import { type ReadOptions, usualMostPixels } from "./reading.js";
import { type PixelRows, resizedRows, resizingMemory } from "./resize-simd.js";
import type { ResizeFilter } from "./resize-taps.js";

/** @returns undefined where the file is damaged or of a rare sort: libjpeg-turbo says what is wrong, or reads it */
export function decodeBaselineJpeg(bytes: Uint8Array): Decoded | undefined {
  const memory = resizingMemory();
  const planes = memory && jpegPlanes(memory, bytes);
  if (!planes) return undefined;
  const { width, height, channels, end } = planes;
  const rowBytes = width * channels;
  const buffer = memoryOf({ memory }, end + rowBytes + 64);
  if (!buffer) return undefined;
  const row = new Uint8Array(buffer, end, rowBytes);
  const pixels = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    planes.row(y, 0, width, end);
    pixels.set(row, y * rowBytes);
  }
  return { width, height, channels, pixels };
}

/**
 * The centre of the picture in a JPEG file, as `centreCrop` has it of all its pixels: those beside it are not even made.
 *
 * @returns  H×W×C bytes; undefined where the file is to be read in the usual way
 */
export function centreOfJpeg(
  bytes: Uint8Array,
  input: readonly [h: number, w: number, c: number],
  how: { readonly enlarge: number; readonly filter: ResizeFilter },
  { colours = "srgb", mostPixels = usualMostPixels }: ReadOptions,
): Uint8Array | undefined {
  const found = kindOf(bytes);
  const memory = resizingMemory();
  if (!memory || !found || !("kind" in found) || found.kind !== "jpeg") return undefined;
  const header = headerOf(bytes);
  if (header?.orientation !== 1 || (header.profile && colours === "srgb")) return undefined;
  const { width, height, isGrey } = header;
  const channels = input[2];
  if (width * height > Math.min(mostPixels, header.atMost ?? mostPixels)) return undefined;
  if (channels !== 1 && (channels !== 3 || isGrey)) return undefined;
  const taps = centreTaps(header, input, how);
  if (!taps) return undefined;
  const { firsts, begins, count } = taps.columns;
  const end = firsts[count - 1] + begins[count] - begins[count - 1];
  const planes = jpegPlanes(memory, bytes, [firsts[0] & ~1, end]);
  if (!planes) return undefined;
  const whole = { left: 0, top: 0, width, height };
  return resizedRows(rowsOf(planes), whole, taps.columns, taps.rows, channels);
}

const rowsOf = ({ channels, end, row }: NonNullable<ReturnType<typeof jpegPlanes>>): PixelRows => ({
  channels,
  end,
  write({ left, top, width, height }, to) {
    for (let i = 0; i < height; i++) row(top + i, left, width, to + i * width * channels);
  },
});

function headerOf(bytes: Uint8Array): ReturnType<typeof readJpegHeader> | undefined {
  try {
    return readJpegHeader(bytes);
  } catch (error) {
    if (error instanceof DecodingError || error instanceof RangeError) return undefined;
    throw error;
  }
}
