/** Data sets of one's own: what is wrong with them is said at the door, and not learned from. */
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { batches } from "../../src/data/batches.js";
import { part } from "../../src/data/chosen.js";
import { type AnyDataset, DataError, type Dataset, type StreamedDataset } from "../../src/data/dataset.js";
import {
  evaluate,
  evaluateReconstruction,
  findLearningRate,
  fit,
  fitFullBatch,
  losses,
  nn,
  optim,
  principalComponents,
} from "../../src/index.js";

const own = (more: object = {}): Dataset =>
  ({
    name: "mine",
    split: "train",
    shape: [2, 2, 1],
    classes: ["a", "b", "c"],
    length: 6,
    images: Uint8Array.from({ length: 24 }, (_, i) => 10 * i),
    labels: Uint8Array.of(0, 1, 2, 0, 1, 2),
    ...more,
  }) as Dataset;

const net = (outputs = 3) => nn.sequential("net", nn.flatten(), nn.dense(outputs));
const loss = losses.crossEntropy();
const optimizer = optim.sgd({ lr: 0.1 });

async function learned(data: AnyDataset, more: object = {}, model = net()): Promise<number> {
  let last = Number.NaN;
  for await (const event of fit(model, data, { loss, optimizer, epochs: 2, batchSize: 4, ...more }))
    if (event.kind === "epoch") last = event.loss;
  return last;
}

const picture = "expected 6×2×2×1 bytes (24)";
const wrong: [what: string, more: object, message: string][] = [
  [
    "labels beyond the classes",
    { labels: Uint8Array.of(0, 1, 2, 3, 1, 2) },
    "picture 3 of mine is labelled 3, expected one of its 3 classes, 0 to 2",
  ],
  [
    "labels below 0",
    { labels: Int32Array.of(0, 1, -1, 0, 1, 9) },
    "picture 5 of mine is labelled 9, expected one of its 3 classes, 0 to 2",
  ],
  ["fewer labels than pictures", { labels: Uint8Array.of(0, 1) }, "mine has 2 labels for 6 pictures"],
  [
    "no labels",
    { labels: undefined },
    "mine has labels in nothing, expected a Uint8Array, Uint16Array or Int32Array of places among the classes",
  ],
  [
    "labels that are not whole",
    { labels: Float32Array.of(0, 1, 2, 0.5, 1, 2) },
    "mine has labels in a Float32Array, expected a Uint8Array, Uint16Array or Int32Array of places among the classes",
  ],
  [
    "labels by name",
    { labels: ["a", "b", "c", "a", "b", "c"] },
    "mine has labels in an Array, expected a Uint8Array, Uint16Array or Int32Array of places among the classes",
  ],
  [
    "floats from 0 to 1",
    { images: new Float32Array(24).fill(0.9).fill(0.1, 12) },
    "mine has images in a Float32Array from 0.1 to 0.9, expected bytes from 0 to 255: Uint8Array.from(images, (v) => Math.round(255 * v))",
  ],
  [
    "floats from 0 to 255",
    { images: new Float32Array(24).fill(255).fill(0, 12) },
    "mine has images in a Float32Array from 0 to 255, expected bytes from 0 to 255: Uint8Array.from(images, Math.round)",
  ],
  [
    "pictures that were standardised",
    { images: new Float64Array(24).fill(2).fill(-1.5, 12) },
    "mine has images in a Float64Array from -1.5 to 2, expected bytes from 0 to 255; scaling by mean and deviation is the model's part, nn.rescale",
  ],
  [
    "whole numbers, no bytes",
    { images: new Int32Array(24).fill(200) },
    "mine has images in an Int32Array from 200 to 200, expected bytes from 0 to 255: Uint8Array.from(images, Math.round)",
  ],
  [
    "plain lists",
    { images: Array(24).fill(7) },
    "mine has images in an Array from 7 to 7, expected bytes from 0 to 255: Uint8Array.from(images, Math.round)",
  ],
  ["half of the pictures", { images: new Uint8Array(12) }, `mine has images of 12 bytes, ${picture}`],
  [
    "more pictures than its length",
    { images: new Uint8Array(28) },
    `mine has images of 28 bytes, ${picture}`,
  ],
  ["no pictures", { images: undefined }, `mine has no images, ${picture}`],
  [
    "a shape without channels",
    { shape: [2, 2] },
    "pictures of mine are 2×2, expected height×width×channels, whole numbers from 1 on",
  ],
  [
    "a shape of halves",
    { shape: [2.5, 2, 1] },
    "pictures of mine are 2.5×2×1, expected height×width×channels, whole numbers from 1 on",
  ],
  [
    "no shape",
    { shape: undefined },
    "pictures of mine are of shape undefined, expected height×width×channels, whole numbers from 1 on",
  ],
  ["two classes of one name", { classes: ["a", "b", "a"] }, 'mine has two classes that are called "a"'],
  ["classes that are a number", { classes: 3 }, "the classes of mine are 3, expected their names"],
  ["half a length", { length: 5.5 }, "mine has a length of 5.5, expected the number of its pictures"],
  ["a length in quotes", { length: "6" }, `mine has a length of "6", expected the number of its pictures`],
  ["no function to read", { read: 7, images: undefined }, "mine reads by a Number, expected a function"],
  [
    "no views",
    { read: async () => new Uint8Array(24), views: 0 },
    "mine has 0 views of a picture, expected a whole number from 1 on",
  ],
];

