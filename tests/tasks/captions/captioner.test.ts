import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage } from "../../../src/images/index.js";
import { nn, weightsOf } from "../../../src/index.js";
import { annotationsOf } from "../../../src/tasks/annotations/index.js";
import * as captions from "../../../src/tasks/captions/index.js";
import { shapes } from "../../../src/tasks/shapes/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../../src/training/checkpoint.js";
import { decodeCheckpoint, save } from "../../../src/training/opened-checkpoint.js";

const folder = mkdtempSync(join(tmpdir(), "receptive-captions-"));
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = shapes({ size: 64, train: 320, test: 32, objects: [2, 3] });
const quick = { width: 0.5, units: 64, attention: 32, colours: 0, lr: 0.004, batchSize: 16 };

describe("shapes", () => {
  let captioner: captions.Captioner;
  const losses: number[] = [];
  beforeAll(async () => {
    captioner = await captions.train(drawn.train, {
      ...quick,
      epochs: 12,
      dropout: 0.1,
      wordDropout: 0,
      seed: 1,
      onEvent: (event) => void (event.kind === "epoch" && losses.push(event.loss)),
    });
  }, 300_000);

  test("are described in sentences that have learned to look", async () => {
    const { count, bleu, attention, captions: said } = await captioner.evaluate(drawn.test, { beam: 3 });
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]);
    expect([count, said.length]).toEqual([32, 32]);
    expect(bleu.bleu[0]).toBeGreaterThan(0.4);
    expect(attention!.nouns).toBeGreaterThan(50);
    expect(attention!.inBox).toBeGreaterThanOrEqual(attention!.inShape);
    for (const { text } of said) expect(text).toMatch(/^an? \w+ \w+( (above|below|beside) an? \w+ \w+)*$/);
  });

  test("a file of it says the same, of files and of pictures together and alone, greedily and by a beam", async () => {
    const file = join(folder, "shapes.safetensors");
    await captioner.save(file);
    const again = await captions.load(file);
    expect(String(again)).toBe(
      `captioner of ${captioner.vocabulary.words.length - 2} words for pictures of 64×64 pixels, trained on shapes, train`,
    );
    const pictures = [0, 1, 2].map((place) => drawn.test.drawn(place).picture);
    for (const beam of [1, 4]) {
      const together = await captioner.predict(pictures, { beam });
      for (const [i, picture] of pictures.entries()) {
        const alone = await again.predict(await encodeImage(picture), { beam });
        expect(alone.text).toBe(together[i].text);
        expect(alone.score).toBeCloseTo(together[i].score, 4);
        expect(alone.grid).toEqual([8, 8]);
        const product = alone.words.reduce((sum, { probability }) => sum + Math.log(probability), 0);
        expect(alone.logProbability).toBeLessThanOrEqual(product + 1e-9);
        for (const { attention, at } of alone.words) {
          expect(attention.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
          const most = attention.indexOf(Math.max(...attention));
          expect(at).toEqual([8 * Math.floor(most / 8) + 4, 8 * (most % 8) + 4]);
        }
      }
    }
    const [short] = await captioner.predict([pictures[0]], { longest: 3 });
    expect(short.words.length).toBeLessThanOrEqual(3);
  });

  test("a wider beam mostly finds captions that are at least as likely, where none is shortened", async () => {
    const pictures = Array.from({ length: 8 }, (_, place) => drawn.test.drawn(place).picture);
    const [greedy, wide] = [
      await captioner.predict(pictures, { beam: 1, normalisation: "none" }),
      await captioner.predict(pictures, { beam: 6, normalisation: "none" }),
    ];
    const better = wide.filter((one, i) => one.logProbability >= greedy[i].logProbability - 1e-4);
    expect(better.length).toBeGreaterThan(4);
    for (const { score, logProbability } of wide) expect(score).toBe(logProbability);
  });

  test("annotated pictures of any size, with several captions or none", async () => {
    const given = annotationsOf(
      "some",
      [0, 1, 2].map((place) => ({
        ...{ name: `${place}.png`, width: 64, height: 64 },
        ...(place === 1 ? {} : { captions: ["Something else!", drawn.test.caption(place).toUpperCase()] }),
      })),
      { classes: [] },
    );
    const read = ({ name }: { name: string }) => drawn.test.drawn(Number.parseInt(name, 10)).picture;
    const result = await captioner.evaluate(given, { read, beam: 1 });
    expect([result.count, result.skipped, result.attention]).toEqual([2, 1, undefined]);
    expect(result.captions.map(({ place }) => place)).toEqual([0, 2]);
    expect(result.captions[0].references).toEqual(["something else", drawn.test.caption(0)]);
    await expect(captioner.evaluate(given)).rejects.toThrow(
      "evaluate: 0.png of some has no file; `read` says what its pixels are",
    );
  });

  test.each([
    [{ size: [64] }, "it sees [64], expected [height, width]"],
    [{ size: [32, 32] }, "it sees 32×32×3, and its network takes [64, 64, 3]"],
    [{ longest: 0 }, "its longest caption is 0 words"],
    [
      { words: ["a", "b"] },
      'its words are ["a", "b"], expected a list that begins with those of all captions',
    ],
    [{ words: ["<start>", "<end>", "a"] }, /it has 3 words, and its network says \d+ numbers/],
    [{ words: ["<start>", "<end>", "a", "a"] }, "a word is there twice"],
  ])("a file that is damaged: %o", async (wrong, why) => {
    const file = join(folder, "damaged.safetensors");
    const checkpoint = await captioner.checkpoint();
    await save(file, { ...checkpoint, notes: { ...(checkpoint.notes as object), ...wrong } });
    await expect(captions.load(file)).rejects.toThrow(why);
    await expect(captions.load(file)).rejects.toThrow(`${file}: the captioner is damaged: `);
  });
});

