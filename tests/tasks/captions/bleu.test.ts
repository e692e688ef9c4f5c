import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bleu, captionWords } from "../../../src/tasks/captions/index.js";
import { generator } from "../../checks/random.js";

/** Plain loops of the definition: n-grams are compared word by word. */
function byLoops(answers: string[][], references: string[][][], n: number): number {
  const grams = (words: string[], k: number) =>
    Array.from({ length: Math.max(0, words.length - k + 1) }, (_, i) => words.slice(i, i + k));
  const same = (a: string[], b: string[]) => a.every((word, i) => word === b[i]);
  const times = (gram: string[], all: string[][]) => all.filter((other) => same(gram, other)).length;
  let product = 1;
  for (let k = 1; k <= n; k++) {
    let [clipped, total] = [0, 0];
    answers.forEach((answer, s) => {
      const own = grams(answer, k);
      own.forEach((gram, i) => {
        total++;
        // The i-th time that it stands there counts where a reference has it so often.
        const nth = times(gram, own.slice(0, i + 1));
        if (references[s].some((reference) => times(gram, grams(reference, k)) >= nth)) clipped++;
      });
    });
    product *= total === 0 ? 0 : clipped / total;
  }
  const c = answers.reduce((sum, answer) => sum + answer.length, 0);
  const r = answers.reduce((sum, answer, s) => {
    let best = references[s][0].length;
    for (const { length } of references[s]) {
      const [far, nearest] = [Math.abs(length - answer.length), Math.abs(best - answer.length)];
      if (far < nearest || (far === nearest && length < best)) best = length;
    }
    return sum + best;
  }, 0);
  return c === 0 ? 0 : Math.min(1, Math.exp(1 - r / c)) * product ** (1 / n);
}

function drawn(seed: number) {
  const next = generator(seed);
  const sentence = () =>
    Array.from(
      { length: 1 + Math.floor(next() * 11) },
      () => ["a", "red", "dog", "on", "grass"][Math.floor(next() * 5)],
    );
  const answers = Array.from({ length: 1 + (seed % 5) }, sentence);
  const references = answers.map(() => Array.from({ length: 1 + Math.floor(next() * 5) }, sentence));
  return { answers, references };
}

describe("BLEU", () => {
  test("is that of plain loops, in 200 drawn cases", () => {
    let counted = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { answers, references } = drawn(seed);
      const own = bleu(answers, references).bleu;
      for (const [i, score] of own.entries())
        expect(Math.abs(score - byLoops(answers, references, i + 1))).toBeLessThan(1e-12);
      if (own[3] > 0) counted++;
    }
    expect(counted).toBeGreaterThan(15);
  });

  const golden = new URL("../../golden/bleu.json", import.meta.url);
  test.runIf(existsSync(golden))("is that of NLTK where the definitions agree", () => {
    const cases = JSON.parse(readFileSync(golden, "utf8")) as {
      answers: string[][];
      references: string[][][];
      bleu: number[];
    }[];
    expect(cases.length).toBeGreaterThan(20);
    for (const { answers, references, bleu: expected } of cases)
      for (const [i, score] of bleu(answers, references).bleu.entries())
        expect(Math.abs(score - expected[i])).toBeLessThan(1e-12);
  });

  test("what is crafted has the known answer", () => {
    const words = (text: string) => text.split(" ");
    // Papineni et al., section 2.1: the is counted twice.
    const { precisions } = bleu(
      [words("the the the the the the the")],
      [[words("the cat is on the mat"), words("there is a cat on the mat")]],
    );
    expect(precisions[0]).toBe(2 / 7);
    // Two references are as near: the shorter counts, and nothing is taken off.
    expect(bleu([words("a b c")], [[words("a b"), words("a b c d")]]).referenceLength).toBe(2);
    expect(bleu([words("a b c d")], [[words("a b c d")]]).bleu).toEqual([1, 1, 1, 1]);
    expect(bleu([words("a b")], [[words("a b c d")]]).brevity).toBe(Math.exp(-1));
    expect(bleu([[]], [[words("a")]]).bleu).toEqual([0, 0, 0, 0]);
    expect(bleu([words("a b c")], [[words("a b c")]]).bleu).toEqual([1, 1, 1, 0]); // no four words
    // Sums over all sentences are divided once: not the mean of two scores.
    expect(bleu([words("a"), words("x y z")], [[words("a")], [words("p q r")]], { longest: 1 }).bleu).toEqual(
      [0.25],
    );
    expect(() => bleu([["a"]], [])).toThrow("bleu: there are 1 answers, and references of 0");
    expect(() => bleu([["a"]], [[]])).toThrow("bleu: answer 1 has no reference");
  });

  test("words of captions", () => {
    expect(captionWords("A man's dog, isn't it? \"Yes\" — they’re 2-year-olds.")).toEqual([
      "a",
      "man",
      "'s",
      "dog",
      "is",
      "n't",
      "it",
      "yes",
      "they",
      "'re",
      "2-year-olds",
    ]);
  });
});
