/** What is counted of a question and a candidate, and the regression on it. */
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/random/threefry.js";
import { kindOf, shapeOf, stem } from "../../../src/tasks/pairs/english.js";
import { bm25, featureNames, featuresOf } from "../../../src/tasks/pairs/features.js";
import { fitLogistic } from "../../../src/tasks/pairs/logistic.js";
import { idf, passageReader, statisticsOf } from "../../../src/tasks/pairs/passages.js";

const read = passageReader("unicode-cased", 50);
const texts = [
  "The bridge was built in 1874 by Anna Berg .",
  "The bridge is long .",
  "A tower was built near the river .",
].map(read);
const statistics = statisticsOf(texts);
const asked = (question: string, candidate: string) => {
  const values = featuresOf(read(question), read(candidate), statistics);
  expect(values.length).toBe(featureNames.length);
  return (name: (typeof featureNames)[number]) => values[featureNames.indexOf(name)];
};

test("inverse document frequency counts texts, not words", () => {
  expect(statistics.texts).toBe(3);
  expect(statistics.averageLength).toBeCloseTo((10 + 5 + 8) / 3, 12);
  expect(idf(statistics, "bridge")).toBeCloseTo(Math.log(1 + 1.5 / 2.5), 12);
  expect(idf(statistics, "the")).toBeCloseTo(Math.log(1 + 0.5 / 3.5), 12);
  expect(idf(statistics, "nowhere")).toBeCloseTo(Math.log(1 + 3.5 / 0.5), 12);
});

test("BM25, by its equation", () => {
  const [a, b] = [read("the bridge"), read("bridge bridge of stone")];
  const length = 1.2 * (0.25 + (0.75 * 4) / ((10 + 5 + 8) / 3));
  // "bridge" stands in two of three texts, and twice in this one.
  expect(bm25(a, b, statistics)).toBeCloseTo((Math.log(1 + 1.5 / 2.5) * 2 * 2.2) / (2 + length), 12);
  expect(bm25(a, read("nothing of it"), statistics)).toBe(0);
});

test("words in common: shares of the question's, each counted once, marks not at all", () => {
  const of = asked("When was the bridge , the old bridge , built ?", "They built the bridge in 1874 .");
  // when was the bridge old built: the, bridge, built are found
  expect(of("words in common")).toBeCloseTo(3 / 6, 12);
  // bridge old built
  expect(of("content words in common")).toBeCloseTo(2 / 3, 12);
  const weights = ["bridge", "old", "built"].map((word) => idf(statistics, word));
  expect(of("content words in common, by idf")).toBeCloseTo(
    (weights[0] + weights[2]) / (weights[0] + weights[1] + weights[2]),
    12,
  );
});

test("stems are alike where endings differ", () => {
  const same = ["build builds building", "play played plays player", "city cities", "plan planned planning"];
  for (const words of same) expect(new Set(words.split(" ").map(stem)).size, words).toBe(1);
  for (const [a, b] of ["art are", "state station", "bring brown", "red reed"].map((two) => two.split(" ")))
    expect(stem(a)).not.toBe(stem(b));
  const of = asked("Who builds bridges ?", "She built bridges .");
  expect(of("content words in common")).toBeCloseTo(1 / 2, 12);
});

test.each([
  ["Who built the bridge ?", "person"],
  ["When was it built ?", "time"],
  ["In what year was it built ?", "time"],
  ["Where is it ?", "place"],
  ["Which cities are near ?", "place"],
  ["How many people work there ?", "number"],
  ["How does it work ?", "thing"],
  ["Name the designer of the bridge .", "person"],
  ["What is the population of Lund ?", "number"],
  ["What is a bridge ?", "thing"],
  ["Is it there ?", "thing"],
])("%s asks for a %s", (question, kind) => {
  expect(kindOf(read(question).words)).toBe(kind);
});

test.each([
  ["Berg", "name"],
  ["bridge", "plain"],
  ["the", "functional"],
  ["The", "functional"],
  ["1874", "year"],
  ["1,874", "number"],
  ["£20", "number"],
  ["seven", "numeral"],
  ["May", "calendar"],
  ["may", "plain"],
  ["Ärger", "name"],
  [",", "mark"],
])("%s looks like a %s", (word, shape) => expect(shapeOf(word)).toBe(shape));

describe("an answer of the kind that is asked for", () => {
  const answered = "answer of the kind that is asked for";
  test.each([
    ["When was the bridge built ?", "The bridge was built in 1874 .", 1],
    ["When was the bridge built ?", "The bridge was built of stone .", 0],
    // What the question has itself is no answer.
    ["What happened to the bridge in 1874 , in which year was it built ?", "It is from 1874 .", 0],
    ["Who built the bridge ?", "It was built by Anna Berg .", 1],
    ["Who built the bridge ?", "It was built by somebody .", 0],
    ["Where is the bridge ?", "It stands in Lund .", 1],
    ["Where is the bridge ?", "It stands there .", 0],
    ["How long is the bridge ?", "It is 300 metres long .", 1],
    ["How long is the bridge ?", "It is long .", 0],
  ])("%s %s %d", (question, candidate, expected) => {
    expect(asked(question, candidate)(answered)).toBe(expected);
  });
});

test("what is of no question and of no words is numbers all the same", () => {
  for (const [question, candidate] of [
    ["?", "."],
    ["the", ""],
    ["", "a"],
  ])
    expect([...featuresOf(read(question), read(candidate), statistics)].every(Number.isFinite)).toBe(true);
});

describe("logistic regression", () => {
  const random = new RandomStream(3, 0);
  const rows = Array.from({ length: 200 }, () => Float64Array.from({ length: 3 }, () => random.normal(0, 1)));
  const truths = rows.map((row) => random.uniform(0, 1) < 1 / (1 + Math.exp(-(row[0] - 2 * row[1] + 0.5))));

  test("the gradient is zero where it ends", () => {
    const { weights, bias, steps } = fitLogistic(rows, truths, { l2: 2 });
    expect(steps).toBeLessThan(12);
    const gradient = [0, 0, 0, 0];
    rows.forEach((row, n) => {
      const score = row.reduce((sum, x, i) => sum + x * weights[i], bias);
      const error = 1 / (1 + Math.exp(-score)) - Number(truths[n]);
      [...row, 1].forEach((x, i) => {
        gradient[i] += error * x;
      });
    });
    weights.forEach((w, i) => {
      gradient[i] += 2 * w;
    });
    for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-5);
    expect(weights[0]).toBeGreaterThan(0.5);
    expect(weights[1]).toBeLessThan(-1);
  });

  test("classes that can be separated, columns that never vary, and those that are the same twice", () => {
    const odd = rows.map((row) => Float64Array.from([row[0], row[0], 0, 7]));
    const { weights, bias } = fitLogistic(
      odd,
      rows.map((row) => row[0] > 0),
      { l2: 0.1 },
    );
    expect([...weights, bias].every(Number.isFinite)).toBe(true);
    expect(weights[0]).toBeCloseTo(weights[1], 6);
    expect(weights[0]).toBeGreaterThan(1);
  });
});
