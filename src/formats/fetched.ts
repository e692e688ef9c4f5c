/** Files that lie somewhere on the web. */
import { type ByteSource, memorySource } from "./byte-source.js";

/** A place that cannot be read from or written to. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
}

/** `https` of "https://…", in small letters; undefined for paths, those of Windows ("C:\…") too. */
export const schemeOf = (place: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):/i.exec(place)?.[1].toLowerCase();

/** @throws PlaceError  one line: not reached, or answered with an error */
export async function fetchedSource(place: string, address: string): Promise<ByteSource> {
  const name = shortName(place);
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error && cause.message ? cause.message : message;
    throw new PlaceError(`${name}: cannot be fetched (${why})`);
  }
  return answeredSource(name, response);
}

/** What a server answered. @throws PlaceError  one line: it is an error, or ended too soon */
export async function answeredSource(name: string, response: Response): Promise<ByteSource> {
  if (!response.ok)
    throw new PlaceError(`${name}: the server answers ${`${response.status} ${response.statusText}`.trim()}`);
  try {
    return memorySource(name, new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    throw new PlaceError(`${name}: the answer cannot be read (${(error as Error).message})`);
  }
}

/** The bytes of a data: address are no name. */
const shortName = (place: string): string => (/^data:/i.test(place) ? `${place.slice(0, 40)}…` : place);
