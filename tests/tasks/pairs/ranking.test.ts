/** MAP and MRR by trec_eval's rules. */
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/random/threefry.js";
import { type Judgments, type Retrieved, type Run, rankingScores } from "../../../src/tasks/pairs/ranking.js";
import { judgmentsText, readJudgments, readRun, runText } from "../../../src/tasks/pairs/run-files.js";

const run = (of: { [id: string]: { [document: string]: number } }): Run =>
  new Map(
    Object.entries(of).map(([id, documents]) => [
      id,
      Object.entries(documents).map(([document, score]): Retrieved => ({ document, score })),
    ]),
  );
const judgments = (of: { [id: string]: { [document: string]: number } }): Judgments =>
  new Map(Object.entries(of).map(([id, judged]) => [id, new Map(Object.entries(judged))]));

/** The equations, by counting alone: no sort. A document's rank is one more than the documents before it. */
function plain(documents: readonly Retrieved[], judged: ReadonlyMap<string, number>, against = false) {
  const isRelevant = (d: Retrieved) => (judged.get(d.document) ?? 0) > 0;
  const isBefore = (a: Retrieved, b: Retrieved): boolean => {
    if (a.score !== b.score) return a.score > b.score;
    if (against && isRelevant(a) !== isRelevant(b)) return isRelevant(b);
    return Buffer.compare(Buffer.from(a.document), Buffer.from(b.document)) > 0;
  };
  const rank = (d: Retrieved) => 1 + documents.filter((other) => other !== d && isBefore(other, d)).length;
  const ranks = documents.filter(isRelevant).map(rank);
  const all = [...judged.values()].filter((r) => r > 0).length;
  const precision = (r: number) => ranks.filter((other) => other <= r).length / r;
  return {
    ap: all === 0 ? 0 : ranks.reduce((sum, r) => sum + precision(r), 0) / all,
    rr: ranks.length === 0 ? 0 : 1 / Math.min(...ranks),
  };
}

describe("by hand", () => {
  test("two of three relevant documents at ranks 1 and 3, the third not found", () => {
    const { map, mrr, each } = rankingScores(
      run({ q: { a: 3, b: 2, c: 1 } }),
      judgments({ q: { a: 1, b: 0, c: 2, missing: 1 } }),
    );
    expect(map).toBeCloseTo((1 + 2 / 3) / 3, 15);
    expect(mrr).toBe(1);
    expect(each).toEqual([{ id: "q", averagePrecision: map, reciprocalRank: 1, relevant: 3, found: 2 }]);
  });

  test("of equal scores the greater name comes first, whatever the order of the run", () => {
    const judged = judgments({ q: { d10: 1, d9: 0 } });
    for (const documents of [
      { d10: 0.5, d9: 0.5 },
      { d9: 0.5, d10: 0.5 },
    ])
      expect(rankingScores(run({ q: documents }), judged).mrr).toBe(0.5);
    // Names are compared as bytes: capitals before small letters, and U+FF21 before an emoji.
    expect(rankingScores(run({ q: { B: 1, a: 1 } }), judgments({ q: { a: 1, B: 0 } })).mrr).toBe(1);
    expect(rankingScores(run({ q: { Ａ: 1, "😀": 1 } }), judgments({ q: { "😀": 1 } })).mrr).toBe(1);
    // A name that begins another is the smaller one.
    expect(rankingScores(run({ q: { d: 1, d1: 1 } }), judgments({ q: { d1: 1 } })).mrr).toBe(1);
  });

  test("ties against us: what says the same of everything is last", () => {
    const constant = run({ q: { a: 1, b: 1, c: 1, d: 1 } });
    const judged = judgments({ q: { c: 1, d: 1 } });
    expect(rankingScores(constant, judged)).toMatchObject({ map: 1, mrr: 1 });
    expect(rankingScores(constant, judged, { ties: "against" })).toMatchObject({
      map: (1 / 3 + 2 / 4) / 2,
      mrr: 1 / 3,
    });
  });

  test("NaN has no rank: nothing is found at the first place by it", () => {
    expect(() =>
      rankingScores(run({ q: { a: Number.NaN, b: 1 } }), judgments({ q: { a: 1, b: 0 } })),
    ).toThrow("rankingScores: the score of a document of question q is NaN, which has no rank");
  });

  test("which questions count", () => {
    const found = run({ both: { a: 2, b: 1 }, none: { a: 1 }, all: { a: 1, b: 0 }, strange: { a: 1 } });
    const judged = judgments({
      both: { a: 0, b: 1 },
      none: { a: 0 },
      all: { a: 1, b: 1 },
      gone: { a: 1, b: 0 },
    });
    const of = (options: object) => {
      const { map, mrr, questions, leftOut } = rankingScores(found, judged, options);
      return { map, mrr, questions, leftOut: Object.values(leftOut) };
    };
    expect(of({})).toEqual({ map: 1.5 / 3, mrr: 1.5 / 3, questions: 3, leftOut: [1, 1, 0, 0] });
    expect(of({ counted: "answered" })).toEqual({
      map: 0.75,
      mrr: 0.75,
      questions: 2,
      leftOut: [1, 1, 1, 0],
    });
    expect(of({ counted: "mixed" })).toEqual({ map: 0.5, mrr: 0.5, questions: 1, leftOut: [1, 1, 1, 1] });
    expect(of({ counted: "mixed", complete: true })).toEqual({
      map: 0.25,
      mrr: 0.25,
      questions: 2,
      leftOut: [1, 0, 1, 1],
    });
    expect(rankingScores(new Map(), new Map()).map).toBeNaN();
  });
});

