/** What can be counted of a question and a candidate, as numbers. */
import { checkArgument } from "../../door/argument.js";
import { kindOf, questionKinds } from "./english.js";
import { aPassage, idf, type Passage, someStatistics, stemKey, type WordStatistics } from "./passages.js";

/**
 * BM25 of a candidate for a question's different words:
 *
 *     Σ idf(w) · f (k₁ + 1) / (f + k₁ (1 − b + b · length / average)),  f: how often w stands in the candidate
 *
 * k₁ = 1.2 and b = 0.75. Robertson, Zaragoza 2009, equation 3.15.
 */
export function bm25(question: Passage, candidate: Passage, statistics: WordStatistics): number {
  checkArgument("bm25", "the question", question, aPassage);
  checkArgument("bm25", "the candidate", candidate, aPassage);
  checkArgument("bm25", "what is known of words", statistics, someStatistics);
  const [k, b] = [1.2, 0.75];
  const length = k * (1 - b + (b * candidate.words.length) / Math.max(1, statistics.averageLength));
  let sum = 0;
  for (const word of new Set(question.stems)) {
    const times = candidate.stems.filter((other) => other === word).length;
    if (times > 0) sum += (idf(statistics, stemKey(word)) * times * (k + 1)) / (times + length);
  }
  return sum;
}

/** Names of the features, in their order. */
export const featureNames = [
  "BM25",
  "words in common",
  "words in common, by idf",
  "content words in common",
  "content words in common, by idf",
  "stems in common, by idf",
  "neighbouring words in common",
  "names of the question that are found",
  "length",
  "closeness of what is found",
  "answer of the kind that is asked for",
  "how many of them",
  "its closeness to what is found",
  ...questionKinds.slice(0, 4).flatMap((kind) => [`asks for a ${kind}`, `${kind} answered`]),
] as const;

/** Those that count words in common alone, and know nothing of answers. */
export const overlapFeatures: readonly string[] = featureNames.slice(0, 10);

/** The features of a question and a candidate: overlap, with and without stop words, and whether the kind of answer is there. */
export function featuresOf(question: Passage, candidate: Passage, statistics: WordStatistics): Float64Array {
  checkArgument("featuresOf", "the question", question, aPassage);
  checkArgument("featuresOf", "the candidate", candidate, aPassage);
  checkArgument("featuresOf", "what is known of words", statistics, someStatistics);
  const found = new Set(candidate.words);
  const stems = new Set(candidate.stems);
  const weighed = (word: string) => idf(statistics, word);
  const all = question.words.map((word, i) => ({
    word,
    stem: question.stems[i],
    isContent: question.isContent[i],
    shape: question.shapes[i],
  }));
  const words = distinct(all, ({ word }) => word).filter(({ shape }) => shape !== "mark");
  const content = words.filter(({ isContent }) => isContent);
  const share = <T>(of: readonly T[], isFound: (one: T) => boolean, weight: (one: T) => number): number => {
    const total = of.reduce((sum, one) => sum + weight(one), 0);
    return total === 0 ? 0 : of.reduce((sum, one) => sum + (isFound(one) ? weight(one) : 0), 0) / total;
  };
  const pairs = distinct(
    question.stems.slice(1).map((second, i) => `${question.stems[i]} ${second}`),
    (pair) => pair,
  );
  const pairsFound = new Set(candidate.stems.slice(1).map((second, i) => `${candidate.stems[i]} ${second}`));
  const names = content.filter(({ shape }) => shape === "name");

  const asked = new Set(content.map((of) => of.stem));
  const matches = candidate.stems.flatMap((of, i) => (asked.has(of) ? [i] : []));
  const kind = kindOf(question.words);
  const isAnswer = answers[kind];
  const questionWords = new Set(question.words);
  const answered = candidate.words.flatMap((word, i) =>
    !questionWords.has(word) && isAnswer(candidate, i) ? [i] : [],
  );
  const nearest = answered.reduce(
    (least, i) => matches.reduce((l, j) => Math.min(l, Math.abs(i - j)), least),
    Number.POSITIVE_INFINITY,
  );
  const hasAnswer = answered.length > 0 ? 1 : 0;
  return Float64Array.from([
    bm25(question, candidate, statistics),
    share(
      words,
      ({ word }) => found.has(word),
      () => 1,
    ),
    share(
      words,
      ({ word }) => found.has(word),
      ({ word }) => weighed(word),
    ),
    share(
      content,
      ({ word }) => found.has(word),
      () => 1,
    ),
    share(
      content,
      ({ word }) => found.has(word),
      ({ word }) => weighed(word),
    ),
    share(
      content,
      ({ stem }) => stems.has(stem),
      ({ stem }) => weighed(stemKey(stem)),
    ),
    share(
      pairs,
      (pair) => pairsFound.has(pair),
      () => 1,
    ),
    share(
      names,
      ({ word }) => found.has(word),
      ({ word }) => weighed(word),
    ),
    Math.log(1 + candidate.words.length),
    closeness(candidate, matches),
    hasAnswer,
    Math.log(1 + answered.length),
    nearest === Number.POSITIVE_INFINITY ? 0 : 1 / (1 + Math.log(1 + nearest)),
    ...questionKinds.slice(0, 4).flatMap((of) => (of === kind ? [1, hasAnswer] : [0, 0])),
  ]);
}

/** Whether word i of a candidate may be an answer of the kind. */
const answers: {
  readonly [kind in (typeof questionKinds)[number]]: (candidate: Passage, i: number) => boolean;
} = {
  // A name of two words and more, or one within a sentence.
  person: ({ shapes }, i) => shapes[i] === "name" && (shapes[i + 1] === "name" || shapes[i - 1] === "name"),
  time: ({ shapes }, i) => shapes[i] === "year" || shapes[i] === "calendar",
  place: ({ shapes, words }, i) =>
    shapes[i] === "name" &&
    (/^(in|at|near|from|to|of|,)$/.test(words[i - 1] ?? "") || shapes[i - 1] === "name"),
  number: ({ shapes }, i) => shapes[i] === "number" || shapes[i] === "numeral",
  thing: ({ shapes }, i) => i > 0 && shapes[i] === "name",
};

/** How much of the shortest stretch that holds all matches they fill. */
function closeness({ stems }: Passage, matches: readonly number[]): number {
  const different = new Set(matches.map((i) => stems[i])).size;
  if (different < 2) return 0;
  let least = Number.POSITIVE_INFINITY;
  matches.forEach((begin, at) => {
    const seen = new Set<string>();
    for (const i of matches.slice(at)) {
      seen.add(stems[i]);
      if (seen.size === different) {
        least = Math.min(least, i - begin + 1);
        return;
      }
    }
  });
  return different / least;
}

const distinct = <T>(list: readonly T[], key: (one: T) => string): T[] => [
  ...new Map(list.map((one) => [key(one), one])).values(),
];
