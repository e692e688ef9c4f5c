import { appendFile, fileSize, readFile, removeFile, writeFileAtomic } from "#platform";
import { type Patience, Watch } from "../formats/patience.js";
import { DataError } from "./dataset.js";

/** A file on the network, known to the byte. */
export interface RemoteFile {
  /** Where it can be had, the best place first. */
  addresses: readonly string[];
  bytes: number;
  /** in hexadecimal digits */
  sha256: string;
}

/** How far a download is, in bytes. */
export interface Progress {
  file: string;
  /** Bytes that are here, also those of an earlier, broken download. */
  received: number;
  total: number;
}

/** How patiently files are fetched, and who hears of it. */
export interface DownloadOptions extends Patience {
  /** Is told of each piece that arrives. */
  onProgress?: (progress: Progress) => void;
  /** How often one address is asked without getting any further, before the next one is. */
  attempts?: number;
}

/**
 * Fetches a file, checks it, and puts it at `path` in one step. What has come so far lies in `path`.part, so that
 * a broken download goes on where it stopped, in this call or a later one; where servers send the file from its
 * beginning all the same, so do we begin again.
 *
 * @param path  where the file shall lie; without one it is only returned
 * @returns     the whole file
 * @throws DataError if no address gives the file; FileError if it cannot be written, and then nothing of it is left;
 *     whatever `signal` gives as reason if it is aborted
 */
export async function download(
  file: string,
  remote: RemoteFile,
  path?: string,
  { onProgress, attempts = 3, ...patience }: DownloadOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const partial = path === undefined ? undefined : new Partial(`${path}.part`);
  const { signal } = patience;
  const buffer = new Uint8Array(remote.bytes);
  let received = (await partial?.read(buffer)) ?? 0;

  const startAgain = async () => {
    received = 0;
    await partial?.remove();
  };

  const fetchRest = async (address: string) => {
    if (received < remote.bytes) {
      const answer = await request(address, received, remote.bytes, patience);
      if (!answer.resumes) await startAgain();
      for await (const chunk of answer.chunks) {
        if (received + chunk.length > remote.bytes) {
          await startAgain();
          throw new Refused(`sent more than the ${remote.bytes} bytes expected`);
        }
        buffer.set(chunk, received);
        await partial?.append(chunk).catch(unwritten);
        received += chunk.length;
        onProgress?.({ file, received, total: remote.bytes });
      }
      if (received < remote.bytes) throw new Error(`broke off after ${received} of ${remote.bytes} bytes`);
    }
    const sum = await sha256(buffer);
    if (sum === remote.sha256) return;
    await startAgain();
    throw new Error(
      `sent other bytes (SHA-256 ${sum.slice(0, 12)}…, expected ${remote.sha256.slice(0, 12)}…)`,
    );
  };

  const failures: string[] = [];
  for (const address of remote.addresses) {
    let failure = "";
    let furthest = received;
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        signal?.throwIfAborted();
        await fetchRest(address);
        // Before the file is written: a disk need not have room for both.
        await partial?.remove();
        if (path !== undefined) await writeFileAtomic(path, buffer).catch(unwritten);
        return buffer;
      } catch (error) {
        if (error instanceof Unwritten) {
          await partial?.remove().catch(() => {});
          throw error.cause;
        }
        signal?.throwIfAborted();
        failure = reason(error);
        if (error instanceof Refused) break;
        // An attempt that brought something worth it does not count; a byte each time would go on for ever.
        if (received - furthest >= Math.min(1 << 16, remote.bytes / 100)) attempt = -1;
        furthest = Math.max(furthest, received);
      }
    }
    failures.push(`${address}: ${failure}`);
  }
  throw new DataError(`${file} cannot be downloaded; ${failures.join("; ")}`);
}

/** What came of a file so far, beside the place where it shall lie. */
class Partial {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  /** Fills the beginning of the buffer and says how far. */
  async read(buffer: Uint8Array): Promise<number> {
    const size = await fileSize(this.path);
    if (size === undefined) return 0;
    if (size > buffer.length) {
      await this.remove();
      return 0;
    }
    buffer.set(await readFile(this.path));
    return size;
  }
  append = (chunk: Uint8Array) => appendFile(this.path, chunk);
  remove = () => removeFile(this.path).catch(unwritten);
}

/** An answer that asking again will not change. */
class Refused extends Error {}

/** What the disk does not take: no server can help. */
class Unwritten extends Error {}

function unwritten(cause: unknown): never {
  throw new Unwritten("the file cannot be written", { cause });
}

async function request(
  address: string,
  from: number,
  total: number,
  patience: Patience,
): Promise<{ resumes: boolean; chunks: AsyncIterable<Uint8Array> }> {
  const watch = new Watch(patience);
  try {
    const headers: HeadersInit = from > 0 ? { Range: `bytes=${from}-` } : {};
    const response = await fetch(address, { signal: watch.signal, headers });
    watch.answered();
    // 416: the server holds fewer bytes than we do, so ours are of another file.
    const restart = response.status === 416;
    if (!restart && !response.ok)
      throw new Refused(`the server answers ${response.status} ${response.statusText}`.trimEnd());
    const range = response.headers.get("content-range");
    const resumes = response.status === 206 && range === `bytes ${from}-${total - 1}/${total}`;
    if (response.status === 206 && !resumes) {
      await response.body?.cancel();
      throw new Refused(`the server sent ${range}, expected bytes ${from}-${total - 1}/${total}`);
    }
    return { resumes, chunks: read() };

    async function* read() {
      try {
        if (restart || !response.body) return;
        const reader = response.body.getReader();
        try {
          for (let next = await reader.read(); !next.done; next = await reader.read()) {
            watch.came(next.value.length);
            yield next.value;
          }
        } finally {
          await reader.cancel().catch(() => {});
        }
      } finally {
        watch.end();
      }
    }
  } catch (error) {
    watch.end();
    throw error;
  }
}

/** Says why in the words of whoever knows: `fetch` itself only says that it failed. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reason(error.cause);
  // A host with several addresses fails with an AggregateError, which has no message of its own.
  if (error instanceof AggregateError && !error.message) return error.errors.map(reason).join(", ");
  return error.message;
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (value) => value.toString(16).padStart(2, "0")).join("");
}