test("goes on from a checkpoint bit for bit; an encoder that was trained before begins as it is, and stays so if frozen", async () => {
  const { train } = shapes({ size: 64, train: 16, test: 1, objects: [2, 2] });
  const encoder = nn.sequential(
    nn.rescale(),
    nn.conv2d({ filters: 8, kernel: 5, stride: 8, padding: "same" }),
    nn.relu(),
  );
  encoder.build([64, 64, 3], { seed: 9 });
  const options = {
    ...quick,
    units: 16,
    attention: 8,
    epochs: 3,
    batchSize: 6,
    seed: 2,
    encoder,
    frozen: true,
  };
  const states: Checkpoint[] = [];
  const whole = await captions.train(train, {
    ...options,
    checkpoint: {
      every: 3,
      save: (state) => void states.push(decodeCheckpoint(encodeCheckpoint(state), "state")),
    },
  });
  const again = await captions.train(train, { ...options, resume: states[1] });
  const [a, b] = [await weightsOf(whole.network), await weightsOf(again.network)];
  expect([...b.keys()]).toEqual([...a.keys()]);
  for (const [path, one] of a) expect(b.get(path), path).toEqual(one);
  for (const [path, one] of await weightsOf(encoder)) expect(a.get(`places/${path}`), path).toEqual(one);
});

test("words that are rare are not known, and never said", () => {
  const given = annotationsOf(
    "dogs",
    ["A dog runs.", "A dog's ball", "two dogs, a ball"].map((caption, i) => ({
      ...{ name: `${i}.png`, width: 8, height: 8 },
      captions: [caption],
    })),
  );
  expect(captions.vocabularyFor(given).words).toEqual([
    ...["<start>", "<end>", "a", "dog", "ball", "runs", "'s", "two", "dogs"],
  ]);
  expect(captions.vocabularyFor(given, { leastCount: 2 }).words).toEqual([
    ...["<start>", "<end>", "a", "dog", "ball"],
  ]);
  expect(() => captions.vocabularyFor(annotationsOf("none", []))).toThrow("none: has no captions");
});

test("examples are captions from their beginning to their end, filled up by none", async () => {
  const vocabulary = captions.vocabularyFor(drawn.train);
  const examples = captions.captionExamples(drawn.train, { size: [32, 48], vocabulary, longest: 4 });
  expect(examples.length).toBe(320);
  const { images, words } = await examples.at(Int32Array.of(5, 0));
  expect((images as Uint8Array).length).toBe(2 * 32 * 48 * 3);
  const said = (numbers: ArrayLike<number>) => Array.from(numbers, (number) => vocabulary.wordOf(number));
  for (const [i, place] of [5, 0].entries()) {
    const first = drawn.train.caption(place).split(" ").slice(0, 4);
    expect(said((words as Int32Array[])[i])).toEqual(["<start>", ...first, "<end>"]);
  }
});

test.each([
  [{ size: [50, 64] }, "train: pictures are to be 50×64, expected multiples of 16"],
  [{ beam: 3 }, "train: unknown option `beam`"],
  [{ coverage: -1 }, "train: coverage is -1, expected a number of at least 0"],
])("what cannot be trained: %o", async (options, why) => {
  await expect(captions.train(drawn.train, options as never)).rejects.toThrow(why);
});
