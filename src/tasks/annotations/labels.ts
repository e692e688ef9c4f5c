/** Maps of labels: PNG files whose pixels are no colours but numbers of classes, by a palette or as grey levels. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, rule, wholeNumber } from "../../door/rules.js";
import { kindOfArray } from "../../door/said.js";
import { type FileSource, openSource } from "../../formats/given-source.js";
import { crc32 } from "../../formats/zip.js";

/** A label for each pixel. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  /** H×W, in rows from the top. */
  readonly labels: Uint8Array;
  /** Red, green and blue of each label, where the file has a palette. */
  readonly palette?: Uint8Array;
}

/** Which labels a map may have. */
export interface LabelOptions {
  /** So many classes, 0 to `classes` − 1; any label if left out. */
  classes?: number;
  /** The label of pixels that do not count, beside the classes; 255 if left out. */
  ignore?: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** More pixels than any map that people draw: a file that announces them is damaged. */
const mostPixels = 2 ** 28;

/**
 * The labels of a PNG file: its palette's places, or its grey levels as they are stored, never the colours that stand for
 * them.
 *
 * @throws DataError  one line: no PNG, one of colours, damaged, or a label that is none of the classes and not ignored
 * PNG specification, third edition, sections 7 to 11.
 */
export async function readLabels(source: FileSource, options: LabelOptions = {}): Promise<LabelMap> {
  const { classes, ignore = 255 } = optionsOf("readLabels", options, {
    classes: rule("a whole number from 1 to 256", (n) => Number.isInteger(n) && +n! >= 1 && +n! <= 256),
    ignore: wholeNumber,
  });
  const file = await openSource("readLabels", source, { what: "map of labels" });
  const map = await labelsIn(await file.read(0, file.size), file.name);
  if (classes === undefined) return map;
  const wrong = map.labels.findIndex((label) => label >= classes && label !== ignore);
  if (wrong >= 0)
    throw new DataError(
      `${file.name}: the pixel in row ${Math.floor(wrong / map.width)} and column ${wrong % map.width} has the label ${map.labels[wrong]}, expected 0 to ${classes - 1}, or ${ignore} where it does not count`,
    );
  return map;
}

/** @throws DataError */
export async function labelsIn(bytes: Uint8Array, name: string): Promise<LabelMap> {
  const refuse = (why: string): never => {
    throw new DataError(`${name}: ${why}`);
  };
  if (!signature.every((byte, i) => bytes[i] === byte))
    refuse("is no PNG file: labels would be lost in other formats");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let isWhole = false;
  for (let at = 8; at + 12 <= bytes.length && !isWhole; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) break;
    if (kind === "PLTE") palette = content.slice();
    if (kind === "IDAT") packed.push(content);
    if (kind === "IEND") isWhole = true;
    at += 12 + length;
  }
  if (bytes.length < 33 || !isWhole) refuse("is cut short");
  const [width, height, depth, type] = [view.getUint32(16), view.getUint32(20), bytes[24], bytes[25]];
  if (type !== 0 && type !== 3)
    refuse("is a PNG file of colours, expected one of labels: with a palette, or of grey levels");
  if (![1, 2, 4, 8, 16].includes(depth)) refuse(`is damaged: its labels have ${depth} bits`);
  if (depth > 8) refuse(`has labels of ${depth} bits, expected at most 8`);
  if (width === 0 || height === 0 || width * height > mostPixels)
    refuse(`announces ${width}×${height} pixels`);
  const passes = bytes[28] === 1 ? interlaced : whole;
  const sizes = passes.map(({ x, y, dx, dy }) => ({
    columns: Math.max(0, Math.ceil((width - x) / dx)),
    rows: Math.max(0, Math.ceil((height - y) / dy)),
  }));
  const rowBytes = (columns: number): number => Math.ceil((columns * depth) / 8);
  const expected = sizes.reduce(
    (sum, { columns, rows }) => sum + (columns > 0 ? rows * (1 + rowBytes(columns)) : 0),
    0,
  );
  const raw = await unpacked(packed, expected);
  if (!raw) return refuse("is damaged: its pixels cannot be unpacked");
  const labels = new Uint8Array(width * height);
  let at = 0;
  passes.forEach(({ x, y, dx, dy }, p) => {
    const { columns, rows } = sizes[p];
    if (columns === 0) return;
    let above = new Uint8Array(rowBytes(columns));
    for (let i = 0; i < rows; i++) {
      const filter = raw[at++];
      const row = raw.subarray(at, at + above.length);
      at += above.length;
      if (filter > 4) refuse("is damaged: a row has a filter that there is not");
      unfilter(row, above, filter);
      for (let j = 0; j < columns; j++) {
        const shift = 8 - depth - ((j * depth) % 8);
        labels[(y + i * dy) * width + x + j * dx] =
          (row[Math.floor((j * depth) / 8)] >> shift) & ((1 << depth) - 1);
      }
      above = row as Uint8Array<ArrayBuffer>;
    }
  });
  if (type === 3) {
    const colours = (palette?.length ?? 0) / 3;
    const beyond = labels.findIndex((label) => label >= colours);
    if (beyond >= 0)
      refuse(
        `the pixel in row ${Math.floor(beyond / width)} and column ${beyond % width} has the label ${labels[beyond]}, its palette has ${colours} colours`,
      );
  }
  return { width, height, labels, ...(type === 3 && palette ? { palette } : {}) };
}

