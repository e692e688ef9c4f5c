/** Baseline JPEG by `jpeg.wat`, in a third of the time that libjpeg-turbo without vectors takes, and to the same bit. */
import { instantiated, memoryOf } from "../../platform/simd-code.js";
import { code as base64 } from "./jpeg-code.js";
import { baselineScan, type Scan, tableBytes, writeTable, zigzag } from "./jpeg-tables.js";

interface Code {
  /** @param ends  becomes where the marker stands that ends the scan, and where each part of the copy ends */
  unstuff(from: number, end: number, to: number, ends: number, most: number): number;
  decodeRow(state: number): number;
  colourRow(y: number, blue: number, red: number, far: number, mode: number, count: number, to: number): void;
}

/** Of one memory, which the code that resizes pictures has as well. */
let made: { memory: WebAssembly.Memory; code: Code | undefined } | undefined;

function codeIn(memory: WebAssembly.Memory): Code | undefined {
  if (made?.memory !== memory) made = { memory, code: instantiated<Code>(base64, { "": { memory } }) };
  return made.code;
}

/** What a picture may take of memory, which WebAssembly never gives back. */
const most = 2 ** 26;

// Where things stand in memory. The state of the reader: from where and how many bits it has, those bits, the first
// numbers of the last blocks, units between restarts and until the next, the part at hand, units in a row, which of them
// are wanted, blocks of a unit, zigzag, a block's numbers, the list of blocks, the last part. Of each block of a unit:
// whose first number it follows, its tables, its plane from this row of units on, bytes of a row there and of a unit.
const stateAt = 0;
const blocksAt = 128;
const zigzagAt = 512;
const blockAt = 640;
const quantizationsAt = 768;
const tablesAt = 2048;
const endsAt = tablesAt + 6 * tableBytes;
/** Beside the rows of chroma, and behind what vectors read. */
const margin = 32;
/** The reader may go so far beyond the bits before it is noticed. */
const beyond = 2048;

