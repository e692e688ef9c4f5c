import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import {
  belowOne,
  callback,
  fromOneOn,
  notNegative,
  oneOf,
  positive,
  rule,
  signal,
} from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import { adam } from "../../optim/adam.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import { classification } from "../../training/objectives/classification.js";
import { firstVectors } from "../words/first-vectors.js";
import { readWordVectors, type WordVectors } from "../words/vectors.js";
import { vocabularyOf } from "../words/vocabulary.js";
import { featureNames, overlapFeatures } from "./features.js";
import { fitLogistic } from "./logistic.js";
import {
  beginFrom,
  beginSimilarity,
  countingNetwork,
  inputsOf,
  type PairNetworkOptions,
  pairNetwork,
} from "./model.js";
import { passageReader, statisticsOf } from "./passages.js";
import { kindsOf, type Questions } from "./questions.js";
import { exampleShapes, Ranker, type RankingMethod, rankingMethods } from "./ranker.js";
import { type PairReading, pairExamples, pairReader, pairTokenisers } from "./reading.js";

/** How {@link train} reads questions, what it trains, and for how long. */
export interface PairTrainingOptions extends Omit<PairNetworkOptions, "words" | "features" | "trained"> {
  /** "network" if left out. */
  method?: RankingMethod;
  /**
   * What is counted: all features, those of words in common alone ("overlap"), or nothing ("none"), for a network that
   * reads the words alone. All if left out.
   */
  features?: "all" | "overlap" | "none";
  /** How texts become words; "unicode-cased" if left out. Capitals tell names; words are compared without them. */
  tokeniser?: (typeof pairTokenisers)[number];
  /** Texts of more words are cut; 200 if left out. */
  longest?: number;
  /** How often a word has to stand in the texts to have a vector; 2 if left out. */
  leastCount?: number;
  /** Vectors that the words begin with: a file of word2vec, GloVe or fastText, or what `readWordVectors` has read. */
  vectors?: FileSource | WordVectors;
  /** Of the regression's weights; 1 if left out. */
  l2?: number;
  /**
   * L2 of the network's weights, as a part of the gradient; 0.01 if left out. It is much, and has to be: without it the
   * network learns a few thousand pairs by heart, and ranks others worse than the regression.
   */
  weightDecay?: number;
  /**
   * The network has the mean of its weights over the last steps; so much of the mean stays in each step, and less in the
   * first ones. 0.99 if left out, 0 for the weights of the last step.
   */
  average?: number;
  /** 6 if left out. */
  epochs?: number;
  /** 50 if left out. */
  batchSize?: number;
  /** Learning rate of Adam; 0.002 if left out. */
  lr?: number;
  seed?: number;
  /** Ends the training after the step at hand. */
  signal?: AbortSignal;
  /** What has been made, before the first step. */
  onBegin?: (beginning: PairBeginning) => void | Promise<void>;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What a training begins with. */
export interface PairBeginning {
  readonly ranker: Ranker;
  /** 0 where no network is trained. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Questions with an answer and other candidates: the others teach nothing about order, and are left out. */
  readonly questions: number;
  readonly pairs: number;
  /** Words of the vocabulary whose vectors the file has, where there is one. */
  readonly withVectors?: number;
}

/**
 * Trains a ranker on questions with candidates:
 *
 *     const questions = await pairs.openQuestions("questions.csv");
 *     const ranker = await pairs.train(questions);
 *     const [best] = await ranker.rank("Who invented the road traffic cone ?", sentences);
 *
 * A network is trained by cross entropy on each pair.
 *
 * @throws DataError where no question has both an answer and another candidate
 * @throws TrainingError where the loss is no longer a number
 */
export async function train(given: Questions, options: PairTrainingOptions = {}): Promise<Ranker> {
  checkArgument("train", "what is given", given, someQuestions);
  optionsOf("train", options, trainingRules);
  const {
    method = "network",
    tokeniser = "unicode-cased",
    longest = 200,
    seed = 0,
    l2 = 1,
    onBegin,
  } = options;
  const {
    features = "all",
    leastCount = 2,
    average = 0.99,
    epochs = 6,
    batchSize = 50,
    lr = 0.002,
  } = options;
  if (features === "none" && method === "regression")
    throw new DataError(
      "train: a regression on no features learns nothing; leave out features, or name others",
    );
  const learned = given.questions.filter((question) => kindsOf([question]).mixed === 1);
  if (learned.length === 0)
    throw new DataError(`${given.name}: no question has both an answer and another candidate to learn from`);
  const read = passageReader(tokeniser, longest);
  const passages = given.questions.flatMap(({ candidates }) => candidates.map(({ text }) => read(text)));
  const statistics = statisticsOf(passages);
  const names =
    method === "bm25"
      ? featureNames.slice(0, 1)
      : { all: featureNames, overlap: overlapFeatures, none: [] }[features];
  const plain = { tokeniser, longest, statistics, features: names };
  const unscaled = { ...plain, means: names.map(() => 0), deviations: names.map(() => 1) };
  const truths = learned.flatMap(({ candidates }) => candidates.map(({ relevant }) => relevant));
  const pairsBy = (reading: PairReading) => {
    const of = pairReader(reading);
    return learned.flatMap(({ text, candidates }) => {
      const one = of(text);
      return candidates.map((candidate) => one(candidate.text));
    });
  };
  const counted = { questions: learned.length, pairs: truths.length };
  if (method === "bm25") {
    const network = countingNetwork();
    network.build(exampleShapes(network, unscaled), { seed });
    beginFrom(network, { weights: [1], bias: 0 });
    const ranker = new Ranker(method, network, unscaled, given.name);
    await onBegin?.({ ranker, epochs: 0, batchSize, ...counted });
    return ranker;
  }
  const rows = pairsBy(unscaled).map((pair) => Float64Array.from(pair.features));
  const { means, deviations } = spreadOf(rows, names.length);
  if (method === "regression") {
    const scaled = rows.map((row) => row.map((value, i) => (value - means[i]) / deviations[i]));
    const network = countingNetwork();
    const reading = { ...plain, means, deviations };
    network.build(exampleShapes(network, reading), { seed });
    beginFrom(network, fitLogistic(scaled, truths, { l2 }));
    const ranker = new Ranker(method, network, reading, given.name);
    await onBegin?.({ ranker, epochs: 0, batchSize, ...counted });
    return ranker;
  }

  const known = vocabularyOf(
    [...passages, ...given.questions.map(({ text }) => read(text))].map(({ words }) => words),
    { leastCount },
  );
  const vectors = await vectorsFor(options.vectors, known.words);
  if (vectors && options.size !== undefined && options.size !== vectors.size)
    throw new DataError(`${vectors.name}: has vectors of ${vectors.size} numbers, expected ${options.size}`);
  const reading: PairReading = { ...plain, means, deviations, vocabulary: known };
  const { spread, marks, window, maps, hidden, dropout } = options;
  const own = { size: vectors?.size ?? options.size, spread, marks, window, maps, hidden, dropout };
  const network = pairNetwork({ words: known.size, features: names.length, ...withoutUndefined(own) });
  network.build(exampleShapes(network, reading), { seed });
  beginSimilarity(network);
  const begun = vectors && firstVectors(known, vectors, seed);
  if (begun) network.parameters.get("questionVectors.vectors")!.set(begun.numbers);
  const ranker = new Ranker(method, network, reading, given.name);
  await onBegin?.({ ranker, epochs, batchSize, ...counted, ...(begun ? { withVectors: begun.found } : {}) });
  const inputs = inputsOf({ features: names.length, marks });
  const data = pairExamples(given.name, pairsBy(reading), truths, inputs);
  const training = {
    objective: classification(crossEntropy(), { inputs, target: "label" }),
    optimizer: adam({ lr, weightDecay: options.weightDecay ?? 0.01 }),
    ...(average > 0 && { average: { decay: average } }),
    epochs,
    batchSize,
    seed,
    signal: options.signal,
  };
  for await (const event of fit(network as never, data, training)) await options.onEvent?.(event);
  return ranker;
}

/** Mean and deviation of each column; 1 of one that never varies. */
function spreadOf(rows: readonly Float64Array[], width: number): { means: number[]; deviations: number[] } {
  const columns = Array.from({ length: width }, (_, i) => i);
  const means = columns.map((i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  const deviations = columns.map((i) => {
    const squares = rows.reduce((sum, row) => sum + (row[i] - means[i]) ** 2, 0);
    return Math.sqrt(squares / rows.length) || 1;
  });
  return { means, deviations };
}

async function vectorsFor(
  given: FileSource | WordVectors | undefined,
  words: readonly string[],
): Promise<WordVectors | undefined> {
  if (given === undefined) return undefined;
  if (typeof given === "object" && "vectors" in given) return given;
  return readWordVectors(given as FileSource, new Set(words));
}

/** What options of a training may be. */
const trainingRules = {
  method: oneOf(...rankingMethods),
  features: oneOf("all", "overlap", "none"),
  tokeniser: oneOf(...pairTokenisers),
  longest: fromOneOn,
  leastCount: fromOneOn,
  vectors: 1,
  l2: positive,
  size: fromOneOn,
  spread: positive,
  marks: rule("a whole number of at least 0", (value) => value === 0 || fromOneOn.holds(value)),
  window: fromOneOn,
  maps: fromOneOn,
  hidden: fromOneOn,
  dropout: belowOne,
  weightDecay: notNegative,
  average: belowOne,
  epochs: fromOneOn,
  batchSize: fromOneOn,
  lr: positive,
  seed: 1,
  signal,
  onBegin: callback,
  onEvent: callback,
} as const;

const someQuestions = rule("questions with candidates, as openQuestions and questionsOf give them", (value) =>
  Array.isArray((value as Questions | null)?.questions),
);

const withoutUndefined = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
