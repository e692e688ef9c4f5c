/**
 * The safetensors format: named arrays and a map of strings in one file.
 *
 *     u64 length of the header | header: JSON, padded with spaces | raw bytes of the arrays
 *
 * All numbers are little-endian, as every machine is that WebAssembly runs on at speed, so arrays of the file
 * are taken as they lie. https://github.com/huggingface/safetensors, "Format".
 */

import * as v from "valibot";
import type { ArrayFile, StoredArray } from "./array-file.js";
import type { ByteSource } from "./byte-source.js";
import { declared, shown } from "./declared.js";
import {
  bytesOf,
  type ElementName,
  isCounts,
  isReadable,
  isStoredName,
  type Numbers,
  readableNames,
  readNumbers,
  type StoredName,
  show,
  sizeOf,
  unreadable,
} from "./elements.js";
import { parseJson, repeatedKey } from "./json.js";
import { type Fail, refusal } from "./refusal.js";
import { utf8Bytes, utf8Text } from "./utf8.js";

/** An array to be written: Float32Array as F32, Int32Array as I32, Uint8Array as U8. */
export interface SafetensorsArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** An array that was read, with the type it has in the file. */
export interface DecodedArray extends SafetensorsArray {
  readonly dtype: ElementName;
}

/** A file that is no safetensors file, or arrays that cannot be written as one. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

/** Longer headers are refused, as the reference does: they would be parsed before anything could be checked. */
const longestHeader = 100_000_000;

/**
 * One file of all the arrays. The header lists them in the order of the map; their bytes lie with the wider
 * elements first, so that each array starts at a multiple of its element's size.
 *
 * @throws SafetensorsError if an array's length does not match its shape or a name is "__metadata__"
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const begins = new Map<string, number>();
  let dataLength = 0;
  const widestFirst = [...tensors].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  for (const [name, { shape, data }] of widestFirst) {
    if (name === "__metadata__")
      throw new SafetensorsError("encodeSafetensors: the name __metadata__ belongs to the format");
    if (data.length !== sizeOf(shape))
      throw new SafetensorsError(
        `encodeSafetensors: ${name} of shape ${show(shape)} takes ${sizeOf(shape)} values, got ${data.length}`,
      );
    begins.set(name, dataLength);
    dataLength += data.byteLength;
  }

  // Assembled from parts: an object would move names such as "0" before all others.
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const begin = begins.get(name)!;
    const entry = { dtype: dtypeOf(data), shape, data_offsets: [begin, begin + data.byteLength] };
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  if (Object.keys(metadata).length > 0) entries.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  const header = utf8Bytes(`{${entries.join(",")}}`);
  const headerLength = Math.ceil(header.length / 8) * 8;

  const bytes = new Uint8Array(8 + headerLength + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(header, 8);
  bytes.fill(0x20, 8 + header.length, 8 + headerLength);
  for (const [name, { data }] of tensors)
    bytes.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      8 + headerLength + begins.get(name)!,
    );
  return bytes;
}

/**
 * The arrays and the metadata of a file.
 *
 * F16, BF16 and F64 become Float32Array (F64 rounded), I64 becomes Int32Array, BOOL becomes Uint8Array of 0 and 1.
 * Arrays that need no conversion share the memory of `bytes` where they lie aligned in it: do not write to them.
 *
 * @param fileName  what error messages call the file
 * @throws SafetensorsError  one line with the file and the array: cut short, not JSON, a name twice, an unknown
 *     type, a size that does not match the shape, arrays that overlap, leave gaps or reach beyond the end
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  fileName: string,
): { tensors: Map<string, DecodedArray>; metadata: Record<string, string> } {
  if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]")
    throw new TypeError(`${fileName}: expected the bytes of a safetensors file, a Uint8Array`);
  const fail = refusal(SafetensorsError, fileName);
  const dataStart = headerEnd(bytes, bytes.byteLength, fail);
  const { layouts, metadata } = readHeader(bytes.subarray(8, dataStart), bytes.byteLength - dataStart, fail);
  const tensors = new Map<string, DecodedArray>();
  for (const { name, dtype, shape, begin, end } of layouts) {
    if (!isReadable(dtype)) return fail(unreadable(name, dtype));
    const data = numbersOf(name, dtype, bytes.subarray(dataStart + begin, dataStart + end), fail);
    tensors.set(name, { dtype, shape, data });
  }
  return { tensors, metadata };
}

/**
 * The same file, of which only the header is read now, and each array when it is asked for: what is needed of memory
 * is one array, not the file.
 *
 * @throws SafetensorsError as `decodeSafetensors`; arrays that do not fit into 32 bits when they are read
 */
export async function openSafetensors(source: ByteSource): Promise<ArrayFile> {
  const fail = refusal(SafetensorsError, source.name);
  const dataStart = headerEnd(await source.read(0, Math.min(8, source.size)), source.size, fail);
  const { layouts, metadata } = readHeader(await source.read(8, dataStart), source.size - dataStart, fail);
  const arrays = new Map<string, StoredArray>();
  for (const { name, dtype, shape, begin, end } of layouts) {
    const read = async () => {
      if (!isReadable(dtype)) return fail(unreadable(name, dtype));
      return numbersOf(name, dtype, await source.read(dataStart + begin, dataStart + end), fail);
    };
    arrays.set(name, { dtype, shape, read });
  }
  return { name: source.name, arrays, metadata };
}

