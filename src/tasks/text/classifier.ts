/** A trained network with all that it needs to read texts: what a page or a server has of this task. */
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, fromOneOn, rule } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { printedAs } from "../../tensor/printing.js";
import { Tensor } from "../../tensor/tensor.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import { highest } from "../../training/evaluate.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import { probabilitiesOf } from "../../training/predict.js";
import { keptNotes } from "../kept-notes.js";
import { short } from "../words/quoted.js";
import { tokeniserNames } from "../words/tokens.js";
import { lengthsBy, padding, unknown, vocabulary } from "../words/vocabulary.js";
import { anyLabelledTexts, type LabelledTexts } from "./data.js";
import type { TextNetwork } from "./model.js";
import { judged, type Reading, reader, type Sentence } from "./sentences.js";

/** What a classifier reads in a text. */
export interface TextPrediction {
  readonly label: string;
  /** Of that class. */
  readonly probability: number;
  /** Of every class, in the order of the classes. */
  readonly probabilities: Float32Array;
  /** Before softmax. */
  readonly scores: Float32Array;
  readonly words: readonly string[];
  /** Those of the words that did not occur in training. */
  readonly unknown: readonly string[];
}

/** A text that was read wrongly. */
export interface TextMistake {
  /** Where it stands among the texts. */
  readonly index: number;
  readonly text: string;
  readonly place: string;
  readonly truth: string;
  readonly read: string;
  /** Probability that the network gave to the class `read`. */
  readonly confidence: number;
}

/** How well a classifier reads texts. */
export interface TextEvaluation {
  /** Share of the texts whose class got the highest score. */
  readonly accuracy: number;
  /** Mean cross entropy. */
  readonly loss: number;
  readonly count: number;
  /** confusion[t][p]: how many texts of class t were read as class p. */
  readonly confusion: number[][];
  /** The surest first. */
  readonly mistakes: readonly TextMistake[];
  /** Share of the words that did not occur in training. */
  readonly unknown: number;
}

/** Tells texts apart. Made by `text.train` and `text.load`. */
export class TextClassifier {
  readonly classes: readonly string[];
  readonly network: TextNetwork;
  readonly reading: Reading;
  /** The name of what it was trained on. */
  readonly trainedOn: string;
  readonly #read: (text: string) => Sentence;
  readonly #run: (words: Tensor) => Promise<Float32Array>;

  constructor(network: TextNetwork, reading: Reading, classes: readonly string[], trainedOn: string) {
    this.network = network;
    this.reading = reading;
    this.classes = classes;
    this.trainedOn = trainedOn;
    this.#read = reader(reading);
    const run = compile((words: Tensor) => network({ words }));
    this.#run = async (words) => (await numbersOf(run(words))) as Float32Array;
    printedAs(
      this,
      () =>
        `text classifier of ${classes.length} classes (${classes.join(", ")}), ${reading.vocabulary.words.length} words, trained on ${trainedOn}`,
      () => ({ classes, words: reading.vocabulary.words.length, tokeniser: reading.tokeniser, trainedOn }),
    );
  }

  /** The words of a text and their numbers, as the network sees them. */
  read(text: string): Sentence {
    checkArgument("read", "the text", text, aText);
    return this.#read(text);
  }

