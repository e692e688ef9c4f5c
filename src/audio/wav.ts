/**
 * WAV files: PCM of 8, 16, 24 and 32 bits, numbers of 32 and 64 bits, A-law and µ-law; headers with the extensible
 * format, of 64-bit sizes (RF64, BW64), and with big-endian numbers (RIFX).
 * Microsoft, IBM: Multimedia Programming Interface and Data Specifications 1.0, 1991; Microsoft: Multiple Channel Audio
 * Data and WAVE Files, 2001; EBU Tech 3306. ITU-T G.711 for the two laws.
 */
import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { checkSound, type Sound, SoundError, soundOf } from "./sound.js";

const tags = { pcm: 1, float: 3, aLaw: 6, muLaw: 7, extensible: 0xfffe };
/** What follows the tag in the GUID of an extensible format. */
const guidEnd = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

interface Format {
  readonly tag: number;
  readonly channels: number;
  readonly rate: number;
  /** Bytes of a sample of one channel. */
  readonly bytes: number;
}

/** Whether bytes begin as a WAV file does. */
export const isWav = (bytes: Uint8Array): boolean =>
  ["RIFF", "RIFX", "RF64", "BW64"].includes(fourLetters(bytes, 0)) && fourLetters(bytes, 8) === "WAVE";

/**
 * The sound in a WAV file.
 *
 * @param name  as errors name it
 * @throws SoundError  one line: what is damaged, or of a kind that is not read
 */
export function readWav(bytes: Uint8Array, name = "the bytes"): Sound {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`readWav: the bytes are ${said(bytes)}, expected a Uint8Array`);
  const refuse = (why: string) => new SoundError(`${name}: ${why}`);
  if (bytes.length < 12) throw refuse(`has ${bytes.length} bytes, expected a WAV file`);
  if (!isWav(bytes)) throw refuse("is no WAV file: it does not begin with RIFF and WAVE");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = fourLetters(bytes, 0) !== "RIFX";
  let format: Format | undefined;
  let longSize: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = fourLetters(bytes, at);
    const size = view.getUint32(at + 4, littleEndian);
    const begin = at + 8;
    if (kind === "ds64" && begin + 16 <= bytes.length)
      longSize = Number(view.getBigUint64(begin + 8, littleEndian));
    if (kind === "fmt ") format = formatOf(view, begin, size, littleEndian, refuse);
    if (kind === "data") {
      if (!format) throw refuse("its samples stand before the chunk that says what they are (fmt)");
      // Programs that write into a pipe do not know the length, and say all ones, or nothing.
      const isUnknown = size >= 0x7ffff000 || (size === 0 && !isChunks(bytes, begin, littleEndian));
      const length = size === 0xffffffff && longSize !== undefined ? longSize : size;
      const there = bytes.length - begin;
      if (length > there && (longSize !== undefined || !isUnknown))
        throw refuse(`is cut off: its header tells of ${length} bytes of samples, there are ${there}`);
      const used = isUnknown && length !== longSize ? there : length;
      return samplesOf(view, begin, used, format, littleEndian);
    }
    at = begin + size + (size % 2);
  }
  throw refuse(format ? "has no samples: the chunk data is missing" : "is damaged: the chunk fmt is missing");
}

/** Whether chunks follow, up to the last byte: what stands there are no samples. */
function isChunks(bytes: Uint8Array, begin: number, littleEndian: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = begin;
  while (at + 8 <= bytes.length && /^[A-Za-z][\w ]{3}$/.test(fourLetters(bytes, at))) {
    const size = view.getUint32(at + 4, littleEndian);
    at += 8 + size + (size % 2);
  }
  return at >= bytes.length && at <= bytes.length + 1;
}

function formatOf(
  view: DataView,
  begin: number,
  size: number,
  littleEndian: boolean,
  refuse: (why: string) => SoundError,
): Format {
  const short = (at: number) => view.getUint16(begin + at, littleEndian);
  if (size < 16 || begin + size > view.byteLength)
    throw refuse(
      `is damaged: its chunk fmt has ${Math.min(size, view.byteLength - begin)} bytes, expected 16 at least`,
    );
  const [channels, rate, frame, bits] = [
    short(2),
    view.getUint32(begin + 4, littleEndian),
    short(12),
    short(14),
  ];
  let tag = short(0);
  if (tag === tags.extensible) {
    if (size < 40) throw refuse(`is damaged: its extensible header has ${size} bytes, expected 40`);
    const isKnown = guidEnd.every((byte, i) => {
      // The first groups of a GUID are numbers: in big-endian files their bytes are turned round.
      const place = littleEndian ? i : ([1, 0, 3, 2, 5, 4][i] ?? i);
      return view.getUint8(begin + 26 + place) === byte;
    });
    tag = isKnown ? short(24) : -1;
  }
  const kinds: { readonly [tag: number]: readonly number[] } = {
    [tags.pcm]: [1, 2, 3, 4],
    [tags.float]: [4, 8],
    [tags.aLaw]: [1],
    [tags.muLaw]: [1],
  };
  if (!kinds[tag])
    throw refuse(
      `holds samples of format ${tag < 0 ? "unknown" : tag}, expected PCM (1), numbers (3), A-law (6) or µ-law (7)`,
    );
  if (channels === 0) throw refuse("has no channels");
  if (rate === 0) throw refuse("has a rate of 0 samples a second");
  // Samples of 12 or 20 bits stand in 2 or 3 bytes, from the highest bit on.
  const bytes = frame > 0 && frame % channels === 0 ? frame / channels : Math.ceil(bits / 8);
  if (!kinds[tag].includes(bytes) || bits > 8 * bytes)
    throw refuse(`has samples of ${bits} bits in ${bytes} bytes each, which no ${nameOf(tag)} has`);
  return { tag, channels, rate, bytes };
}

