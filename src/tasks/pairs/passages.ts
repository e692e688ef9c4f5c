/** Texts as their words, and what is counted of words over the texts to train on. */
import { rule } from "../../door/rules.js";
import { type Tokeniser, tokeniser } from "../words/tokens.js";
import { isFunctional, shapeOf, stem, type WordShape } from "./english.js";

/** A text in words. */
export interface Passage {
  /** As they are written. */
  readonly tokens: readonly string[];
  /** In small letters. */
  readonly words: readonly string[];
  readonly stems: readonly string[];
  readonly shapes: readonly WordShape[];
  /** Whether each says something of what the text is about. */
  readonly isContent: readonly boolean[];
}

/** What must be given as a passage. */
export const aPassage = rule("a passage { tokens, words, stems, shapes, isContent }", (value) => {
  const { words, stems, shapes, isContent } = (value ?? {}) as Partial<Passage>;
  return [words, stems, shapes, isContent].every(Array.isArray);
});

/** A function that reads passages; texts of more words than `longest` are cut. */
export function passageReader(name: Tokeniser, longest: number): (text: string) => Passage {
  const cutUp = tokeniser(name);
  return (text) => {
    const tokens = cutUp(text).slice(0, longest);
    const words = tokens.map((token) => token.toLowerCase());
    return {
      tokens,
      words,
      stems: words.map(stem),
      shapes: tokens.map(shapeOf),
      isContent: words.map((word) => !isFunctional(word)),
    };
  };
}

/** In how many of the texts to train on words stand. */
export interface WordStatistics {
  readonly texts: number;
  /** Words of a text, on average. */
  readonly averageLength: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** What must be given as what is known of words. */
export const someStatistics = rule("{ texts, averageLength, counts }", (value) => {
  const { texts, averageLength, counts } = (value ?? {}) as Partial<WordStatistics>;
  return Number.isFinite(texts) && Number.isFinite(averageLength) && typeof counts?.get === "function";
});

/** Counted over passages. */
export function statisticsOf(passages: Iterable<Passage>): WordStatistics {
  const counts = new Map<string, number>();
  let [texts, words] = [0, 0];
  for (const passage of passages) {
    texts++;
    words += passage.words.length;
    for (const word of new Set([...passage.words, ...passage.stems.map(stemKey)]))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return { texts, averageLength: texts === 0 ? 0 : words / texts, counts };
}

/** Stems are counted beside words, under a name that no word has. */
export const stemKey = (of: string): string => `${of} `;

/**
 * Inverse document frequency, ln(1 + (N − n + 0.5) / (n + 0.5)) of a word that stands in n of N texts: above 0 for all.
 * Robertson, Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond, 2009, equation 3.3, with the 1 that Lucene adds.
 */
export function idf({ texts, counts }: WordStatistics, word: string): number {
  const n = counts.get(word) ?? 0;
  return Math.log(1 + (texts - n + 0.5) / (n + 0.5));
}