  /**
   * What it reads in a text, or in several.
   * @throws DataError where a text has no words, or none that is known
   */
  predict(text: string): Promise<TextPrediction>;
  predict(texts: readonly string[]): Promise<TextPrediction[]>;
  async predict(given: string | readonly string[]): Promise<TextPrediction | TextPrediction[]> {
    const texts = typeof given === "string" ? [given] : given;
    if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string"))
      throw new TypeError(`predict: the text is ${said(given)}, expected a text, or a list of texts`);
    const sentences = texts.map((text: string) => judged(this.#read, text));
    const rows = await this.scores(sentences);
    const found = sentences.map(({ words, numbers }, i): TextPrediction => {
      const probabilities = probabilitiesOf(this.network as never, rows[i]);
      const best = highest(rows[i]);
      return {
        label: this.classes[best],
        probability: probabilities[best],
        probabilities,
        scores: rows[i],
        words,
        unknown: words.filter((_, k) => numbers[k] === unknown),
      };
    });
    return typeof given === "string" ? found[0] : found;
  }

  /**
   * How well it reads texts whose classes are known.
   * @throws DataError where a label is none of its classes
   */
  async evaluate(
    texts: Pick<LabelledTexts, "name" | "texts">,
    options: TextEvaluationOptions = {},
  ): Promise<TextEvaluation> {
    optionsOf("evaluate", options, { batchSize: fromOneOn, signal: aSignal, onProgress: callback });
    checkArgument("evaluate", "what is given", texts, anyLabelledTexts);
    const { classes } = this;
    const truths = texts.texts.map(({ label, place }) => {
      const truth = classes.indexOf(label);
      if (truth < 0)
        throw new DataError(
          `${place}: the class ${short(label)} is none of those trained on, ${classes.join(", ")}`,
        );
      return truth;
    });
    if (truths.length === 0) throw new DataError(`${texts.name}: has no texts`);
    const sentences = texts.texts.map(({ text }) => this.#read(text));
    const rows = await this.scores(sentences, options);
    const confusion = classes.map(() => classes.map(() => 0));
    const mistakes: TextMistake[] = [];
    let loss = 0;
    truths.forEach((truth, index) => {
      const read = highest(rows[index]);
      const probabilities = probabilitiesOf(this.network as never, rows[index]);
      confusion[truth][read]++;
      loss += crossEntropyOf(rows[index], truth);
      if (read === truth) return;
      const { text, place } = texts.texts[index];
      mistakes.push({
        index,
        text,
        place,
        truth: classes[truth],
        read: classes[read],
        confidence: probabilities[read],
      });
    });
    mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index);
    const all = sentences.reduce((sum, { numbers }) => sum + numbers.length, 0);
    const strange = sentences.reduce(
      (sum, { numbers }) => sum + numbers.filter((n) => n === unknown).length,
      0,
    );
    const count = truths.length;
    const accuracy = (count - mistakes.length) / count;
    return printedAs(
      { accuracy, loss: loss / count, count, confusion, mistakes, unknown: strange / Math.max(1, all) },
      () => `${count} texts: accuracy ${(100 * accuracy).toFixed(2)} %, loss ${(loss / count).toFixed(4)}`,
    );
  }

  /** The scores of sentences, a row for each. Those of like length are computed together. */
  async scores(
    sentences: readonly Sentence[],
    { batchSize = 256, signal, onProgress }: TextEvaluationOptions = {},
  ): Promise<Float32Array[]> {
    const { longest, isFixed } = this.reading;
    const rows: Float32Array[] = [];
    const order = sentences
      .map((_, i) => i)
      .sort((a, b) => sentences[a].numbers.length - sentences[b].numbers.length);
    const width = this.classes.length;
    const turns = new Turns();
    for (let at = 0; at < order.length; at += batchSize) {
      signal?.throwIfAborted();
      const some = order.slice(at, at + batchSize);
      const most = Math.max(1, ...some.map((i) => sentences[i].numbers.length));
      const length = isFixed ? longest : Math.ceil(most / lengthsBy) * lengthsBy;
      const words = new Int32Array(some.length * length).fill(padding);
      for (const [row, i] of some.entries()) words.set(sentences[i].numbers, row * length);
      const values = await this.#run(Tensor.from(words, [some.length, length], "i32"));
      some.forEach((i, row) => {
        rows[i] = values.slice(row * width, (row + 1) * width);
      });
      onProgress?.({ done: at + some.length, count: order.length });
      await turns.give();
    }
    return rows;
  }

  /** All of it as a checkpoint: the network, and in its notes vocabulary, classes and how texts are read. */
  async checkpoint(): Promise<Checkpoint> {
    const data = { name: this.trainedOn, classes: [...this.classes] };
    const checkpoint = await checkpointOf(this.network, { input: { words: [lengthsBy] }, data });
    return { ...checkpoint, notes: notesOf(this.reading) };
  }

  /**
   * Writes it to a file, which `text.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

/** Batches of {@link TextClassifier.evaluate}. */
export interface TextEvaluationOptions {
  batchSize?: number;
  signal?: AbortSignal;
  /** Is told after each batch how many texts are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

const aText = rule("a text", (value) => typeof value === "string");

function crossEntropyOf(scores: Float32Array, truth: number): number {
  const most = Math.max(...scores);
  return most + Math.log(scores.reduce((sum, s) => sum + Math.exp(s - most), 0)) - scores[truth];
}

/** What of a classifier a checkpoint keeps in its notes. */
export const notesOf = ({ tokeniser, vocabulary, longest, isFixed }: Reading) => ({
  task: "text",
  tokeniser,
  longest,
  isFixed,
  words: [...vocabulary.words],
});

/**
 * Reads a classifier from a file that `save` of one, or `receptive classify-text train`, has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<TextClassifier> {
  return classifierOf(await loadCheckpoint(source, options));
}

/** The classifier of a checkpoint. @throws WeightsError where it is of something else */
export function classifierOf(checkpoint: Checkpoint): TextClassifier {
  const { data } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "text",
    what: "classifier of texts",
    from: "text.train and classify-text train",
  });
  const { tokeniser, longest, isFixed, words } = notes;
  if (!tokeniserNames.includes(tokeniser as never)) throw damaged(`its tokeniser is ${said(tokeniser)}`);
  if (!fromOneOn.holds(longest)) throw damaged(`its longest text has ${said(longest)} words`);
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string"))
    throw damaged(`its words are ${said(words)}`);
  const known = vocabulary(words);
  const network = modelOf<TextNetwork>(checkpoint);
  const vectors = [...network.parameters, ...network.buffers].find(([path]) => path.endsWith(".vectors"));
  if (vectors?.[1].shape[0] !== known.size)
    throw damaged(`it has ${known.words.length} words and ${vectors?.[1].shape[0] ?? 0} vectors`);
  return new TextClassifier(
    network,
    { tokeniser: tokeniser!, vocabulary: known, longest: longest!, isFixed: isFixed === true },
    data.classes,
    data.name,
  );
}
