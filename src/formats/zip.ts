/**
 * Zip archives: the directory at the end lists the entries, each stored as it is or packed by deflate. Read a part at
 * a time, so that one entry of a large archive costs no more than itself.
 * PKWARE: APPNOTE.TXT, .ZIP File Format Specification, 4.3 and 4.5.3 (zip64).
 */
import { Budget, type BudgetOptions } from "./budget.js";
import type { ByteSource } from "./byte-source.js";
import { type Fail, refusal } from "./refusal.js";
import { utf8Text } from "./utf8.js";

export interface ZipEntry {
  readonly name: string;
  /** Bytes of the entry, unpacked. */
  readonly size: number;
  /** Bytes that it takes in the archive. */
  readonly packed: number;
  /** The entry, unpacked, whole, and checked against its sum. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * A part of it. Of a stored entry nothing else is read, and the sum is not checked; a packed one is unpacked whole
   * and kept, so that many parts cost no more than one.
   */
  readPart(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file that is no zip archive, or one that is damaged. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

const signatures = {
  entry: 0x04034b50,
  listed: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
};
const methods = { stored: 0, deflated: 8 };
/** The end record, its longest comment, and the locator of zip64 before it. */
const longestEnd = 22 + 0xffff + 20;
const longestDirectory = 64 * 2 ** 20;
/** Deflate packs no tighter: whoever announces more is lying. */
const tightest = 1032;

/**
 * The entries of an archive by name, none of them read yet.
 *
 * @throws ZipError  one line: no archive, cut short, entries beyond the end, a name twice; when entries are read: they
 *     are damaged, or unpacked take more than the archive's budget, all of them together
 */
export async function readZip(
  source: ByteSource,
  options: BudgetOptions = {},
): Promise<ReadonlyMap<string, ZipEntry>> {
  const fail = refusal(ZipError, source.name);
  const budget = new Budget(source.size, fail, options);
  const { at, size, count } = await directoryOf(source, fail);
  const view = viewOf(await source.read(at, at + size));
  const entries = new Map<string, ZipEntry>();
  let from = 0;
  for (let i = 0; i < count; i++) {
    if (from + 46 > size || view.getUint32(from, true) !== signatures.listed)
      return fail(`the zip directory is damaged: entry ${i} of ${count} cannot be read`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(from + o, true));
    const next = from + 46 + nameLength + extraLength + commentLength;
    if (next > size) return fail(`the zip directory is damaged: entry ${i} of ${count} cannot be read`);
    const name = textOf(view, from + 46, nameLength);
    const wide = wideFields(view, from + 46 + nameLength, extraLength);
    const field = (offset: number) => {
      const value = view.getUint32(from + offset, true);
      return value === 0xffffffff ? (wide.shift() ?? value) : value;
    };
    // In this order zip64 has those that do not fit into 32 bits.
    const [unpacked, packed, begin] = [field(24), field(20), field(42)];
    const listed = {
      name,
      size: unpacked,
      packed,
      begin,
      method: view.getUint16(from + 10, true),
      sum: view.getUint32(from + 16, true),
      isEncrypted: (view.getUint16(from + 8, true) & 1) === 1,
    };
    if (entries.has(name)) return fail(`lists ${name} twice`);
    entries.set(name, entryOf(source, listed, { directory: at, budget, fail }));
    from = next;
  }
  return entries;
}

interface Listed {
  name: string;
  size: number;
  packed: number;
  begin: number;
  method: number;
  sum: number;
  isEncrypted: boolean;
}

function entryOf(
  source: ByteSource,
  listed: Listed,
  { directory, budget, fail }: { directory: number; budget: Budget; fail: Fail },
): ZipEntry {
  const { name, size, packed, begin, method, sum, isEncrypted } = listed;
  if (begin + 30 + packed > directory) return fail(`cut short: ${name} reaches beyond the archive's end`);
  if (method === methods.stored && size !== packed)
    return fail(`${name} is stored, but takes ${packed} bytes for ${size}`);
  if (method === methods.deflated && size > tightest * packed + 64)
    return fail(`${name} announces ${size} bytes packed into ${packed}, which deflate cannot do`);

  const packedStart = async () => {
    const head = viewOf(await source.read(begin, begin + 30));
    const start = begin + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    if (head.getUint32(0, true) !== signatures.entry || start + packed > directory)
      return fail(`${name} does not lie where the zip directory says`);
    if (isEncrypted) return fail(`${name} is encrypted`);
    if (method !== methods.stored && method !== methods.deflated)
      return fail(`${name} is packed by method ${method}; stored and deflate can be read`);
    return start;
  };

  const readWhole = async () => {
    const start = await packedStart();
    if (method !== methods.stored) budget.take(size, `${name}, unpacked,`);
    const raw = await source.read(start, start + packed);
    const bytes =
      method === methods.stored
        ? raw
        : await inflate(raw, size, () => fail(`${name} cannot be unpacked; the file is damaged`));
    if (crc32(bytes) !== sum)
      return fail(`${name} has not the check sum that it was written with; the file is damaged`);
    return bytes;
  };

  // What is packed is unpacked once and kept: the budget was asked for it.
  let unpacked: Promise<Uint8Array<ArrayBuffer>> | undefined;
  const read = () => {
    if (method === methods.stored) return readWhole();
    unpacked ??= readWhole();
    return unpacked;
  };

  const readPart = async (from: number, to: number) => {
    if (method !== methods.stored) return (await read()).slice(from, to);
    if (from === 0 && to === size) return read();
    const start = await packedStart();
    return source.read(start + from, start + to);
  };
  return { name, size, packed, read, readPart };
}

/** Where the directory lies, and how many entries it lists. */
async function directoryOf(
  source: ByteSource,
  fail: Fail,
): Promise<{ at: number; size: number; count: number }> {
  const tailStart = Math.max(0, source.size - longestEnd);
  const tail = viewOf(await source.read(tailStart, source.size));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== signatures.end) end--;
  if (end < 0) return fail("not a zip archive, or cut short: it has no directory at its end");
  let [count, size, at] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ];
  if (end >= 20 && tail.getUint32(end - 20, true) === signatures.locator) {
    const record = Number(tail.getBigUint64(end - 12, true));
    if (record + 56 > source.size)
      return fail("the zip directory is damaged: its zip64 record lies beyond the end");
    const wide = viewOf(await source.read(record, record + 56));
    if (wide.getUint32(0, true) !== signatures.end64)
      return fail("the zip directory is damaged: it has no zip64 record");
    [count, size, at] = [32, 40, 48].map((offset) => Number(wide.getBigUint64(offset, true)));
  }
  if (at + size > source.size) return fail("cut short: the zip directory lies beyond the end");
  if (size > longestDirectory)
    return fail(`the zip directory has ${size} bytes; at most ${longestDirectory} are allowed`);
  return { at, size, count };
}

