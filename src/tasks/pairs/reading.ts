/** Questions and candidates as numbers, as networks take them. */
import { DataError } from "../../data/dataset.js";
import { type Examples, examples } from "../../data/examples.js";
import type { Tokeniser, tokeniserNames } from "../words/tokens.js";
import { lengthsBy, padding, type Vocabulary } from "../words/vocabulary.js";
import { wordShapes } from "./english.js";
import { featureNames, featuresOf } from "./features.js";
import { type Passage, passageReader, type WordStatistics } from "./passages.js";

/** How pairs become numbers: what a file of a ranker keeps beside its weights. */
export interface PairReading {
  readonly tokeniser: Tokeniser;
  /** Texts of more words are cut. */
  readonly longest: number;
  /** Of the texts to train on. */
  readonly statistics: WordStatistics;
  /** Words that have a vector; none where no network reads them. */
  readonly vocabulary?: Vocabulary;
  /** Which of the features count, by their names. */
  readonly features: readonly string[];
  /** Features are taken less their mean, over their deviation, as they were in training. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** A question and a candidate as numbers. */
export interface ReadPair {
  readonly question: Int32Array;
  readonly questionMarks: Int32Array;
  readonly candidate: Int32Array;
  readonly candidateMarks: Int32Array;
  readonly features: Float32Array;
}

export const pairTokenisers = [
  "unicode-cased",
  "kim-cased",
  "spaces",
] as const satisfies readonly Tokeniser[] & Partial<typeof tokeniserNames>;

/** A function that reads candidates of a question. */
export function pairReader(reading: PairReading): (question: string) => (candidate: string) => ReadPair {
  const { statistics, vocabulary, features, means, deviations } = reading;
  const read = passageReader(reading.tokeniser, reading.longest);
  const numbers = ({ words }: Passage) =>
    Int32Array.from(words, (word) => vocabulary?.numberOf(word) ?? padding);
  const places = features.map((name) => featureNames.indexOf(name as never));
  return (text) => {
    const question = read(text);
    if (question.words.length === 0) throw new DataError(`the question ${JSON.stringify(text)} has no words`);
    return (other) => {
      const candidate = read(other);
      const counted = places.length > 0 ? featuresOf(question, candidate, statistics) : [];
      return {
        question: numbers(question),
        questionMarks: marksOf(question, candidate),
        candidate: numbers(candidate),
        candidateMarks: marksOf(candidate, question),
        features: Float32Array.from(places, (at, i) => (counted[at] - means[i]) / deviations[i]),
      };
    };
  };
}

/** Numbers from 1 on: what each word looks like, and whether the other text has it. */
function marksOf({ shapes, stems }: Passage, other: Passage): Int32Array {
  const there = new Set(other.stems);
  return Int32Array.from(shapes, (shape, i) => 2 * wordShapes.indexOf(shape) + (there.has(stems[i]) ? 1 : 0));
}

/** Pairs as a data set of fields `question`, `candidate`, `questionMarks`, `candidateMarks`, `features`, `label`. */
export function pairExamples(
  name: string,
  pairs: readonly ReadPair[],
  truths: readonly boolean[],
  inputs: readonly string[],
): Examples {
  const words = (of: keyof ReadPair) => ({
    values: pairs.map((pair) => pair[of] as Int32Array),
    pad: padding,
    multiple: lengthsBy,
  });
  const width = pairs[0]?.features.length ?? 0;
  const features = new Float32Array(pairs.length * width);
  pairs.forEach((pair, i) => {
    features.set(pair.features, i * width);
  });
  const fields = {
    question: words("question"),
    questionMarks: words("questionMarks"),
    candidate: words("candidate"),
    candidateMarks: words("candidateMarks"),
    features: { values: features, shape: [width] },
  };
  return examples(name, {
    ...Object.fromEntries(Object.entries(fields).filter(([field]) => inputs.includes(field))),
    label: { values: Int32Array.from(truths, Number) },
  });
}
