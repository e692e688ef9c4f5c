/** A trained network with all that it needs to hear: what a page or a server has of this task. */

import { isSound, mono, type Sound } from "../../audio/sound.js";
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, fromOneOn } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Model } from "../../nn/index.js";
import { reshape } from "../../ops/reshape.js";
import { logSoftmax } from "../../ops/softmax.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { printedAs } from "../../tensor/printing.js";
import { show } from "../../tensor/shapes.js";
import { Tensor } from "../../tensor/tensor.js";
import { showShapes } from "../../tensor/tree.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import { highest } from "../../training/evaluate.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import { keptNotes } from "../kept-notes.js";
import { short } from "../words/quoted.js";
import { beam, greedy } from "./decode.js";
import { characterErrors, type Errors, type SaidAndRead, wordErrors } from "./error-rates.js";
import { framesOf, heard, wrongOf } from "./front-end.js";
import {
  type Hearing,
  placed,
  sequenceStep,
  sequenceStride,
  surrounded,
  textOfUnits,
  unitsOf,
} from "./hearing.js";
import { anyRecordings, atRate, type Recording, type Recordings, unheard } from "./recordings.js";

/** What was heard in a sound. */
export interface SpeechPrediction {
  /** The class, or what was said. */
  readonly text: string;
  /** Of the class, or of all that the search followed that says this. */
  readonly probability: number;
  /** Of "words": of every class, in the order of the classes. */
  readonly probabilities?: Float32Array;
  /** Of "sequence": what the likeliest class of each frame says, without a search. */
  readonly greedy?: string;
}

/** What a recogniser makes of one sound, to be looked at. */
export interface SpeechSight {
  /** As it is listened to: at the rate of the front end, in its place or with silence around. */
  readonly samples: Float32Array;
  readonly rate: number;
  /** What the network is given, 1×T×mels×1: loudness by time and mel, 0 to 1. Of sequences it goes on into silence. */
  readonly spectrum: Tensor;
  /** Frames of scores: 1 of words. */
  readonly frames: number;
  /** frames×classes, logarithms of probabilities, as `greedy` and `beam` take them. */
  readonly scores: Float32Array;
}

/** A recording in which something else was heard. */
export interface SpeechMistake {
  /** Where it stands among the recordings. */
  readonly index: number;
  readonly place: string;
  readonly truth: string;
  readonly read: string;
  readonly confidence: number;
}

/** How well a recogniser hears. */
export interface SpeechEvaluation {
  readonly count: number;
  /** Share of the recordings in which exactly what was said was heard. */
  readonly accuracy: number;
  /** Of "words": confusion[t][p], how many recordings of class t were heard as class p. */
  readonly confusion?: number[][];
  /** Of "sequence": errors of words and of characters by the search, and of words without it. */
  readonly words?: Errors;
  readonly characters?: Errors;
  readonly greedy?: Errors;
  /** The surest first; of sequences those with the most errors. */
  readonly mistakes: readonly SpeechMistake[];
}

/** Batches and search of {@link SpeechRecogniser.evaluate}. */
export interface SpeechEvaluationOptions {
  batchSize?: number;
  /** Of sequences: how many beginnings the search keeps; 16 if left out. */
  width?: number;
  signal?: AbortSignal;
  /** Is told after each batch how many recordings are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

const evaluationRules = {
  batchSize: fromOneOn,
  width: fromOneOn,
  signal: aSignal,
  onProgress: callback,
} as const;

/** Hears words. Made by `speech.train` and `speech.load`. */
export class SpeechRecogniser {
  /** Of sequences the first one, "", stands for no label. */
  readonly classes: readonly string[];
  readonly network: Model;
  readonly hearing: Hearing;
  /** The name of what it was trained on. */
  readonly trainedOn: string;
  readonly #run: (waves: Tensor) => Promise<Float32Array>;
  readonly #looked: (waves: Tensor) => Promise<{ spectrum: Tensor; scores: Tensor }>;