/** The 64-bit numbers of the zip64 extra field, in its order. */
function wideFields(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const [id, bytes] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (at + 4 + bytes > start + length) break;
    if (id === 1)
      return Array.from({ length: Math.floor(bytes / 8) }, (_, i) =>
        Number(view.getBigUint64(at + 4 + 8 * i, true)),
      );
    at += 4 + bytes;
  }
  return [];
}

/** Unpacks exactly `size` bytes: never more are kept, whatever the packed bytes go on to say. */
async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  size: number,
  damaged: () => never,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes.set(next.value, filled); // a RangeError if it is more than announced
      filled += next.value.length;
    }
  } catch {
    return damaged();
  } finally {
    reader.cancel().catch(() => {});
  }
  return filled === size ? bytes : damaged();
}

/** The check sum of zip: the remainder modulo 0x04c11db7 of the bytes as a polynomial, bits reversed. */
export function crc32(bytes: Uint8Array): number {
  remainders ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let r = byte;
    for (let bit = 0; bit < 8; bit++) r = r & 1 ? (r >>> 1) ^ 0xedb88320 : r >>> 1;
    return r;
  });
  const table = remainders;
  let sum = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ table[(sum ^ bytes[i]) & 0xff];
  return ~sum >>> 0;
}

let remainders: Uint32Array | undefined;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const textOf = (view: DataView, at: number, length: number) =>
  utf8Text(new Uint8Array(view.buffer, view.byteOffset + at, length));
