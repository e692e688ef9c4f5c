/**
 * The files of a tar archive in memory: headers of 512 bytes, each followed by its file, filled up to 512.
 * IEEE Std 1003.1-1988, "ustar".
 */
import { refusal } from "./refusal.js";
import { utf8Text } from "./utf8.js";

/** Bytes that are no tar archive, or a part of one. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/**
 * Files by their path; what is no file is passed over. They share the memory of `bytes`.
 * @throws TarError  one line: cut short, or no archive
 */
export function readTar(bytes: Uint8Array, archive: string): Map<string, Uint8Array> {
  const fail = refusal(TarError, archive);
  const files = new Map<string, Uint8Array>();
  const text = (at: number, length: number) => utf8Text(bytes.subarray(at, at + length)).split("\0", 1)[0];
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const octal = text(at + 124, 12).trim();
    if (!/^[0-7]+$/.test(octal) || text(at + 257, 5) !== "ustar")
      return fail("not a tar archive, or damaged");
    const size = Number.parseInt(octal, 8);
    const start = at + 512;
    if (start + size > bytes.length) return fail("cut short: its last file breaks off");
    const prefix = text(at + 345, 155);
    const isFile = bytes[at + 156] === 0x30 || bytes[at + 156] === 0;
    if (isFile) files.set((prefix && `${prefix}/`) + text(at, 100), bytes.subarray(start, start + size));
    at = start + Math.ceil(size / 512) * 512;
  }
  if (files.size === 0) return fail("not a tar archive, or one without files");
  return files;
}
