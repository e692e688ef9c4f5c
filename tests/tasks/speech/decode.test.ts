import { describe, expect, test } from "vitest";
import { beam, characterErrors, greedy, plainly, wordErrors } from "../../../src/tasks/speech/index.js";
import { uniform } from "../../checks/random.js";
import { numbers } from "../../textbook/numbers.js";
import { logSoftmax } from "../../textbook/softmax.js";

/** Probability of all labels that there are, by every path. */
function byEveryPath(values: ArrayLike<number>, frames: number, classes: number, blank: number) {
  const totals = new Map<string, number>();
  let best = { share: Number.NEGATIVE_INFINITY, labels: "" };
  for (let path = 0; path < classes ** frames; path++) {
    let [share, before] = [0, -1];
    const labels: number[] = [];
    for (let t = 0, rest = path; t < frames; t++, rest = Math.floor(rest / classes)) {
      const c = rest % classes;
      share += values[t * classes + c];
      if (c !== before && c !== blank) labels.push(c);
      before = c;
    }
    totals.set(labels.join(" "), (totals.get(labels.join(" ")) ?? 0) + Math.exp(share));
    if (share > best.share) best = { share, labels: labels.join(" ") };
  }
  return { totals: [...totals].sort((a, b) => b[1] - a[1]), best };
}

describe("decoding, against every path", () => {
  test.each([
    { frames: 1, classes: 2, blank: 0 },
    { frames: 4, classes: 3, blank: 0 },
    { frames: 5, classes: 4, blank: 3 },
    { frames: 6, classes: 3, blank: 1 },
  ])("$frames frames of $classes classes, blank $blank", ({ frames, classes, blank }) => {
    for (let seed = 1; seed <= 10; seed++) {
      const values = logSoftmax(uniform([frames, classes], { seed, low: -2, high: 2 }), { axis: 1 }).data;
      const { totals, best } = byEveryPath(values, frames, classes, blank);
      const found = beam({ values, classes }, { blank, width: 1e6, most: 3 });
      found.forEach(({ labels, logProbability }, i) => {
        expect(Math.exp(logProbability)).toBeCloseTo(totals[i][1], 10);
        expect(labels.join(" ")).toBe(totals[i][0]);
      });
      const path = greedy({ values, classes }, { blank });
      expect(path.labels.join(" ")).toBe(best.labels);
      expect(path.logProbability).toBeCloseTo(best.share, 10);
    }
  });

  test("the beam finds labels of many paths that the best path misses", () => {
    // Two frames: blank 0.6, a 0.4 each. The best path is blank, blank (0.36); "a" has 0.64 in three paths.
    const values = [0.6, 0.4, 0.6, 0.4].map(Math.log);
    expect(greedy({ values, classes: 2 }).labels).toEqual([]);
    const [first] = beam({ values, classes: 2 });
    expect(first.labels).toEqual([1]);
    expect(Math.exp(first.logProbability)).toBeCloseTo(0.64, 12);
  });
  test("of no frames are no labels; what cannot be is not followed", () => {
    expect(beam({ values: [], classes: 3 })).toEqual([{ labels: [], logProbability: 0 }]);
    expect(greedy({ values: [], classes: 3 })).toEqual({ labels: [], logProbability: 0 });
    const sure = [0, 1, 1].flatMap((c) => [0, 1].map((k) => (k === c ? 0 : Number.NEGATIVE_INFINITY)));
    expect(beam({ values: numbers(sure).data, classes: 2 }, { most: 9 })[0]).toEqual({
      labels: [1],
      logProbability: 0,
    });
  });
});

describe("error rates", () => {
  test("of words are summed before they are divided", () => {
    const errors = wordErrors([
      ["one two three", "one too three four"],
      ["five", ""],
    ]);
    expect(errors).toEqual({ substitutions: 1, deletions: 1, insertions: 1, count: 4, rate: 0.75 });
  });
  test("may pass 1, and count what was read where nothing was said", () => {
    expect(wordErrors([["a", "b c d"]]).rate).toBe(3);
    expect(wordErrors([["", "b"]])).toMatchObject({
      insertions: 1,
      count: 0,
      rate: Number.POSITIVE_INFINITY,
    });
    expect(wordErrors([["", ""]]).rate).toBe(0);
  });
  test("of characters count spaces, and accents as part of their letter", () => {
    expect(characterErrors([["ab c", "abc"]])).toMatchObject({ deletions: 1, count: 4 });
    expect(characterErrors([["e\u0301a", "\u00e9a"]]).rate).toBe(0);
    expect(characterErrors([["kitten", "sitting"]])).toMatchObject({
      substitutions: 2,
      insertions: 1,
      count: 6,
    });
  });
  test("plainly leaves letters, digits and apostrophes within words", () => {
    expect(plainly("  It’s “3 o'clock” — isn't IT?  ")).toBe("it's 3 o'clock isn't it");
  });
});
