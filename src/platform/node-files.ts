import { createHash, randomBytes } from "node:crypto";
import { closeSync, constants, createReadStream, openSync, readSync, type Stats, statSync } from "node:fs";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { ByteSource } from "../formats/byte-source.js";
import { FileError, inWords } from "./node-file-error.js";
import { madeFolder, removeMade } from "./node-folders.js";

/** Whether there are folders with files in them. */
export const hasFolders = (): boolean => true;

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

/** A file as a whole; what has no size before it is read, such as a pipe, up to 268 MB: /dev/zero has no end. */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return inWords(path, async () => {
    if (!(await fs.stat(path)).isFile()) return readToTheEnd(path);
    const { buffer, byteOffset, byteLength } = await fs.readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
}

async function readToTheEnd(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    pieces.push(piece);
    size += piece.length;
    if (size > mostOfAStream) throw new FileError(path, "ENDLESS");
  }
  return new Uint8Array(Buffer.concat(pieces));
}

const mostOfAStream = 2 ** 28;

/** Node ends the process where more than 2³¹ − 1 bytes are asked for at once. */
const mostAtOnce = 2 ** 30;

/** Bytes of a file; undefined if there is no such file. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const entry = await inWords(path, () => fs.stat(path));
    return entry.isFile() ? entry.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function fileExists(path: string): Promise<boolean> {
  return (await fileSize(path)) !== undefined;
}

/**
 * Puts a whole file at `path`, or changes nothing: whoever looks, even after the power failed, finds the old file or
 * the new one. The bytes go to a file beside it, of a name that nobody can foresee, which takes the name once they are
 * on the disk. A link stays one, and what it leads to is written; a file keeps its mode and owner; what is no file,
 * such as /dev/stdout, is written to as it is.
 *
 * @param bytes  all of them, or one piece after another: where that fails, nothing is written either
 * @throws FileError  one line: no space, no permission, a directory, a name that is too long
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  await inWords(path, async () => {
    const made = await madeFolder(dirname(path));
    const target = await behindLinks(path);
    const before = await fs
      .stat(target)
      .catch((error) => (isAbsent(error) ? undefined : Promise.reject(error)));
    if (before?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (before && !before.isFile()) return fs.writeFile(target, bytes as Uint8Array);
    const folder = dirname(target);
    const temporary = join(folder, temporaryName());
    // "wx": whatever lies there already, a link above all, is not written to.
    const file = await fs.open(temporary, "wx", before ? before.mode & 0o777 : 0o666);
    try {
      try {
        // Its types say less than it does: pieces are taken too.
        await file.writeFile(bytes as Uint8Array);
        if (before) await keepOwner(file, before);
        await file.sync();
      } finally {
        await file.close();
      }
      await fs.rename(temporary, target);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      await removeMade(folder, made);
      throw error;
    }
    await syncFolder(folder);
  });
}

/** `.receptive-<process>-<16 random digits>.tmp`, whose process tells whether it was left behind. */
const temporaryName = () => `.receptive-${process.pid}-${randomBytes(8).toString("hex")}.tmp`;

/** The process that writes a temporary file of this name; undefined if it is none of ours. */
export function writerOf(name: string): number | undefined {
  const found = /^\.receptive-(\d+)-[0-9a-f]{16}\.tmp$/.exec(name);
  return found ? Number(found[1]) : undefined;
}

/** Where a path leads, if it is a link; also one that leads to nothing yet. */
async function behindLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; ; links++) {
    const entry = await fs
      .lstat(target)
      .catch((error) => (isAbsent(error) ? undefined : Promise.reject(error)));
    if (!entry?.isSymbolicLink()) return target;
    if (links >= 40) throw Object.assign(new Error(), { code: "ELOOP" });
    target = resolve(await fs.realpath(dirname(target)), await fs.readlink(target));
  }
}

async function keepOwner(file: fs.FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  const made = await file.stat();
  // Only a superuser may give files away; for others they are their own anyway.
  if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid).catch(() => {});
  await file.chmod(mode & 0o7777); // the mode of `open` is cut by the umask
}

/** Adds bytes at the end of a file, and makes the file and its folder if need be; a link is not followed. */
export async function appendFile(path: string, bytes: Uint8Array): Promise<void> {
  await inWords(path, async () => {
    await madeFolder(dirname(path));
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
    await fs.appendFile(path, bytes, { flag: O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0) } as object);
  });
}

/** Removes a file; it is no error if there is none. */
export async function removeFile(path: string): Promise<void> {
  await inWords(path, () => fs.rm(path, { force: true }));
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
  await inWords(path, async () => {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  });
  return hash.digest("hex");
}

/** A file that is read a part at a time; it is open only while a part is read. */
export async function fileSource(path: string): Promise<ByteSource> {
  const entry = await inWords(path, () => fs.stat(path));
  if (entry.isDirectory()) throw new FileError(path, "EISDIR");
  const { size } = entry;
  return {
    name: path,
    size,
    async read(begin, end) {
      const file = await inWords(path, () => fs.open(path, "r"));
      try {
        const bytes = new Uint8Array(end - begin);
        let filled = 0;
        while (filled < bytes.length) {
          const length = Math.min(mostAtOnce, bytes.length - filled);
          const { bytesRead } = await inWords(path, () => file.read(bytes, filled, length, begin + filled));
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

/** Where a path leads when all links on the way are followed. */
export const realPath = (path: string): Promise<string> => fs.realpath(path).catch(() => path);

/** What lies in a folder, by name; undefined if there is no such folder. */
export async function listFolder(path: string): Promise<{ folders: string[]; files: string[] } | undefined> {
  try {
    const entries = await inWords(path, () => fs.readdir(path, { withFileTypes: true }));
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

/** Pieces of a file, read at once: a promise of a small one takes ten times as long. Shorter where the file ends. */
export function readPieces(path: string, pieces: readonly { at: number; length: number }[]): Uint8Array[] {
  const file = openSync(path, "r");
  try {
    return pieces.map(({ at, length }) => {
      const bytes = new Uint8Array(length);
      let read = 0;
      for (let more = 1; more > 0 && read < length; read += more)
        more = readSync(file, bytes, read, Math.min(mostAtOnce, length - read), at + read);
      return read === length ? bytes : bytes.slice(0, read);
    });
  } finally {
    closeSync(file);
  }
}

/** Of each file how large it is and when it was last written, as a text. */
export const fileStates = (paths: readonly string[]): string[] =>
  paths.map((path) => {
    const state = statSync(path, { throwIfNoEntry: false });
    return state ? `${state.size} ${state.mtimeMs}` : "none";
  });
