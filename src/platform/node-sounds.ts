import { requirePackage } from "./node-packages.js";

/** Samples of each channel, and how many of them make a second. */
export interface DecodedSound {
  readonly channels: readonly Float32Array[];
  readonly rate: number;
}

/** What one installs to have FLAC, MP3 and the like decoded. */
export const soundDecoder = "the package audio-decode (npm install audio-decode)";

/**
 * The sound in a file of FLAC, MP3, Ogg or another kind, by the package audio-decode; undefined where that is not installed.
 * It is an optional package, loaded at first use.
 *
 * @throws what the decoder says
 */
export async function decodedSound(bytes: Uint8Array): Promise<DecodedSound | undefined> {
  const decode = decoder();
  if (!decode) return undefined;
  const { channelData, sampleRate } = await decode(bytes);
  return { channels: channelData, rate: sampleRate };
}

type Decode = (bytes: Uint8Array) => Promise<{ channelData: Float32Array[]; sampleRate: number }>;
let found: { decode?: Decode } | undefined;

function decoder(): Decode | undefined {
  found ??= look();
  return found.decode;
}

function look(): NonNullable<typeof found> {
  try {
    return { decode: (requirePackage("audio-decode").exports as { default: Decode }).default };
  } catch {
    return {};
  }
}