test("a data set without classes is said to have none, by who trains on them", async () => {
  await expect(learned(own({ classes: [] }))).rejects.toThrow(
    new DataError("fit: mine has no classes, expected their names"),
  );
});

describe("what is wrong with a data set is said by everyone who takes one in", () => {
  test.each(wrong)("%s", async (_, more, message) => {
    const data = own(more);
    const error = (speaker: string) => new DataError(`${speaker}: ${message}`);
    await expect(learned(data)).rejects.toThrow(error("fit"));
    await expect(learned(data, { validation: 0.5 })).rejects.toThrow(error("fit"));
    await expect(learned(own(), { validation: data })).rejects.toThrow(error("fit"));
    await expect(evaluate(net(), data)).rejects.toThrow(error("evaluate"));
    await expect(findLearningRate(net(), data, { loss, optimizer })).rejects.toThrow(
      error("findLearningRate"),
    );
    await expect(fitFullBatch(net(), data, { loss }).next()).rejects.toThrow(error("fitFullBatch"));
    if (message.includes("labelled")) return; // who reads no labels takes any
    await expect(batches(data, { batchSize: 2 }).next()).rejects.toThrow(error("batches"));
    await expect(evaluateReconstruction(net(4), data)).rejects.toThrow(error("evaluateReconstruction"));
    await expect(principalComponents(data, 1)).rejects.toThrow(error("principalComponents"));
  });

  test("both parts at once", async () => {
    await expect(learned({ train: own(), test: own() } as unknown as Dataset)).rejects.toThrow(
      new DataError("fit: a data set has two parts, train and test, of which one is expected: splits.train"),
    );
    await expect(evaluate(net(), undefined as unknown as Dataset)).rejects.toThrow(
      new DataError("evaluate: the data set is undefined, expected an object"),
    );
  });

  test("nothing at all", async () => {
    const none = own({ length: 0, images: new Uint8Array(0), labels: new Uint8Array(0) });
    await expect(learned(none)).rejects.toThrow(new RangeError("fit: mine has no pictures to train on"));
    await expect(evaluate(net(), none)).rejects.toThrow(new RangeError("evaluate: mine has no pictures"));
    await expect(learned(own(), { validation: none })).rejects.toThrow(
      new RangeError("fit: mine has no pictures to validate with"),
    );
  });
});

