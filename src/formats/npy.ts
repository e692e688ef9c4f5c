/**
 * The .npy format: one array.
 *
 *     "\x93NUMPY" | version: 2 bytes | length of the header: u16, from version 2 on u32 | header | the numbers
 *
 * The header is a dictionary as Python writes it: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
 * NumPy Enhancement Proposal 1: A Simple File Format for NumPy Arrays.
 */
import { type ElementName, elementBytes, type Numbers, readNumbers, show, sizeOf } from "./elements.js";
import { type Fail, refusal } from "./refusal.js";
import { utf8Bytes, utf8Text } from "./utf8.js";

/** An array of a .npy file, in row-major order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** A file that is no .npy file, or an array of another kind than can be read. */
export class NpyError extends Error {
  override readonly name = "NpyError";
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Of NumPy's names for types, those that can be read. */
const types: { readonly [descr: string]: ElementName } = {
  "<f2": "F16",
  "<f4": "F32",
  "<f8": "F64",
  "<i4": "I32",
  "<i8": "I64",
  "|u1": "U8",
  "|b1": "BOOL",
};

/** Longer headers are refused, as NumPy does. */
const longestHeader = 10_000;

/**
 * The array of a file. f16 and f64 become f32 (f64 rounded), i64 becomes i32, truth values become bytes of 0 and 1.
 * Numbers that need no conversion share the memory of `bytes` where they lie aligned in it; those with the last byte
 * first, or in Fortran's order, are put in ours.
 *
 * @param file  the name that errors give
 * @throws NpyError  one line with the file: no .npy file, cut short, or of another type
 */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const fail = refusal(NpyError, file);
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte))
    return fail(`not a .npy file: it does not begin with \\x93NUMPY`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3) return fail(`is of version ${major}.${minor}; versions 1.0 to 3.0 can be read`);
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) return fail(`${bytes.length} bytes, too short for a .npy file`);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader)
    return fail(`says that its header has ${length} bytes; at most ${longestHeader} are allowed`);
  if (start + length > bytes.length)
    return fail(`cut short: its header should have ${length} bytes, only ${bytes.length - start} are there`);
  const header = utf8Text(bytes.subarray(start, start + length));
  const { type, shape, isBigEndian, isFortran } = parseHeader(header, fail);

  const raw = bytes.subarray(start + length);
  const expected = sizeOf(shape) * elementBytes[type];
  if (raw.length !== expected)
    return fail(
      `its header announces ${show(shape)} ${type}, ${expected} bytes, but ${raw.length} follow${raw.length < expected ? "; the file is cut short" : ""}`,
    );
  const data = readNumbers(type, isBigEndian ? turned(raw, elementBytes[type]) : raw, (value) =>
    fail(`holds ${value}, which does not fit into 32 bits`),
  );
  return { shape, data: isFortran ? inRows(data, shape) : data };
}

/** Numbers of so many bytes with the last byte first. */
function turned(raw: Uint8Array, width: number): Uint8Array {
  const bytes = raw.slice();
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}

/** Numbers that lie in Fortran's order, the first axis running fastest, in row-major order. */
function inRows(data: Numbers, shape: readonly number[]): Numbers {
  const rows = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, side) => product * side, 1));
  const place = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < rows.length; to++) {
    rows[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++place[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      place[axis] = 0;
    }
  }
  return rows;
}

function parseHeader(
  header: string,
  fail: Fail,
): { type: ElementName; shape: number[]; isBigEndian: boolean; isFortran: boolean } {
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sides = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (descr === undefined || fortran === undefined || sides === undefined)
    return fail(`its header is not the dictionary of one array: ${JSON.stringify(shortened(header.trim()))}`);
  const isBigEndian = descr.startsWith(">");
  const known = isBigEndian ? `<${descr.slice(1)}` : descr;
  const type = Object.hasOwn(types, known) ? types[known] : undefined;
  if (type === undefined)
    return fail(`holds numbers of type '${descr}'; ${Object.keys(types).join(", ")} can be read`);
  const shape = sides
    .split(",")
    .filter((side) => side.trim() !== "")
    .map(Number);
  if (!shape.every(Number.isSafeInteger))
    return fail(`has the shape (${shortened(sides)}), expected whole numbers`);
  const isFortran = fortran === "True" && shape.filter((side) => side > 1).length > 1;
  return { type, shape, isBigEndian, isFortran };
}

const shortened = (text: string) => (text.length <= 60 ? text : `${text.slice(0, 60)}…`);

/**
 * The bytes of a .npy file: Float32Array as <f4, Int32Array as <i4, Uint8Array as |u1.
 *
 * @throws NpyError if the number of values is not that of the shape
 */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array<ArrayBuffer> {
  if (data.length !== sizeOf(shape))
    throw new NpyError(`encodeNpy: ${show(shape)} takes ${sizeOf(shape)} values, got ${data.length}`);
  const descr = data instanceof Float32Array ? "<f4" : data instanceof Int32Array ? "<i4" : "|u1";
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`;
  // Padded with spaces, so that the numbers begin at a multiple of 64.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = utf8Bytes(`${text.padEnd(length - 1)}\n`);
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes.set([...magic, 1, 0, length & 0xff, length >> 8]);
  bytes.set(header, 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}
