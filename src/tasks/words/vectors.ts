/** Vectors of words, as word2vec, GloVe and fastText write them: read as a stream, of which the wanted words are kept. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, rule } from "../../door/rules.js";
import type { ByteSource } from "../../formats/byte-source.js";
import { type FileSource, openSource } from "../../formats/given-source.js";
import { isGzip } from "../../formats/gzip.js";

/** The vectors of those words that a file has. */
export interface WordVectors {
  readonly name: string;
  /** Numbers of each vector. */
  readonly size: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** How many words the file has. */
  readonly words: number;
}

/** How {@link readWordVectors} reads. */
export interface WordVectorsOptions {
  /** Is told how many bytes of the file are read. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** So many bytes of the file are read at once. */
const chunk = 1 << 22;
/** A word of more bytes is none: the file is something else. */
const longestWord = 4096;
/** The first number of fastText's models. */
const fastTextModel = 793_712_314;

/**
 * The vectors of some words. The kind of file is told by what is in it: word2vec's binary form (with or without a line end
 * after each vector), or text, with a first line "words size" as word2vec and fastText (.vec) write it, or without one as
 * GloVe does, whose words may have spaces. Packed by gzip or not. Of the file a few megabytes lie in memory at a time.
 *
 * @param wanted  the words; of one that the file has several times the first counts
 * @throws DataError  one line: it is no such file, it ends too soon, a vector is of another length, or not of numbers
 */
export async function readWordVectors(
  source: FileSource,
  wanted: ReadonlySet<string>,
  options: WordVectorsOptions = {},
): Promise<WordVectors> {
  const { onProgress } = optionsOf("readWordVectors", options, { onProgress: callback });
  checkArgument(
    "readWordVectors",
    "what is wanted",
    wanted,
    rule("a Set of words", (value) => value instanceof Set),
  );
  const file = await openSource("readWordVectors", source, { what: "file of word vectors" });
  const stream = new Bytes(await unpacked(file, onProgress));
  await stream.fill(64);
  const { bytes } = stream;
  if (bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true) === fastTextModel)
    throw new DataError(`${file.name}: is a model of fastText; its vectors lie in the file .vec beside it`);
  const firstLine = decoded((await stream.line()) ?? new Uint8Array());
  const [, words, size] = /^(\d+) (\d+)\s*$/.exec(firstLine) ?? [];
  const head = words === undefined ? undefined : { words: Number(words), size: Number(size) };
  if (head && (head.size < 1 || head.size > 1 << 16))
    throw new DataError(`${file.name}: says that a vector has ${head.size} numbers, expected 1 to 65536`);
  const reader = { name: file.name, stream, wanted };
  if (head && (await isBinary(stream, head.size))) return binary(reader, head);
  return inText(reader, head, head ? undefined : firstLine);
}

interface Reader {
  readonly name: string;
  readonly stream: Bytes;
  readonly wanted: ReadonlySet<string>;
}

let decoder: TextDecoder | undefined;

/** Where there is none, as in jsdom, files of vectors are all that cannot be read. */
const decoded = (bytes: Uint8Array): string => {
  decoder ??= new TextDecoder();
  return decoder.decode(bytes);
};

async function binary({ name, stream, wanted }: Reader, { words, size }: { words: number; size: number }) {
  const vectors = new Map<string, Float32Array>();
  for (let i = 0; i < words; i++) {
    const cut = () =>
      new DataError(
        `${name}: ends in word ${i + 1} of ${words}; the file was not copied or downloaded to its end`,
      );
    // Some programs end each vector with a line end, others do not.
    if ((await stream.peek()) === 10) stream.skip(1);
    const letters = await stream.until(32, longestWord);
    if (!letters)
      throw stream.ended
        ? cut()
        : new DataError(
            `${name}: word ${i + 1} has more than ${longestWord} bytes; is that a file of word2vec?`,
          );
    const word = decoded(letters);
    const numbers = await stream.take(4 * size);
    if (!numbers) throw cut();
    if (wanted.has(word) && !vectors.has(word))
      vectors.set(word, finite(new Float32Array(numbers.slice().buffer), name, word));
  }
  return { name, size, vectors, words };
}

