import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointOf, nn, save } from "../../../src/index.js";
import * as pairs from "../../../src/tasks/pairs/index.js";

const towns = pairs.townQuestions();
const quick = {
  features: "overlap",
  epochs: 8,
  lr: 0.003,
  batchSize: 16,
  maps: 32,
  size: 16,
  hidden: 32,
  dropout: 0.2,
  seed: 1,
} as const;

let folder: string;
let network: pairs.Ranker;
let regression: pairs.Ranker;
const begun: pairs.PairBeginning[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-rank-"));
  regression = await pairs.train(towns.train, { method: "regression" });
  network = await pairs.train(towns.train, { ...quick, onBegin: (one) => void begun.push(one) });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const refusal = (act: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(act)
    .then(
      () => "nothing was refused",
      (error: Error) => error.message,
    );
const sentences = towns.test.questions[0].candidates.map(({ text }) => text);
const question = towns.test.questions[0].text;

describe("the questions of a grammar", () => {
  test("are the same for the same seed, each with eight candidates, none in both parts", () => {
    expect(pairs.townQuestions().train.questions).toEqual(towns.train.questions);
    expect(pairs.townQuestions({ seed: 1 }).train.questions[0]).not.toEqual(towns.train.questions[0]);
    expect([towns.train, towns.test].map((part) => part.questions.length)).toEqual([120, 40]);
    const known = new Set(towns.train.questions.map(({ text }) => text));
    expect(towns.test.questions.filter(({ text }) => known.has(text))).toEqual([]);
    for (const { text, candidates } of [...towns.train.questions, ...towns.test.questions]) {
      expect(candidates.length).toBe(8);
      const relevant = candidates.filter((c) => c.relevant).length;
      expect(relevant === 1 || relevant === 2).toBe(true);
      expect([text, ...candidates.map((c) => c.text)].some((one) => /[[\]]/.test(one))).toBe(false);
    }
  });
});

describe("how well candidates are ranked", () => {
  test("a constant scorer is the worst there is", () => {
    const constant = new Map(
      towns.test.questions.map(({ id, candidates }) => [
        id,
        candidates.map(({ name }) => ({ document: name, score: 1 })),
      ]),
    );
    expect(pairs.evaluationOf(towns.test, constant, "against").mixed.mrr).toBeLessThan(0.15);
    expect(pairs.evaluationOf(towns.test, constant, "names").mixed.mrr).toBeLessThan(0.6);
  });

  test("BM25, regression and network: those that know what an answer looks like are ahead", async () => {
    const of = async (ranker: pairs.Ranker) => (await ranker.evaluate(towns.test)).mixed.map;
    const bm25 = await of(await pairs.train(towns.train, { method: "bm25" }));
    const overlap = await of(await pairs.train(towns.train, { method: "regression", features: "overlap" }));
    expect(bm25).toBeGreaterThan(0.55);
    expect(await of(regression)).toBeGreaterThan(bm25 + 0.2);
    // Of words in common alone the regression cannot tell; the network, which sees the words, can.
    expect(await of(network)).toBeGreaterThan(overlap + 0.08);
  }, 60_000);

  test("evaluate is the run, by the measures", async () => {
    const run = await regression.run(towns.test);
    const result = await regression.evaluate(towns.test);
    const by = (counted: pairs.Counted) =>
      pairs.rankingScores(run, pairs.judgmentsOf(towns.test), { ties: "against", counted });
    expect(result.mixed).toEqual(by("mixed"));
    expect(result.answered).toEqual(by("answered"));
    expect(result.pairs).toBe(320);
    for (const { id, first, answer, rank } of result.mistakes) {
      const { candidates } = towns.test.questions.find((q) => q.id === id)!;
      expect(candidates.find(({ text }) => text === first)!.relevant).toBe(false);
      expect(candidates.find(({ text }) => text === answer)!.relevant).toBe(true);
      expect(rank).toBeGreaterThan(1);
    }
    // A run that was written and read is worth the same.
    const again = await pairs.readRun(new File([pairs.runText(run, "ours")], "ours.run"));
    const judged = await pairs.readJudgments(
      new File([pairs.judgmentsText(pairs.judgmentsOf(towns.test))], "q"),
    );
    expect(pairs.rankingScores(again, judged)).toEqual(
      pairs.rankingScores(run, pairs.judgmentsOf(towns.test)),
    );
  });
});

describe("a ranker", () => {
  test("ranks, and says how sure it is", async () => {
    const ranked = await network.rank(question, sentences);
    expect(ranked.map(({ index }) => index).sort()).toEqual(sentences.map((_, i) => i));
    for (const [i, { text, index, score, probability }] of ranked.entries()) {
      expect(text).toBe(sentences[index]);
      expect(probability).toBeCloseTo(1 / (1 + Math.exp(-score)), 6);
      if (i > 0) expect(score).toBeLessThanOrEqual(ranked[i - 1].score);
    }
  });

  test("says the same of a candidate alone, among others, and among longer ones", async () => {
    const long = `${sentences[0]} ${sentences.join(" ")} ${sentences.join(" ")}`;
    const together = await network.rank(question, [...sentences, long]);
    for (const text of sentences) {
      const [{ score }] = await network.rank(question, [text]);
      expect(together.find((one) => one.text === text)!.score).toBeCloseTo(score, 5);
    }
  });

  test("keeps the order of candidates that are worth the same", async () => {
    const ranked = await network.rank(question, ["the mill", "the mill", "the mill"]);
    expect(ranked.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test("is the same again for the same seed, and another for another", async () => {
    const short = { ...quick, epochs: 1 };
    const [a, b, c] = await Promise.all(
      [1, 1, 2].map(async (seed) =>
        (await pairs.train(towns.train, { ...short, seed })).rank(question, sentences),
      ),
    );
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  }, 60_000);

  test("is the same from a file, with all that it needs", async () => {
    for (const ranker of [network, regression, await pairs.train(towns.train, { method: "bm25" })]) {
      const path = join(folder, `${ranker.method}.safetensors`);
      await ranker.save(path);
      const again = await pairs.load(path);
      expect(String(again)).toBe(String(ranker));
      expect(await again.rank(question, sentences)).toEqual(await ranker.rank(question, sentences));
    }
  });

  test("tells what it begins with", () => {
    const [{ epochs, batchSize, questions, pairs: all }] = begun;
    expect({ begun: begun.length, epochs, batchSize, questions, all }).toEqual({
      ...{ begun: 1, epochs: 8, batchSize: 16 },
      ...{ questions: 120, all: 960 },
    });
  });

  test("without marks and without features it trains as well", async () => {
    const bare = await pairs.train(towns.train, { ...quick, features: "none", marks: 0, epochs: 1 });
    expect([...[bare.network.options.inputs].flat()]).toEqual(["question", "candidate"]);
    expect((await bare.rank(question, sentences)).length).toBe(8);
  });

  test("begins with vectors of a file", async () => {
    const file = new File(["tower 1 2 3\nbridge 4 5 6\nzebra 7 8 9"], "v.txt");
    const { size: _, ...others } = quick;
    let found: number | undefined;
    const ranker = await pairs.train(towns.train, {
      ...others,
      epochs: 1,
      vectors: file,
      onBegin: ({ withVectors }) => {
        found = withVectors;
      },
    });
    expect(found).toBe(2);
    expect(ranker.network.parameters.get("questionVectors.vectors")!.shape[1]).toBe(3);
    expect(await refusal(() => pairs.train(towns.train, { ...quick, vectors: file }))).toBe(
      "v.txt: has vectors of 3 numbers, expected 16",
    );
  });

  test.each([
    [question, [], `the question ${JSON.stringify(question)} has no candidates`],
    ["  ", ["a"], 'the question "  " has no words'],
    [3, ["a"], "rank: the question is 3, expected a text"],
    ["who", "me", 'rank: the list of candidates is "me", expected a list of texts'],
  ])("refuses %j with %j", async (asked, candidates, message) => {
    expect(await refusal(() => network.rank(asked as string, candidates as string[]))).toBe(message);
  });

  test("a candidate without words, or of unknown ones, has a score", async () => {
    const ranked = await network.rank(question, ["", "xyzzy plugh", "…"]);
    expect(ranked.every(({ score }) => Number.isFinite(score))).toBe(true);
  });

  test("refuses questions that teach nothing", async () => {
    const all = pairs.questionsOf("all", [{ question: "q", answer: "a", relevant: true }]);
    expect(await refusal(() => pairs.train(all))).toBe(
      "all: no question has both an answer and another candidate to learn from",
    );
    expect(await refusal(() => pairs.train(towns.train, { method: "regression", features: "none" }))).toBe(
      "train: a regression on no features learns nothing; leave out features, or name others",
    );
  });

  test("refuses a file of something else", async () => {
    const path = join(folder, "line.safetensors");
    const line = nn.sequential("line", nn.dense(2));
    line.build([3]);
    await save(path, checkpointOf(line, { input: [3], data: { name: "x", classes: [] } }));
    expect(await refusal(() => pairs.load(path))).toBe(
      `${path}: holds line, expected a ranker, as pairs.train and rank train write it`,
    );
  });
});
