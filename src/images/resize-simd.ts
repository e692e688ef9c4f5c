/** Resizing and brightness by `resize.wat`: to the bit what the loops of `resize.ts` and `preprocessing.ts` give. */
import { instantiated, memoryOf, type SimdCode } from "../platform/simd-code.js";
import type { Picture } from "./picture.js";
import type { PictureRegion } from "./reading.js";
import { code as base64 } from "./resize-code.js";
import type { Taps } from "./resize-taps.js";

interface Code extends SimdCode {
  narrowColours(
    from: number,
    rowBytes: number,
    rows: number,
    table: number,
    columns: number,
    to: number,
  ): void;
  narrowGrey(from: number, rowBytes: number, rows: number, table: number, columns: number, to: number): void;
  shorten(from: number, rowBytes: number, table: number, rows: number, to: number): void;
  brightness(from: number, count: number, to: number): void;
}

let code: Code | undefined | null = null;

/** Tried once. */
function ready(): Code | undefined {
  if (code === null) code = instantiated<Code>(base64);
  return code;
}

/** Where the code works; decoders that share it hand their pixels over where they are. */
export const resizingMemory = (): WebAssembly.Memory | undefined => ready()?.memory;

/** What a call may have of memory, which WebAssembly never gives back. */
const most = 2 ** 25;
/** So many bytes of a picture are worked on at once: they stay in the processor's caches. */
const strip = 2 ** 18;
/** Vectors reach beyond what they are for. */
const slack = 64;

/** Pixels that come row by row. */
export interface PixelRows {
  readonly channels: 1 | 3;
  /** Where memory is free beside them. */
  readonly end: number;
  /** Writes so many rows of a part to the memory, one behind the other. `left` is even. */
  write(part: PictureRegion, to: number): void;
}

const rowsOf = (memory: WebAssembly.Memory, { width: fullWidth, channels, pixels }: Picture): PixelRows => ({
  channels,
  end: 0,
  write({ left, top, width, height }, to) {
    const bytes = new Uint8Array(memory.buffer);
    const [fullRow, row] = [fullWidth * channels, width * channels];
    const from = top * fullRow + left * channels;
    if (row === fullRow) bytes.set(pixels.subarray(from, from + height * row), to);
    else
      for (let i = 0; i < height; i++)
        bytes.set(pixels.subarray(from + i * fullRow, from + i * fullRow + row), to + i * row);
  },
});

/** A part of a picture in another size; undefined where it is to be done by loops. */
export function resizedBySimd(
  picture: Picture,
  region: PictureRegion,
  columns: Taps,
  rows: Taps,
): Uint8Array | undefined {
  const memory = resizingMemory();
  return memory && resizedRows(rowsOf(memory, picture), region, columns, rows, picture.channels);
}

/**
 * The same of pixels that come row by row, no more of them than count.
 *
 * @param channels  1 of 3: of their brightness
 */
export function resizedRows(
  source: PixelRows,
  { left, top }: PictureRegion,
  columns: Taps,
  rows: Taps,
  channels: 1 | 3,
): Uint8Array | undefined {
  const [x, y] = [reachOf(columns), reachOf(rows)];
  // From an even column on, as chroma goes by twos.
  const from = (left + x.first) & ~1;
  const oldWidth = left + x.end - from;
  const oldHeight = y.end - y.first;
  const [width, height] = [columns.count, rows.count];
  const rowBytes = width * channels;
  const oldRow = oldWidth * source.channels;
  const stripRows = Math.max(1, Math.min(oldHeight, Math.floor(strip / oldRow)));
  const columnTable = (channels === 3 ? colourTable : greyTable)(columns, from - left);
  const rowTable = pairTable(rows, y.first, rowBytes);
  const isToBeGrey = channels < source.channels;
  const places = laidOut(source.end, [
    columnTable.length * 4,
    rowTable.length * 4,
    stripRows * oldRow,
    isToBeGrey ? stripRows * oldWidth : 0,
    (oldHeight + 1) * rowBytes,
    height * rowBytes,
  ]);
  const [columnsAt, rowsAt, stripAt, greyAt, narrowAt, resultAt, end] = places;
  const own = end - source.end <= most ? ready() : undefined;
  const memory = own && memoryOf(own, end);
  if (!own || !memory) return undefined;
  new Int32Array(memory, columnsAt).set(columnTable);
  new Int32Array(memory, rowsAt).set(rowTable);
  const narrow = channels === 3 ? own.narrowColours : own.narrowGrey;
  for (let i = 0; i < oldHeight; i += stripRows) {
    const count = Math.min(stripRows, oldHeight - i);
    source.write({ left: from, top: top + y.first + i, width: oldWidth, height: count }, stripAt);
    if (isToBeGrey) own.brightness(stripAt, count * oldWidth, greyAt);
    narrow(
      isToBeGrey ? greyAt : stripAt,
      oldWidth * channels,
      count,
      columnsAt,
      width,
      narrowAt + i * rowBytes,
    );
  }
  own.shorten(narrowAt, rowBytes, rowsAt, height, resultAt);
  return new Uint8Array(memory).slice(resultAt, resultAt + height * rowBytes);
}