/** Where the pixels of a pass begin, and how far apart they are. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}
const whole: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const interlaced: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** What zlib has packed; undefined where it is not so many bytes. */
async function unpacked(parts: readonly Uint8Array[], expected: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(expected);
  let at = 0;
  const stream = new Blob(parts as Uint8Array<ArrayBuffer>[]).stream();
  const reader = stream.pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return at === expected ? bytes : undefined;
      if (at + value.length > expected) return undefined;
      bytes.set(value, at);
      at += value.length;
    }
  } catch {
    return undefined;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Adds what a row's filter has taken away: of a byte to its left, above it, or of both (section 9). */
function unfilter(row: Uint8Array, above: Uint8Array, filter: number): void {
  for (let i = 0; i < row.length; i++) {
    const [a, b, c] = [i > 0 ? row[i - 1] : 0, above[i], i > 0 ? above[i - 1] : 0];
    if (filter === 1) row[i] += a;
    else if (filter === 2) row[i] += b;
    else if (filter === 3) row[i] += (a + b) >> 1;
    else if (filter === 4) row[i] += paeth(a, b, c);
  }
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/**
 * The palette of Pascal VOC, red, green and blue of 256 labels: the bits of a label go in turn to red, green and blue, the
 * lowest to the highest; 0 is black, 1 dark red, 255 nearly white.
 */
export function vocPalette(): Uint8Array {
  const palette = new Uint8Array(3 * 256);
  for (let label = 0; label < 256; label++)
    for (let bit = 0; bit < 8; bit++)
      palette[3 * label + (bit % 3)] |= ((label >> bit) & 1) << (7 - Math.floor(bit / 3));
  return palette;
}

const aMap = rule("{ width, height, labels }, the labels a Uint8Array", (value) => {
  const { width, height, labels } = (value ?? {}) as Partial<LabelMap>;
  return fromOneOn.holds(width) && fromOneOn.holds(height) && kindOfArray(labels) === "Uint8Array";
});

/**
 * A map of labels as a PNG file with a palette, Pascal VOC's if the map has none.
 * @throws DataError where it is not of its size, or has a label that the palette has not
 */
export async function labelPng(map: LabelMap): Promise<Uint8Array> {
  checkArgument("labelPng", "the map", map, aMap);
  const { width, height, labels, palette } = map;
  if (labels.length !== width * height)
    throw new DataError(`labelPng: the map has ${labels.length} labels, ${width}×${height} pixels`);
  const colours = palette ?? vocPalette();
  const beyond = labels.findIndex((label) => label >= colours.length / 3);
  if (beyond >= 0)
    throw new DataError(
      `labelPng: the label ${labels[beyond]} is none of the palette's ${colours.length / 3} colours`,
    );
  const rows = new Uint8Array(height * (width + 1)); // each row begins with its filter: 0, none
  for (let i = 0; i < height; i++) rows.set(labels.subarray(i * width, (i + 1) * width), i * (width + 1) + 1);
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  [header[8], header[9]] = [8, 3];
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const chunks = [
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", packed),
    chunk("IEND", new Uint8Array()),
  ];
  const file = new Uint8Array(8 + chunks.reduce((sum, { length }) => sum + length, 0));
  file.set(signature);
  let at = 8;
  for (const one of chunks) {
    file.set(one, at);
    at += one.length;
  }
  return file;
}

function chunk(kind: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = kind.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