test.each(["names", "against"] as const)("crafted ties, by plain loops: %s", (ties) => {
  const random = new RandomStream(1, 0);
  for (let k = 0; k < 300; k++) {
    const count = 1 + random.integer(12);
    const documents = Array.from({ length: count }, (_, i) => ({
      document: `${["x", "y", "Ä", "😀", "ﬀ"][random.integer(5)]}${i}`,
      score: random.integer(3) / 2,
    }));
    const judged = new Map(
      [...documents.map(({ document }) => document), "u", "v"]
        .filter(() => random.uniform(0, 1) < 0.8)
        .map((document) => [document, random.integer(3) - 1]),
    );
    const scores = rankingScores(new Map([["q", documents]]), new Map([["q", judged]]), { ties });
    const { ap, rr } = plain(documents, judged, ties === "against");
    expect(scores.map).toBeCloseTo(ap, 14);
    expect(scores.mrr).toBeCloseTo(rr, 14);
  }
});

describe("files", () => {
  const some = run({ "1.2": { a: 0.1, b: 1e-9, c: 0.1 }, q2: { x: -3, y: 12345.678 } });

  test("a run is written by rank, and is the same again", async () => {
    const text = runText(some, "ours");
    expect(text.split("\n")[0]).toBe("1.2 Q0 c 1 0.100000001 ours");
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => line.split(" ").slice(0, 4).join(" ")),
    ).toEqual([...["1.2 Q0 c 1", "1.2 Q0 a 2", "1.2 Q0 b 3", "q2 Q0 y 1", "q2 Q0 x 2"]]);
    const again = await readRun(new File([text], "ours.run"));
    for (const [id, documents] of some)
      for (const { document, score } of documents)
        expect(again.get(id)!.find((d) => d.document === document)!.score).toBe(Math.fround(score));
    expect(runText(again, "ours")).toBe(text);
  });

  test("judgments are written and read", async () => {
    const judged = judgments({ "1.2": { a: 1, b: 0 }, q2: { x: 2 } });
    const text = judgmentsText(judged);
    expect(text).toBe("1.2 0 a 1\n1.2 0 b 0\nq2 0 x 2\n");
    expect(await readJudgments(new File([text], "qrels"))).toEqual(judged);
  });

  const refusal = (act: () => unknown): Promise<string> =>
    Promise.resolve()
      .then(act)
      .then(
        () => "nothing was refused",
        (error: Error) => error.message,
      );
  test.each([
    ["q Q0 a 1 0.5", 'r, line 1 is "q Q0 a 1 0.5", expected "question Q0 document rank score tag"'],
    ["q Q0 a 1 much t", 'r, line 1: the score is "much", expected a number'],
    ["q Q0 a 1 1 t\nq Q0 a 2 0 t", "r, line 2: question q has document a twice"],
    ["\n# nothing\n", 'r: has no lines "question Q0 document rank score tag"'],
  ])("a run %j is refused", async (content, message) => {
    expect(await refusal(() => readRun(new File([content], "r")))).toBe(message);
  });
  test.each([
    ["q 0 a yes", 'j, line 1: the relevance is "yes", expected a whole number'],
    ["q 0 a 1\n\nq 0 a 0", "j, line 3: question q has document a twice"],
  ])("judgments %j are refused", async (content, message) => {
    expect(await refusal(() => readJudgments(new File([content], "j")))).toBe(message);
  });
  test("names with spaces and scores that are none are not written", async () => {
    expect(await refusal(() => runText(run({ "a b": { x: 1 } }), "t"))).toBe(
      'the name of the question is "a b", expected one without spaces: trec_eval reads to the next',
    );
    expect(await refusal(() => runText(run({ a: { x: Number.NaN } }), "t"))).toBe(
      "run: the score of x is NaN",
    );
  });
});