/** Of which old pixels new ones are made. */
const reachOf = ({ count, firsts, begins }: Taps): { first: number; end: number } => ({
  first: firsts[0],
  end: firsts[count - 1] + begins[count] - begins[count - 1],
});

/** Brightness of every pixel of a picture of three channels; undefined where it is to be done by a loop. */
export function brightnessBySimd(pixels: Uint8Array): Uint8Array | undefined {
  const own = ready();
  const [from, to, end] = laidOut(0, [strip * 3, strip]);
  const memory = own && memoryOf(own, end);
  if (!own || !memory) return undefined;
  const bytes = new Uint8Array(memory);
  const result = new Uint8Array(pixels.length / 3);
  for (let i = 0; i < result.length; i += strip) {
    const count = Math.min(strip, result.length - i);
    bytes.set(pixels.subarray(i * 3, (i + count) * 3), from);
    own.brightness(from, count, to);
    result.set(bytes.subarray(to, to + count), i);
  }
  return result;
}

/** Where each of these runs of bytes begins, and where the last one ends. */
function laidOut(begin: number, sizes: readonly number[]): number[] {
  const places = [(begin + 15) & ~15];
  for (const size of sizes) places.push((places[places.length - 1] + size + slack + 15) & ~15);
  return places;
}

const high = (weight: number) => weight >> 11;
const low = (weight: number) => weight & 2047;
/** Two numbers of 16 bits. */
const pair = (first: number, second: number) => (first & 0xffff) | (second << 16);

/** The tables are described in `resize.wat`. `before`: so many old pixels are not there. */
function colourTable({ count, firsts, begins, weights }: Taps, before: number): Int32Array {
  const table = new Int32Array(count * 2 + 4 * (Math.ceil((begins[count] - begins[0]) / 4) + count));
  let to = 0;
  for (let j = 0; j < count; j++) {
    const end = begins[j + 1];
    table[to++] = (firsts[j] - before) * 3;
    table[to++] = Math.ceil((end - begins[j]) / 4);
    for (let t = begins[j]; t < end; t += 4)
      for (let two = t; two < t + 4; two += 2) {
        const first = two < end ? weights[two] : 0;
        const second = two + 1 < end ? weights[two + 1] : 0;
        table[to++] = pair(high(first), high(second));
        table[to++] = pair(low(first), low(second));
      }
  }
  return table.subarray(0, to);
}

function greyTable({ count, firsts, begins, weights }: Taps, before: number): Int32Array {
  const table = new Int32Array(count * 2 + 8 * (Math.ceil((begins[count] - begins[0]) / 8) + count));
  let to = 0;
  for (let j = 0; j < count; j++) {
    const end = begins[j + 1];
    table[to++] = firsts[j] - before;
    table[to++] = Math.ceil((end - begins[j]) / 8);
    for (let t = begins[j]; t < end; t += 8, to += 8)
      for (let k = 0; k < 4; k++) {
        const first = t + 2 * k < end ? weights[t + 2 * k] : 0;
        const second = t + 2 * k + 1 < end ? weights[t + 2 * k + 1] : 0;
        table[to + k] = pair(high(first), high(second));
        table[to + 4 + k] = pair(low(first), low(second));
      }
  }
  return table.subarray(0, to);
}

function pairTable({ count, firsts, begins, weights }: Taps, before: number, rowBytes: number): Int32Array {
  const table = new Int32Array(count * 2 + 2 * (Math.ceil((begins[count] - begins[0]) / 2) + count));
  let to = 0;
  for (let i = 0; i < count; i++) {
    const end = begins[i + 1];
    table[to++] = (firsts[i] - before) * rowBytes;
    table[to++] = Math.ceil((end - begins[i]) / 2);
    for (let t = begins[i]; t < end; t += 2) {
      const second = t + 1 < end ? weights[t + 1] : 0;
      table[to++] = pair(high(weights[t]), high(second));
      table[to++] = pair(low(weights[t]), low(second));
    }
  }
  return table.subarray(0, to);
}
