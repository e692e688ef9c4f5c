/** Captions as numbers of words: where they begin and end, and what is never said. */
import { padding, unknown, type Vocabulary, vocabulary, vocabularyOf } from "../words/vocabulary.js";

/** Numbers of what begins and of what ends a caption. No word of a caption has such brackets. */
export const [start, end] = [unknown + 1, unknown + 2];
const marks = ["<start>", "<end>"] as const;

/** What no caption says. */
export const neverSaid: readonly number[] = [padding, unknown, start];

/** The words of captions, those in the first places that begin and end one. */
export const captionVocabulary = (
  captions: Iterable<readonly string[]>,
  options: { leastCount?: number } = {},
): Vocabulary => vocabulary([...marks, ...vocabularyOf(captions, options).words]);

/** Whether a vocabulary that a file has is one of captions. */
export const isOfCaptions = (words: readonly string[]): boolean =>
  words.length > marks.length && marks.every((mark, i) => words[i] === mark);

/** A caption between its beginning and its end; of one that is too long the first words. */
export const numbersOf = (words: readonly string[], known: Vocabulary, longest: number): Int32Array =>
  Int32Array.of(start, ...words.slice(0, longest).map((word) => known.numberOf(word)), end);