describe("a network that does not fit the data", () => {
  test("too few outputs", async () => {
    const message = "net has 2 outputs, mine has 3 classes";
    await expect(learned(own(), {}, net(2))).rejects.toThrow(`fit: ${message}`);
    for (const other of [losses.focal(), losses.hinge(), losses.regularised(loss, losses.l2Penalty(1))])
      await expect(learned(own(), { loss: other }, net(2))).rejects.toThrow(`fit: ${message}`);
    await expect(evaluate(net(2), own())).rejects.toThrow(`evaluate: ${message}`);
    await expect(findLearningRate(net(2), own(), { loss, optimizer })).rejects.toThrow(
      `findLearningRate: ${message}`,
    );
  });

  test("more outputs than classes learn, but cannot be validated", async () => {
    expect(await learned(own(), {}, net(5))).toBeGreaterThan(0);
    await expect(learned(own(), { validation: own() }, net(5))).rejects.toThrow(
      "fit: net has 5 outputs, mine, to validate with, has 3 classes",
    );
  });

  test("pictures of another size to validate with", async () => {
    const other = own({ shape: [4, 1, 1] });
    await expect(learned(own(), { validation: other })).rejects.toThrow(
      "fit: the pictures to validate with are 4×1×1, those to train on 2×2×1",
    );
  });
});

describe("what is right is taken", () => {
  test("bytes of every kind, labels of every width", async () => {
    const expected = await learned(own());
    const bytes = own().images;
    const foreign = runInNewContext("Uint8Array.from(bytes)", { bytes: [...bytes] }) as Uint8Array;
    for (const images of [new Uint8ClampedArray(bytes), Buffer.from(bytes), foreign])
      expect(await learned(own({ images }))).toBe(expected);
    for (const Labels of [Uint16Array, Int32Array, Int8Array, Uint32Array])
      expect(await learned(own({ labels: Labels.from(own().labels) }))).toBe(expected);
  });

  test("a class that has its pictures, labels and names in getters", async () => {
    const given = own();
    class Mine {
      get name() {
        return given.name;
      }
      get split() {
        return given.split;
      }
      get shape() {
        return given.shape;
      }
      get classes() {
        return given.classes;
      }
      get length() {
        return given.length;
      }
      get labels() {
        return given.labels;
      }
    }
    class InMemory extends Mine {
      get images() {
        return given.images;
      }
    }
    class Streamed extends Mine {
      async read(indices: Int32Array) {
        return Uint8Array.from([...indices].flatMap((i) => [...given.images.subarray(4 * i, 4 * i + 4)]));
      }
    }
    const expected = await learned(given, { validation: 0.5 });
    for (const data of [new InMemory(), new Streamed()])
      expect(await learned(data as AnyDataset, { validation: 0.5 })).toBe(expected);
    expect(part(new InMemory() as Dataset, 2, 4)).toMatchObject({
      ...given,
      length: 2,
      images: given.images.subarray(8, 16),
      labels: given.labels.subarray(2, 4),
    });
  });

  test("labels above 255 come through a split as they are", async () => {
    const classes = Array.from({ length: 300 }, (_, i) => `class ${i}`);
    const data = own({ classes, labels: Uint16Array.of(299, 299, 299, 299, 299, 299) });
    const model = net(300);
    await learned(data, { validation: 0.5, epochs: 30, optimizer: optim.sgd({ lr: 1 }) }, model);
    expect((await evaluate(model, data)).confusion[299][299]).toBe(6);
  });

  test("the label that the loss ignores, and no picture of it counts", async () => {
    const ignoring = losses.crossEntropy({ ignore: 255 });
    const labels = Uint8Array.of(0, 255, 2, 255, 1, 255);
    const model = net();
    expect(
      await learned(own({ labels }), { loss: ignoring, validation: own({ labels }) }, model),
    ).toBeGreaterThan(0);
    const found = await evaluate(model, own({ labels }), { loss: ignoring, batchSize: 4 });
    expect(found.count).toBe(3);
    expect(found.confusion.flat().reduce((a, b) => a + b)).toBe(3);
    const alone = own({
      length: 3,
      labels: Uint8Array.of(0, 2, 1),
      images: Uint8Array.from([0, 2, 4].flatMap((i) => [...own().images.subarray(4 * i, 4 * i + 4)])),
    });
    expect(found.loss).toBeCloseTo((await evaluate(model, alone)).loss, 5);
    const nothing = own({ labels: new Uint8Array(6).fill(255) });
    await expect(evaluate(model, nothing, { loss: ignoring })).rejects.toThrow(
      new RangeError("evaluate: no picture of mine counts, all are labelled 255"),
    );
    expect(await learned(nothing, { loss: ignoring })).toBe(0);
  });

  test("an autoencoder looks at no labels", async () => {
    const model = nn.sequential(nn.flatten(), nn.dense(4), nn.unflatten([2, 2, 1]));
    const more = { loss: losses.meanSquaredError(), target: "picture" };
    expect(
      await learned(own({ classes: [], labels: new Uint8Array(6).fill(7) }), more, model),
    ).toBeGreaterThan(0);
  });
});

