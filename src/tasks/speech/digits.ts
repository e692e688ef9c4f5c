/** Digits that nobody has spoken: tones with formants, made by code, so that everything can be tried without a download. */
import { checkArgument } from "../../door/argument.js";
import { wholeNumber } from "../../door/rules.js";
import { soundsToTest, soundsToTrain } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { collected, type Recording, type RecordingParts } from "./recordings.js";

/** A sound of a word: how long it lasts, and between which formants its voice, or where its hiss, lies. */
interface Phone {
  readonly ms: number;
  /** Formants in Hz at its beginning and its end; none where there is no voice. */
  readonly voice?: readonly (readonly [number, number, number])[];
  /** How loud the voice is; 1 if left out. */
  readonly level?: number;
  /** In the middle of which frequency a hiss lies, and how loud it is. */
  readonly hiss?: readonly [hertz: number, level: number];
}

const vowel = (ms: number, ...voice: (readonly [number, number, number])[]): Phone => ({ ms, voice });
const nasal = (ms: number): Phone => ({ ms, voice: [[280, 1400, 2400]], level: 0.35 });
const hiss = (ms: number, hertz: number, level: number): Phone => ({ ms, hiss: [hertz, level] });
const silence = (ms: number): Phone => ({ ms });

// Formants of vowels as Peterson and Barney measured them (JASA 24, 1952), rounded.
const [ee, ih, eh, ah, aw, oo] = [
  [270, 2290, 3010],
  [390, 1990, 2550],
  [530, 1840, 2480],
  [730, 1090, 2440],
  [570, 840, 2410],
  [300, 870, 2240],
] as const;
const [uh, er] = [
  [640, 1190, 2390],
  [490, 1350, 1690],
] as const;

const words: { readonly [digit: string]: readonly Phone[] } = {
  zero: [{ ms: 70, voice: [ih], level: 0.3, hiss: [3400, 0.25] }, vowel(90, ih, er), vowel(150, er, aw)],
  one: [vowel(80, oo, uh), vowel(110, uh), nasal(90)],
  two: [silence(20), hiss(35, 3300, 0.5), vowel(180, ih, oo)],
  three: [hiss(60, 2800, 0.12), vowel(70, er), vowel(160, er, ee)],
  four: [hiss(80, 2000, 0.12), vowel(130, aw), vowel(100, aw, er)],
  five: [hiss(80, 2000, 0.12), vowel(210, ah, ih), { ms: 60, voice: [oo], level: 0.3, hiss: [2000, 0.08] }],
  six: [hiss(110, 3500, 0.5), vowel(80, ih), silence(50), hiss(120, 3500, 0.45)],
  seven: [hiss(100, 3500, 0.5), vowel(90, eh), { ms: 40, voice: [oo], level: 0.3 }, vowel(60, uh), nasal(80)],
  eight: [vowel(170, eh, ee), silence(50), hiss(40, 3300, 0.35)],
  nine: [nasal(80), vowel(190, ah, ee), nasal(80)],
};

/** Somebody's voice. */
interface Voice {
  /** The fundamental, in Hz. */
  readonly pitch: number;
  /** Formants are so many times those of the table. */
  readonly tract: number;
  readonly pace: number;
}

const rate = 8000;
const speakersToTrain = 8;
const speakersToTest = 3;
const takes = 4;
/** Formants move on every so many samples. */
const formantStep = 40;

/**
 * The digits zero to nine in the voices of eight made-up speakers to train on, and of others to test by:
 * 8,000 samples a second, 320 and 120 recordings.
 */
export function spokenDigits(seed = 0): RecordingParts {
  checkArgument("spokenDigits", "the seed", seed, wholeNumber);
  const part = (name: string, stream: number, speakers: number) => {
    const recordings: Recording[] = [];
    for (let s = 0; s < speakers; s++) {
      const own = new RandomStream(seed, stream, s);
      const voice = {
        pitch: own.uniform(95, 220),
        tract: own.uniform(0.92, 1.15),
        pace: own.uniform(0.85, 1.2),
      };
      for (const text of Object.keys(words))
        for (let take = 0; take < takes; take++)
          recordings.push({
            samples: spoken(words[text], voice, own),
            rate,
            text,
            place: `${text}, speaker ${s + 1}, ${take + 1}`,
            speaker: `speaker ${s + 1}`,
          });
    }
    return collected(name, recordings);
  };
  return {
    train: part("spoken digits", soundsToTrain, speakersToTrain),
    test: part("spoken digits, test", soundsToTest, speakersToTest),
  };
}

function spoken(phones: readonly Phone[], voice: Voice, random: RandomStream): Float32Array {
  const pace = voice.pace * random.uniform(0.9, 1.1);
  const pitch = voice.pitch * random.uniform(0.95, 1.05);
  const lengths = phones.map(({ ms }) => Math.round(ms * pace * random.uniform(0.85, 1.15) * (rate / 1000)));
  const total = lengths.reduce((a, b) => a + b, 0);
  const around = Math.round(rate * random.uniform(0.02, 0.08));
  const out = new Float32Array(total + 2 * around);
  const harmonics = Math.floor(3800 / pitch);
  const loudness = new Float64Array(harmonics);
  let at = around;
  let phase = 0;
  phones.forEach((phone, i) => {
    const length = lengths[i];
    const { voice: formants, level = 1, hiss: noise } = phone;
    const waves = noise ? hissOf(noise[0] * voice.tract, random) : undefined;
    for (let k = 0; k < length; k++) {
      const way = k / length;
      const edge = Math.min(1, (Math.min(k, length - k) + 1) / (0.012 * rate));
      // The voice falls towards the end of a word.
      phase += (2 * Math.PI * pitch * (1.08 - (0.2 * (at + k - around)) / total)) / rate;
      let value = 0;
      if (formants) {
        if (k % formantStep === 0) {
          const [from, to] = [formants[0], formants[formants.length - 1]];
          const now = from.map((f, n) => (f + (to[n] - f) * way) * voice.tract);
          for (let h = 0; h < harmonics; h++) loudness[h] = loudnessAt((h + 1) * pitch, now);
        }
        for (let h = 0; h < harmonics; h++) value += loudness[h] * Math.sin((h + 1) * phase);
        value *= level;
      }
      if (noise && waves) value += noise[1] * waves(k);
      out[at + k] = 0.25 * edge * value;
    }
    at += length;
  });
  for (let k = 0; k < out.length; k++) out[k] += 0.0008 * (2 * random.uniform() - 1);
  return out;
}

/** How strongly a vocal tract with these formants lets a frequency pass. */
function loudnessAt(hertz: number, formants: readonly number[]): number {
  const tilt = 1 / (1 + (hertz / 600) ** 1.2);
  return tilt * formants.reduce((sum, f, n) => sum + 1 / (1 + ((hertz - f) / (70 + 30 * n)) ** 2), 0.02);
}

/** Tones at random around a frequency: a hiss. */
function hissOf(hertz: number, random: RandomStream): (k: number) => number {
  const tones = Array.from({ length: 24 }, () => [
    Math.min(3900, hertz + random.uniform(-700, 700)),
    random.uniform(0, 2 * Math.PI),
  ]);
  return (k) =>
    tones.reduce((sum, [f, p]) => sum + Math.sin((2 * Math.PI * f * k) / rate + p), 0) /
    Math.sqrt(tones.length);
}
