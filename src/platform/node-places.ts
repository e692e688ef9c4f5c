/** Where a program in Node reads files from and writes them to: paths, and addresses of the web. */
import { fileURLToPath } from "node:url";
import type { ByteSource } from "../formats/byte-source.js";
import type { FetchOptions } from "../formats/fetch-options.js";
import { fetchedSource, PlaceError, schemeOf } from "../formats/fetched.js";
import { fileExists, fileSource, writeFileAtomic } from "./node-files.js";

/**
 * What lies at a path, a file: address, or an address of the web (http, https, data, blob).
 * @returns undefined where there is no such file
 * @throws PlaceError  one line, where nothing can be read from such a place
 */
export async function placeSource(place: string, options?: FetchOptions): Promise<ByteSource | undefined> {
  const scheme = schemeOf(place);
  if (scheme !== undefined && ofTheWeb.has(scheme)) return fetchedSource(place, place, options);
  const path = pathOf(place, scheme);
  return (await fileExists(path)) ? fileSource(path) : undefined;
}

/**
 * Writes a whole file to a path or file: address.
 * @throws PlaceError  one line, where nothing can be written to such a place
 */
export async function writePlace(place: string, bytes: Uint8Array): Promise<void> {
  const scheme = schemeOf(place);
  if (scheme !== undefined && ofTheWeb.has(scheme))
    throw new PlaceError(`${place}: an address of the web cannot be written to, a path can`);
  await writeFileAtomic(pathOf(place, scheme), bytes);
}

const ofTheWeb = new Set(["http", "https", "data", "blob"]);
const ofBrowsers = new Set(["opfs", "indexeddb", "download"]);

function pathOf(place: string, scheme: string | undefined): string {
  if (scheme !== undefined && ofBrowsers.has(scheme))
    throw new PlaceError(`${place}: only browsers have ${scheme}:, here a path is a place`);
  if (scheme !== "file") return place;
  try {
    return fileURLToPath(place);
  } catch (error) {
    throw new PlaceError(`${place}: is no address of a file (${(error as Error).message})`);
  }
}
