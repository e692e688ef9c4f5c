/**
 * The numbers that files of arrays hold, by the names that safetensors gives their types, and how each type is read
 * into an array of ours. All are little-endian, as every machine is that WebAssembly runs on at speed, so that
 * f32, i32 and bytes are taken as they lie.
 */

/** The types that can be read, with their sizes in bytes. */
export const elementBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 } as const;

/** Types of numbers that are read, by safetensors' names: `F32`, `I64`. */
export type ElementName = keyof typeof elementBytes;

/** Types that are known and not read, with their sizes in bits. */
const otherBits = {
  I8: 8,
  I16: 16,
  U16: 16,
  U32: 32,
  U64: 64,
  C32: 32,
  C64: 64,
  C128: 128,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  I4: 4,
  U4: 4,
} as const;

/** The type that an array has in a file: one that can be read, or one that is only listed. */
export type StoredName = ElementName | keyof typeof otherBits;

export const isReadable = (type: StoredName): type is ElementName => Object.hasOwn(elementBytes, type);

export const isStoredName = (type: unknown): type is StoredName =>
  typeof type === "string" && (Object.hasOwn(elementBytes, type) || Object.hasOwn(otherBits, type));

/** Bytes of so many numbers; those of less than 8 bits share theirs. */
export const bytesOf = (type: StoredName, count: number): number =>
  isReadable(type) ? count * elementBytes[type] : Math.ceil((count * otherBits[type]) / 8);

/** What is said of an array whose numbers are wanted, and cannot be had. */
export const unreadable = (name: string, type: StoredName): string =>
  `${name} has the dtype "${type}"; ${readableNames} can be read`;

export const readableNames = Object.keys(elementBytes).join(", ");

/** What numbers become: f32 for floats of any width, i32 for integers, bytes for bytes and truth values. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/**
 * The numbers of raw bytes. F16, BF16 and F64 become Float32Array (F64 rounded), I64 becomes Int32Array, BOOL becomes
 * Uint8Array of 0 and 1. What needs no conversion shares the memory of `raw` where it lies aligned.
 *
 * @param tooLarge  is told of an I64 that does not fit into 32 bits, and throws
 */
export const readNumbers = (
  type: ElementName,
  raw: Uint8Array,
  tooLarge: (value: bigint) => never,
): Numbers => readers[type](raw, tooLarge);

type Reader = (raw: Uint8Array, tooLarge: (value: bigint) => never) => Numbers;

const readers: { [K in ElementName]: Reader } = {
  F32: (raw) => new Float32Array(...aligned(raw, 4)),
  I32: (raw) => new Int32Array(...aligned(raw, 4)),
  U8: (raw) => raw,
  BOOL: (raw) => raw,
  F64: (raw) => Float32Array.from(new Float64Array(...aligned(raw, 8))),
  I64: (raw, tooLarge) =>
    Int32Array.from(new BigInt64Array(...aligned(raw, 8)), (value) =>
      BigInt.asIntN(32, value) === value ? Number(value) : tooLarge(value),
    ),
  F16: (raw) => {
    halves ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits));
    const table = halves;
    const bits = new Uint16Array(...aligned(raw, 2));
    const values = new Float32Array(bits.length);
    for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]];
    return values;
  },
  BF16: (raw) => {
    // A bfloat16 is the upper half of an f32.
    const bits = Uint32Array.from(new Uint16Array(...aligned(raw, 2)), (half) => half << 16);
    return new Float32Array(bits.buffer);
  },
};

/** Every half as an f32: a network of halves has millions of them, and there are only 65,536. */
let halves: Float32Array | undefined;

/** IEEE 754 binary16: 1 sign bit, 5 bits of exponent, 10 of mantissa. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Arguments of a typed array over these bytes: in place where they lie aligned, else over a copy. */
function aligned(raw: Uint8Array, bytes: number): [ArrayBufferLike, number, number] {
  // Not by slice, which of Node's Buffers is no copy.
  const { buffer, byteOffset, byteLength } = raw.byteOffset % bytes === 0 ? raw : new Uint8Array(raw);
  return [buffer, byteOffset, byteLength / bytes];
}

/** 0 where a side is 0, however long the others are: their product may be beyond all numbers. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);

/** Whether it is a list of whole numbers from 0 on, of no more than any array has sides. */
export const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 64 && value.every((n) => Number.isSafeInteger(n) && n >= 0);

export const show = (shape: readonly number[]): string =>
  shape.length === 0 ? "a single number" : shape.join("×");