describe("pictures that are read", () => {
  const streamed = (answer: (n: number) => unknown, more: object = {}): StreamedDataset =>
    ({
      ...own({ images: undefined }),
      read: async (i: Int32Array) => answer(i.length),
      ...more,
    }) as unknown as StreamedDataset;

  test.each<[string, (n: number) => unknown, string]>([
    [
      "too few bytes",
      (n) => new Uint8Array(4 * n - 1),
      "mine: read gave 15 values (Uint8Array), expected a Uint8Array of 4×2×2×1 (16)",
    ],
    [
      "floats",
      (n) => new Float32Array(4 * n),
      "mine: read gave 16 values (Float32Array), expected a Uint8Array of 4×2×2×1 (16)",
    ],
    [
      "nothing",
      () => undefined,
      "mine: read gave 0 values (Undefined), expected a Uint8Array of 4×2×2×1 (16)",
    ],
  ])("%s", async (_, answer, message) => {
    await expect(learned(streamed(answer))).rejects.toThrow(new DataError(message));
    await expect(evaluate(net(), streamed(answer), { batchSize: 4 })).rejects.toThrow(new DataError(message));
  });

  test("several views are for evaluation", async () => {
    const data = streamed((n) => new Uint8Array(40 * n), { views: 10 });
    expect((await evaluate(net(), data)).count).toBe(6);
    await expect(learned(data)).rejects.toThrow(
      new RangeError("fit: mine shows each picture in 10 views, which are for evaluation; expected one"),
    );
  });
});

test("looking costs nothing that anybody notices: 60,000 pictures of 28×28", async () => {
  const length = 60_000;
  const data = own({
    shape: [28, 28, 1],
    length,
    images: new Uint8Array(length * 784),
    labels: new Uint8Array(length),
  });
  const { checkDataset } = await import("../../src/data/checked-dataset.js");
  checkDataset("test", data);
  const begun = process.cpuUsage().user;
  for (let i = 0; i < 10; i++) checkDataset("test", data);
  expect((process.cpuUsage().user - begun) / 1e4).toBeLessThan(5); // milliseconds each
});

test("a part of a data set is one of whole samples that there are", () => {
  const mine = own();
  expect(part(mine, 2, 5)).toMatchObject({ length: 3, labels: Uint8Array.of(2, 0, 1) });
  expect(part(mine, 6, 6).length).toBe(0);
  for (const [begin, end, said] of [
    [0, 7, "0 to 7"],
    [-1, 2, "-1 to 2"],
    [4, 3, "4 to 3"],
    [0.5, 3, "0.5 to 3"],
    [{ count: 3 }, undefined, "{ count } to undefined"],
  ] as [number, number, string][])
    expect(() => part(mine, begin, end)).toThrow(
      new RangeError(`part: ${said} of mine, expected whole numbers of its 6 samples, 0 ≤ begin ≤ end ≤ 6`),
    );
});
