/** What of a sound a network hears. */
import { decibels } from "../../audio/loudness.js";
import { melSpectrogram } from "../../audio/mel.js";
import { add, div, maximum, sub } from "../../ops/arithmetic.js";
import { max } from "../../ops/extremes.js";
import type { Tensor } from "../../tensor/tensor.js";

/** How sounds become spectra: what a file of a recogniser keeps beside its weights. */
export interface FrontEnd {
  /** Samples a second; other sounds are resampled. */
  readonly rate: number;
  /** Samples of a frame's window, and between frames. */
  readonly windowLength: number;
  readonly hop: number;
  readonly mels: number;
  /** In Hz. */
  readonly low: number;
  readonly high: number;
  /** What is quieter than the loudest by so many decibels is not heard. */
  readonly range: number;
}

/**
 * Windows of 32 ms every 20 ms: with 25 and 10, as speech is mostly looked at, words of speakers who were held back from
 * training were understood less often, and so they were with more mels, and with a greater range.
 */
export const frontEndFor = (rate: number): FrontEnd => ({
  rate,
  windowLength: Math.round(0.032 * rate),
  hop: Math.round(0.02 * rate),
  mels: 32,
  low: 50,
  high: rate / 2,
  range: 30,
});

/** What of a front end that was read from a file is none; undefined where all of it may be. */
export function wrongOf(given: Partial<FrontEnd> | undefined): keyof FrontEnd | undefined {
  const { rate = 0, windowLength = 0, hop = 0, mels = 0, low = -1, high = 0, range = 0 } = given ?? {};
  const isWhole = (n: number, most: number) => Number.isInteger(n) && n >= 1 && n <= most;
  const may: { readonly [name in keyof FrontEnd]: boolean } = {
    rate: isWhole(rate, 768_000),
    windowLength: isWhole(windowLength, 65_536),
    hop: isWhole(hop, windowLength),
    mels: isWhole(mels, 4096),
    high: high > 0 && high <= rate / 2,
    low: low >= 0 && low < high,
    range: range > 0 && range < Number.POSITIVE_INFINITY,
  };
  return (Object.keys(may) as (keyof FrontEnd)[]).find((name) => !may[name]);
}

/** The least loudness that counts as loudest: of digital silence nothing is. */
const silence = -70;

export const framesOf = (samples: number, { hop }: FrontEnd): number => 1 + Math.floor(samples / hop);

/**
 * Loudness by time and mel, from 0, not heard, to 1, the loudest of the recording: how far the microphone was, and what
 * silence stands around a word, makes no difference.
 *
 * @param waves  N×L samples
 * @returns      N×T×mels
 */
export function heard(waves: Tensor, { rate, windowLength, hop, mels, low, high, range }: FrontEnd): Tensor {
  const size = 2 ** Math.ceil(Math.log2(windowLength));
  const power = melSpectrogram(waves, { rate, size, windowLength, hop, mels, low, high, padding: "zeros" });
  const loud = decibels(power);
  const loudest = maximum(max(loud, { axis: [1, 2], keepDims: true }), silence);
  return maximum(add(div(sub(loud, loudest), range), 1), 0);
}
