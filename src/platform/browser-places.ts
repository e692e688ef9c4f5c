/** Where a page reads files from and writes them to: addresses, its own storage, and the user's downloads. */
import { type ByteSource, blobSource, memorySource } from "../formats/byte-source.js";
import type { FetchOptions } from "../formats/fetch-options.js";
import { fetchedSource, PlaceError, schemeOf } from "../formats/fetched.js";
import { download } from "./browser-download.js";

/**
 * What lies at an address (a relative one counts from the page or worker), at "opfs:NAME" or "indexeddb:NAME".
 * @returns undefined where the page's storage has no such file
 * @throws PlaceError  one line, where nothing can be read from such a place
 */
export async function placeSource(place: string, options?: FetchOptions): Promise<ByteSource | undefined> {
  const { scheme, name } = parsed(place);
  if (scheme === "opfs") return fromOpfs(place, name);
  if (scheme === "indexeddb") return fromDatabase(place, name);
  if (scheme === "download")
    throw new PlaceError(
      `${place}: a page cannot read downloads; the user chooses the file, and load takes it`,
    );
  return fetchedSource(place, absolute(place), options);
}

/**
 * Writes a whole file: "opfs:NAME" and "indexeddb:NAME" keep it in the browser, "download:NAME" gives it to the user.
 * @throws PlaceError  one line, where nothing can be written to such a place
 */
export async function writePlace(place: string, bytes: Uint8Array): Promise<void> {
  const { scheme, name } = parsed(place);
  if (scheme === "opfs") return intoOpfs(place, name, bytes);
  if (scheme === "indexeddb") return intoDatabase(place, name, bytes);
  if (scheme === "download") return download(place, name, bytes);
  throw new PlaceError(
    scheme === undefined
      ? `${place}: a page has no files: "opfs:${place}" and "indexeddb:${place}" keep it in the browser, "download:${place}" gives it to the user`
      : `${place}: an address of the web cannot be written to; "opfs:NAME" and "indexeddb:NAME" keep a file in the browser, "download:NAME" gives it to the user`,
  );
}

function parsed(place: string): { scheme: string | undefined; name: string } {
  const scheme = schemeOf(place);
  const name = scheme === undefined ? place : place.slice(scheme.length + 1);
  if (scheme !== undefined && /^(opfs|indexeddb|download)$/.test(scheme) && name.trim() === "")
    throw new PlaceError(`${place}: the name is missing, expected "${scheme}:NAME"`);
  return { scheme, name };
}

function absolute(place: string): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(place, base).href;
  } catch {
    throw new PlaceError(`${place}: is no address here, where addresses count from ${base}`);
  }
}

/** Does something with the page's storage; what goes wrong names the place. */
async function stored<T>(place: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PlaceError) throw error;
    const { name, message } = error as Error;
    throw new PlaceError(
      name === "QuotaExceededError"
        ? `${place}: there is no room left in the page's storage`
        : `${place}: the page's storage cannot be used (${message})`,
    );
  }
}

const isAbsent = (error: unknown): boolean => (error as Error).name === "NotFoundError";

/** The folder in which the file lies, and its own name; undefined where there is no such folder. */
async function opfsFolder(
  place: string,
  name: string,
  { create }: { create: boolean },
): Promise<{ folder: FileSystemDirectoryHandle; file: string } | undefined> {
  if (!globalThis.navigator?.storage?.getDirectory)
    throw new PlaceError(
      `${place}: this page has no file system of its own: it must be served by https or from localhost`,
    );
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw new PlaceError(`${place}: is no name of a file, expected "opfs:NAME" or "opfs:FOLDER/NAME"`);
  let folder = await navigator.storage.getDirectory();
  for (const part of parts.slice(0, -1))
    try {
      folder = await folder.getDirectoryHandle(part, { create });
    } catch (error) {
      if (!create && isAbsent(error)) return undefined;
      throw error;
    }
  return { folder, file: parts[parts.length - 1] };
}

const fromOpfs = (place: string, name: string): Promise<ByteSource | undefined> =>
  stored(place, async () => {
    const found = await opfsFolder(place, name, { create: false });
    if (!found) return undefined;
    try {
      return blobSource(place, await (await found.folder.getFileHandle(found.file)).getFile());
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });

const intoOpfs = (place: string, name: string, bytes: Uint8Array): Promise<void> =>
  stored(place, async () => {
    const { folder, file } = (await opfsFolder(place, name, { create: true }))!;
    await writeHandle(await folder.getFileHandle(file, { create: true }), bytes);
  });

/** What a worker alone has, and the only way to write in some browsers. */
interface SyncHandle {
  truncate(size: number): void;
  write(bytes: Uint8Array): number;
  flush(): void;
  close(): void;
}

/** The file is exchanged as a whole when the stream is closed. */
async function writeHandle(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  if ("createWritable" in handle) {
    const stream = await handle.createWritable();
    await stream.write(bytes as Uint8Array<ArrayBuffer>);
    return stream.close();
  }
  const open = handle as unknown as { createSyncAccessHandle(): Promise<SyncHandle> };
  const file = await open.createSyncAccessHandle();
  try {
    file.truncate(0);
    file.write(bytes);
    file.flush();
  } finally {
    file.close();
  }
}

const files = "files";

function withDatabase<T>(
  place: string,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return stored(place, async () => {
    if (!globalThis.indexedDB) throw new PlaceError(`${place}: there is no IndexedDB here`);
    const opening = indexedDB.open("receptive", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(files);
    const database = await settled(opening);
    try {
      const transaction = database.transaction(files, mode);
      const request = act(transaction.objectStore(files));
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
      });
      return request.result;
    } finally {
      database.close();
    }
  });
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function fromDatabase(place: string, name: string): Promise<ByteSource | undefined> {
  const bytes = await withDatabase<Uint8Array<ArrayBuffer> | undefined>(place, "readonly", (store) =>
    store.get(name),
  );
  return bytes && memorySource(place, bytes);
}

async function intoDatabase(place: string, name: string, bytes: Uint8Array): Promise<void> {
  await withDatabase(place, "readwrite", (store) => store.put(bytes, name));
}
