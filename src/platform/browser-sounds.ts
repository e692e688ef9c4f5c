import type { DecodedSound } from "./node-sounds.js";

export const soundDecoder = "a browser with an OfflineAudioContext, which workers do not have";

/** The sound in a file of any kind that the browser plays; undefined where it decodes none, as in workers. */
export async function decodedSound(bytes: Uint8Array): Promise<DecodedSound | undefined> {
  if (typeof OfflineAudioContext === "undefined") return undefined;
  // It takes the buffer away from who gives it. Sounds come out at the context's rate.
  const rate = 44100;
  const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.slice().buffer);
  const channels = Array.from({ length: sound.numberOfChannels }, (_, c) => sound.getChannelData(c).slice());
  return { channels, rate };
}
