/** A trained network with all that it needs to rank: what a page or a server has of this task. */
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, fromOneOn, oneOf, rule } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { printedAs } from "../../tensor/printing.js";
import { Tensor } from "../../tensor/tensor.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import { keptNotes } from "../kept-notes.js";
import { short } from "../words/quoted.js";
import { lengthsBy, padding, vocabulary } from "../words/vocabulary.js";
import { knownBy, type PairSight, pairLooker } from "./looking.js";
import type { PairNetwork } from "./model.js";
import { type Passage, passageReader } from "./passages.js";
import { judgmentsOf, type Questions, withQuestions } from "./questions.js";
import { type Counted, inOrder, type RankingScores, type Run, rankingScores, type Ties } from "./ranking.js";
import { type PairReading, pairReader, pairTokenisers, type ReadPair } from "./reading.js";

/**
 * How candidates are ranked: by BM25, by a logistic regression on what is counted, or by a network that reads both texts,
 * and is given what is counted.
 */
export type RankingMethod = "bm25" | "regression" | "network";
export const rankingMethods = ["bm25", "regression", "network"] as const;

/** A candidate in its place. */
export interface Ranked {
  readonly text: string;
  /** Where it stood among the candidates. */
  readonly index: number;
  readonly score: number;
  /** That it answers, as was learned from the training's questions; of BM25 there is none. */
  readonly probability?: number;
}

/** A question whose first candidate does not answer it. */
export interface RankingMistake {
  readonly id: string;
  readonly question: string;
  readonly place: string;
  readonly first: string;
  /** The answer that stands foremost, and at which place. */
  readonly answer: string;
  readonly rank: number;
}

/** How good a ranker is on questions whose answers are known. */
export interface PairEvaluation {
  /** Questions with an answer and other candidates. */
  readonly mixed: RankingScores;
  /** All questions with an answer. */
  readonly answered: RankingScores;
  readonly pairs: number;
  /** Questions of `mixed` with a wrong candidate in front, those whose answer stands hindmost first. */
  readonly mistakes: readonly RankingMistake[];
}

/** Batches and ties of {@link Ranker.evaluate}. */
export interface PairEvaluationOptions {
  batchSize?: number;
  /** "against" if left out. */
  ties?: Ties;
  signal?: AbortSignal;
  /** Is told after each batch how many pairs are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** Ranks candidates by how well they answer a question. Made by `pairs.train` and `pairs.load`. */
export class Ranker {
  readonly method: RankingMethod;
  readonly network: PairNetwork;
  readonly reading: PairReading;
  /** The name of what it was trained on. */
  readonly trainedOn: string;
  readonly #read: (question: string) => (candidate: string) => ReadPair;
  readonly #run: (batch: { readonly [name: string]: Tensor }) => Promise<Float32Array>;
  readonly #passage: (text: string) => Passage;
  readonly #look: ReturnType<typeof pairLooker>;

  constructor(method: RankingMethod, network: PairNetwork, reading: PairReading, trainedOn: string) {
    this.method = method;
    this.network = network;
    this.reading = reading;
    this.trainedOn = trainedOn;
    this.#read = pairReader(reading);
    this.#passage = passageReader(reading.tokeniser, reading.longest);
    this.#look = pairLooker(network, reading);
    const run = compile((batch: { readonly [name: string]: Tensor }) => network(batch as never));
    this.#run = async (batch) => (await numbersOf(run(batch))) as Float32Array;
    const words = reading.vocabulary?.words.length;
    printedAs(
      this,
      () =>
        `ranker by ${method}${words === undefined ? "" : ` of ${words} words`}, ${reading.features.length} features, trained on ${trainedOn}`,
      () => ({ method, features: reading.features, ...(words === undefined ? {} : { words }), trainedOn }),
    );
  }

  /**
   * The candidates, the one that answers best first; of equal scores the one that stood before.
   * @throws DataError where the question has no words, or there are no candidates
   */
  async rank(
    question: string,
    candidates: readonly string[],
    options: Omit<PairEvaluationOptions, "ties"> = {},
  ): Promise<Ranked[]> {
    checkArgument("rank", "the question", question, aText);
    checkArgument("rank", "the list of candidates", candidates, someTexts);
    optionsOf("rank", options, batchRules);
    if (candidates.length === 0) throw new DataError(`the question ${short(question)} has no candidates`);
    const read = this.#read(question);
    const scores = await this.#scores(candidates.map(read), options);
    return candidates
      .map((text, index) => ({
        text,
        index,
        score: scores[index],
        ...(this.method === "bm25" ? {} : { probability: 1 / (1 + Math.exp(-scores[index])) }),
      }))
      .sort((a, b) => b.score - a.score || a.index - b.index);
  }

