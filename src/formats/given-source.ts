/** Files as programs have them: at a place, in the hands of a page, or as bytes in memory. */
import { placeSource } from "#platform";
import { said } from "../door/said.js";
import { type ByteSource, blobSource, memorySource } from "./byte-source.js";
import type { FetchOptions } from "./fetch-options.js";
import { answeredSource, PlaceError } from "./fetched.js";

/**
 * A file: in Node a path; an address as text or `URL` (in a page also relative, "opfs:NAME", "indexeddb:NAME"); a Blob,
 * a File or a handle of one; what `fetch` answered; bytes; or a source that is read a part at a time.
 */
export type FileSource =
  | string
  | URL
  | Blob
  | File
  | FileSystemFileHandle
  | Response
  | ArrayBuffer
  | ArrayBufferView
  | ByteSource;

/**
 * @param speaker  what errors begin with, where the source is nothing of these
 * @param options  how long a server is waited for, and how much it may send; `what` is not there, where nothing is
 * @throws PlaceError  one line: there is no such file, it cannot be fetched, the server answers 404, or not in time
 * @throws TypeError   where it is nothing that a file can be read from
 */
export async function openSource(
  speaker: string,
  given: FileSource,
  { what = "file", ...fetching }: FetchOptions & { what?: string } = {},
): Promise<ByteSource> {
  if (typeof given === "string" && given.trim() !== "") {
    const source = await placeSource(given, fetching);
    if (!source) throw new PlaceError(`${given}: there is no such ${what}`);
    return source;
  }
  const kind = Object.prototype.toString.call(given).slice("[object ".length, -1);
  switch (kind) {
    case "URL":
      return openSource(speaker, (given as URL).href, { what, ...fetching });
    case "Blob":
      return blobSource("the Blob", given as Blob);
    case "File":
      return blobSource((given as File).name || "the File", given as File);
    case "FileSystemFileHandle":
      return openSource(speaker, await (given as FileSystemFileHandle).getFile());
    case "Response":
      return answeredSource((given as Response).url || "the Response", given as Response, fetching);
    case "ArrayBuffer":
    case "SharedArrayBuffer":
      return memorySource("the bytes", new Uint8Array(given as ArrayBuffer));
  }
  if (ArrayBuffer.isView(given)) {
    const { buffer, byteOffset, byteLength } = given;
    return memorySource("the bytes", new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  }
  if (isSource(given)) return given;
  throw new TypeError(
    `${speaker}: the source is ${said(given)}, expected a path or address, a Blob, a File, or bytes${kind === "Promise" ? "; await it first" : ""}`,
  );
}

const isSource = (given: unknown): given is ByteSource =>
  typeof given === "object" &&
  given !== null &&
  typeof (given as ByteSource).read === "function" &&
  typeof (given as ByteSource).size === "number";