  constructor(network: Model, hearing: Hearing, classes: readonly string[], trainedOn: string) {
    this.network = network;
    this.hearing = hearing;
    this.classes = classes;
    this.trainedOn = trainedOn;
    const seen = (waves: Tensor) => {
      const x = heard(waves, hearing.frontEnd);
      const spectrum = reshape(x, [...x.shape, 1]);
      const y = network(spectrum);
      return { spectrum, scores: logSoftmax(y, { axis: y.rank - 1 }) };
    };
    const run = compile((waves: Tensor) => seen(waves).scores);
    this.#run = async (waves) => (await numbersOf(run(waves))) as Float32Array;
    this.#looked = compile(seen);
    printedAs(
      this,
      () =>
        `speech recogniser of ${this.#names.length} ${hearing.kind === "words" ? "classes" : hearing.units} (${this.#names.slice(0, 12).join(", ")}${this.#names.length > 12 ? ", …" : ""}), trained on ${trainedOn}`,
      () => ({ classes, hearing, trainedOn }),
    );
  }

  get #names(): readonly string[] {
    return this.hearing.kind === "words" ? this.classes : this.classes.slice(1);
  }

  /**
   * What it hears in a sound, or in several.
   * @throws DataError where a sound has no samples, such as are no numbers, or too few a second
   */
  predict(sound: Sound, options?: SpeechEvaluationOptions): Promise<SpeechPrediction>;
  predict(sounds: readonly Sound[], options?: SpeechEvaluationOptions): Promise<SpeechPrediction[]>;
  async predict(
    given: Sound | readonly Sound[],
    options: SpeechEvaluationOptions = {},
  ): Promise<SpeechPrediction | SpeechPrediction[]> {
    const own = optionsOf("predict", options, evaluationRules);
    const sounds = Array.isArray(given) ? (given as readonly Sound[]) : [given as Sound];
    const waves = sounds.map((sound) => this.#waveOf("predict", sound));
    const found = await this.#heard(waves, own);
    return Array.isArray(given) ? found : found[0];
  }

  /** One channel at the rate of the front end. */
  #waveOf(speaker: string, sound: Sound): Float32Array {
    if (!isSound(sound))
      throw new TypeError(
        `${speaker}: the sound is ${said(sound)}, expected { rate, channels }, as readSound gives it`,
      );
    const one = { samples: mono(sound), rate: sound.rate };
    const why = unheard(one);
    if (why) throw new DataError(`${speaker}: the sound has ${why}`);
    return atRate(one, this.hearing.frontEnd.rate);
  }

  /**
   * What it makes of a sound on the way to what `predict` says: samples, spectrum, and the scores of every frame.
   * @throws DataError where the sound has no samples, or some that are none
   */
  async look(sound: Sound): Promise<SpeechSight> {
    const wave = this.#waveOf("look", sound);
    const { hearing, classes } = this;
    const { frontEnd } = hearing;
    const { wave: samples, frames } = this.#placed(wave);
    const input = new Float32Array(this.#lengthFor(samples.length));
    input.set(samples);
    const { spectrum, scores } = await this.#looked(Tensor.from(input, [1, input.length], "f32"));
    return {
      samples,
      rate: frontEnd.rate,
      spectrum,
      frames,
      scores: ((await scores.data()) as Float32Array).slice(0, frames * classes.length),
    };
  }

  /** A wave as it is listened to, and of how many frames there are scores. */
  #placed(wave: Float32Array): { wave: Float32Array; frames: number } {
    const { kind, frontEnd, window } = this.hearing;
    return kind === "words" ? { wave: placed(wave, window), frames: 1 } : surrounded(wave, frontEnd);
  }

