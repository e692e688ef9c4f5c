import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { ByteSource } from "../formats/byte-source.js";

/** Joins the parts of a path as this system writes them. */
export const joinPath = (...parts: string[]): string => join(...parts);

/** An environment variable; undefined if it is not set or empty, or if this program may not see it (Deno). */
export function environment(name: string): string | undefined {
  try {
    return process.env[name] || undefined;
  } catch {
    return undefined;
  }
}

/** For those who look into how the library runs here: printed where RECEPTIVE_DEBUG is set. */
export function debugLine(text: string): void {
  if (environment("RECEPTIVE_DEBUG")) console.error(text);
}

/** The folder of the user where Receptive keeps what it can get again. */
export function cacheDirectory(): string | undefined {
  const base =
    environment("XDG_CACHE_HOME") ??
    (process.platform === "win32" ? environment("LOCALAPPDATA") : undefined) ??
    (process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "receptive");
}

export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { buffer, byteOffset, byteLength } = await fs.readFile(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes of a file; undefined if there is no such file. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const entry = await fs.stat(path);
    return entry.isFile() ? entry.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function fileExists(path: string): Promise<boolean> {
  return (await fileSize(path)) !== undefined;
}

let written = 0;

/**
 * Puts a whole file at `path`, or changes nothing: whoever looks, even after the power failed, finds the old file or
 * the new one. The bytes go to a file beside it, which takes the name once they are on the disk.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await fs.mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}-${written++}.tmp`;
  try {
    const file = await fs.open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Adds bytes at the end of a file, and makes the file and its folder if need be. */
export async function appendFile(path: string, bytes: Uint8Array): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true });
  await fs.appendFile(path, bytes);
}

/** Removes a file; it is no error if there is none. */
export async function removeFile(path: string): Promise<void> {
  await fs.rm(path, { force: true });
}

/** Makes a rename last. Windows cannot open folders, and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The SHA-256 of a file in hexadecimal digits; the file is never in memory as a whole. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** A file that is read a part at a time; it is open only while a part is read. */
export async function fileSource(path: string): Promise<ByteSource> {
  const { size } = await fs.stat(path);
  return {
    name: path,
    size,
    async read(begin, end) {
      const file = await fs.open(path, "r");
      try {
        const bytes = new Uint8Array(end - begin);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, begin + filled);
          if (bytesRead === 0) throw new Error(`${path}: became shorter while it was read`);
          filled += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

/** What lies in a folder, by name; undefined if there is no such folder. */
export async function listFolder(path: string): Promise<{ folders: string[]; files: string[] } | undefined> {
  try {
    const entries = await fs.readdir(path, { withFileTypes: true });
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of entries) {
      // A link counts as what it leads to.
      const kind = entry.isSymbolicLink()
        ? await fs.stat(join(path, entry.name)).catch(() => undefined)
        : entry;
      if (kind?.isDirectory()) folders.push(entry.name);
      else if (kind?.isFile()) files.push(entry.name);
    }
    return { folders: folders.sort(), files: files.sort() };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const isAbsent = (error: unknown) =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
