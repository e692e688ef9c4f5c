import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage, type Picture } from "../../../src/images/index.js";
import { data, models, weightsOf } from "../../../src/index.js";
import { annotationsOf, runsOf } from "../../../src/tasks/annotations/index.js";
import * as segmentation from "../../../src/tasks/segmentation/index.js";
import { shapes } from "../../../src/tasks/shapes/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../../src/training/checkpoint.js";
import { decodeCheckpoint, save } from "../../../src/training/opened-checkpoint.js";

const folder = mkdtempSync(join(tmpdir(), "receptive-segmentation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = shapes({ size: 64, train: 120, test: 20, objects: [1, 2] });
const quick = { width: 0.5, lr: 0.006, average: 0.9, colours: 0, zoom: 1.1 };

describe("shapes", () => {
  let segmenter: segmentation.Segmenter;
  beforeAll(async () => {
    segmenter = await segmentation.train(drawn.train, { ...quick, epochs: 12, seed: 1 });
  }, 200_000);

  test("that were not seen in training are found, pixel by pixel", async () => {
    const result = await segmenter.evaluate(drawn.test);
    expect(result.count).toBe(20);
    expect(result.pixels).toBe(20 * 64 * 64);
    expect(result.accuracy).toBeGreaterThan(0.85);
    expect(result.mIoU).toBeGreaterThan(0.2);
    expect(result.IoU[0]).toBeGreaterThan(0.85);
    expect(result.confusion.flat().reduce((a, b) => a + b)).toBe(result.pixels);
    expect(result.pictures.length).toBe(20);
  });

  test("a file of it says the same, of files, of pictures of other sizes at theirs, and in parts", async () => {
    const file = join(folder, "shapes.safetensors");
    await segmenter.save(file);
    const again = await segmentation.load(file);
    expect(String(again)).toBe(
      "segmenter of 8 classes (background, circle, ring, square, triangle, star, cross, heart) in pictures of 64×64 pixels, trained on shapes, train",
    );
    const picture = drawn.test.drawn(0).picture;
    const [one] = await segmenter.predict([picture]);
    const read = await again.predict(await encodeImage(picture));
    expect(read.labels).toEqual(one.labels);
    expect(read.palette.length).toBe(3 * 8);
    const truth = drawn.test.drawn(0).map;
    const shareOf = (labels: Uint8Array, other: Uint8Array) =>
      labels.reduce((sum, label, at) => sum + Number(label === other[at]), 0) / labels.length;
    expect(shareOf(one.labels, truth)).toBeGreaterThan(0.85);

    const larger = await again.predict(enlarged(picture));
    expect([larger.width, larger.height]).toEqual([128, 128]);
    const shrunk = Uint8Array.from(one.labels, (_, at) => larger.labels[2 * (at >> 6) * 128 + 2 * (at & 63)]);
    expect(shareOf(shrunk, one.labels)).toBeGreaterThan(0.9);

    // Four pictures as one: each part is as large as what it was trained on.
    const four = [0, 1, 2, 3].map((place) => drawn.test.drawn(place));
    const tiled = await again.predict(together(four.map((each) => each.picture)), { tiles: true });
    const whole = Uint8Array.from({ length: 128 * 128 }, (_, at) => {
      const [i, j] = [at >> 7, at & 127];
      return four[2 * (i >> 6) + (j >> 6)].map[(i & 63) * 64 + (j & 63)];
    });
    expect(shareOf(tiled.labels, whole)).toBeGreaterThan(0.8);
    const small = await again.predict(corner(picture), { tiles: true });
    expect([small.width, small.height, small.labels.length]).toEqual([40, 30, 1200]);
  });

  test("annotated pictures are measured at their own size, by the names of their classes", async () => {
    const places = [0, 1, 2, 3];
    const classes = [...drawn.test.classes!].reverse();
    const annotated = annotationsOf(
      "larger",
      places.map((place) => {
        const { objects } = drawn.test.drawn(place);
        return {
          name: String(place),
          width: 128,
          height: 128,
          objects: objects.map(({ label, box, mask }) => ({
            class: drawn.test.classes![label],
            box: box.map((side) => 2 * side) as unknown as typeof box,
            mask: runsOf(
              Uint8Array.from({ length: 128 * 128 }, (_, at) => mask()[(at >> 8) * 64 + ((at & 127) >> 1)]),
              [128, 128],
            ),
          })),
        };
      }),
      { classes },
    );
    const read = ({ name }: { name: string }) => enlarged(drawn.test.drawn(Number(name)).picture);
    const result = await segmenter.evaluate(annotated, { read });
    expect(result.pixels).toBe(4 * 128 * 128);
    expect(result.accuracy).toBeGreaterThan(0.85);
    const shown = new Set(
      places.flatMap((place) => drawn.test.drawn(place).objects.map(({ label }) => label + 1)),
    );
    result.confusion.forEach((row, t) => {
      expect(row.some((n) => n > 0)).toBe(t === 0 || shown.has(t));
    });
    await expect(
      segmenter.evaluate(annotationsOf("others", [], { classes: ["dog"] }), { read }),
    ).rejects.toThrow("others: the class dog is none of those trained on, background, circle, ");
  });

  test.each([
    [{ fit: "cover" }, 'pictures fit into it by "cover"'],
    [{ size: [64] }, "it sees [64], expected [height, width]"],
    [{ size: [32, 32] }, "it sees 32×32×3, and its network takes [64, 64, 3]"],
    [{ colours: [1, 2] }, "its colours are not three numbers of 0 to 255 for each of its 8 classes"],
    [{ ignore: [300] }, "its ignored labels are [300]"],
  ])("a file that is damaged: %o", async (wrong, why) => {
    const file = join(folder, "damaged.safetensors");
    const checkpoint = await segmenter.checkpoint();
    await save(file, { ...checkpoint, notes: { ...(checkpoint.notes as object), ...wrong } });
    await expect(segmentation.load(file)).rejects.toThrow(`${file}: the segmenter is damaged: ${why}`);
  });
});

const enlarged = ({ width, height, channels, pixels }: Picture): Picture => ({
  width: 2 * width,
  height: 2 * height,
  channels,
  pixels: Uint8Array.from({ length: 4 * pixels.length }, (_, at) => {
    const [place, c] = [Math.floor(at / channels), at % channels];
    const [i, j] = [Math.floor(place / (2 * width)), place % (2 * width)];
    return pixels[((i >> 1) * width + (j >> 1)) * channels + c];
  }),
});

/** Four pictures of 64×64, two in each row. */
const together = (pictures: readonly Picture[]): Picture => ({
  width: 128,
  height: 128,
  channels: 3,
  pixels: Uint8Array.from({ length: 128 * 128 * 3 }, (_, at) => {
    const [place, c] = [Math.floor(at / 3), at % 3];
    const [i, j] = [place >> 7, place & 127];
    return pictures[2 * (i >> 6) + (j >> 6)].pixels[((i & 63) * 64 + (j & 63)) * 3 + c];
  }),
});

const corner = ({ width, pixels }: Picture): Picture => ({
  width: 40,
  height: 30,
  channels: 3,
  pixels: Uint8Array.from(
    { length: 40 * 30 * 3 },
    (_, at) => pixels[Math.floor(at / 120) * width * 3 + (at % 120)],
  ),
});

test("goes on from a checkpoint bit for bit", async () => {
  const { train } = shapes({ size: 64, train: 12, test: 1, objects: [1, 2] });
  const options = { width: 0.25, epochs: 3, batchSize: 4, seed: 2 };
  const states: Checkpoint[] = [];
  const whole = await segmentation.train(train, {
    ...options,
    checkpoint: {
      every: 2,
      save: (state) => void states.push(decodeCheckpoint(encodeCheckpoint(state), "state")),
    },
  });
  const again = await segmentation.train(train, { ...options, resume: states[1] });
  const [a, b] = [await weightsOf(whole.network), await weightsOf(again.network)];
  expect([...b.keys()]).toEqual([...a.keys()]);
  for (const [path, one] of a) expect(b.get(path), path).toEqual(one);
});

describe("networks, losses and weights", () => {
  const { train } = shapes({ size: 64, train: 4, test: 1, objects: [1, 2] });
  const once = { epochs: 1, batchSize: 2, width: 0.25 };

  test.each<[string, segmentation.SegmentationTrainingOptions]>([
    ["focal loss", { loss: "focal" }],
    ["dice loss", { loss: "dice" }],
    ["median frequencies", { weights: "median" }],
    ["a U-Net", { network: segmentation.unet({ classes: 8, filters: [4, 8], padding: "same" }) }],
    ["a SegNet", { network: segmentation.segnet({ classes: 8, blocks: [[4], [8]] }) }],
  ])("trains with %s", async (_, options) => {
    const losses: number[] = [];
    let weights: readonly number[] = [];
    const segmenter = await segmentation.train(train, {
      ...once,
      ...options,
      onBegin: (begun) => {
        weights = begun.weights;
      },
      onEvent: (event) => {
        if (event.kind === "step") losses.push(event.loss);
      },
    });
    expect(losses.length).toBe(2);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(weights.length).toBe(8);
    expect(weights.every((one) => one === 1)).toBe(options.loss !== undefined);
    expect((await segmenter.predict(train.drawn(0).picture)).labels.length).toBe(64 * 64);
  });

  test("trains on another network, from what that has learned", async () => {
    const backbone = models.squeezenet("squeezenet1_1");
    backbone.build([64, 64, 3], { seed: 7 });
    const learned = await backbone.parameters.get("conv1.filters")!.read();
    let own: ArrayLike<number> = [];
    await segmentation.train(train, {
      ...once,
      backbone,
      async onBegin({ segmenter }) {
        own = await segmenter.network.parameters.get("stage1/conv1.filters")!.read();
      },
    });
    expect(own).toEqual(learned);
  });
});

describe("what cannot be trained on", () => {
  const one = (classes: readonly string[], pictures: readonly object[] = []) =>
    annotationsOf("one", pictures as never, { classes });
  const mask = { polygons: [[0, 0, 2, 0, 2, 2]] };
  const drawnOnce = shapes({ size: 64, train: 1, test: 1 }).train;
  test.each([
    [one([]), {}, "one: has one class, expected two or more"],
    [one(["a"]), {}, "one: has no pictures"],
    [
      one(["a"], [{ name: "x", width: 4, height: 4, objects: [{ class: "a", box: [0, 0, 2, 2], mask }] }]),
      {},
      "maskExamples: x of one has no file; `read` says what its pixels are",
    ],
    [
      one(["a"]),
      { size: [0, 4] },
      "train: size is [0, 4], expected [height, width], whole numbers from 1 on",
    ],
    [
      drawnOnce,
      { loss: "dice", weights: "root" },
      'train: weights are for the loss "crossEntropy", and the loss is "dice"',
    ],
    [drawnOnce, { weights: [1, 2] }, "train: there are 2 weights for 8 classes"],
    [
      drawnOnce,
      { network: segmentation.unet({ classes: 8, filters: [4, 8] }) },
      "train: unet makes 48×48×8 of pictures of 64×64, expected 64×64×8: a score of each class for each pixel",
    ],
    [
      data.examples("x", { images: { values: new Float32Array(4), shape: [4] } }),
      {},
      /^train: what is given is .*, expected annotations, or examples with images and map$/,
    ],
  ])("%#", async (given, options, why) => {
    await expect(segmentation.train(given as never, options as never)).rejects.toThrow(why);
  });
});
