/** Changes of a sound that leave it the same word: for training. */
import { checkArgument } from "../door/argument.js";
import { rule } from "../door/rules.js";
import { noises } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { resample } from "./resample.js";

/**
 * Spoken faster, and higher by as much: `factor` 1.1 leaves 1 / 1.1 of the time. Factors are rounded to whole per cent.
 * Ko, Peddinti, Povey, Khudanpur: Audio Augmentation for Speech Recognition, Interspeech 2015.
 */
export function changeSpeed(samples: Float32Array, factor: number): Float32Array {
  const speed = Math.round(100 * factor);
  if (!(speed >= 1)) throw new RangeError(`changeSpeed: the factor is ${factor}, expected 0.01 at least`);
  return resample(samples, speed, 100);
}

/** As long as before, `by` samples later, or earlier where that is below 0; zeros where nothing comes from. */
export function shifted(samples: Float32Array, by: number): Float32Array {
  checkArgument("shifted", "the list of samples", samples, floats);
  if (!Number.isInteger(by)) throw new RangeError(`shifted: by is ${by}, expected a whole number of samples`);
  const out = new Float32Array(samples.length);
  if (Math.abs(by) < samples.length)
    out.set(by < 0 ? samples.subarray(-by) : samples.subarray(0, samples.length - by), Math.max(0, by));
  return out;
}

const floats = rule("a Float32Array", (value) => value instanceof Float32Array);
const aNoise = rule(
  "samples of noise, one at least",
  (noise) => noise instanceof Float32Array && noise.length > 0,
);

/**
 * With noise, so much of it that the sound is louder by `decibels`, by their mean powers. Noise that is shorter is repeated
 * from its beginning on.
 *
 * @param noise  `audio.whiteNoise(…)`, or a recording of the place where it will be listened
 */
export function withNoise(samples: Float32Array, noise: Float32Array, decibels: number): Float32Array {
  checkArgument("withNoise", "the list of samples", samples, floats);
  if (!aNoise.holds(noise)) throw new TypeError(`withNoise: the noise is none, expected ${aNoise.expected}`);
  if (!Number.isFinite(decibels))
    throw new RangeError(`withNoise: decibels is ${decibels}, expected a number`);
  const quiet = powerOf(noise);
  const level = quiet === 0 ? 0 : Math.sqrt(powerOf(samples) / quiet) * 10 ** (-decibels / 20);
  return samples.map((value, i) => value + level * noise[i % noise.length]);
}

const powerOf = (samples: Float32Array): number =>
  samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length);

/** Samples of the standard normal distribution, which follow from the seed. */
export function whiteNoise(length: number, seed: number): Float32Array {
  for (const [name, value] of Object.entries({ length, seed }))
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`whiteNoise: ${name} is ${value}, expected a whole number of at least 0`);
  const random = new RandomStream(seed, noises);
  return Float32Array.from({ length }, () => random.normal());
}
