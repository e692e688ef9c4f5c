/** Recordings as a data set, changed in training so that no epoch hears the same. */
import { changeSpeed, withNoise } from "../../audio/changes.js";
import { DataError, type Draw } from "../../data/dataset.js";
import type { Examples, Fields, FieldValues } from "../../data/examples.js";
import { changedSounds, noises, ofEpoch } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { short } from "../words/quoted.js";
import { type Hearing, labelsOf, place, sequenceStep, surrounded } from "./hearing.js";
import { atRate, type Recordings } from "./recordings.js";
import { joiner, type StringOptions } from "./strings.js";

/** How sounds are changed in training. */
export interface SoundChanges {
  /** Speeds are of e^−speed to e^speed; 0.2 if left out. */
  readonly speed: number;
  /** Which share gets noise, 10 to 40 decibels quieter; 0.5 if left out. */
  readonly noise: number;
}

export interface SpokenExamplesOptions {
  readonly hearing: Hearing;
  readonly classes: readonly string[];
  readonly changes?: SoundChanges;
  /** Strings of single words, others in each epoch, instead of the recordings themselves. */
  readonly strings?: StringOptions;
}

/** Fields `waves` and `label`, or of sequences `waves`, `frames`, `labels` and `lengths`. */
export function spokenExamples(
  recordings: Recordings,
  { hearing, classes, changes, strings }: SpokenExamplesOptions,
): Examples {
  const { frontEnd, kind, window, units } = hearing;
  const { rate } = frontEnd;
  const { name } = recordings;
  const at = new Map<string, number>(classes.map((label, i) => [label, i]));
  const truths = recordings.recordings.map(({ text, place }) => {
    if (kind === "sequence") return 0;
    const label = at.get(text);
    if (label === undefined)
      throw new DataError(
        `${place}: the class ${short(text)} is none of those trained on, ${classes.join(", ")}`,
      );
    return label;
  });
  const own = recordings.recordings.map((one) => ({ ...one, samples: atRate(one, rate), rate }));
  const join = strings && joiner(own, { ...strings, rate });
  const hisses = noiseOf(recordings, rate);
  const recordingAt = (place: number, random?: RandomStream) => {
    const one = join && random ? join(random, place) : own[place];
    if (!random || !changes) return one;
    return { ...one, samples: changed(one.samples, random, { ...changes, hisses }) };
  };
  const fields: Fields =
    kind === "words"
      ? { waves: { shape: [window], dtype: "f32" }, label: { shape: [], dtype: "i32" } }
      : {
          waves: { shape: [null], dtype: "f32", multiple: Math.round(sequenceStep * rate) },
          frames: { shape: [], dtype: "i32" },
          labels: { shape: [null], dtype: "i32", multiple: 8 },
          lengths: { shape: [], dtype: "i32" },
        };
  return {
    name,
    length: own.length,
    fields,
    classes,
    fresh: true,
    async at(places: Int32Array, draw?: Draw): Promise<{ [field: string]: FieldValues }> {
      const randoms = Array.from(places, (place) =>
        draw ? new RandomStream(draw.seed, ofEpoch(changedSounds, draw.epoch), place) : undefined,
      );
      const heard = Array.from(places, (place, i) => recordingAt(place, randoms[i]));
      if (kind === "words") {
        const waves = new Float32Array(places.length * window);
        heard.forEach(({ samples }, i) => {
          const random = changes ? randoms[i] : undefined;
          const out = waves.subarray(i * window, (i + 1) * window);
          if (random) placeAnywhere(samples, out, random);
          else place(samples, out);
        });
        return { waves, label: Int32Array.from(places, (place) => truths[place]) };
      }
      const sounds = heard.map(({ samples }) => surrounded(samples, frontEnd));
      const labels = heard.map((one) => labelsOf(one, classes, units));
      return {
        waves: sounds.map(({ wave }) => wave),
        frames: Int32Array.from(sounds, ({ frames }) => frames),
        labels,
        lengths: Int32Array.from(labels, ({ length }) => length),
      };
    },
  };
}

/** Of recordings of noise where there are some; else of noise of all frequencies alike. */
function noiseOf({ noise }: Recordings, rate: number): readonly Float32Array[] {
  if (noise.length > 0) return noise.map((one) => atRate(one, rate));
  const random = new RandomStream(0, noises);
  return [Float32Array.from({ length: 1 << 16 }, () => random.normal())];
}

function changed(
  samples: Float32Array,
  random: RandomStream,
  { speed, noise, hisses }: SoundChanges & { hisses: readonly Float32Array[] },
): Float32Array {
  const faster = speed > 0 ? changeSpeed(samples, Math.exp(random.uniform(-speed, speed))) : samples;
  if (random.uniform() >= noise) return faster;
  const hiss = hisses[random.integer(hisses.length)];
  const from = random.integer(hiss.length);
  return withNoise(
    faster,
    hiss.subarray(from).length > 0 ? hiss.subarray(from) : hiss,
    random.uniform(10, 40),
  );
}

/** A recording somewhere in a window of zeros, or some stretch of it. */
function placeAnywhere(samples: Float32Array, out: Float32Array, random: RandomStream): void {
  const room = out.length - samples.length;
  if (room >= 0) out.set(samples, random.integer(room + 1));
  else {
    const from = random.integer(1 - room);
    out.set(samples.subarray(from, from + out.length));
  }
}
