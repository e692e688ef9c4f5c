/**
 * The safetensors format: named arrays and a map of strings in one file.
 *
 *     u64 length of the header | header: JSON, padded with spaces | raw bytes of the arrays
 *
 * All numbers are little-endian, as every machine is that WebAssembly runs on at speed, so arrays of the file
 * are taken as they lie. https://github.com/huggingface/safetensors, "Format".
 */

/** What the header calls the element types that we read, with their sizes in bytes. */
const elementBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 } as const;

export type SafetensorsDType = keyof typeof elementBytes;

/** An array to be written: Float32Array as F32, Int32Array as I32, Uint8Array as U8. */
export interface SafetensorsArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** An array that was read, with the type it has in the file. */
export interface DecodedArray extends SafetensorsArray {
  readonly dtype: SafetensorsDType;
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
  const header = new TextEncoder().encode(`{${entries.join(",")}}`);
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
  const fail = (message: string): never => {
    throw new SafetensorsError(`${fileName}: ${message}`);
  };
  const { text, dataStart } = headerText(bytes, fail);
  const header = parseHeader(text, fail);
  const dataLength = bytes.byteLength - dataStart;

  let metadata: Record<string, string> = {};
  const layouts: Layout[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") metadata = metadataOf(entry, fail);
    else layouts.push(layoutOf(name, entry, dataLength, fail));
  }
  checkCoverage(layouts, dataLength, fail);

  const tensors = new Map<string, DecodedArray>();
  for (const { name, dtype, shape, begin, end } of layouts) {
    const raw = bytes.subarray(dataStart + begin, dataStart + end);
    const data = readers[dtype](raw, (value) =>
      fail(`${name} holds ${value}, which does not fit into 32 bits`),
    );
    tensors.set(name, { dtype, shape, data });
  }
  return { tensors, metadata };
}

type Fail = (message: string) => never;

/** Where an array lies, in bytes from the end of the header. */
interface Layout {
  name: string;
  dtype: SafetensorsDType;
  shape: number[];
  begin: number;
  end: number;
}

function headerText(bytes: Uint8Array, fail: Fail): { text: string; dataStart: number } {
  if (bytes.byteLength < 8)
    return fail(
      `not a safetensors file: it has ${bytes.byteLength} bytes, and the length of the header takes 8`,
    );
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(longestHeader))
    return fail(
      `not a safetensors file: its first 8 bytes say that the header has ${length} bytes; at most ${longestHeader} are allowed`,
    );
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.byteLength)
    return fail(
      `cut short, or not a safetensors file: the header should have ${length} bytes, only ${bytes.byteLength - 8} are there`,
    );
  try {
    // A copy: browsers refuse to decode text out of shared memory.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(8, dataStart));
    return { text, dataStart };
  } catch {
    return fail("not a safetensors file: its header is not UTF-8 text");
  }
}

function parseHeader(text: string, fail: Fail): object {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    return fail(`the header is not valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(header)) return fail("the header is not a JSON object");
  const twice = repeatedKey(text);
  if (twice !== undefined) return fail(`the header lists ${twice} twice`);
  return header;
}

/** The first key that occurs twice in the outermost object: JSON.parse would silently keep the last of them. */
function repeatedKey(json: string): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && /^\s*:/.test(json.slice(index + token.length, index + token.length + 64))) {
      const key: string = JSON.parse(token);
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function metadataOf(entry: unknown, fail: Fail): Record<string, string> {
  if (!isObject(entry)) return fail("__metadata__ is not a map of strings");
  for (const [key, value] of Object.entries(entry))
    if (typeof value !== "string")
      return fail(`__metadata__ has ${JSON.stringify(value)} for ${key}, expected a string`);
  return entry as Record<string, string>;
}

function layoutOf(name: string, entry: unknown, dataLength: number, fail: Fail): Layout {
  if (!isObject(entry)) return fail(`the header has no dtype, shape and data_offsets for ${name}`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (!isDType(dtype))
    return fail(
      `${name} has the dtype ${JSON.stringify(dtype)}; ${Object.keys(elementBytes).join(", ")} can be read`,
    );
  if (!isCounts(shape))
    return fail(`${name} has the shape ${JSON.stringify(shape)}, expected a list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    return fail(`${name} has the data_offsets ${JSON.stringify(offsets)}, expected [begin, end]`);
  const [begin, end] = offsets;
  const expected = sizeOf(shape) * elementBytes[dtype];
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

type Reader = (raw: Uint8Array, tooLarge: (value: bigint) => never) => DecodedArray["data"];

const readers: { [K in SafetensorsDType]: Reader } = {
  F32: (raw) => new Float32Array(...aligned(raw, 4)),
  I32: (raw) => new Int32Array(...aligned(raw, 4)),
  U8: (raw) => raw,
  BOOL: (raw) => raw,
  F64: (raw) => Float32Array.from(new Float64Array(...aligned(raw, 8))),
  I64: (raw, tooLarge) =>
    Int32Array.from(new BigInt64Array(...aligned(raw, 8)), (value) =>
      BigInt.asIntN(32, value) === value ? Number(value) : tooLarge(value),
    ),
  F16: (raw) => Float32Array.from(new Uint16Array(...aligned(raw, 2)), halfToNumber),
  BF16: (raw) => {
    // A bfloat16 is the upper half of an f32.
    const bits = Uint32Array.from(new Uint16Array(...aligned(raw, 2)), (half) => half << 16);
    return new Float32Array(bits.buffer);
  },
};

/** Arguments of a typed array over these bytes: in place where they lie aligned, else over a copy. */
function aligned(raw: Uint8Array, bytes: number): [ArrayBufferLike, number, number] {
  const { buffer, byteOffset, byteLength } = raw.byteOffset % bytes === 0 ? raw : raw.slice();
  return [buffer, byteOffset, byteLength / bytes];
}

/** IEEE 754 binary16: 1 sign bit, 5 bits of exponent, 10 of mantissa. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function dtypeOf(data: SafetensorsArray["data"]): SafetensorsDType {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Int32Array ? "I32" : "U8";
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isDType = (value: unknown): value is SafetensorsDType =>
  typeof value === "string" && Object.hasOwn(elementBytes, value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

const show = (shape: readonly number[]) => (shape.length === 0 ? "a single number" : shape.join("×"));
