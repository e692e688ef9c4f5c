/** What the vectors of words begin with. */
import { vectorsOfWords } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import type { WordVectors } from "./vectors.js";
import { unknown, type Vocabulary } from "./vocabulary.js";

/**
 * Vectors of all words of a vocabulary: those that a file has; other words get random ones, −a ≤ x < a, of the same variance as those of the
 * file: a = √(3 · variance), as in Kim's paper. Zeros would say of all of them that they are alike.
 *
 * @returns  the numbers, vocabulary.size×size, and how many words of the vocabulary the file has
 */
export function firstVectors(
  vocabulary: Vocabulary,
  { vectors, size }: WordVectors,
  seed: number,
): { numbers: Float32Array; found: number } {
  const numbers = new Float32Array(vocabulary.size * size);
  let [sum, squares, count, found] = [0, 0, 0, 0];
  vocabulary.words.forEach((word, i) => {
    const vector = vectors.get(word);
    if (!vector) return;
    found++;
    numbers.set(vector, (unknown + 1 + i) * size);
    for (const value of vector) {
      sum += value;
      squares += value * value;
      count++;
    }
  });
  const variance = count === 0 ? 0.25 ** 2 / 3 : squares / count - (sum / count) ** 2;
  const bound = Math.sqrt(3 * Math.max(variance, 0));
  for (let number = unknown; number < vocabulary.size; number++) {
    if (number > unknown && vectors.has(vocabulary.wordOf(number))) continue;
    const random = new RandomStream(seed, vectorsOfWords, number);
    for (let k = 0; k < size; k++) numbers[number * size + k] = random.uniform(-bound, bound);
  }
  return { numbers, found };
}