  /** Sequences are filled up to whole steps: each other length is another program. */
  #lengthFor(samples: number): number {
    const { kind, frontEnd, window } = this.hearing;
    const step = Math.round(sequenceStep * frontEnd.rate);
    return kind === "words" ? window : Math.ceil(samples / step) * step;
  }

  /**
   * How well it hears recordings in which it is known what was said.
   * @throws DataError where something was said that is none of its classes, or nobody can hear it
   */
  async evaluate(
    given: Pick<Recordings, "name" | "recordings">,
    options: SpeechEvaluationOptions = {},
  ): Promise<SpeechEvaluation> {
    const own = optionsOf("evaluate", options, evaluationRules);
    checkArgument("evaluate", "what is given", given, anyRecordings);
    const { name, recordings } = given;
    const { kind, frontEnd, units } = this.hearing;
    if (recordings.length === 0) throw new DataError(`${name}: has no recordings`);
    const truths = recordings.map((one) => {
      const { text, place } = one;
      const why = unheard(one);
      if (why) throw new DataError(`${place}: has ${why}`);
      const truth = this.classes.indexOf(text);
      if (kind === "words" && truth < 0)
        throw new DataError(
          `${place}: the class ${short(text)} is none of those trained on, ${this.classes.join(", ")}`,
        );
      return truth;
    });
    const found = await this.#heard(
      recordings.map((one) => atRate(one, frontEnd.rate)),
      own,
    );
    // Of sequences as it would be written down: spaces more or less are no mistake.
    const saidIn = ({ text }: Recording) =>
      kind === "words" ? text : textOfUnits(unitsOf(text, units), units);
    const mistakes = found.flatMap(({ text, probability }, index): SpeechMistake[] => {
      const { place } = recordings[index];
      const truth = saidIn(recordings[index]);
      return text === truth ? [] : [{ index, place, truth, read: text, confidence: probability }];
    });
    const count = recordings.length;
    const accuracy = (count - mistakes.length) / count;
    if (kind === "words") {
      const confusion = this.classes.map(() => this.classes.map(() => 0));
      found.forEach(({ text }, i) => {
        confusion[truths[i]][this.classes.indexOf(text)]++;
      });
      mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index);
      return printedAs(
        { count, accuracy, confusion, mistakes },
        () => `${count} recordings: accuracy ${(100 * accuracy).toFixed(2)} %`,
      );
    }
    const pairs = found.map(({ text }, i): SaidAndRead => [recordings[i].text, text]);
    const words = wordErrors(pairs);
    const errorsIn = ({ truth, read }: SpeechMistake): number => {
      const { substitutions, deletions, insertions } = characterErrors([[truth, read]]);
      return substitutions + deletions + insertions;
    };
    const sizes = new Map(mistakes.map((one) => [one, errorsIn(one)]));
    mistakes.sort((a, b) => sizes.get(b)! - sizes.get(a)! || a.index - b.index);
    return printedAs(
      {
        count,
        accuracy,
        words,
        characters: characterErrors(pairs),
        greedy: wordErrors(found.map(({ greedy: text = "" }, i): SaidAndRead => [recordings[i].text, text])),
        mistakes,
      },
      () => `${count} recordings: word error rate ${(100 * words.rate).toFixed(2)} %`,
    );
  }

  /** Waves of like length are computed together. */
  async #heard(
    waves: readonly Float32Array[],
    { batchSize = 64, width = 16, signal, onProgress }: SpeechEvaluationOptions,
  ): Promise<SpeechPrediction[]> {
    const { kind } = this.hearing;
    const order = waves.map((_, i) => i).sort((a, b) => waves[a].length - waves[b].length);
    const found: SpeechPrediction[] = [];
    const turns = new Turns();
    for (let at = 0; at < order.length; at += batchSize) {
      signal?.throwIfAborted();
      const some = order.slice(at, at + batchSize);
      const sounds = some.map((i) => this.#placed(waves[i]));
      const length = this.#lengthFor(Math.max(...sounds.map(({ wave }) => wave.length)));
      const input = new Float32Array(some.length * length);
      for (const [row, { wave }] of sounds.entries()) input.set(wave, row * length);
      const scores = await this.#run(Tensor.from(input, [some.length, length], "f32"));
      const size = scores.length / some.length;
      some.forEach((i, row) => {
        const own = scores.subarray(row * size, (row + 1) * size);
        found[i] = kind === "words" ? this.#word(own) : this.#sequence(own, sounds[row].frames, width);
      });
      onProgress?.({ done: Math.min(order.length, at + batchSize), count: order.length });
      await turns.give();
    }
    return found;
  }

  #word(scores: Float32Array): SpeechPrediction {
    const probabilities = scores.map(Math.exp);
    const best = highest(probabilities);
    return { text: this.classes[best], probability: probabilities[best], probabilities };
  }

  #sequence(scores: Float32Array, frames: number, width: number): SpeechPrediction {
    const classes = this.classes.length;
    const values = scores.subarray(0, frames * classes);
    const textOf = (labels: readonly number[]) =>
      textOfUnits(
        labels.map((label) => this.classes[label]),
        this.hearing.units,
      );
    const [best] = beam({ values, classes }, { width });
    return {
      text: textOf(best.labels),
      probability: Math.min(1, Math.exp(best.logProbability)),
      greedy: textOf(greedy({ values, classes }).labels),
    };
  }

  /** All of it as a checkpoint: the network, and in its notes classes and how sounds are heard. */
  async checkpoint(): Promise<Checkpoint> {
    const data = { name: this.trainedOn, classes: [...this.classes] };
    const checkpoint = await checkpointOf(this.network, { input: inputOf(this.hearing), data });
    return { ...checkpoint, notes: notesOf(this.hearing) };
  }

  /**
   * Writes it to a file, which `speech.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

/** Longer recordings are no words: 100 minutes, in seconds. */
const longestWindow = 6000;

