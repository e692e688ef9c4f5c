import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, flag, fromOneOn, notNegative, oneOf, positive, rule, signal } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { adam } from "../../optim/adam.js";
import { lazyRows } from "../../optim/lazy-rows.js";
import { maxNorm } from "../../optim/max-norm.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import { withNotes } from "../kept-notes.js";
import { firstVectors } from "../words/first-vectors.js";
import { type Tokeniser, tokeniserNames, tokeniser as tokeniserOf } from "../words/tokens.js";
import { readWordVectors, type WordVectors } from "../words/vectors.js";
import { lengthsBy, type VocabularyOptions, vocabularyOf } from "../words/vocabulary.js";
import { classifierOf, notesOf, TextClassifier } from "./classifier.js";
import { aLabelledTexts, type LabelledTexts } from "./data.js";
import { type TextNetworkOptions, textNetwork, trainedVectors, variants, vectorPaths } from "./model.js";
import { sentenceObjective } from "./objective.js";
import { type Reading, reader, sentenceExamples } from "./sentences.js";

/** How {@link train} reads texts, what it trains, and for how long. */
export interface TextTrainingOptions
  extends Omit<TextNetworkOptions, "words" | "classes">,
    VocabularyOptions {
  /** How texts become words; "unicode" if left out. */
  tokeniser?: Tokeniser;
  /** Texts of more words are cut; 400 if left out. */
  longest?: number;
  /**
   * Vectors that the words begin with: a file of word2vec, GloVe or fastText, or what `readWordVectors` has read. With them
   * the variant is "non-static" if left out.
   */
  vectors?: FileSource | WordVectors;
  /**
   * Texts whose words are taken into the vocabulary as well, where vectors are known: those to be tested by, say, as in
   * Kim's experiments. Their classes do not count.
   */
  alsoKnow?: Pick<LabelledTexts, "texts">;
  /** Longest that the weights that come into a class may be, as a vector; 3 if left out, 0 for no bound. */
  maxNorm?: number;
  /** So many that there are about 600 steps if left out, but 8 at least and 50 at most. */
  epochs?: number;
  /** 50 if left out, and 16 of fewer than 500 texts. */
  batchSize?: number;
  /** Learning rate of Adam; 0.001 if left out. */
  lr?: number;
  /**
   * A step changes the vectors of its own words alone (`optim.lazyRows`), which takes less time where there are many: so of
   * more than 10,000 words if left out. Rare words then move less far; TREC's questions were read half a point worse so.
   */
  lazy?: boolean;
  /** Measured after each epoch. */
  validation?: LabelledTexts;
  /** The weights of the epoch that read `validation` best are kept; those of the last epoch if left out. */
  keepBest?: boolean;
  seed?: number;
  /** Hands over what `text.load` reads and `resume` goes on from: after each epoch, or each so many steps, and at the end. */
  checkpoint?: FitOptions["checkpoint"];
  /**
   * Goes on where this checkpoint was taken: with its network, its words and how it reads texts; options of those are
   * passed over.
   */
  resume?: Checkpoint;
  /** Ends the training after the step at hand. */
  signal?: AbortSignal;
  /** What has been made, before the first step. */
  onBegin?: (beginning: TextBeginning) => void | Promise<void>;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What a training begins with. */
export interface TextBeginning {
  readonly classifier: TextClassifier;
  readonly epochs: number;
  readonly batchSize: number;
  /** Words of the shortest text, the middle one, and the longest. */
  readonly lengths: readonly [shortest: number, median: number, longest: number];
  /** Texts that were cut. */
  readonly cut: number;
  /** Texts to train on without any word, which are left out. */
  readonly wordless: readonly string[];
  /** Words whose vectors the file has, where there is one. */
  readonly withVectors?: number;
}

/**
 * Trains a network to tell texts apart: vocabulary, vectors, and the training itself.
 *
 *     const texts = await text.openTexts("reviews.csv");
 *     const classifier = await text.train(texts);
 *     const { label, probability } = await classifier.predict("not bad at all");
 *
 * @throws DataError where there is one class alone, no words, or the vectors are of another size
 * @throws TrainingError where the loss is no longer a number
 * Kim: Convolutional Neural Networks for Sentence Classification, EMNLP 2014, arXiv:1408.5882.
 */
export async function train(
  texts: LabelledTexts,
  options: TextTrainingOptions = {},
): Promise<TextClassifier> {
  checkArgument("train", "what is given", texts, aLabelledTexts);
  optionsOf("train", options, trainingRules);
  const { classes } = texts;
  if (classes.length < 2)
    throw new DataError(`${texts.name}: all texts are of the class ${classes[0]}, expected two at least`);
  const { tokeniser = "unicode", longest = 400, lr = 0.001, maxNorm: bound = 3, seed = 0, signal } = options;
  const { leastCount, mostWords, alsoKnow, validation, keepBest, checkpoint, resume, onBegin, onEvent } =
    options;
  const before = resume && resumed(resume, texts);

  const cutUp = tokeniserOf(before?.reading.tokeniser ?? tokeniser);
  const worded = texts.texts.filter(({ text }) => cutUp(text).length > 0);
  const { classifier, withVectors } = before ? { classifier: before } : await made();
  const { network, reading } = classifier;
  const read = reader(reading);

  const data = { ...texts, texts: worded };
  const sentences = worded.map(({ text }) => read(text));
  const batchSize = options.batchSize ?? (worded.length < 500 ? 16 : 50);
  const steps = Math.ceil(worded.length / batchSize);
  const epochs = options.epochs ?? Math.min(50, Math.max(8, Math.round(600 / steps)));
  const sorted = sentences.map(({ numbers, cut }) => numbers.length + cut).sort((a, b) => a - b);
  await onBegin?.({
    classifier,
    epochs,
    batchSize,
    lengths: [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]],
    cut: sentences.filter(({ cut }) => cut > 0).length,
    wordless: texts.texts.filter(({ text }) => cutUp(text).length === 0).map(({ place }) => place),
    ...(withVectors === undefined ? {} : { withVectors }),
  });

  const vectorsTrained = trainedVectors.filter((path) => network.parameters.has(path));
  const isLazy = options.lazy ?? reading.vocabulary.size > manyWords;
  const plain =
    isLazy && vectorsTrained.length > 0 ? lazyRows(adam({ lr }), { only: vectorsTrained }) : adam({ lr });
  const training = {
    objective: sentenceObjective(),
    optimizer: bound > 0 ? maxNorm(plain, { norm: bound, only: ["scores.weights"] }) : plain,
    epochs,
    batchSize,
    seed,
    signal,
    keepBest,
    resume,
    ...(checkpoint && {
      checkpoint: withNotes(checkpoint, {
        data: { name: texts.name, classes: [...classes] },
        notes: notesOf(reading),
      }),
    }),
    ...(validation && {
      validation: sentenceExamples(
        validation,
        validation.texts.map(({ text }) => read(text)),
        reading,
        classes,
      ),
    }),
  };
  for await (const event of fit(network, sentenceExamples(data, sentences, reading, classes), training))
    await onEvent?.(event);
  return classifier;

  /** A classifier that has learned nothing yet. */
  async function made(): Promise<{ classifier: TextClassifier; withVectors?: number }> {
    const words = worded.map(({ text }) => cutUp(text).slice(0, longest));
    const others = options.vectors && alsoKnow ? alsoKnow.texts.map(({ text }) => cutUp(text)) : [];
    const vocabulary = vocabularyOf([...words, ...others], { leastCount, mostWords });
    const vectors = await vectorsFor(options.vectors, vocabulary.words);
    const { size, variant } = sizedBy(options, vectors);
    const isFixed = options.padding === "counted";
    const most = words.reduce((most, { length }) => Math.max(most, length), 1);
    const { spread, windows, maps, dropout, padding } = options;
    const own = { spread, windows, maps, dropout, padding, size, variant };
    const network = textNetwork({
      words: vocabulary.size,
      classes: classes.length,
      ...withoutUndefined(own),
    });
    network.build({ words: [lengthsBy] }, { seed });
    const begun = vectors && firstVectors(vocabulary, vectors, seed);
    const { fixed, trained } = vectorPaths[variant];
    if (begun && fixed) network.buffers.get(fixed)!.set(begun.numbers);
    if (begun && trained) network.parameters.get(trained)!.set(begun.numbers.slice());
    const withVectors = begun?.found;
    const reading: Reading = { tokeniser, vocabulary, longest: isFixed ? most : longest, isFixed };
    return { classifier: new TextClassifier(network, reading, classes, texts.name), withVectors };
  }
}

