/** A file of whole decoded pictures, one after the other: random parts are cut of them in later runs, nothing is decoded. */
import { fileExists, fileStates, readPieces, writeFileAtomic } from "#platform";
import { DataError } from "../data/dataset.js";
import { crc32 } from "../formats/zip.js";
import type { Picture } from "./picture.js";
import { keyOf } from "./picture-cache.js";

/**
 * The file: these eight bytes; the pixels of each picture; of each its width, height, channels and checksum (u32); of that
 * list and the key a checksum, how many pictures there are, and where the list begins (u32, u32, f64). Numbers are
 * little-endian.
 */
const begins = Uint8Array.from("rcptwhl1", (letter) => letter.charCodeAt(0));
const endBytes = 16;

/** A picture in the file, as a thread can be told. */
export interface PackedPicture {
  readonly path: string;
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly sum: number;
}

/** Whose pictures are cached. */
interface Loader {
  readonly files: readonly string[];
  whole(index: number): Promise<Picture>;
  cutFrom(cache: WholeCache, first: number): void;
}

/** Pictures that are decoded at once while the file is written. */
const atOnce = 16;

/**
 * Lets loaders take whole pictures from the file at `path`, which is written where there is none: whole, or not at all.
 *
 * @param shown  how files are read, in words: other words, another file
 * @throws DataError, FileError, PictureError as `cachePictures`
 */
export async function cacheWholePictures(
  path: string,
  loaders: readonly Loader[],
  shown: string,
  signal?: AbortSignal,
): Promise<void> {
  const files = loaders.flatMap((loader) => loader.files);
  const key = keyOf(shown, files, fileStates(files));
  if (!(await fileExists(path))) await writeFileAtomic(path, pieces(key, loaders, signal));
  const cache = new WholeCache(path, key, files.length);
  let first = 0;
  for (const loader of loaders) {
    loader.cutFrom(cache, first);
    first += loader.files.length;
  }
}

async function* pieces(
  key: string,
  loaders: readonly Loader[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  yield begins;
  const list: number[] = [];
  let at = begins.length;
  for (const loader of loaders)
    for (let begin = 0; begin < loader.files.length; begin += atOnce) {
      signal?.throwIfAborted();
      const length = Math.min(atOnce, loader.files.length - begin);
      const pictures = await Promise.all(Array.from({ length }, (_, i) => loader.whole(begin + i)));
      for (const { width, height, channels, pixels } of pictures) {
        list.push(width, height, channels, crc32(pixels));
        at += pixels.length;
        yield pixels;
      }
    }
  const numbers = Uint32Array.from(list);
  yield bytesOf(numbers);
  yield bytesOf(Uint32Array.of(sumOf(key, numbers), list.length / 4));
  yield bytesOf(Float64Array.of(at));
}

const bytesOf = ({ buffer }: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Uint8Array =>
  new Uint8Array(buffer);

const sumOf = (key: string, list: Uint32Array<ArrayBuffer>): number =>
  (crc32(new TextEncoder().encode(key)) ^ crc32(bytesOf(list))) >>> 0;

/** One whose list was checked: pictures are, when they are read. */
export class WholeCache {
  readonly #path: string;
  readonly #list: Uint32Array;
  readonly #begins: Float64Array;

  /** @throws DataError where the file is damaged, or of other pictures */
  constructor(path: string, key: string, count: number) {
    this.#path = path;
    const [start] = readPieces(path, [{ at: 0, length: begins.length }]);
    if (start.length < begins.length || begins.some((byte, i) => start[i] !== byte))
      throw new DataError(`${path}: is no cache of whole pictures; name another file`);
    const size = Number(fileStates([path])[0].split(" ")[0]);
    if (size < begins.length + endBytes) throw damaged(path);
    const [end] = readPieces(path, [{ at: size - endBytes, length: endBytes }]);
    const view = new DataView(end.slice().buffer);
    const [sum, found, at] = [view.getUint32(0, true), view.getUint32(4, true), view.getFloat64(8, true)];
    if (at + 16 * found + endBytes !== size) throw damaged(path);
    if (found !== count) throw ofOthers(path);
    const [bytes] = readPieces(path, [{ at, length: 16 * count }]);
    this.#list = new Uint32Array(bytes.slice().buffer);
    if (sumOf(key, this.#list as Uint32Array<ArrayBuffer>) !== sum) throw ofOthers(path);
    this.#begins = new Float64Array(count);
    for (let i = 0, next = begins.length; i < count; i++) {
      this.#begins[i] = next;
      next += this.#list[4 * i] * this.#list[4 * i + 1] * this.#list[4 * i + 2];
    }
  }

  at(place: number): PackedPicture {
    const [width, height, channels, sum] = this.#list.subarray(4 * place, 4 * place + 4);
    return { path: this.#path, at: this.#begins[place], width, height, channels: channels as 1 | 3, sum };
  }
}

/** @throws DataError where the picture is not what was written */
export function unpacked({ path, at, width, height, channels, sum }: PackedPicture): Picture {
  const length = width * height * channels;
  const [pixels] = readPieces(path, [{ at, length }]);
  if (pixels.length !== length || crc32(pixels) !== sum) throw damaged(path);
  return { width, height, channels, pixels };
}

const damaged = (path: string): DataError =>
  new DataError(`${path}: is a damaged cache of pictures; remove it, and it is written anew`);

const ofOthers = (path: string): DataError =>
  new DataError(
    `${path}: is a cache of other pictures, of these as they were, or damaged; remove it, or name another file`,
  );
