import { decodedSound, soundDecoder } from "#platform";
import { said } from "../door/said.js";
import { PlaceError } from "../formats/fetched.js";
import { type FileSource, openSource } from "../formats/given-source.js";
import { type Sound, SoundError, soundOf } from "./sound.js";
import { readWav } from "./wav.js";

/** What files other than WAV begin with. */
const kinds: readonly (readonly [kind: string, begin: RegExp])[] = [
  ["FLAC", /^fLaC/],
  ["Ogg", /^OggS/],
  ["MP3", /^(ID3|\xff[\xe2-\xff])/],
  ["MP4", /^.{4}ftyp/s],
  ["AIFF", /^FORM.{4}AIF/s],
];

/**
 * Reads a file of sound: WAV of every kind; FLAC, MP3, Ogg, MP4 and AIFF where the optional package audio-decode is
 * installed, and in pages, where the browser decodes them.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws SoundError, PlaceError  one line that names the file
 */
export async function readSound(source: FileSource): Promise<Sound> {
  const file = await openSource("readSound", source, { what: "file of sound" });
  return decodeSound(await file.read(0, file.size), file.name);
}

/** The sound in the bytes of a file; `name` is how errors name it. */
export async function decodeSound(bytes: Uint8Array, name = "the bytes"): Promise<Sound> {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`decodeSound: the bytes are ${said(bytes)}, expected a Uint8Array`);
  const begin = String.fromCharCode(...bytes.subarray(0, 16));
  if (/^(RIF[FX]|RF64|BW64)/.test(begin)) return readWav(bytes, name);
  const [kind] = kinds.find(([, pattern]) => pattern.test(begin)) ?? [];
  if (bytes.length === 0) throw new SoundError(`${name}: is empty`);
  if (!kind) throw new SoundError(`${name}: is no sound that is read: WAV, FLAC, MP3, Ogg, MP4, AIFF`);
  const decoded = await decodedSound(bytes).catch((error: unknown) => {
    const why = String((error as Error)?.message ?? error).split("\n")[0];
    throw new SoundError(`${name}: the ${kind} cannot be decoded: ${why}`, { cause: error });
  });
  if (!decoded) throw new SoundError(`${name}: is ${kind}, which needs ${soundDecoder}; WAV needs nothing`);
  const { channels, rate } = decoded;
  if (channels.length === 0 || channels[0].length === 0 || !(rate > 0))
    throw new SoundError(`${name}: the ${kind} cannot be decoded: there are no samples in it`);
  return soundOf(
    channels.map((channel) => Float32Array.from(channel)),
    rate,
  );
}

/** Whether an error says that this file is missing, damaged, or no sound: others may be readable. */
export const isUnreadable = (error: unknown): error is Error =>
  error instanceof SoundError ||
  error instanceof PlaceError ||
  // What Node says of files.
  (error instanceof Error && error.name === "FileError");
