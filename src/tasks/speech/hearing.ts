/** How recordings become what a network takes, and its classes what was said. */
import { DataError } from "../../data/dataset.js";
import { short } from "../words/quoted.js";
import { type FrontEnd, framesOf } from "./front-end.js";
import type { Recording } from "./recordings.js";

/** What a file of a recogniser keeps beside its weights. */
export interface Hearing {
  /** "words": one of a few classes for a recording. "sequence": words, or letters, one after the other. */
  readonly kind: "words" | "sequence";
  readonly frontEnd: FrontEnd;
  /** Of "words": how many samples are looked at; of longer recordings the loudest stretch. */
  readonly window: number;
  /** Of "sequence": what its classes are. */
  readonly units: "words" | "characters";
}

/** Of sequences, silence that is put in front, and behind, of which the latter has scores of its own. */
const around = 0.1;
/** And so much more behind, which is only looked at: as far as a frame sees, so that nothing beyond it makes a difference. */
const beyond = 0.3;
/** Of a sequence the network has scores of every second frame. */
export const sequenceStride = 2;

/** In steps of so many seconds sequences are filled up: each other length is another program. */
export const sequenceStep = 1;

/** A recording in the place where the network looks: in the middle, or, where it is longer, its loudest stretch. */
export function placed(samples: Float32Array, window: number): Float32Array {
  const out = new Float32Array(window);
  place(samples, out);
  return out;
}

/** The same, put into the zeros that there are already. */
export function place(samples: Float32Array, out: Float32Array): void {
  const window = out.length;
  if (samples.length <= window) out.set(samples, (window - samples.length) >> 1);
  else {
    const from = loudest(samples, window);
    out.set(samples.subarray(from, from + window));
  }
}

/** Where the stretch of so many samples begins that has the most power. */
function loudest(samples: Float32Array, window: number): number {
  let power = 0;
  for (let i = 0; i < window; i++) power += samples[i] ** 2;
  let [most, at] = [power, 0];
  for (let i = window; i < samples.length; i++) {
    power += samples[i] ** 2 - samples[i - window] ** 2;
    if (power > most) [most, at] = [power, i - window + 1];
  }
  return at;
}

/** A sequence with silence around it, and how many frames of scores it has. */
export function surrounded(
  samples: Float32Array,
  frontEnd: FrontEnd,
): { wave: Float32Array; frames: number } {
  const { rate } = frontEnd;
  const lead = Math.round(around * rate);
  const counted = samples.length + 2 * lead;
  const wave = new Float32Array(counted + Math.round(beyond * rate));
  wave.set(samples, lead);
  return { wave, frames: Math.floor(framesOf(counted, frontEnd) / sequenceStride) };
}

/** What was said, in units: words, or letters with spaces between words. */
export const unitsOf = (text: string, units: Hearing["units"]): string[] =>
  units === "words"
    ? text.split(/\s+/).filter((word) => word !== "")
    : [...text.normalize("NFC").trim().replace(/\s+/g, " ")];

export const textOfUnits = (parts: readonly string[], units: Hearing["units"]): string =>
  parts.join(units === "words" ? " " : "").trim();

/** The classes of sequences: that of no label first. */
export const blankName = "";

/** @throws DataError where a unit is no class */
export function labelsOf(
  recording: Recording,
  classes: readonly string[],
  units: Hearing["units"],
): Int32Array {
  return Int32Array.from(unitsOf(recording.text, units), (unit) => {
    const at = classes.indexOf(unit, 1);
    if (at < 0)
      throw new DataError(
        `${recording.place}: ${short(unit)} is none of the ${classes.length - 1} ${units} trained on`,
      );
    return at;
  });
}
