/** A file of pictures as a network takes them, one after the other: later runs decode nothing. */
import { fileExists, fileStates, readPieces, writeFileAtomic } from "#platform";
import { DataError } from "../data/dataset.js";
import { crc32 } from "../formats/zip.js";

/**
 * The file: these eight bytes, the header's length (u32), the header (JSON), the pictures, a checksum of each (u32), and one
 * of header and checksums. Numbers are little-endian.
 */
const begins = Uint8Array.from("rcptpix1", (letter) => letter.charCodeAt(0));

interface Header {
  /** Of which files, and how they are shown. */
  readonly key: string;
  readonly count: number;
  /** Bytes of a picture in all its views. */
  readonly size: number;
}

/** Whose pictures are cached: those of some files, each of the same size. */
interface Loader {
  readonly files: readonly string[];
  readonly size: number;
  read(indices: Int32Array): Promise<Uint8Array>;
  readFrom(cache: PictureCache, first: number): void;
}

/** Pictures that are read at once while the file is written. */
const atOnce = 64;

/**
 * Lets loaders take their pictures from the file at `path`, which is written where there is none: whole, or not at all.
 *
 * @param shown  how the pictures are shown, in words: other words, another file
 * @throws DataError in one line where the file is damaged, or of other pictures; FileError where it cannot be written;
 *     PictureError of a picture that cannot be read
 */
export async function cachePictures(
  path: string,
  loaders: readonly Loader[],
  shown: string,
  signal?: AbortSignal,
): Promise<void> {
  const files = loaders.flatMap((loader) => loader.files);
  const size = loaders[0].size;
  const header: Header = { key: keyOf(shown, files, fileStates(files)), count: files.length, size };
  if (!(await fileExists(path))) await writeFileAtomic(path, pieces(header, loaders, signal));
  const cache = new PictureCache(path, header);
  let first = 0;
  for (const loader of loaders) {
    loader.readFrom(cache, first);
    first += loader.files.length;
  }
}

/** Words by which a cache of these files is known again: what they are called below their folder, and their states. */
export function keyOf(shown: string, files: readonly string[], states: readonly string[]): string {
  const root = commonStart(files);
  const names = files.map((file, i) => `${file.slice(root)} ${states[i]}\n`);
  return `${shown}; files ${crc32(new TextEncoder().encode(names.join("")))}`;
}

/** How many letters all of them begin with: a folder is the same however the way to it is written. */
function commonStart(files: readonly string[]): number {
  let start = files[0].length;
  for (const file of files) while (!file.startsWith(files[0].slice(0, start))) start--;
  return start;
}

async function* pieces(
  header: Header,
  loaders: readonly Loader[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const words = new TextEncoder().encode(JSON.stringify(header));
  yield begins;
  yield bytesOf(Uint32Array.of(words.length));
  yield words;
  const sums = new Uint32Array(header.count);
  let done = 0;
  for (const loader of loaders)
    for (let begin = 0; begin < loader.files.length; begin += atOnce) {
      signal?.throwIfAborted();
      const length = Math.min(atOnce, loader.files.length - begin);
      const pixels = await loader.read(Int32Array.from({ length }, (_, i) => begin + i));
      for (let i = 0; i < length; i++)
        sums[done++] = crc32(pixels.subarray(i * header.size, (i + 1) * header.size));
      yield pixels;
    }
  yield bytesOf(sums);
  yield bytesOf(Uint32Array.of(sumOf(words, sums)));
}

const sumOf = (words: Uint8Array, sums: Uint32Array): number => (crc32(words) ^ crc32(bytesOf(sums))) >>> 0;

/** Little-endian, as every machine is that this runs on. */
const bytesOf = (numbers: Uint32Array): Uint8Array => new Uint8Array(numbers.buffer);

/** One that was checked: pictures are, when they are read. */
export class PictureCache {
  readonly #path: string;
  readonly #size: number;
  readonly #first: number;
  readonly #sums: Uint32Array;

  /** @throws DataError where the file is damaged, or has another header */
  constructor(path: string, expected: Header) {
    this.#path = path;
    this.#size = expected.size;
    const [start] = readPieces(path, [{ at: 0, length: 12 }]);
    if (start.length < 12 || begins.some((byte, i) => start[i] !== byte))
      throw new DataError(`${path}: is no cache of pictures; name another file`);
    const length = new DataView(start.buffer).getUint32(8, true);
    const [words] = readPieces(path, [{ at: 12, length: Math.min(length, 2 ** 20) }]);
    const header = headerOf(words);
    if (!header) throw this.#damaged();
    if (header.key !== expected.key || header.count !== expected.count || header.size !== expected.size)
      throw new DataError(
        `${path}: is a cache of other pictures, of these as they were, or in another size; remove it, or name another file`,
      );
    this.#first = 12 + length;
    const at = this.#first + header.count * header.size;
    const [end] = readPieces(path, [{ at, length: header.count * 4 + 5 }]);
    if (end.length !== header.count * 4 + 4) throw this.#damaged();
    const numbers = new Uint32Array(end.slice().buffer);
    this.#sums = numbers.slice(0, header.count);
    if (numbers[header.count] !== sumOf(words, this.#sums)) throw this.#damaged();
  }

  /** @throws DataError where a picture is not what was written */
  read(places: readonly number[]): Uint8Array[] {
    const pieces = places.map((place) => ({ at: this.#first + place * this.#size, length: this.#size }));
    const pictures = readPieces(this.#path, pieces);
    for (const [i, pixels] of pictures.entries())
      if (pixels.length !== this.#size || crc32(pixels) !== this.#sums[places[i]]) throw this.#damaged();
    return pictures;
  }

  #damaged(): DataError {
    return new DataError(`${this.#path}: is a damaged cache of pictures; remove it, and it is written anew`);
  }
}

function headerOf(words: Uint8Array): Header | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(words)) as Header;
  } catch {
    return undefined;
  }
}
