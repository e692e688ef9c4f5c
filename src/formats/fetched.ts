/** Files that lie somewhere on the web. */
import { type ByteSource, memorySource } from "./byte-source.js";
import type { FetchOptions } from "./fetch-options.js";
import { Watch } from "./patience.js";

/** A place that cannot be read from or written to. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
}

const usualMostBytes = 2 ** 30;

/** `https` of "https://…", in small letters; undefined for paths, those of Windows ("C:\…") too. */
export const schemeOf = (place: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):/i.exec(place)?.[1].toLowerCase();

/** @throws PlaceError  one line: not reached, or answered with an error, too slowly, or without an end */
export async function fetchedSource(
  place: string,
  address: string,
  options: FetchOptions = {},
): Promise<ByteSource> {
  const name = shortName(place);
  const watch = new Watch(options);
  try {
    const response = await fetch(address, { signal: watch.signal }).catch((error) => {
      options.signal?.throwIfAborted();
      throw new PlaceError(`${name}: cannot be fetched (${why(error)})`);
    });
    return memorySource(name, await bodyOf(name, response, watch, options));
  } finally {
    watch.end();
  }
}

/** What a server answered. @throws PlaceError  one line: it is an error, ended too soon, too slow, or without an end */
export async function answeredSource(
  name: string,
  response: Response,
  options: FetchOptions = {},
): Promise<ByteSource> {
  const watch = new Watch(options);
  try {
    return memorySource(name, await bodyOf(name, response, watch, options));
  } finally {
    watch.end();
  }
}

async function bodyOf(
  name: string,
  response: Response,
  watch: Watch,
  { signal, mostBytes = usualMostBytes }: FetchOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = async (what: string): Promise<never> => {
    await response.body?.cancel().catch(() => {});
    throw new PlaceError(`${name}: ${what}`);
  };
  if (!response.ok) return refuse(`the server answers ${`${response.status} ${response.statusText}`.trim()}`);
  // Of a page that says "not found", or asks to log in, with the status of a file.
  if (/^text\/html\b/i.test(response.headers.get("content-type") ?? ""))
    return refuse("the server answers with a web page (text/html), expected a file");
  const announced = Number(response.headers.get("content-length"));
  const tooLong = (bytes: number | string): Promise<never> =>
    refuse(
      `the answer has ${bytes} bytes, more than the ${mostBytes} that are read; { mostBytes } allows more`,
    );
  if (announced > mostBytes) return tooLong(announced);
  if (response.bodyUsed) return refuse("the answer was read before");
  watch.answered();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of parted(response, watch.signal)) {
      watch.came(part.length);
      length += part.length;
      if (length > mostBytes) break;
      parts.push(part);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new PlaceError(`${name}: the answer breaks off after ${length} bytes (${why(error)})`);
  }
  if (length > mostBytes) return tooLong(`${length} and more`);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A body part by part, until the signal: that of a Response from elsewhere knows nothing of it. */
async function* parted({ body }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  stopped.catch(() => {});
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), stopped]);
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** In the words of whoever knows: `fetch` itself only says that it failed. */
function why(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
}

/** The bytes of a data: address are no name. */
const shortName = (place: string): string => (/^data:/i.test(place) ? `${place.slice(0, 40)}…` : place);