/** The classifier of a checkpoint, if it is of these classes. */
function resumed(resume: Checkpoint, { name, classes }: LabelledTexts): TextClassifier {
  const before = classifierOf(resume);
  if (before.classes.join("\n") !== classes.join("\n"))
    throw new DataError(
      `${name}: has the classes ${classes.join(", ")}, the checkpoint those of ${before.trainedOn}, ${before.classes.join(", ")}`,
    );
  return before;
}

/** From where on Adam's walk through all vectors is much of a step: 40 % of it with the 18,766 words of MR. */
const manyWords = 10_000;

/** What options of a training may be. */
const trainingRules = {
  tokeniser: oneOf(...tokeniserNames),
  longest: fromOneOn,
  vectors: 1,
  alsoKnow: rule("texts: { texts }", (value) => Array.isArray((value as LabelledTexts | null)?.texts)),
  leastCount: fromOneOn,
  mostWords: fromOneOn,
  size: fromOneOn,
  spread: positive,
  windows: 1,
  maps: fromOneOn,
  dropout: 1,
  variant: oneOf(...variants),
  padding: oneOf("masked", "counted"),
  maxNorm: notNegative,
  epochs: fromOneOn,
  batchSize: fromOneOn,
  lr: positive,
  lazy: flag,
  validation: aLabelledTexts,
  keepBest: flag,
  seed: 1,
  signal,
  onBegin: callback,
  checkpoint: 1,
  resume: 1,
  onEvent: callback,
} as const;

async function vectorsFor(
  given: FileSource | WordVectors | undefined,
  words: readonly string[],
): Promise<WordVectors | undefined> {
  if (given === undefined) return undefined;
  if (typeof given === "object" && "vectors" in given) return given;
  return readWordVectors(given as FileSource, new Set(words));
}

function sizedBy({ size, variant }: TextTrainingOptions, vectors: WordVectors | undefined) {
  if (!vectors) {
    if (variant !== undefined && variant !== "random")
      throw new DataError(`train: the variant ${variant} begins with vectors of a file, and there are none`);
    return { size, variant: "random" } as const;
  }
  if (variant === "random")
    throw new DataError("train: the variant random takes no vectors of a file, and there are some");
  if (size !== undefined && size !== vectors.size)
    throw new DataError(`${vectors.name}: has vectors of ${vectors.size} numbers, expected ${size}`);
  return { size: vectors.size, variant: variant ?? "non-static" } as const;
}

const withoutUndefined = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
