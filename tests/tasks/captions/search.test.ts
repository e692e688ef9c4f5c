/** Beam search against all sentences that there are, and against the surest word each time. */
import { describe, expect, test } from "vitest";
import { BeamSearch, type BeamSearchOptions } from "../../../src/tasks/captions/index.js";
import { generator } from "../../checks/random.js";

/** Numbers of words: what is never said, the end, and four words. */
const [never, end, ...said] = [0, 1, 2, 3, 4, 5];
const count = 2 + said.length;
const longest = 5;

/** ln p of all words behind a beginning, drawn for each beginning. */
function language(seed: number) {
  const known = new Map<string, Float64Array>();
  return (words: readonly number[]): Float64Array => {
    const key = words.join();
    const before = known.get(key);
    if (before) return before;
    const next = generator(seed * 7919 + words.reduce((hash, word) => hash * 31 + word, 17));
    const weights = Array.from({ length: count }, () => next() ** 3 + 0.01);
    const sum = weights.reduce((a, b) => a + b);
    const logs = Float64Array.from(weights, (weight) => Math.log(weight / sum));
    known.set(key, logs);
    return logs;
  };
}

type Whole = { words: number[]; sum: number };

/** All sentences of up to five words, each with its end, in the order of an alphabet. */
function everySentence(logs: (words: readonly number[]) => Float64Array): Whole[] {
  const all: Whole[] = [];
  const from = (words: number[], sum: number): void => {
    const next = logs(words);
    all.push({ words, sum: sum + next[end] });
    if (words.length < longest) for (const word of said) from([...words, word], sum + next[word]);
  };
  from([], 0);
  return all;
}

const scores = {
  none: (sum: number) => sum,
  avg: (sum: number, length: number) => sum / length,
  wu: (sum: number, length: number) => sum / ((5 + length) / 6) ** 0.9,
};

function searched(logs: (words: readonly number[]) => Float64Array, options: Partial<BeamSearchOptions>) {
  const search = new BeamSearch<string>({ end, never: [never], longest, alpha: 0.9, ...options });
  let rounds = 0;
  while (!search.isDone) {
    const { open } = search;
    const rows = open.flatMap(({ words }) => [...logs(words)]);
    search.take(rows, (place) => open[place].words.join());
    rounds++;
  }
  return { finished: search.finished, rounds };
}

describe.each(["none", "avg", "wu"] as const)("by %s", (normalisation) => {
  test("a beam wide enough for all finds the best of all", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const logs = language(seed);
      const all = everySentence(logs)
        .map(({ words, sum }) => ({ words, sum, score: scores[normalisation](sum, words.length + 1) }))
        .sort((a, b) => b.score - a.score);
      expect(all).toHaveLength(1365);
      const [best] = searched(logs, { beam: 1365, normalisation }).finished;
      expect(best.words).toEqual(all[0].words);
      expect(best.score).toBeCloseTo(all[0].score, 12);
      expect(best.logProbability).toBeCloseTo(all[0].sum, 12);
    }
  });

  test("a narrow one finds none that is better, and never what is never said", () => {
    let missed = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const logs = language(seed);
      const all = everySentence(logs).map(({ words, sum }) => scores[normalisation](sum, words.length + 1));
      const { finished } = searched(logs, { beam: 3, normalisation });
      expect(finished[0].score).toBeLessThanOrEqual(Math.max(...all) + 1e-12);
      if (finished[0].score < Math.max(...all) - 1e-9) missed++;
      expect(finished.length).toBeLessThanOrEqual(3);
      for (const { words, logs: each, seen, score } of finished) {
        expect(words).not.toContain(never);
        expect(words).not.toContain(end);
        expect(each).toHaveLength(words.length + 1);
        // What was seen before each word is what had been said by then.
        expect(seen).toEqual(each.map((_, i) => words.slice(0, i).join()));
        expect(score).toBeLessThanOrEqual(finished[0].score);
      }
    }
    expect(missed).toBeLessThan(40);
  });

  test("a beam of one says the surest word each time", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const logs = language(seed);
      const words: number[] = [];
      let sum = 0;
      for (;;) {
        const next = logs(words);
        const choices = words.length === longest ? [end] : [end, ...said];
        const surest = choices.reduce((a, b) => (next[b] > next[a] ? b : a));
        sum += next[surest];
        if (surest === end) break;
        words.push(surest);
      }
      const { finished } = searched(logs, { beam: 1, normalisation });
      expect(finished).toHaveLength(1);
      expect(finished[0].words).toEqual(words);
      expect(finished[0].logProbability).toBeCloseTo(sum, 12);
    }
  });
});

test("without normalisation it stops as soon as what is open cannot win any more; a mean may still be won", () => {
  // The end is nearly certain at once, or after a word that is unlikely and followed by certain ones.
  const logs = (words: readonly number[]): Float64Array => {
    const p =
      words.length === 0 ? [0, 0.6, 0.4, 0, 0, 0] : [0, words.length < 4 ? 0.01 : 0.99, 0.99, 0, 0, 0];
    return Float64Array.from(p, Math.log);
  };
  const none = searched(logs, { beam: 2, normalisation: "none" });
  expect([none.finished[0].words, none.rounds]).toEqual([[], 1]);
  const mean = searched(logs, { beam: 2, normalisation: "avg" });
  expect(mean.finished[0].words).toEqual([2, 2, 2, 2]);
  expect(mean.rounds).toBe(5);
});

test("sums do not lose the digits that an f32 has not", () => {
  const step = Math.fround(-1e-8);
  const logs = (words: readonly number[]) =>
    Float32Array.of(-50, words.length === 20 ? step : -50, -1, words.length < 20 ? step : -50, -50, -50);
  const search = new BeamSearch<null>({ end, never: [never], beam: 1, longest: 30 });
  let begun = false;
  while (!search.isDone) {
    const rows = search.open.flatMap(({ words }) => [...logs(words)]);
    // A first word of ln p = −1, beside which an f32 loses all the others.
    if (!begun) rows[3] = -1 + 1e-9;
    begun = true;
    search.take(rows, () => null);
  }
  expect(search.finished[0].logProbability).toBeCloseTo(-1 + 1e-9 + 20 * step, 14);
});

test("says what is wrong", () => {
  const search = new BeamSearch<null>({ end });
  expect(() => search.take([0, Number.NaN, 0], () => null)).toThrow("the probability of word 1 is NaN");
  expect(() => new BeamSearch({ end, normalisation: "mean" as never })).toThrow(
    'BeamSearch: normalisation is "mean", expected "none", "avg" or "wu"',
  );
  expect(() => new BeamSearch({ beam: 2 } as never)).toThrow(/^BeamSearch: /);
});
