/** What a ranker makes of a question and a candidate, taken apart. */
import type { AnyLayer } from "../../nn/index.js";
import { compile } from "../../tensor/compile.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { WordShape } from "./english.js";
import { featureNames, featuresOf } from "./features.js";
import type { PairNetwork } from "./model.js";
import type { Passage } from "./passages.js";
import type { PairReading } from "./reading.js";

/**
 * A question and a candidate, as a ranker sees them, and of what their score is made:
 *
 *     score = Σ question.read.parts + similarity.part + Σ candidate.read.parts + Σ of counted part + bias
 *
 * A part is a number times the slope of the score there. The hidden layer's units are on or off, and between that the score
 * is linear: so the parts add up to it, and say nothing of what units that are off would have said.
 */
export interface PairSight {
  readonly question: SeenText;
  readonly candidate: SeenText;
  /** As `rank` gives it. */
  readonly score: number;
  /** Where a network reads the texts. */
  readonly similarity?: SeenSimilarity;
  readonly counted: readonly SeenFeature[];
  readonly bias: number;
}

/** A text of a {@link PairSight}. */
export interface SeenText {
  /** As they are written. */
  readonly words: readonly string[];
  readonly shapes: readonly WordShape[];
  /** Of each word, whether it has a vector of its own; where no network reads, whether it stood in the texts to train on. */
  readonly isKnown: readonly boolean[];
  /** Of each word, whether the other text has it, in whatever form. */
  readonly isShared: readonly boolean[];
  /** Where a network reads it. */
  readonly read?: ReadText;
}

/** What filters make of a text. */
export interface ReadText {
  /** words×size: the vector of each word, and behind it that of its mark. */
  readonly matrix: Float32Array;
  readonly size: number;
  /** How many words a filter sees; place p sees those from p − before on. */
  readonly window: number;
  readonly before: number;
  readonly places: number;
  readonly filters: number;
  /** places×filters, before anything is cut off. */
  readonly values: Float32Array;
  /** Of each filter, its greatest value, and the first place that has it. What is below 0 counts as 0. */
  readonly greatest: Float32Array;
  readonly at: Int32Array;
  /** Of each filter, its part in the score, the similarity left aside. */
  readonly parts: Float32Array;
}

/** xᵀMy of the filters' greatest values x of the question and y of the candidate. */
export interface SeenSimilarity {
  readonly value: number;
  readonly part: number;
  /** Of each filter of the candidate: (xᵀM), y, and the similarity is the sum of their products. */
  readonly turned: Float32Array;
  readonly candidate: Float32Array;
}

/** A counted feature. */
export interface SeenFeature {
  readonly name: string;
  readonly value: number;
  /** Less its mean, over its deviation, as the network or the regression is given it. */
  readonly scaled: number;
  readonly part: number;
}

type Batch = { readonly [input: string]: Tensor };
type Numbers = (path: string) => Promise<Float32Array>;

