import { optionsOf } from "../door/options.js";
import { wholeNumber } from "../door/rules.js";
import { cast } from "../ops/cast.js";
import { notEqual } from "../ops/comparisons.js";
import { gather } from "../ops/gather.js";
import { reshape } from "../ops/reshape.js";
import { where } from "../ops/where.js";
import { checkedCount } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Words and vectors of {@link embedding}. */
export interface EmbeddingOptions {
  /** Number of words: they are numbered 0 … words − 1. */
  words: number;
  /** Length of a vector. */
  size: number;
  /** Whether the vectors are trained; they are if left out. Else they are buffers, such as word2vec's. */
  trained?: boolean;
  /** The number that fills sentences up: its vector is zeros, and is not trained. None if left out. */
  pad?: number;
  /** ±0.25 if left out, as for the words that word2vec does not know in Kim's work. */
  initialiser?: Initialiser;
}

/**
 * A vector for each word: N×L numbers of words (integers, or floats that hold them) to N×L×size. A number outside
 * 0 … words − 1 gives NaN.
 * Kim: Convolutional Neural Networks for Sentence Classification, EMNLP 2014, section 3.
 */
export function embedding(given: EmbeddingOptions & Named): Layer {
  const { name, ...options } = optionsOf("embedding", given, {
    words: 1,
    size: 1,
    trained: 1,
    pad: wholeNumber,
    initialiser: 1,
    name: 1,
  });
  const words = checkedCount("embedding", "words", options.words);
  const size = checkedCount("embedding", "size", options.size);
  const { trained = true, pad, initialiser = { uniform: 0.25 } } = options;
  return printable({
    type: "embedding",
    name,
    options,
    forward(x, scope) {
      const ask = trained ? scope.parameter : scope.buffer;
      const numbers = cast(x, "i32");
      const vectors = gather(ask("vectors", [words, size], initialiser), numbers);
      if (pad === undefined) return vectors;
      return where(reshape(notEqual(numbers, pad), [...numbers.shape, 1]), vectors, 0);
    },
  });
}