/** The shape of one example's spectrum: of sequences of one second's. */
export const inputOf = ({ kind, frontEnd, window }: Hearing): [frames: number, mels: number, one: number] => [
  kind === "words"
    ? framesOf(window, frontEnd)
    : sequenceStride * Math.ceil(framesOf(frontEnd.rate, frontEnd) / sequenceStride),
  frontEnd.mels,
  1,
];

export const notesOf = (hearing: Hearing) => ({
  task: "speech",
  ...hearing,
  frontEnd: { ...hearing.frontEnd },
});

/**
 * Reads a recogniser from a file that `save` of one, or `receptive transcribe train`, has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<SpeechRecogniser> {
  return recogniserOf(await loadCheckpoint(source, options));
}

/** The recogniser of a checkpoint. @throws WeightsError where it is of something else */
export function recogniserOf(checkpoint: Checkpoint): SpeechRecogniser {
  const { data, input } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "speech",
    what: "recogniser of speech",
    from: "speech.train and transcribe train",
  });
  const { kind, frontEnd, window, units } = notes;
  if (kind !== "words" && kind !== "sequence") throw damaged(`its kind is ${said(kind)}`);
  if (units !== "words" && units !== "characters") throw damaged(`its units are ${said(units)}`);
  const wrong = wrongOf(frontEnd);
  if (wrong) throw damaged(`${wrong} of its front end is ${said(frontEnd?.[wrong])}`);
  const hearing: Hearing = { kind, frontEnd: frontEnd!, window: window!, units };
  const longest = longestWindow * hearing.frontEnd.rate;
  if (!fromOneOn.holds(window) || hearing.window > longest)
    throw damaged(`its window has ${said(window)} samples, expected 1 to ${longest}`);
  // What is heard is what its network takes: else a number of the file decides how much memory is taken.
  if (String(inputOf(hearing)) !== String(input))
    throw damaged(`it hears ${show(inputOf(hearing))}, and its network takes ${showShapes(input)}`);
  return new SpeechRecogniser(modelOf<Model>(checkpoint), hearing, data.classes, data.name);
}
