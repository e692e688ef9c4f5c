/**
 * Words as vectors, without a trained table: each number is drawn from the word's letters, so that the same word has the
 * same numbers everywhere. A real network learns them.
 */

/** Numbers a word has. */
const dimensions = 4;

/** FNV-1a: a whole number of 32 bits, of the letters in small print. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text.toLowerCase()) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  // Mixed once more: words that differ in their last letter only differ in all bits.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Four numbers between −1 and 1, in tenths. */
const of = (word: string): number[] => {
  const hash = hashed(word);
  return Array.from({ length: dimensions }, (_, d) => ((hash >>> (8 * d)) % 21) / 10 - 1).map(tenths);
};

const tenths = (value: number): number => Math.round(10 * value) / 10 || 0;

/** Of each of m words: what it looks for in their numbers. */
const filter = (m: number): number[][] =>
  Array.from({ length: m }, (_, a) =>
    Array.from({ length: dimensions }, (_, d) => [1, -1, 0.5, 0][(a + d) % 4]),
  );

export const wordVectors = { dimensions, of, filter };