const numbersOf = (name: string, dtype: ElementName, raw: Uint8Array, fail: Fail): Numbers =>
  readNumbers(dtype, raw, (value) => fail(`${name} holds ${value}, which does not fit into 32 bits`));

/** Where an array lies, in bytes from the end of the header. */
interface Layout {
  name: string;
  dtype: StoredName;
  shape: number[];
  begin: number;
  end: number;
}

/** Where the header ends and the arrays begin, told by the file's first 8 bytes. */
function headerEnd(first: Uint8Array, size: number, fail: Fail): number {
  if (size < 8)
    return fail(`not a safetensors file: it has ${size} bytes, and the length of the header takes 8`);
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(longestHeader))
    return fail(
      `not a safetensors file: its first 8 bytes say that the header has ${length} bytes; at most ${longestHeader} are allowed`,
    );
  const dataStart = 8 + Number(length);
  if (dataStart > size)
    return fail(
      `cut short, or not a safetensors file: the header should have ${length} bytes, only ${size - 8} are there`,
    );
  return dataStart;
}

/** What the header lists, checked against the number of bytes that follow it. */
function readHeader(
  bytes: Uint8Array,
  dataLength: number,
  fail: Fail,
): { layouts: Layout[]; metadata: Record<string, string> } {
  let metadata: Record<string, string> = {};
  const layouts: Layout[] = [];
  for (const [name, entry] of Object.entries(parseHeader(textOf(bytes, fail), fail))) {
    if (name === "__metadata__") metadata = metadataOf(entry, fail);
    else layouts.push(layoutOf(name, entry, dataLength, fail));
  }
  checkCoverage(layouts, dataLength, fail);
  return { layouts, metadata };
}

function textOf(bytes: Uint8Array, fail: Fail): string {
  try {
    return utf8Text(bytes, true);
  } catch {
    return fail("not a safetensors file: its header is not UTF-8 text");
  }
}

function parseHeader(text: string, fail: Fail): object {
  const header = parseJson(text, "the header", fail);
  if (!isObject(header)) return fail("the header is not a JSON object");
  const twice = repeatedKey(text);
  if (twice !== undefined) return fail(`the header lists ${twice} twice`);
  return header;
}

function metadataOf(entry: unknown, fail: Fail): Record<string, string> {
  if (!isObject(entry)) return fail("__metadata__ is not a map of strings");
  for (const [key, value] of Object.entries(entry))
    if (typeof value !== "string")
      return fail(`__metadata__ has ${shown(value)} for ${key}, expected a string`);
  return entry as Record<string, string>;
}

/** What the header says of an array; the messages are how a line goes on that has said what is there. */
const layoutSchema = v.object({
  dtype: v.custom<StoredName>(isStoredName, `; ${readableNames} can be read`),
  shape: v.custom<number[]>(isCounts, ", expected a list of whole numbers"),
  data_offsets: v.custom<[number, number]>(
    (offsets) => isCounts(offsets) && offsets.length === 2 && offsets[0] <= offsets[1],
    ", expected [begin, end]",
  ),
});

function layoutOf(name: string, entry: unknown, dataLength: number, fail: Fail): Layout {
  const { dtype, shape, data_offsets } = declared(layoutSchema, entry, ({ path: [key], found, expected }) =>
    key === undefined || found === undefined
      ? fail(`the header has no dtype, shape and data_offsets for ${name}`)
      : fail(`${name} has the ${key} ${shown(found)}${expected}`),
  );
  const [begin, end] = data_offsets;
  const expected = bytesOf(dtype, sizeOf(shape));
  if (end - begin !== expected)
    return fail(
      `${name} (${dtype}, ${show(shape)}) takes ${expected} bytes, its data_offsets give it ${end - begin}`,
    );
  if (end > dataLength)
    return fail(
      `cut short: ${name} ends at byte ${end} of the data, but there are only ${dataLength} of them`,
    );
  return { name, dtype, shape, begin, end };
}

/** Every byte of the data belongs to exactly one array, as the format demands. */
function checkCoverage(layouts: readonly Layout[], dataLength: number, fail: Fail): void {
  const inOrder = [...layouts].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let previous = "";
  for (const { name, begin, end } of inOrder) {
    if (begin < covered)
      fail(
        `${previous} and ${name} overlap: ${name} begins at byte ${begin}, ${previous} ends at ${covered}`,
      );
    if (begin > covered) fail(`the ${begin - covered} bytes before ${name} belong to no tensor`);
    covered = end;
    previous = name;
  }
  if (covered < dataLength) fail(`the last ${dataLength - covered} bytes belong to no tensor`);
}

function dtypeOf(data: SafetensorsArray["data"]): ElementName {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Int32Array ? "I32" : "U8";
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
