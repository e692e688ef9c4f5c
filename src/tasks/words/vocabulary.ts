/** The words that a network knows, by number. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, rule, text } from "../../door/rules.js";

/** Number of what fills short sentences up: its vector is zeros. */
export const padding = 0;
/** Number of all words that are not known. */
export const unknown = 1;
/** The first word's number. */
const first = 2;

/** Lengths of texts are filled up to multiples of this: each other length is another program to compile. */
export const lengthsBy = 8;

/** Words by number and numbers by word. Number 0 fills short texts up, 1 stands for all words that are not known. */
export interface Vocabulary {
  /** In the order of their numbers, from 2 on. */
  readonly words: readonly string[];
  /** How many numbers there are: the words, padding, and unknown. */
  readonly size: number;
  /** The word's number; 1 where it is not known. */
  numberOf(word: string): number;
  /** Whether the word is known. */
  has(word: string): boolean;
  /** A number's word: "" of padding, "?" of what is not known. */
  wordOf(number: number): string;
}

const someWords = rule("a list of words", (value) => Array.isArray(value) && value.every(text.holds));

/** A vocabulary of these words, in this order. @throws DataError where one is there twice */
export function vocabulary(words: readonly string[]): Vocabulary {
  checkArgument("vocabulary", "what is given", words, someWords);
  const numbers = new Map(words.map((word, i) => [word, i + first]));
  if (numbers.size !== words.length) {
    const twice = words.find((word, i) => numbers.get(word) !== i + first);
    throw new DataError(`vocabulary: the word ${JSON.stringify(twice)} is there twice`);
  }
  return {
    words,
    size: words.length + first,
    numberOf: (word) => numbers.get(word) ?? unknown,
    has: (word) => numbers.has(word),
    wordOf: (number) => (number === padding ? "" : (words[number - first] ?? "?")),
  };
}

/** Which words of texts are taken into a {@link vocabularyOf}. */
export interface VocabularyOptions {
  /** How often a word has to stand in the texts; once if left out. */
  leastCount?: number;
  /** At most so many, the most frequent; all if left out. */
  mostWords?: number;
}

/**
 * The words of texts, the most frequent first, equally frequent ones in the order in which they come.
 * @throws DataError where there are none
 */
export function vocabularyOf(
  texts: Iterable<readonly string[]>,
  options: VocabularyOptions = {},
): Vocabulary {
  const { leastCount = 1, mostWords = Number.POSITIVE_INFINITY } = optionsOf("vocabularyOf", options, {
    leastCount: fromOneOn,
    mostWords: fromOneOn,
  });
  // What gives them one by one need not be a list, and gives them once.
  checkArgument(
    "vocabularyOf",
    "what is given",
    texts,
    rule(
      "lists of words, one of each text",
      (value) =>
        typeof value === "object" &&
        value !== null &&
        Symbol.iterator in value &&
        (!Array.isArray(value) || value.every(someWords.holds)),
    ),
  );
  const counts = new Map<string, number>();
  for (const words of texts) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = [...counts]
    .filter(([, times]) => times >= leastCount)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostWords)
    .map(([word]) => word);
  if (known.length === 0)
    throw new DataError(
      counts.size === 0
        ? "vocabulary: the texts have no words"
        : `vocabulary: no word stands in the texts ${leastCount} times, the most frequent ${Math.max(...counts.values())}`,
    );
  return vocabulary(known);
}