interface Plane {
  /** Of its first pixel. */
  readonly at: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** A decoded JPEG in the memory, in planes: valid until the next one is decoded. */
export interface JpegPlanes {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Where memory is free behind them. */
  readonly end: number;
  /** Writes some pixels of a row to the memory, from an even column on; up to 48 bytes behind them are written too. */
  row(y: number, left: number, count: number, to: number): void;
}

/**
 * @param columns  which of them are wanted; all if left out
 * @returns undefined where the file is of a rare sort or damaged, or larger than is done here
 */
export function jpegPlanes(
  memory: WebAssembly.Memory,
  bytes: Uint8Array,
  columns?: readonly [begin: number, end: number],
): JpegPlanes | undefined {
  const scan = baselineScan(bytes);
  return scan && decoded(memory, bytes, scan, columns ?? [0, scan.width]);
}

function decoded(
  memory: WebAssembly.Memory,
  file: Uint8Array,
  scan: Scan,
  [left, right]: readonly [number, number],
): JpegPlanes | undefined {
  const { width, height, chroma, components, restart, begin } = scan;
  const unitWidth = chroma > 0 ? 16 : 8;
  const unitHeight = chroma === 2 ? 16 : 8;
  const [across, down] = [Math.ceil(width / unitWidth), Math.ceil(height / unitHeight)];
  const mostParts = restart > 0 ? Math.ceil((across * down) / restart) : 1;
  const fileAt = aligned(endsAt + 4 * (mostParts + 2));
  const bitsAt = aligned(fileAt + file.length - begin);
  let end = aligned(bitsAt + file.length - begin + beyond);
  const planes = components.map((_, c): Plane => {
    const [byX, byY] = c === 0 ? [1, 1] : [chroma > 0 ? 2 : 1, chroma === 2 ? 2 : 1];
    const stride = aligned((across * unitWidth) / byX);
    const at = end + margin;
    end = aligned(at + stride * ((down * unitHeight) / byY));
    return { at, stride, width: Math.ceil(width / byX), height: Math.ceil(height / byY) };
  });
  const code = end <= most ? codeIn(memory) : undefined;
  const buffer = code && memoryOf({ memory }, end);
  if (!code || !buffer) return undefined;

  const all = new Uint8Array(buffer);
  all.set(file.subarray(begin), fileAt);
  const parts = code.unstuff(fileAt, fileAt + file.length - begin, bitsAt, endsAt, mostParts);
  const ends = new Int32Array(buffer, endsAt, parts + 1);
  if (parts !== mostParts || all[ends[0] + 1] !== 0xd9) return undefined;

  for (let k = 0; k < 64; k++) all[zigzagAt + 1 + k] = 2 * zigzag[k];
  all.fill(0, blockAt, blockAt + 128);
  const state = new Int32Array(buffer, stateAt, blocksAt / 4);
  state.fill(0);
  state[0] = bitsAt;
  state[7] = state[8] = restart;
  state[9] = endsAt + 4;
  state[10] = across;
  // Chroma between two pixels is of both.
  state[11] = Math.max(0, Math.floor((left - 2) / unitWidth));
  state[12] = Math.min(across, Math.floor((right + 1) / unitWidth) + 1);
  state[14] = zigzagAt;
  state[15] = blockAt;
  state[16] = blocksAt;
  state[17] = endsAt + 4 * parts;

  const blocks = new Int32Array(buffer, blocksAt, 6 * 7);
  let count = 0;
  for (const [c, { quantization, dc, ac }] of components.entries()) {
    new Uint16Array(buffer, quantizationsAt + 128 * c, 64).set(quantization);
    const [dcAt, acAt] = [0, 1].map((k) => tablesAt + (2 * c + k) * tableBytes);
    writeTable(new Int32Array(buffer, dcAt, tableBytes / 4), dc, true);
    writeTable(new Int32Array(buffer, acAt, tableBytes / 4), ac, false);
    const { at, stride } = planes[c];
    const [h, v] = c === 0 ? [unitWidth / 8, unitHeight / 8] : [1, 1];
    for (let i = 0; i < v; i++)
      for (let j = 0; j < h; j++)
        blocks.set(
          [
            ...[stateAt + 16 + 4 * c, dcAt, acAt, quantizationsAt + 128 * c],
            ...[at + 8 * (i * stride + j), stride, 8 * h],
          ],
          7 * count++,
        );
  }
  state[13] = count;

  for (let row = 0; row < down; row++) {
    if (code.decodeRow(stateAt) === 0) return undefined;
    for (let b = 0, c = 0; c < components.length; c++)
      for (let k = c === 0 ? count - components.length + 1 : 1; k > 0; k--, b++)
        blocks[7 * b + 4] += planes[c].stride * (c === 0 ? unitHeight : 8);
  }
  // All bits have been read, and all but those that fill the last byte.
  if (state[9] !== state[17] || state[0] - (state[1] >> 3) !== ends[parts]) return undefined;
  if (chroma > 0) for (const plane of planes.slice(1)) repeatEdges(all, plane);
  const row = components.length === 1 ? greyRow(memory, planes[0]) : colourRow(code, chroma, planes);
  return { width, height, channels: components.length === 1 ? 1 : 3, end, row };
}

/** What stands beside the first and the last pixel of a row. */
function repeatEdges(all: Uint8Array, { at, stride, width, height }: Plane): void {
  for (let i = 0, row = at; i < height; i++, row += stride) {
    all[row - 1] = all[row];
    all[row + width] = all[row + width - 1];
  }
}

const greyRow =
  (memory: WebAssembly.Memory, { at, stride }: Plane): JpegPlanes["row"] =>
  (y, left, count, to) => {
    const from = at + y * stride + left;
    new Uint8Array(memory.buffer).copyWithin(to, from, from + count);
  };

const colourRow =
  (code: Code, chroma: Scan["chroma"], [light, blue, red]: readonly Plane[]): JpegPlanes["row"] =>
  (y, left, count, to) => {
    const row = chroma === 2 ? y >> 1 : y;
    const other = chroma === 2 ? Math.min(Math.max(0, row + (y & 1 ? 1 : -1)), blue.height - 1) : row;
    const column = row * blue.stride + (chroma > 0 ? left >> 1 : left);
    code.colourRow(
      light.at + y * light.stride + left,
      blue.at + column,
      red.at + column,
      (other - row) * blue.stride,
      chroma,
      count,
      to,
    );
  };

const aligned = (bytes: number): number => (bytes + margin + 15) & ~15;
