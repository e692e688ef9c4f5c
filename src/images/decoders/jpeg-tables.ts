/** What stands before the pixels of a baseline JPEG, as `jpeg.wat` takes it. ITU-T T.81, annexes B and C. */
import { asciiAt, viewOf } from "./decoded.js";

/** How chroma is stored: of all pixels, of two beside each other, of four. */
export type Chroma = 0 | 1 | 2;

/** A scan of all components, and all that it needs. */
export interface Scan {
  readonly width: number;
  readonly height: number;
  readonly chroma: Chroma;
  /** Of each component, from brightness on. */
  readonly components: readonly {
    readonly quantization: Uint16Array;
    readonly dc: HuffmanTable;
    readonly ac: HuffmanTable;
  }[];
  /** Units between two restart markers; 0: there are none. */
  readonly restart: number;
  /** Where its bits begin. */
  readonly begin: number;
}

/** How many codes there are of 1 to 16 bits, and what they stand for. */
export interface HuffmanTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/** The place in a block, row by row, of each number of the zigzag. */
export const zigzag = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6],
  ...[7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31],
  ...[39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly { id: number; sampling: number; quantization: number }[];
}

/** @returns undefined for all that is not as most files are: those libjpeg-turbo reads */
export function baselineScan(bytes: Uint8Array): Scan | undefined {
  const view = viewOf(bytes);
  const quantizations: Uint16Array[] = [];
  const tables: HuffmanTable[] = [];
  let frame: Frame | undefined;
  let [isJfif, restart] = [false, 0];
  let adobe: number | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (bytes[at] !== 0xff || length < 2 || end > bytes.length) return undefined;
    const marker = bytes[at + 1];
    const segment = bytes.subarray(at + 4, end);
    at = end;
    if (marker === 0xdb) {
      if (!readQuantizations(segment, quantizations)) return undefined;
    } else if (marker === 0xc4) {
      if (!readHuffmanTables(segment, tables)) return undefined;
    } else if (marker === 0xdd) restart = viewOf(segment).getUint16(0);
    else if (marker === 0xe0) isJfif ||= segment.length >= 14 && asciiAt(segment, 0, 5) === "JFIF\0";
    else if (marker === 0xee) {
      if (segment.length >= 12 && asciiAt(segment, 0, 5) === "Adobe") adobe = segment[11];
    } else if (marker === 0xc0 || marker === 0xc1) {
      if (frame) return undefined;
      frame = frameOf(segment);
      if (!frame) return undefined;
    } else if (marker === 0xda) {
      if (!frame || (frame.components.length === 3 && !isInChroma(frame, isJfif, adobe))) return undefined;
      return scanOf(frame, segment, { quantizations, tables, restart, begin: end });
    } else if (marker < 0xe0 && marker !== 0xfe) return undefined; // other frames, and what may not stand here
  }
  return undefined;
}

function readQuantizations(segment: Uint8Array, into: Uint16Array[]): boolean {
  for (let at = 0; at < segment.length; ) {
    const [isWide, place] = [segment[at] >> 4, segment[at] & 15];
    const size = isWide ? 2 : 1;
    if (isWide > 1 || place > 3 || at + 1 + 64 * size > segment.length) return false;
    const numbers = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      const from = at + 1 + k * size;
      numbers[zigzag[k]] = isWide ? (segment[from] << 8) | segment[from + 1] : segment[from];
    }
    into[place] = numbers;
    at += 1 + 64 * size;
  }
  return true;
}

/** Those of first numbers at 0 to 3, of the others at 16 to 19, as the file counts them. */
function readHuffmanTables(segment: Uint8Array, into: HuffmanTable[]): boolean {
  for (let at = 0; at < segment.length; ) {
    const place = segment[at];
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    if ((place & 15) > 3 || place >> 4 > 1 || total > 256 || counts.length < 16 || symbols.length < total)
      return false;
    // No code is of ones alone.
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code += counts[length - 1];
      if (counts[length - 1] > 0 && code >= 1 << length) return false;
      code <<= 1;
    }
    if (place < 16 && symbols.some((size) => size > 15)) return false;
    into[place] = { counts, symbols };
    at += 17 + total;
  }
  return true;
}