  /** The words of a text as they are written, and whether each is known: has a vector, or stood in the texts to train on. */
  read(text: string): { readonly words: readonly string[]; readonly isKnown: readonly boolean[] } {
    checkArgument("read", "the text", text, aText);
    const { tokens, words } = this.#passage(text);
    return { words: tokens, isKnown: words.map(knownBy(this.reading)) };
  }

  /**
   * What it makes of a question and one candidate on the way to the score that `rank` gives: both in words, what filters
   * make of them, the similarity, what is counted, and which part each has in the score.
   * @throws DataError where the question or the candidate has no words
   */
  async look(question: string, candidate: string): Promise<PairSight> {
    checkArgument("look", "the question", question, aText);
    checkArgument("look", "the candidate", candidate, aText);
    const pair = this.#read(question)(candidate);
    if (pair.candidate.length === 0)
      throw new DataError(`the candidate ${JSON.stringify(candidate)} has no words`);
    return this.#look(this.#passage(question), this.#passage(candidate), this.#batchOf([pair]));
  }

  /** Candidates of questions with their scores, as trec_eval takes them. */
  async run(
    given: Pick<Questions, "questions">,
    options: Omit<PairEvaluationOptions, "ties"> = {},
  ): Promise<Run> {
    checkArgument("run", "what is given", given, withQuestions);
    optionsOf("run", options, batchRules);
    const { questions } = given;
    const pairs = questions.flatMap(({ text, candidates }) => {
      const read = this.#read(text);
      return candidates.map((candidate) => read(candidate.text));
    });
    const scores = await this.#scores(pairs, options);
    let at = 0;
    return new Map(
      questions.map(({ id, candidates }) => [
        id,
        candidates.map(({ name }) => ({ document: name, score: scores[at++] })),
      ]),
    );
  }

  /** How well it ranks the candidates of questions. */
  async evaluate(
    given: Pick<Questions, "name" | "questions">,
    options: PairEvaluationOptions = {},
  ): Promise<PairEvaluation> {
    const { ties = "against", ...others } = optionsOf("evaluate", options, {
      ...batchRules,
      ties: oneOf("names", "against"),
    });
    checkArgument("evaluate", "what is given", given, withQuestions);
    const run = await this.run(given, others as PairEvaluationOptions);
    return evaluationOf(given, run, ties);
  }

  async #scores(
    pairs: readonly ReadPair[],
    { batchSize = 256, signal, onProgress }: PairEvaluationOptions = {},
  ): Promise<Float32Array> {
    const scores = new Float32Array(pairs.length);
    const order = pairs
      .map((_, i) => i)
      .sort((a, b) => pairs[a].candidate.length - pairs[b].candidate.length);
    const turns = new Turns();
    for (let at = 0; at < order.length; at += batchSize) {
      signal?.throwIfAborted();
      const some = order.slice(at, at + batchSize);
      const values = await this.#run(this.#batchOf(some.map((i) => pairs[i])));
      some.forEach((i, row) => {
        scores[i] = values[2 * row + 1] - values[2 * row];
      });
      onProgress?.({ done: at + some.length, count: order.length });
      await turns.give();
    }
    return scores;
  }

  #batchOf(pairs: readonly ReadPair[]): { readonly [name: string]: Tensor } {
    const inputs = [this.network.options.inputs].flat();
    return Object.fromEntries(
      inputs.map((input) => [input, tensorOf(pairs.map((pair) => pair[input as keyof ReadPair]))]),
    );
  }

  /** All of it as a checkpoint: the network, and in its notes how pairs are read. */
  async checkpoint(): Promise<Checkpoint> {
    const data = { name: this.trainedOn, classes: ["no answer", "answer"] };
    const checkpoint = await checkpointOf(this.network, {
      input: exampleShapes(this.network, this.reading),
      data,
    });
    return { ...checkpoint, notes: notesOf(this.method, this.reading) };
  }

  /**
   * Writes it to a file, which `pairs.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

const aText = rule("a text", (value) => typeof value === "string");
const someTexts = rule(
  "a list of texts",
  (value) => Array.isArray(value) && value.every((text) => typeof text === "string"),
);
const batchRules = { batchSize: fromOneOn, signal: aSignal, onProgress: callback };

/** Shapes of one example, by name. */
export const exampleShapes = (
  network: Pick<PairNetwork, "options">,
  { features }: Pick<PairReading, "features">,
): { [name: string]: number[] } =>
  Object.fromEntries(
    [network.options.inputs]
      .flat()
      .map((input) => [input, [input === "features" ? features.length : lengthsBy]]),
  );