const nameOf = (tag: number): string =>
  ({ [tags.pcm]: "PCM", [tags.float]: "format of numbers", [tags.aLaw]: "A-law", [tags.muLaw]: "µ-law" })[
    tag
  ]!;

function samplesOf(
  view: DataView,
  begin: number,
  length: number,
  { tag, channels, rate, bytes }: Format,
  littleEndian: boolean,
): Sound {
  const read = readers(view, littleEndian)[`${tag} ${bytes}`];
  const count = Math.floor(length / (bytes * channels));
  const samples = Array.from({ length: channels }, () => new Float32Array(count));
  for (let i = 0, at = begin; i < count; i++)
    for (let c = 0; c < channels; c++, at += bytes) samples[c][i] = read(at);
  return soundOf(samples, rate);
}

function readers(view: DataView, littleEndian: boolean): { readonly [kind: string]: (at: number) => number } {
  const byte = (at: number) => view.getUint8(at);
  const middle = littleEndian ? 0 : 1;
  return {
    "1 1": (at) => (byte(at) - 128) / 128,
    "1 2": (at) => view.getInt16(at, littleEndian) / 0x8000,
    "1 3": (at) => (view.getInt16(at + 1 - middle, littleEndian) * 256 + byte(at + 2 * middle)) / 0x800000,
    "1 4": (at) => view.getInt32(at, littleEndian) / 0x80000000,
    "3 4": (at) => view.getFloat32(at, littleEndian),
    "3 8": (at) => view.getFloat64(at, littleEndian),
    "6 1": (at) => aLaw(byte(at)),
    "7 1": (at) => muLaw(byte(at)),
  };
}

/** G.711, table 1: sign, three bits of exponent, four of mantissa, every other bit turned over. */
function aLaw(code: number): number {
  const bits = code ^ 0x55;
  const [exponent, mantissa] = [(bits >> 4) & 7, bits & 15];
  const size = exponent === 0 ? mantissa * 16 + 8 : (mantissa * 16 + 0x108) << (exponent - 1);
  return (bits & 0x80 ? size : -size) / 0x8000;
}

/** G.711, table 2: all bits turned over, and counted from 33 on, in sixteen bits 132. */
function muLaw(code: number): number {
  const bits = ~code & 0xff;
  const size = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return (bits & 0x80 ? 0 - size : size) / 0x8000;
}

const fourLetters = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4));

/** How {@link encodeWav} writes samples. */
export interface WavOptions {
  /** Whole numbers of 8, 16, 24 or 32 bits, or "float": numbers of 32 bits; 16 if left out. */
  samples?: 8 | 16 | 24 | 32 | "float";
}

/**
 * A sound as the bytes of a WAV file. What is beyond −1 to 1 is cut off where samples are whole numbers.
 * @throws SoundError where it has more samples than such a file holds
 */
export function encodeWav(sound: Sound, given: WavOptions = {}): Uint8Array {
  checkSound("encodeWav", sound);
  const { channels, rate } = sound;
  if (!Number.isInteger(rate) || rate > 0xffffffff || channels.length > 0xffff)
    throw new SoundError(
      `encodeWav: the sound has ${channels.length} channels at a rate of ${rate}, a WAV file holds 65535 at a whole number of samples a second`,
    );
  const { samples = 16 } = optionsOf("encodeWav", given, { samples: aSampleSize });
  const bytes = samples === "float" ? 4 : samples / 8;
  const size = channels[0].length * channels.length * bytes;
  if (size > 0xffffff00) throw new SoundError(`encodeWav: ${size} bytes of samples, a WAV file holds 4 GB`);
  const out = new Uint8Array(44 + size + (size % 2));
  const view = new DataView(out.buffer);
  const letters = (at: number, word: string) => out.set(new TextEncoder().encode(word), at);
  letters(0, "RIFF");
  view.setUint32(4, out.length - 8, true);
  letters(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, samples === "float" ? tags.float : tags.pcm, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels.length * bytes, true);
  view.setUint16(32, channels.length * bytes, true);
  view.setUint16(34, 8 * bytes, true);
  letters(36, "data");
  view.setUint32(40, size, true);
  let at = 44;
  for (let i = 0; i < channels[0].length; i++)
    for (const channel of channels) {
      if (samples === "float") view.setFloat32(at, channel[i], true);
      else {
        const half = 2 ** (samples - 1);
        const whole = Math.max(-half, Math.min(half - 1, Math.round(channel[i] * half) || 0));
        if (samples === 8) out[at] = whole + 128;
        else for (let b = 0; b < bytes; b++) out[at + b] = Math.floor(whole / 256 ** b) & 255;
      }
      at += bytes;
    }
  return out;
}

const aSampleSize = {
  expected: '8, 16, 24, 32 or "float"',
  holds: (value: unknown) => [8, 16, 24, 32, "float"].includes(value as number),
};