/** A function that looks at pairs. */
export function pairLooker(
  network: PairNetwork,
  reading: PairReading,
): (question: Passage, candidate: Passage, batch: Batch) => Promise<PairSight> {
  const wanted = /^(scores|counted|hidden|turned|similarity|(question|candidate)(Matrix|Vectors|Conv|Maps))$/;
  const run = compile((batch: Batch) => {
    const seen: { [path: string]: Tensor } = {};
    network(batch as never, {
      capture(path: string, output: unknown, _: AnyLayer) {
        if (wanted.test(path)) seen[path] = output as Tensor;
      },
    });
    return seen;
  });
  const weight: Numbers = async (path) => (await network.parameters.get(path)!.data()) as Float32Array;
  return async (question, candidate, batch) => {
    const found = await run(batch);
    const output: Numbers = async (path) => (await found[path].data()) as Float32Array;
    const counted = countedOf(question, candidate, reading);
    const isKnown = knownBy(reading);
    const seen = (one: Passage, other: Passage): SeenText => {
      const there = new Set(other.stems);
      const { tokens: words, shapes } = one;
      return { words, shapes, isKnown: one.words.map(isKnown), isShared: one.stems.map((s) => there.has(s)) };
    };
    const texts = { question: seen(question, candidate), candidate: seen(candidate, question) };
    if (!found.scores) {
      const [no, yes] = await output("counted");
      const weights = await weight("counted.weights");
      const [against, bias] = await weight("counted.bias");
      return {
        ...texts,
        score: yes - no,
        counted: withParts(counted, (i) => weights[2 * i + 1] - weights[2 * i]),
        bias: bias - against,
      };
    }
    const [no, yes] = await output("scores");
    const { slopes, bias } = slopesOf(
      await output("hidden"),
      await weight("hidden.weights"),
      await weight("hidden.bias"),
      await weight("scores.weights"),
      await weight("scores.bias"),
    );
    const x = await output("questionMaps");
    const y = await output("candidateMaps");
    const matrixOf = async (text: string) =>
      output(found[`${text}Matrix`] ? `${text}Matrix` : `${text}Vectors`);
    const window = network.parameters.get("questionConv.filters")!.shape[0];
    const read = async (text: "question" | "candidate", after: Float32Array, from: number) => {
      const count = texts[text].words.length;
      const [all, matrix] = [await output(`${text}Conv`), await matrixOf(text)];
      const length = found[`${text}Conv`].shape[1] - window + 1;
      return {
        ...texts[text],
        read: {
          matrix: matrix.slice(0, (matrix.length / length) * count),
          size: matrix.length / length,
          window,
          before: window - 1,
          ...greatestOf(all, after.length, count + window - 1),
          parts: after.map((value, k) => value * slopes[from + k]),
        },
      };
    };
    const byFilter = await weight("similarity.weights");
    const [value] = await output("similarity");
    return {
      question: await read("question", x, 0),
      candidate: await read("candidate", y, x.length + 1),
      score: yes - no,
      similarity: {
        value,
        part: value * slopes[x.length],
        turned: (await output("turned")).map((one, k) => one * byFilter[k]),
        candidate: y,
      },
      counted: withParts(counted, (i) => slopes[x.length + 1 + y.length + i]),
      bias,
    };
  };
}

/** Whether a word, in small letters, is one that the ranker knows. */
export const knownBy = ({ vocabulary, statistics }: PairReading): ((word: string) => boolean) =>
  vocabulary ? (word) => vocabulary.has(word) : (word) => statistics.counts.has(word);

const countedOf = (question: Passage, candidate: Passage, reading: PairReading) => {
  const { features, means, deviations, statistics } = reading;
  const values = features.length > 0 ? featuresOf(question, candidate, statistics) : [];
  return features.map((name, i) => {
    const value = values[featureNames.indexOf(name as never)];
    return { name, value, scaled: (value - means[i]) / deviations[i] };
  });
};

const withParts = (
  counted: readonly Omit<SeenFeature, "part">[],
  slope: (i: number) => number,
): SeenFeature[] => counted.map((one, i) => ({ ...one, part: one.scaled * slope(i) }));

/** Of each input of the hidden layer, by how much the score changes with it while the same units are on. */
function slopesOf(
  hidden: Float32Array,
  weights: Float32Array,
  ownBias: Float32Array,
  last: Float32Array,
  lastBias: Float32Array,
): { slopes: Float64Array; bias: number } {
  const units = hidden.length;
  const after = Float64Array.from(hidden, (value, h) => (value > 0 ? last[2 * h + 1] - last[2 * h] : 0));
  const slopes = new Float64Array(weights.length / units);
  slopes.forEach((_, j) => {
    for (let h = 0; h < units; h++) slopes[j] += weights[j * units + h] * after[h];
  });
  const bias = after.reduce((sum, slope, h) => sum + slope * ownBias[h], lastBias[1] - lastBias[0]);
  return { slopes, bias };
}

/** Of a map its places that hold a word, and of each filter the greatest of them. */
function greatestOf(all: Float32Array, filters: number, places: number) {
  const values = all.slice(0, places * filters);
  const at = new Int32Array(filters);
  for (let p = 1; p < places; p++)
    for (let k = 0; k < filters; k++) if (values[p * filters + k] > values[at[k] * filters + k]) at[k] = p;
  const greatest = Float32Array.from(at, (p, k) => values[p * filters + k]);
  return { places, filters, values, greatest, at };
}
