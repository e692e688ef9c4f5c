/** Classes for what is none of the words that are listened for. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { list, notNegative, wholeNumber } from "../../door/rules.js";
import { suggestion } from "../../door/spelling.js";
import { noises } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { collected, type Recording, type Recordings, someRecordings } from "./recordings.js";

/** The names of those classes, as Speech Commands has them. */
export const unknownClass = "unknown";
export const silenceClass = "silence";

/** Which words are listened for. */
export interface ListeningOptions {
  /** All other words become the class `unknown`, of which as many are kept as each word has on average; all words if left out. */
  known?: readonly string[];
  /**
   * So many recordings of noise and of nothing, as a share of all, become the class `silence`; 0.1 where there are recordings
   * of noise or `known` is given, else 0.
   */
  silence?: number;
  seed?: number;
}

/**
 * Recordings of a few words, and of classes for all others and for silence (Warden: Speech Commands, arXiv:1804.03209).
 * @throws DataError where a word is not among them
 */
export function listeningFor(recordings: Recordings, given: ListeningOptions = {}): Recordings {
  checkArgument("listeningFor", "what is given", recordings, someRecordings);
  const {
    known,
    silence,
    seed = 0,
  } = optionsOf("listeningFor", given, {
    known: list("words"),
    silence: notNegative,
    seed: wholeNumber,
  });
  const { name, classes, noise, skipped } = recordings;
  const random = new RandomStream(seed, noises, 1);
  let kept: Recording[] = [...recordings.recordings];
  if (known) {
    const missing = known.find((word) => !classes.includes(word));
    if (missing !== undefined)
      throw new DataError(
        `${name}: has no recordings of ${missing}; there are ${classes.slice(0, 40).join(", ")}${suggestion(missing, classes)}`,
      );
    const wanted = kept.filter(({ text }) => known.includes(text));
    const others = kept.filter(({ text }) => !known.includes(text));
    const most = Math.ceil(wanted.length / known.length);
    const chosen = random.permutation(others.length).slice(0, most);
    kept = [...wanted, ...Array.from(chosen, (i) => ({ ...others[i], text: unknownClass }))];
  }
  const share = silence ?? (known || noise.length > 0 ? 0.1 : 0);
  const count = Math.round(share * kept.length);
  const { rate } = kept[0];
  for (let i = 0; i < count; i++)
    kept.push({ samples: quiet(noise, rate, random), rate, text: silenceClass, place: `silence ${i + 1}` });
  return collected(name, kept, skipped, noise);
}

/** A second of noise, at any loudness, and of nothing each tenth time. */
function quiet(noise: readonly Recording[], rate: number, random: RandomStream): Float32Array {
  const out = new Float32Array(rate);
  if (random.uniform() < 0.1) return out;
  const level = 10 ** random.uniform(-4, -1);
  const own = noise.length > 0 ? noise[random.integer(noise.length)] : undefined;
  if (!own) return out.map(() => level * random.normal());
  const from = random.integer(Math.max(1, own.samples.length - rate));
  return out.map((_, i) => level * 10 * (own.samples[from + i] ?? 0));
}
