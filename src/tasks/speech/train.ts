import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import {
  belowOne,
  callback,
  flag,
  fromOneOn,
  notNegative,
  oneOf,
  positive,
  rule,
  signal,
  wholeOfAtLeast,
} from "../../door/rules.js";
import { adam } from "../../optim/adam.js";
import { oneCycle } from "../../optim/schedules.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import { withNotes } from "../kept-notes.js";
import { spokenExamples } from "./examples.js";
import { frontEndFor } from "./front-end.js";
import { blankName, type Hearing, unitsOf } from "./hearing.js";
import { sequenceNetwork, speechNetwork } from "./model.js";
import { speechObjective } from "./objective.js";
import { inputOf, notesOf, recogniserOf, SpeechRecogniser } from "./recogniser.js";
import { type Recordings, someRecordings } from "./recordings.js";
import { type StringOptions, stringRules } from "./strings.js";

/** What {@link train} listens for, and how it learns it. */
export interface SpeechTrainingOptions {
  /**
   * "words": a class for each recording. "sequence": what was said, word for word or letter for letter. Left out: "sequence"
   * where most recordings have texts of their own, or `strings` or `units` are wanted; else "words".
   */
  kind?: Hearing["kind"];
  /** Of sequences: "words" or "characters"; words where there are `strings`, else characters. */
  units?: Hearing["units"];
  /** Trains on strings of single words, others in each epoch. */
  strings?: StringOptions;
  /** Samples a second; that of most recordings if left out, 16,000 at most. */
  rate?: number;
  /** Of words: how long a recording is looked at, in seconds; so long that 98 of 100 fit in if left out. */
  seconds?: number;
  filters?: readonly number[];
  dropout?: number;
  /** Speeds in training are of e^−speed to e^speed; 0.2 if left out. */
  speed?: number;
  /** Which share of the recordings gets noise in training; 0.5 if left out. */
  noise?: number;
  /** By which factor voices are stretched in training, at most; 0.2 if left out. */
  voices?: number;
  /** Bands of frequencies, and stretches of time, that are hidden in training; 2 of each if left out. */
  masks?: number;
  /** Passes over the recordings; so many that there are 1,500 steps if left out, 10 to 60. */
  epochs?: number;
  batchSize?: number;
  /** The highest learning rate of Adam, which rises and falls once; 0.003 if left out. */
  lr?: number;
  validation?: Recordings;
  keepBest?: boolean;
  seed?: number;
  signal?: AbortSignal;
  /** Is told once what has been made, before the first step. */
  onBegin?: (beginning: SpeechBeginning) => void | Promise<void>;
  /** Hands over what `speech.load` reads and `resume` goes on from: after each epoch, or each so many steps, and at the end. */
  checkpoint?: FitOptions["checkpoint"];
  /**
   * Goes on where this checkpoint was taken, on the same recordings: with its network and how it hears; options of those are
   * passed over.
   */
  resume?: Checkpoint;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What has been made before the first step. */
export interface SpeechBeginning {
  readonly recogniser: SpeechRecogniser;
  readonly epochs: number;
  readonly batchSize: number;
  /** The shortest recording, the median, and the longest, in seconds. */
  readonly seconds: readonly [number, number, number];
}

const isRate = (value: unknown): boolean =>
  fromOneOn.holds(value) && (value as number) >= 1000 && (value as number) <= 768_000;

const rules = {
  kind: oneOf("words", "sequence"),
  units: oneOf("words", "characters"),
  strings: 1,
  rate: rule("a whole number of 1,000 to 768,000", (value) => isRate(value)),
  seconds: rule("above 0, at most an hour", (value) => positive.holds(value) && (value as number) <= 3600),
  filters: 1,
  dropout: belowOne,
  speed: notNegative,
  noise: rule("a share of 0 to 1", (value) => notNegative.holds(value) && (value as number) <= 1),
  voices: belowOne,
  masks: wholeOfAtLeast(0),
  epochs: fromOneOn,
  batchSize: fromOneOn,
  lr: positive,
  validation: someRecordings,
  keepBest: flag,
  seed: 1,
  signal,
  onBegin: callback,
  checkpoint: 1,
  resume: 1,
  onEvent: callback,
} as const;

/**
 * Trains a recogniser. Spectra are computed in the step, from sounds that are another time faster, noisier and of other
 * voices in each epoch.
 *
 * @throws DataError where there is a single class, or a recording without words
 */
export async function train(
  recordings: Recordings,
  given: SpeechTrainingOptions = {},
): Promise<SpeechRecogniser> {
  const options = optionsOf("train", given, rules);
  checkArgument("train", "the recordings", recordings, someRecordings);
  const { speed = 0.2, noise = 0.5, voices = 0.2, masks = 2, lr = 0.003, seed = 0 } = options;
  const { signal, strings, validation, keepBest, checkpoint, resume, onBegin, onEvent } = options;
  if (strings) optionsOf("strings", strings, stringRules);
  const recogniser = resume ? recogniserOf(resume) : made(recordings, options);
  const { hearing, classes, network } = recogniser;
  const examples = spokenExamples(recordings, { hearing, classes, changes: { speed, noise }, strings });
  const { length } = recordings.recordings;
  const batchSize = options.batchSize ?? (length < 300 ? 16 : 32);
  const steps = Math.ceil(length / batchSize);
  const epochs = options.epochs ?? Math.min(60, Math.max(10, Math.round(1500 / steps)));
  const seconds = recordings.recordings
    .map(({ samples, rate }) => samples.length / rate)
    .sort((a, b) => a - b);
  await onBegin?.({
    recogniser,
    epochs,
    batchSize,
    seconds: [seconds[0], seconds[length >> 1], seconds[length - 1]],
  });
  const training = {
    objective: speechObjective(hearing, { voices, masks }),
    optimizer: adam({ lr }),
    schedule: oneCycle({ lr, steps: steps * epochs }),
    // Of one long string in a step of few the gradient is a leap.
    clipNorm: 5,
    epochs,
    batchSize,
    seed,
    signal,
    keepBest,
    resume,
    ...(checkpoint && {
      checkpoint: withNotes(checkpoint, {
        data: { name: recordings.name, classes: [...classes] },
        notes: notesOf(hearing),
      }),
    }),
    ...(validation && { validation: spokenExamples(validation, { hearing, classes }) }),
  };
  for await (const event of fit(network, examples, training)) await onEvent?.(event);
  return recogniser;
}

/** A recogniser that has learned nothing yet. */
function made(recordings: Recordings, options: SpeechTrainingOptions): SpeechRecogniser {
  const { name, classes: texts, recordings: all } = recordings;
  const { strings, filters, dropout, seed = 0 } = options;
  const areSentences = texts.length > all.length / 2 && texts.length > 12;
  const kind = options.kind ?? (strings || options.units || areSentences ? "sequence" : "words");
  for (const name of ["strings", "units"] as const)
    if (kind === "words" && options[name] !== undefined)
      throw new DataError(`train: ${name} are of sequences: leave out kind, or ${name}`);
  if (kind === "sequence" && options.seconds !== undefined)
    throw new DataError("train: sequences are heard whole, from one end to the other: leave out seconds");
  const units = options.units ?? (kind === "words" || strings ? "words" : "characters");
  const frontEnd = frontEndFor(options.rate ?? rateOf(recordings));
  const classes =
    kind === "words"
      ? texts
      : [blankName, ...new Set(texts.flatMap((text) => unitsOf(text, units)))].sort(byUnit);
  if (classes.length < (kind === "words" ? 2 : 3))
    throw new DataError(`${name}: all recordings are of one class, ${texts[0]}, expected two at least`);
  const seconds = options.seconds ?? usualSeconds(recordings);
  const hearing: Hearing = {
    kind,
    frontEnd,
    units,
    window: Math.max(1, Math.round(seconds * frontEnd.rate)),
  };
  const own = {
    classes: classes.length,
    ...(filters && { filters }),
    ...(dropout !== undefined && { dropout }),
  };
  const network = kind === "words" ? speechNetwork(own) : sequenceNetwork({ ...own, mels: frontEnd.mels });
  network.build(inputOf(hearing), { seed });
  return new SpeechRecogniser(network, hearing, classes, name);
}

/** "" first. */
const byUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The rate that most recordings have. */
function rateOf({ recordings }: Recordings): number {
  const counts = new Map<number, number>();
  for (const { rate } of recordings) counts.set(rate, (counts.get(rate) ?? 0) + 1);
  const [[most]] = [...counts].sort((a, b) => b[1] - a[1]);
  return Math.min(16000, Math.round(most));
}

/** Of how many seconds 98 of 100 recordings are, in steps of a tenth. */
function usualSeconds({ recordings }: Recordings): number {
  const sorted = recordings.map(({ samples, rate }) => samples.length / rate).sort((a, b) => a - b);
  return Math.max(0.3, Math.ceil(10 * sorted[Math.floor(0.98 * (sorted.length - 1))]) / 10);
}
