import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointOf, load as loadCheckpoint, nn, save } from "../../../src/index.js";
import * as text from "../../../src/tasks/text/index.js";

const messages = text.guestMessages({ train: 240, test: 120 });
const quick = { size: 16, windows: [1, 2, 3], maps: 16, epochs: 6, lr: 0.005, seed: 1 };

let folder: string;
let classifier: text.TextClassifier;
const begun: text.TextBeginning[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-text-"));
  classifier = await text.train(messages.train, {
    ...quick,
    validation: messages.test,
    onBegin: (beginning) => void begun.push(beginning),
  });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const refusal = (act: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(act)
    .then(
      () => "nothing was refused",
      (error: Error) => error.message,
    );

describe("the messages of a grammar", () => {
  test("are the same for the same seed, in four classes, none in both parts", () => {
    const again = text.guestMessages({ train: 240, test: 120 });
    expect(again.train.texts).toEqual(messages.train.texts);
    expect(text.guestMessages({ seed: 1 }).train.texts[0]).not.toEqual(messages.train.texts[0]);
    expect(messages.train.classes).toEqual(["complaint", "praise", "question", "request"]);
    const known = new Set(messages.train.texts.map(({ text }) => text));
    expect(messages.test.texts.filter(({ text }) => known.has(text)).length).toBe(0);
    expect(messages.train.texts.every(({ text }) => !/[[\]|]/.test(text))).toBe(true);
  });
});

describe("a classifier", () => {
  test("learns", async () => {
    const { accuracy, loss, count, confusion, mistakes } = await classifier.evaluate(messages.test);
    expect(accuracy).toBeGreaterThan(0.85);
    expect(count).toBe(120);
    const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
    expect([right / 120, 120 - right]).toEqual([accuracy, mistakes.length]);
    expect(confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([30, 30, 30, 30]);
    for (const { index, truth, text: said } of mistakes)
      expect(messages.test.texts[index]).toMatchObject({ label: truth, text: said });
    // By the equation, from the scores of each.
    const each = await classifier.predict(messages.test.texts.map(({ text }) => text));
    const losses = each.map(({ scores }, i) => {
      const truth = classifier.classes.indexOf(messages.test.texts[i].label);
      return Math.log([...scores].reduce((sum, s) => sum + Math.exp(s), 0)) - scores[truth];
    });
    expect(loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 120, 5);
  });

  test("tells what it begins with", () => {
    expect(begun).toHaveLength(1);
    const [{ epochs, batchSize, lengths, cut, wordless }] = begun;
    expect({ epochs, batchSize, cut, wordless }).toEqual({ epochs: 6, batchSize: 16, cut: 0, wordless: [] });
    const all = messages.train.texts
      .map((t) => text.tokeniser("unicode")(t.text).length)
      .sort((a, b) => a - b);
    expect(lengths).toEqual([all[0], all[120], all[239]]);
  });

  test("is the same again for the same seed", async () => {
    const again = await text.train(messages.train, quick);
    const said = "the bed was not comfortable at all";
    expect((await again.predict(said)).scores).toEqual((await classifier.predict(said)).scores);
  });

  test("says the same of a text alone and among others", async () => {
    const said = [
      "the room was very quiet",
      "is there a pool ?",
      "the window was not clean at all , please clean the window this morning",
    ];
    const together = await classifier.predict(said);
    for (const [i, one] of said.entries()) {
      const alone = await classifier.predict(one);
      expect(alone.label).toBe(together[i].label);
      for (const [k, score] of alone.scores.entries()) expect(score).toBeCloseTo(together[i].scores[k], 5);
    }
  });

  test("says which words it does not know", async () => {
    const { words, unknown } = await classifier.predict("The Zebra was QUIET");
    expect([words, unknown]).toEqual([["the", "zebra", "was", "quiet"], ["zebra"]]);
  });

  test("is the same from a file, with all that it needs", async () => {
    const path = join(folder, "messages.safetensors");
    await classifier.save(path);
    const again = await text.load(path);
    expect(String(again)).toBe(String(classifier));
    const said = messages.test.texts.slice(0, 20).map(({ text }) => text);
    expect((await again.predict(said)).map(({ scores }) => scores)).toEqual(
      (await classifier.predict(said)).map(({ scores }) => scores),
    );
    expect((await loadCheckpoint(path)).data).toEqual({ name: "messages", classes: [...classifier.classes] });
  });

  test.each([
    ["", 'the text "" has no words'],
    ["   ", 'the text "   " has no words'],
    ["xyzzy plugh", 'none of the 2 words of the text "xyzzy plugh" is known: they did not occur in training'],
    ["xyzzy", 'the word of the text "xyzzy" is not known: it did not occur in training'],
    [3, "predict: the text is 3, expected a text, or a list of texts"],
  ])("refuses %j", async (given, message) => {
    expect(await refusal(() => classifier.predict(given as string))).toBe(message);
  });

  test("refuses texts of other classes", async () => {
    const other = text.labelledTexts("other", [{ text: "hello", label: "greeting" }]);
    expect(await refusal(() => classifier.evaluate(other))).toBe(
      'other, text 1: the class "greeting" is none of those trained on, complaint, praise, question, request',
    );
  });

  test("refuses a file of something else", async () => {
    const path = join(folder, "line.safetensors");
    const line = nn.sequential("line", nn.dense(2));
    line.build([3]);
    await save(path, checkpointOf(line, { input: [3], data: { name: "x", classes: [] } }));
    expect(await refusal(() => text.load(path))).toBe(
      `${path}: holds line, expected a classifier of texts, as text.train and classify-text train write it`,
    );
  });

  test("with counted padding reads a text of any length the same way", async () => {
    const kims = await text.train(messages.train, {
      ...quick,
      epochs: 3,
      padding: "counted",
      tokeniser: "kim",
    });
    const [one, two] = await kims.predict(["the room was very quiet", "is there a pool ?"]);
    expect([one.label, two.label]).toEqual([
      (await kims.predict("the room was very quiet")).label,
      "question",
    ]);
    expect((await kims.evaluate(messages.test)).accuracy).toBeGreaterThan(0.7);
  });
});

describe("vectors of a file", () => {
  const known = ["the", "room", "was", "not", "quiet", "please", "zebra"];
  const vector = (i: number) => Array.from({ length: 8 }, (_, k) => Math.sin(i * 8 + k) / 2);
  const file = () => new File([known.map((word, i) => `${word} ${vector(i).join(" ")}`).join("\n")], "v.txt");
  const some = { windows: [1, 2], maps: 4, epochs: 2, seed: 2 } as const;

  test.each(["static", "non-static", "multichannel"] as const)(
    "%s moves only what it may",
    async (variant) => {
      let first: Float32Array | undefined;
      let withVectors: number | undefined;
      const trained = await text.train(messages.train, {
        ...some,
        variant,
        lazy: true,
        vectors: file(),
        async onBegin(beginning) {
          ({ withVectors } = beginning);
          const { parameters, buffers } = beginning.classifier.network;
          const all = [...parameters, ...buffers].filter(([path]) => path.endsWith(".vectors"));
          const [a, b] = (await Promise.all(all.map(([, variable]) => variable.read()))) as Float32Array[];
          if (b) expect(a).toEqual(b);
          first = a;
        },
      });
      expect(withVectors).toBe(6); // zebra is in no message
      const { vocabulary } = trained.reading;
      const row = (values: Float32Array, number: number) => [...values.subarray(number * 8, number * 8 + 8)];
      for (const [i, word] of known.slice(0, 6).entries())
        expect(row(first!, vocabulary.numberOf(word))).toEqual(vector(i).map(Math.fround));
      // Other words are random, of about the same variance.
      const others = vocabulary.words
        .filter((word) => !known.includes(word))
        .flatMap((word) => row(first!, vocabulary.numberOf(word)));
      const variance = (of: number[]) => of.reduce((sum, x) => sum + x * x, 0) / of.length;
      expect(variance(others) / variance(known.slice(0, 6).flatMap((_, i) => vector(i)))).toBeCloseTo(1, 0);

      const { parameters, buffers } = trained.network;
      const fixed = buffers.get(variant === "static" ? "vectors.vectors" : "fixed.vectors");
      const moving = parameters.get(variant === "non-static" ? "vectors.vectors" : "trained.vectors");
      expect([fixed !== undefined, moving !== undefined]).toEqual([
        variant !== "non-static",
        variant !== "static",
      ]);
      if (fixed) expect(await fixed.read()).toEqual(first);
      if (moving) {
        const after = (await moving.read()) as Float32Array;
        expect(row(after, 0)).toEqual(Array(8).fill(0)); // padding
        expect(row(after, 1)).toEqual(row(first!, 1)); // no text to train on has an unknown word
        const moved = vocabulary.words.filter((word) => {
          const number = vocabulary.numberOf(word);
          return row(after, number).some((value, k) => value !== row(first!, number)[k]);
        });
        // Words that never stand in a window that wins have no gradient.
        expect(moved.length).toBeGreaterThan(0.8 * vocabulary.words.length);
      }
    },
  );

  test("words to be tested by may be known, too", async () => {
    const extra = text.labelledTexts("t", [{ text: "zebra", label: "praise" }]);
    const trained = await text.train(messages.train, {
      ...some,
      epochs: 1,
      vectors: file(),
      alsoKnow: extra,
    });
    expect(trained.reading.vocabulary.has("zebra")).toBe(true);
    const plain = await text.train(messages.train, { ...some, epochs: 1, size: 4, alsoKnow: extra });
    expect(plain.reading.vocabulary.has("zebra")).toBe(false);
  });

  test.each([
    [{ vectors: file(), size: 300 }, "v.txt: has vectors of 8 numbers, expected 300"],
    [{ variant: "static" }, "train: the variant static begins with vectors of a file, and there are none"],
    [
      { vectors: file(), variant: "random" },
      "train: the variant random takes no vectors of a file, and there are some",
    ],
  ] as const)("%j is refused", async (options, message) => {
    expect(await refusal(() => text.train(messages.train, options))).toBe(message);
  });
});

describe("a training is refused", () => {
  const one = text.labelledTexts("one", [
    { text: "a", label: "x" },
    { text: "b", label: "x" },
  ]);
  test.each([
    ["of one class", () => text.train(one), "one: all texts are of the class x, expected two at least"],
    [
      "of no texts",
      () => text.train([] as never),
      "train: what is given is [], expected texts with classes, as openTexts and labelledTexts give them",
    ],
    [
      "of a number as tokeniser",
      () => text.train(messages.train, { tokeniser: "bert" as never }),
      'train: tokeniser is "bert", expected "kim", "kim-cased", "unicode", "unicode-cased" or "spaces"',
    ],
    [
      "of no words",
      () =>
        text.train(
          text.labelledTexts("odd", [
            { text: "@@", label: "x" },
            { text: "##", label: "y" },
          ]),
          { tokeniser: "kim" },
        ),
      "vocabulary: the texts have no words",
    ],
    [
      "by an unknown option",
      () => text.train(messages.train, { epoch: 3 } as never),
      "train: unknown option `epoch`; did you mean `epochs`?",
    ],
  ])("%s", async (_, act, message) => {
    expect(await refusal(act)).toBe(message);
  });
});

describe("explanations", () => {
  const said = "the window was not clean at all , please clean it";
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

  test("winners: filters' contributions add up to the score less the bias", async () => {
    for (const target of classifier.classes) {
      const { relevance, score, winners, words } = await text.explain(classifier, said, { target });
      const bias = await classifier.network.parameters.get("scores.bias")!.read();
      const expected = score - bias[classifier.classes.indexOf(target)];
      expect(sum(relevance)).toBeCloseTo(expected, 4);
      expect(sum(winners!.map(({ contribution }) => contribution))).toBeCloseTo(expected, 4);
      for (const { ngram, at } of winners!) expect(words.slice(at, at + ngram.length)).toEqual(ngram);
      const strength = winners!.map(({ contribution }) => Math.abs(contribution));
      expect(strength).toEqual([...strength].sort((a, b) => b - a));
    }
  });

  test("occlusion: the score less that without the word", async () => {
    const { relevance, words, score, target } = await text.explain(classifier, said, { method: "occlusion" });
    const at = classifier.classes.indexOf(target);
    // Without the last word: of windows of filling that word's alone are new, whose values are those of the bias.
    const { scores } = await classifier.predict(said);
    expect(score).toBe(scores[at]);
    expect(relevance).toHaveLength(words.length);
    const strongest = words[relevance.indexOf(Math.max(...relevance))];
    expect(target).toBe("request");
    expect(["please", ",", "clean", "it"]).toContain(strongest);
  });

  test("integrated gradients: add up to the score less that of zeros", async () => {
    const { relevance, score, target } = await text.explain(classifier, said, {
      method: "integrated-gradients",
      steps: 200,
    });
    // Of vectors that are all zeros each filter gives its bias.
    const { parameters } = classifier.network;
    const read = (path: string) => parameters.get(path)!.read();
    const features = (await Promise.all([1, 2, 3].map((h) => read(`conv${h}.bias`)))).flatMap((bias) =>
      [...bias].map((b) => Math.max(0, b)),
    );
    const [w, b] = [await read("scores.weights"), await read("scores.bias")];
    const at = classifier.classes.indexOf(target);
    const ofZeros = features.reduce((s, v, f) => s + v * w[f * 4 + at], b[at]);
    expect(Math.abs(sum(relevance) - (score - ofZeros))).toBeLessThan(0.02 * Math.abs(score - ofZeros));
  });

  test("a class that there is not is refused, and a text without words", async () => {
    expect(await refusal(() => text.explain(classifier, said, { target: "prays" }))).toBe(
      'explain: there is no class "prays"; there are complaint, praise, question, request; did you mean "praise"?',
    );
    expect(await refusal(() => text.explain(classifier, " "))).toBe('the text " " has no words');
  });
});
