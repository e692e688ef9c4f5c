/** Sounds as numbers. */
import { DataError } from "../data/dataset.js";
import { said } from "../door/said.js";
import { printedAs } from "../tensor/printing.js";

/** A sound that was recorded or made. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  /** The samples of each channel, of −1 to 1 where nothing is beyond what a microphone can take; all of one length. */
  readonly channels: readonly Float32Array[];
}

/** A file of sound that is missing, damaged, or of a kind that is not read. */
export class SoundError extends DataError {
  override readonly name = "SoundError";
}

/** A sound of one channel, or of several. */
export function soundOf(samples: Float32Array | readonly Float32Array[], rate: number): Sound {
  const channels = samples instanceof Float32Array ? [samples] : samples;
  if (!Array.isArray(channels) || channels.some((one) => !(one instanceof Float32Array)))
    throw new TypeError(
      `soundOf: the samples are ${said(samples)}, expected a Float32Array, or one for each channel`,
    );
  if (!(rate > 0 && Number.isFinite(rate)))
    throw new SoundError(`soundOf: the rate is ${rate}, expected samples a second, above 0`);
  if (channels.length === 0 || channels.some(({ length }) => length !== channels[0].length))
    throw new SoundError(
      `soundOf: the channels have ${channels.map(({ length }) => length).join(", ") || "no"} samples, expected as many of each`,
    );
  const seconds = channels[0].length / rate;
  return printedAs(
    { rate, channels },
    () =>
      `sound of ${seconds.toFixed(2)} s, ${rate} Hz, ${channels.length} channel${channels.length === 1 ? "" : "s"}`,
    () => ({ rate, channels: channels.length, samples: channels[0].length }),
  );
}

/** Whether something given is a sound. */
export const isSound = (given: unknown): given is Sound => {
  const { rate, channels } = (given ?? {}) as Partial<Sound>;
  return (
    (rate ?? 0) > 0 &&
    Array.isArray(channels) &&
    channels.length > 0 &&
    channels.every((one) => one instanceof Float32Array && one.length === channels[0].length)
  );
};

/** @throws TypeError where something given is no sound */
export function checkSound(speaker: string, given: unknown): void {
  if (!isSound(given))
    throw new TypeError(
      `${speaker}: the sound is ${said(given)}, expected { rate, channels }, as readSound gives it`,
    );
}

/** The mean of a sound's channels; of one channel its own samples. */
export function mono(sound: Sound): Float32Array {
  checkSound("mono", sound);
  const { channels } = sound;
  if (channels.length === 1) return channels[0];
  const mean = new Float32Array(channels[0].length);
  for (const channel of channels)
    for (let i = 0; i < mean.length; i++) mean[i] += channel[i] / channels.length;
  return mean;
}

/** How long it is, in seconds. */
export function secondsOf(sound: Sound): number {
  checkSound("secondsOf", sound);
  return sound.channels[0].length / sound.rate;
}