async function inText(
  { name, stream, wanted }: Reader,
  head: { words: number; size: number } | undefined,
  first?: string,
) {
  const vectors = new Map<string, Float32Array>();
  let size = head?.size;
  let [words, number] = [0, 1];
  const take = (line: string): void => {
    const parts = line.trimEnd().split(" ");
    // The first line has no word with a space in it, as far as anybody knows.
    size ??= parts.length - 1;
    const place = `${name}, line ${number}`;
    if (parts.length <= size || size < 1)
      throw new DataError(
        `${place} has ${Math.max(0, parts.length - 1)} numbers, expected ${size < 1 ? "a word and its vector" : size}`,
      );
    words++;
    const word = parts.slice(0, parts.length - size).join(" ");
    if (!wanted.has(word) || vectors.has(word)) return;
    const vector = Float32Array.from(parts.slice(-size), (text) => (text === "" ? Number.NaN : Number(text)));
    vectors.set(word, finite(vector, place, word));
  };
  if (first !== undefined) take(first);
  for (;;) {
    const line = await stream.line();
    if (!line) break;
    number++;
    if (line.length > 0) take(decoded(line));
  }
  if (head && words < head.words)
    throw new DataError(
      `${name}: says that it has ${head.words} words, and has ${words}; the file was not copied or downloaded to its end`,
    );
  return { name, size: size ?? 0, vectors, words };
}

function finite(vector: Float32Array, place: string, word: string): Float32Array {
  const at = vector.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new DataError(`${place}: number ${at + 1} of the vector of ${JSON.stringify(word)} is no number`);
  return vector;
}

/** Whether a word and bytes come, and not a line of a word and numbers as letters. */
async function isBinary(stream: Bytes, size: number): Promise<boolean> {
  await stream.fill(longestWord + 32 * size);
  const end = stream.bytes.indexOf(10);
  const line = decoded(end < 0 ? stream.bytes : stream.bytes.subarray(0, end));
  const [, ...numbers] = line.trimEnd().split(" ");
  return numbers.length === 0 || !isNumber(numbers[numbers.length - 1]) || !isNumber(numbers[0]);
}

const isNumber = (text: string): boolean =>
  /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(nan|inf)/i.test(text);

/** Bytes that come in chunks, of which as much is held as is asked for. */
class Bytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  bytes: Uint8Array = new Uint8Array();
  ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Waits until so many bytes are there, or the end has come. */
  async fill(count: number): Promise<void> {
    if (this.bytes.length >= count || this.ended) return;
    const parts = [this.bytes];
    let length = this.bytes.length;
    while (length < count && !this.ended) {
      const { value, done } = await this.#chunks.next();
      if (done) this.ended = true;
      else {
        parts.push(value);
        length += value.length;
      }
    }
    const joined = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    this.bytes = joined;
  }

  async peek(): Promise<number | undefined> {
    if (this.bytes.length === 0) await this.fill(1);
    return this.bytes[0];
  }

  skip(count: number): void {
    this.bytes = this.bytes.subarray(count);
  }

  async take(count: number): Promise<Uint8Array | undefined> {
    if (this.bytes.length < count) await this.fill(count);
    if (this.bytes.length < count) return undefined;
    const taken = this.bytes.subarray(0, count);
    this.skip(count);
    return taken;
  }

  /** What comes before this byte, which is taken too; undefined where it does not come within so many. */
  async until(byte: number, most: number): Promise<Uint8Array | undefined> {
    for (let length = 256; ; length *= 4) {
      const at = this.bytes.indexOf(byte);
      if (at >= 0) {
        const taken = this.bytes.subarray(0, at);
        this.skip(at + 1);
        return taken;
      }
      if (this.ended || this.bytes.length > most) return undefined;
      await this.fill(Math.max(length, this.bytes.length + 1));
    }
  }

  /** The next line without its end; undefined after the last one. */
  async line(): Promise<Uint8Array | undefined> {
    const line = await this.until(10, 1 << 26);
    if (line) return line;
    if (this.bytes.length === 0) return undefined;
    return this.take(this.bytes.length);
  }
}

/** The bytes of a file a part at a time, without what gzip has packed them in. */
async function unpacked(
  file: ByteSource,
  onProgress?: WordVectorsOptions["onProgress"],
): Promise<AsyncIterable<Uint8Array>> {
  async function* parts(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < file.size; at += chunk) {
      const end = Math.min(at + chunk, file.size);
      yield await file.read(at, end);
      onProgress?.({ done: end, count: file.size });
    }
  }
  if (!isGzip(await file.read(0, Math.min(2, file.size)))) return parts();
  const iterator = parts();
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  async function* opened(): AsyncGenerator<Uint8Array> {
    const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
    for (;;) {
      const { value, done } = await reader.read().catch(() => {
        throw new DataError(`${file.name}: what gzip has packed is damaged, or ends too soon`);
      });
      if (done) return;
      yield value;
    }
  }
  return opened();
}