function frameOf(segment: Uint8Array): Frame | undefined {
  if (segment.length < 6 || segment.length !== 6 + 3 * segment[5]) return undefined;
  const view = viewOf(segment);
  const components = Array.from({ length: segment[5] }, (_, c) => {
    const [id, sampling, quantization] = segment.subarray(6 + 3 * c);
    return { id, sampling, quantization };
  });
  return { width: view.getUint16(3), height: view.getUint16(1), components };
}

/** Whether the numbers are brightness and chroma, as libjpeg finds it out. */
function isInChroma({ components }: Frame, isJfif: boolean, adobe: number | undefined): boolean {
  if (isJfif) return true;
  if (adobe !== undefined) return adobe === 1;
  return components.every(({ id }, c) => id === c + 1);
}

function scanOf(
  { width, height, components }: Frame,
  segment: Uint8Array,
  read: { quantizations: Uint16Array[]; tables: HuffmanTable[]; restart: number; begin: number },
): Scan | undefined {
  const { quantizations, tables, restart, begin } = read;
  const count = components.length;
  if ((count !== 1 && count !== 3) || segment.length !== 4 + 2 * count || segment[0] !== count)
    return undefined;
  const [first, last, bits] = segment.subarray(1 + 2 * count);
  if (first !== 0 || last !== 63 || bits !== 0) return undefined;
  const [brightness, ...others] = components.map(({ sampling }) => sampling);
  const chroma = count === 1 ? 0 : [0x11, 0x21, 0x22].indexOf(brightness);
  if (chroma < 0 || others.some((sampling) => sampling !== 0x11)) return undefined;
  // Narrower ones libjpeg enlarges otherwise.
  if (chroma > 0 && width <= 4) return undefined;
  const found = components.map(({ id, quantization }, c) => ({
    isNext: segment[1 + 2 * c] === id,
    quantization: quantizations[quantization],
    dc: tables[segment[2 + 2 * c] >> 4],
    ac: tables[16 + (segment[2 + 2 * c] & 15)],
  }));
  if (found.some(({ isNext, quantization, dc, ac }) => !isNext || !quantization || !dc || !ac))
    return undefined;
  return { width, height, chroma: chroma as Chroma, components: found, restart, begin };
}

/** Bytes of a table in memory. */
export const tableBytes = 4608;

/**
 * A table as `jpeg.wat` reads it: of each ten bits what begins with them (bits to take, how far on in the block, the
 * number), or which symbol, where the number itself does not fit into them; then of codes of each length the last one, and
 * what leads from a code to its symbol; then the symbols.
 */
export function writeTable(into: Int32Array, { counts, symbols }: HuffmanTable, isOfFirst: boolean): void {
  into.fill(0, 0, 1024);
  let [code, at] = [0, 0];
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1];
    into[1024 + 2 * length] = count > 0 ? code + count - 1 : -1;
    into[1025 + 2 * length] = at - code;
    if (length <= 10)
      for (let k = 0; k < count; k++) writeCode(into, code + k, length, symbols[at + k], isOfFirst);
    code = (code + count) << 1;
    at += count;
  }
  new Uint8Array(into.buffer, into.byteOffset + 4232).set(symbols);
}

function writeCode(into: Int32Array, code: number, length: number, symbol: number, isOfFirst: boolean): void {
  const free = 10 - length;
  const [run, size] = isOfFirst ? [0, symbol] : [symbol >> 4, symbol & 15];
  const begin = code << free;
  const end = begin + (1 << free);
  if (size === 0) {
    // Sixteen zeros, or nothing but zeros.
    const on = isOfFirst ? 0 : run === 15 ? 16 : 128;
    return void into.fill((on << 8) | length, begin, end);
  }
  if (size > free) return void into.fill((symbol << 16) | (length << 8), begin, end);
  const half = 1 << (size - 1);
  for (let entry = begin; entry < end; entry++) {
    const bits = (entry - begin) >> (free - size);
    const value = bits < half ? bits - 2 * half + 1 : bits;
    into[entry] = (value << 16) | ((run + 1) << 8) | (length + size);
  }
}
