import { Budget, type BudgetOptions } from "./budget.js";
import { sizeOf } from "./elements.js";
import { isGzip, unpackGzip } from "./gzip.js";
import { refusal } from "./refusal.js";

/**
 * idx, the format of MNIST: two zero bytes, the type of the values, the number of dimensions, each dimension as a
 * 32-bit big-endian number, then the values, the last dimension running fastest.
 * LeCun, Cortes, Burges: The MNIST database of handwritten digits, "File formats".
 */
export interface Idx {
  shape: number[];
  values: Uint8Array<ArrayBuffer>;
}

/** A file that is not the idx file it should be. */
export class IdxError extends Error {
  override name = "IdxError";
}

const unsignedBytes = 0x08;
const types: { [type: number]: string } = {
  8: "unsigned bytes",
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "32-bit floats",
  14: "64-bit floats",
};

/**
 * Reads an idx file of unsigned bytes, plain or packed by gzip (told by its first bytes, not by its name).
 *
 * @param file  the name that errors give
 * @param rank  the number of dimensions the file must have: 1 for labels, 3 for grey pictures
 * @throws IdxError if the bytes are anything else
 */
export async function readIdx(
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
  { rank, budget }: { rank?: number } & BudgetOptions = {},
): Promise<Idx> {
  const fail = refusal(IdxError, file);
  const data = isGzip(bytes)
    ? await unpackGzip(bytes, new Budget(bytes.length, fail, { budget }), () =>
        fail(`its ${bytes.length} bytes cannot be unpacked by gzip; the file is truncated or damaged`),
      )
    : bytes;
  if (data.length < 4)
    return fail(`${count(data.length, "byte")}, too short for an idx file; the file is truncated`);
  const [zero0, zero1, type, dimensions] = data;
  if (zero0 !== 0 || zero1 !== 0 || !(type in types))
    return fail(
      `begins with ${hex(data.subarray(0, 4))}, expected 00 00 08 ${byte(rank ?? 3)}; this is no idx file`,
    );
  if (type !== unsignedBytes)
    return fail(`holds ${types[type]} (idx type ${byte(type)}), expected unsigned bytes (08)`);
  if (rank !== undefined && dimensions !== rank)
    return fail(
      `has ${count(dimensions, "dimension")}, expected ${rank}${dimensions === 1 && rank === 3 ? "; that looks like a file of labels" : dimensions === 3 && rank === 1 ? "; that looks like a file of images" : ""}`,
    );
  const start = 4 + 4 * dimensions;
  if (data.length < start)
    return fail(`${data.length} bytes, but its header alone takes ${start}; the file is truncated`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = sizeOf(shape);
  const found = data.length - start;
  if (found !== expected)
    return fail(
      `its header announces ${shape.join("×")} = ${expected} bytes of values, but ${found} follow; ${found < expected ? "the file is truncated" : `${count(found - expected, "byte")} too many`}`,
    );
  return { shape, values: data.subarray(start) };
}

/** The bytes of an idx file, not packed. */
export function writeIdx({
  shape,
  values,
}: {
  shape: readonly number[];
  values: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const size = sizeOf(shape);
  if (size !== values.length)
    throw new IdxError(`writeIdx: got ${values.length} values, expected ${size} for ${shape.join("×")}`);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  bytes.set([0, 0, unsignedBytes, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((length, i) => {
    view.setUint32(4 + 4 * i, length);
  });
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

const byte = (value: number) => value.toString(16).padStart(2, "0");
const hex = (bytes: Uint8Array) => Array.from(bytes, byte).join(" ");
const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
