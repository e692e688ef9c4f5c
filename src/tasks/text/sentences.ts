/** Texts as numbers of words, as the network takes them. */
import { DataError } from "../../data/dataset.js";
import { type Examples, examples } from "../../data/examples.js";
import { short } from "../words/quoted.js";
import { type Tokeniser, tokeniser } from "../words/tokens.js";
import { lengthsBy, padding, unknown, type Vocabulary } from "../words/vocabulary.js";
import type { LabelledTexts } from "./data.js";

/** How texts become numbers: what a file of a classifier keeps beside its weights. */
export interface Reading {
  readonly tokeniser: Tokeniser;
  readonly vocabulary: Vocabulary;
  /** Texts of more words are cut. */
  readonly longest: number;
  /** All sentences are filled up to `longest`, as Kim's program does it; else to the longest of a batch. */
  readonly isFixed: boolean;
}

/** A text in words, and their numbers. */
export interface Sentence {
  readonly words: readonly string[];
  readonly numbers: Int32Array;
  /** Words beyond the longest that is read. */
  readonly cut: number;
}

/** A function that reads texts. */
export function reader({ tokeniser: name, vocabulary, longest }: Reading): (text: string) => Sentence {
  const cutUp = tokeniser(name);
  return (text) => {
    const all = cutUp(text);
    const words = all.slice(0, longest);
    return { words, numbers: Int32Array.from(words, vocabulary.numberOf), cut: all.length - words.length };
  };
}

/**
 * A text that a network can judge.
 * @throws DataError where it has no words, or none that is known
 */
export function judged(read: (text: string) => Sentence, text: string): Sentence {
  const sentence = read(text);
  const { words, numbers } = sentence;
  if (words.length === 0) throw new DataError(`the text ${short(text)} has no words`);
  if (numbers.every((number) => number === unknown))
    throw new DataError(
      words.length === 1
        ? `the word of the text ${short(text)} is not known: it did not occur in training`
        : `none of the ${words.length} words of the text ${short(text)} is known: they did not occur in training`,
    );
  return sentence;
}

/**
 * Labelled texts as a data set of fields `words` and `label`.
 * @throws DataError where a label is none of the classes
 */
export function sentenceExamples(
  { name, texts }: Pick<LabelledTexts, "name" | "texts">,
  sentences: readonly Sentence[],
  { longest, isFixed }: Reading,
  classes: readonly string[],
): Examples {
  const label = Int32Array.from(texts, ({ label, place }) => {
    const at = classes.indexOf(label);
    if (at < 0)
      throw new DataError(
        `${place}: the class ${short(label)} is none of those trained on, ${classes.join(", ")}`,
      );
    return at;
  });
  if (!isFixed) {
    const values = sentences.map(({ numbers }) => numbers);
    return examples(
      name,
      { words: { values, pad: padding, multiple: lengthsBy }, label: { values: label } },
      { classes },
    );
  }
  const values = new Int32Array(sentences.length * longest);
  for (const [i, { numbers }] of sentences.entries()) values.set(numbers, i * longest);
  return examples(name, { words: { values, shape: [longest] }, label: { values: label } }, { classes });
}
