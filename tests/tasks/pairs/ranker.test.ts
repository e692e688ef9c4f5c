import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointOf, explain, nn, save, tensor } from "../../../src/index.js";
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

describe("a look at a question and a candidate", () => {
  const total = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b, 0);
  const partsOf = ({ question, candidate, similarity, counted, bias }: pairs.PairSight) =>
    total(question.read?.parts ?? []) +
    total(candidate.read?.parts ?? []) +
    (similarity?.part ?? 0) +
    total(counted.map(({ part }) => part)) +
    bias;

  test("the score is that of rank, and the sum of its parts, by every method", async () => {
    const bm25 = await pairs.train(towns.train, { method: "bm25" });
    for (const ranker of [network, regression, bm25])
      for (const { text, score } of await ranker.rank(question, sentences)) {
        const seen = await ranker.look(question, text);
        expect(seen.score).toBeCloseTo(score, 4);
        expect(partsOf(seen)).toBeCloseTo(seen.score, 4);
        expect(seen.counted.map(({ name }) => name)).toEqual(ranker.reading.features);
        expect(seen.similarity === undefined).toBe(ranker !== network);
      }
  });

  test("maps, their greatest and the similarity are what the layers give, without what fills texts up", async () => {
    const [sentence] = sentences;
    const seen = await network.look(question, sentence);
    const { vocabulary } = network.reading;
    const numbers = (words: readonly string[]) =>
      Int32Array.from(words, (word) => vocabulary!.numberOf(word.toLowerCase()));
    expect(seen.question.words.join(" ")).toBe(question);
    expect(seen.candidate.words.join(" ")).toBe(sentence);
    // Marks are numbers from 1 on: of each shape one for words of its own, and one for those in both.
    const shapes = ["plain", "functional", "mark", "name", "number", "numeral", "year", "calendar"];
    const marks = ({ shapes: of, isShared }: pairs.SeenText) =>
      Int32Array.from(of, (shape, i) => 2 * (1 + shapes.indexOf(shape)) + Number(isShared[i]));
    const row = (values: Int32Array | Float32Array) => tensor(values, [1, values.length]);
    const layers = await explain.layerOutputs(network.network, {
      question: row(numbers(seen.question.words)),
      candidate: row(numbers(seen.candidate.words)),
      questionMarks: row(marks(seen.question)),
      candidateMarks: row(marks(seen.candidate)),
      features: row(Float32Array.from(seen.counted, ({ scaled }) => scaled)),
    });
    const output = async (path: string) =>
      Array.from((await layers.get(path)!.output.data()) as Float32Array);
    const near = (given: ArrayLike<number>, wanted: readonly number[]) => {
      expect(given.length).toBe(wanted.length);
      wanted.forEach((value, i) => void expect(given[i]).toBeCloseTo(value, 4));
    };
    for (const text of ["question", "candidate"] as const) {
      const { read, words } = seen[text];
      const { places, filters, before, window, at, values, greatest } = read!;
      expect([places, filters, before, window]).toEqual([words.length + 4, 32, 4, 5]);
      near(read!.matrix, await output(`${text}Matrix`));
      near(values, await output(`${text}Conv`));
      near(greatest, await output(`${text}Greatest`));
      at.forEach((place, k) => void expect(values[place * filters + k]).toBe(greatest[k]));
    }
    near([seen.similarity!.value], await output("similarity"));
    near(seen.similarity!.candidate, await output("candidateMaps"));
    const { turned, candidate } = seen.similarity!;
    expect(total(turned.map((one, k) => one * candidate[k]))).toBeCloseTo(seen.similarity!.value, 4);
    const [no, yes] = await output("scores");
    expect(seen.score).toBeCloseTo(yes - no, 4);
  });

  test("a part is the slope of the score: features a little greater change it by as much", async () => {
    const seen = await regression.look(question, sentences[0]);
    const { means, deviations, features } = regression.reading;
    const at = features.indexOf("length");
    const { value, scaled, part } = seen.counted[at];
    expect(value).toBeCloseTo(Math.log(1 + seen.candidate.words.length), 6);
    expect(scaled).toBeCloseTo((value - means[at]) / deviations[at], 6);
    const weights = (await regression.network.parameters.get("counted.weights")!.data()) as Float32Array;
    expect(part).toBeCloseTo(scaled * (weights[2 * at + 1] - weights[2 * at]), 5);
  });

  test("words in common and unknown ones are told", async () => {
    const { question: asked, candidate } = await network.look(
      "When were bridges of Kelling xyzzy ?",
      "The bridge of plugh was built in 1832 .",
    );
    expect(asked.words.filter((_, i) => asked.isShared[i])).toEqual(["bridges", "of"]);
    expect(candidate.words.filter((_, i) => candidate.isShared[i])).toEqual(["bridge", "of"]);
    expect(candidate.words.filter((_, i) => !candidate.isKnown[i])).toContain("plugh");
    expect(candidate.shapes[candidate.words.indexOf("1832")]).toBe("year");
    expect(network.read("When xyzzy ?")).toEqual({
      words: ["When", "xyzzy", "?"],
      isKnown: [true, false, true],
    });
    expect(regression.read("xyzzy of").isKnown).toEqual([false, true]);
  });

  test("a network of words alone has no features and no marks", async () => {
    const bare = await pairs.train(towns.train, { ...quick, features: "none", marks: 0, epochs: 1 });
    const seen = await bare.look(question, sentences[0]);
    expect([seen.counted, seen.question.read!.size]).toEqual([[], 16]);
    expect(partsOf(seen)).toBeCloseTo(seen.score, 4);
  });

  test.each([
    [" ", "a", 'the question " " has no words'],
    ["who", " ", 'the candidate " " has no words'],
    ["who", 3, "look: the candidate is 3, expected a text"],
  ])("refuses %j with %j", async (asked, candidate, message) => {
    expect(await refusal(() => network.look(asked, candidate as string))).toBe(message);
  });
});