/** Rows of numbers, words filled up. */
function tensorOf(rows: readonly (Int32Array | Float32Array)[]): Tensor {
  if (rows[0] instanceof Float32Array) {
    const width = rows[0].length;
    const values = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      values.set(row, i * width);
    });
    return Tensor.from(values, [rows.length, width], "f32");
  }
  const most = Math.max(1, ...rows.map((row) => row.length));
  const length = Math.ceil(most / lengthsBy) * lengthsBy;
  const values = new Int32Array(rows.length * length).fill(padding);
  rows.forEach((row, i) => {
    values.set(row, i * length);
  });
  return Tensor.from(values, [rows.length, length], "i32");
}

/** How good a run is on questions whose answers are known. */
export function evaluationOf(
  given: Pick<Questions, "name" | "questions">,
  run: Run,
  ties: Ties,
): PairEvaluation {
  checkArgument("evaluationOf", "what is given", given, withQuestions);
  const judgments = judgmentsOf(given);
  const scored = (counted: Counted) => rankingScores(run, judgments, { ties, counted });
  const [mixed, answered] = [scored("mixed"), scored("answered")];
  const wrong = new Set(mixed.each.filter((one) => one.reciprocalRank < 1).map(({ id }) => id));
  const mistakes = given.questions
    .filter(({ id }) => wrong.has(id))
    .map(({ id, text, place, candidates }): RankingMistake => {
      const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
      const ranked = inOrder(run.get(id) ?? []).map(({ document }) => byName.get(document)!);
      const foremost = ranked.findIndex(({ relevant }) => relevant);
      const first = ranked.find(({ relevant }) => !relevant)!;
      return {
        id,
        question: text,
        place,
        first: first.text,
        answer: ranked[foremost].text,
        rank: foremost + 1,
      };
    })
    .sort((a, b) => b.rank - a.rank);
  const pairs = given.questions.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const told = ({ questions, map, mrr }: RankingScores) =>
    `${questions} questions: MAP ${map.toFixed(4)}, MRR ${mrr.toFixed(4)}`;
  return printedAs({ mixed, answered, pairs, mistakes }, () => `${told(mixed)}; ${told(answered)}`);
}

/** What of a ranker a checkpoint keeps in its notes. */
export const notesOf = (method: RankingMethod, reading: PairReading) => {
  const { tokeniser, longest, statistics, vocabulary: known, features, means, deviations } = reading;
  const { texts, averageLength, counts } = statistics;
  return {
    task: "pairs",
    method,
    tokeniser,
    longest,
    features: [...features],
    means: [...means],
    deviations: [...deviations],
    texts,
    averageLength,
    counted: [...counts.keys()],
    counts: [...counts.values()],
    ...(known ? { words: [...known.words] } : {}),
  };
};

/**
 * Reads a ranker from a file that `save` of one, or `receptive rank train`, has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Ranker> {
  return rankerOf(await loadCheckpoint(source, options));
}

/** The ranker of a checkpoint. @throws WeightsError where it is of something else */
export function rankerOf(checkpoint: Checkpoint): Ranker {
  const { data } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "pairs",
    what: "ranker",
    from: "pairs.train and rank train",
  });
  const {
    method,
    tokeniser,
    longest,
    features,
    means,
    deviations,
    texts,
    averageLength,
    counted,
    counts,
    words,
  } = notes;
  const areTexts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((one) => typeof one === "string");
  const areNumbers = (list: unknown, length: number): list is number[] =>
    Array.isArray(list) && list.length === length && list.every(Number.isFinite);
  if (!rankingMethods.includes(method as never)) throw damaged(`its method is ${said(method)}`);
  if (!pairTokenisers.includes(tokeniser as never)) throw damaged(`its tokeniser is ${said(tokeniser)}`);
  if (!fromOneOn.holds(longest)) throw damaged(`its longest text has ${said(longest)} words`);
  if (!areTexts(features)) throw damaged(`its features are ${said(features)}`);
  if (!areNumbers(means, features.length) || !areNumbers(deviations, features.length))
    throw damaged(`it has ${features.length} features, and not as many means and deviations`);
  if (!areTexts(counted) || !areNumbers(counts, counted.length))
    throw damaged("it has not as many counts of words as words");
  if (!areNumbers([texts, averageLength], 2)) throw damaged(`it was trained on ${said(texts)} texts`);
  if (words !== undefined && !areTexts(words)) throw damaged(`its words are ${said(words)}`);
  const network = modelOf<PairNetwork>(checkpoint);
  const reading: PairReading = {
    tokeniser: tokeniser!,
    longest: longest!,
    statistics: {
      texts: texts!,
      averageLength: averageLength!,
      counts: new Map(counted.map((word, i) => [word, counts[i]])),
    },
    ...(words ? { vocabulary: vocabulary(words) } : {}),
    features,
    means,
    deviations,
  };
  return new Ranker(method!, network, reading, data.name);
}
