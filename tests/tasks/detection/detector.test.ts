import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage, type Picture } from "../../../src/images/index.js";
import { data, weightsOf } from "../../../src/index.js";
import { annotationsOf } from "../../../src/tasks/annotations/index.js";
import * as detection from "../../../src/tasks/detection/index.js";
import { shapes } from "../../../src/tasks/shapes/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../../src/training/checkpoint.js";
import { decodeCheckpoint, save } from "../../../src/training/opened-checkpoint.js";

const folder = mkdtempSync(join(tmpdir(), "receptive-detection-"));
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = shapes({ size: 96, train: 200, test: 40, objects: [1, 2] });
const quick = { width: 0.5, lr: 0.006, average: 0.97, colours: 0, zoom: 1.1 };

describe("shapes", () => {
  let detector: detection.Detector;
  beforeAll(async () => {
    detector = await detection.train(drawn.train, { ...quick, epochs: 14, seed: 1 });
  }, 200_000);

  test("that were not seen in training are found", async () => {
    const { mAP, count, voc, coco, truths } = await detector.evaluate(drawn.test);
    expect(count).toBe(40);
    expect(mAP).toBeGreaterThan(0.2);
    expect(coco.AP).toBeGreaterThan(0.1);
    expect(voc.classes.reduce((sum, { truths: n }) => sum + n, 0)).toBe(truths.length);
  });

  test("a file of it finds the same, in files and in pictures of other sizes, whose own pixels count", async () => {
    const file = join(folder, "shapes.safetensors");
    await detector.save(file);
    const again = await detection.load(file);
    expect(String(again)).toBe(
      "detector of 7 classes (circle, ring, square, triangle, star, cross, heart) in pictures of 96×96 pixels, trained on shapes, train",
    );
    const pictures = [0, 1, 2].map((place) => drawn.test.drawn(place).picture);
    const together = await detector.predict(pictures, { least: 0.1 });
    expect(together.flat().length).toBeGreaterThan(1);
    for (const [i, picture] of pictures.entries()) {
      const alone = await again.predict(await encodeImage(picture), { least: 0.1 });
      expect(alone.map((one) => one.class)).toEqual(together[i].map((one) => one.class));
      for (const [k, one] of alone.entries()) {
        expect(one.score).toBeCloseTo(together[i][k].score, 4);
        for (const [side, value] of one.box.entries()) expect(value).toBeCloseTo(together[i][k].box[side], 2);
      }
    }
    const twice = enlarged(pictures[0]);
    const [first] = await again.predict(pictures[0], { least: 0.1 });
    const [larger] = await again.predict(twice, { least: 0.1 });
    expect(larger.class).toBe(first.class);
    for (const [side, value] of larger.box.entries())
      expect(Math.abs(value - 2 * first.box[side])).toBeLessThan(6);
  });

  test("annotated pictures are measured in their own pixels, and what is difficult does not count", async () => {
    const places = [0, 1, 2, 3, 4, 5];
    const annotated = annotationsOf(
      "larger",
      places.map((place) => {
        const { objects } = drawn.test.drawn(place);
        return {
          name: String(place),
          width: 192,
          height: 192,
          objects: objects.map(({ label, box }) => ({
            class: drawn.test.classes![label],
            box: box.map((side) => 2 * side) as unknown as typeof box,
            difficult: place === 5,
          })),
        };
      }),
      { classes: [...drawn.test.classes!].reverse() },
    );
    const read = ({ name }: { name: string }) => enlarged(drawn.test.drawn(Number(name)).picture);
    const { truths, found, voc } = await detector.evaluate(annotated, { read });
    const counted = voc.classes.reduce((sum, { truths: n }) => sum + n, 0);
    expect(counted).toBe(truths.length - drawn.test.drawn(5).objects.length);
    expect(Math.max(...found.map(({ box }) => box[3]))).toBeGreaterThan(96);
    for (const { label, picture, box } of truths) {
      const own = drawn.test.drawn(picture).objects;
      expect(own.some((one) => one.label === label && 2 * one.box[0] === box[0])).toBe(true);
    }
  });

  test("no object is found in a picture of one grey, and none below the score that is asked for", async () => {
    const grey = { width: 40, height: 90, channels: 1 as const, pixels: new Uint8Array(3600).fill(114) };
    expect(await detector.predict(grey, { least: 0.5 })).toEqual([]);
    const [found] = await detector.predict([drawn.test.drawn(0).picture], { least: 0.2, most: 3 });
    expect(found.length).toBeLessThanOrEqual(3);
    expect(found.every(({ score }) => score > 0.2)).toBe(true);
  });

  test("soft suppression lowers scores and keeps boxes", async () => {
    const picture = drawn.test.drawn(1).picture;
    const hard = await detector.predict(picture, { least: 0.02 });
    const soft = await detector.predict(picture, { least: 0.02, soft: "gaussian" });
    expect(soft.length).toBeGreaterThanOrEqual(Math.min(1, hard.length));
    expect(soft[0]).toEqual(hard[0]);
  });

  test.each([
    [{ fit: "cover" }, 'pictures fit into it by "cover"'],
    [{ size: [96] }, "it sees [96], expected [height, width], multiples of 32"],
    [{ size: [100, 96] }, "it sees [100, 96], expected [height, width], multiples of 32"],
    [{ size: [64, 64] }, "it sees 64×64×3, and its network takes [96, 96, 3]"],
  ])("a file that is damaged: %o", async (wrong, why) => {
    const file = join(folder, "damaged.safetensors");
    const checkpoint = await detector.checkpoint();
    await save(file, { ...checkpoint, notes: { ...(checkpoint.notes as object), ...wrong } });
    await expect(detection.load(file)).rejects.toThrow(`${file}: the detector is damaged: ${why}`);
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

test("goes on from a checkpoint bit for bit", async () => {
  const { train } = shapes({ size: 64, train: 20, test: 1, objects: [1, 2] });
  const options = { width: 0.25, epochs: 3, batchSize: 6, seed: 2 };
  const states: Checkpoint[] = [];
  const whole = await detection.train(train, {
    ...options,
    checkpoint: {
      every: 3,
      save: (state) => void states.push(decodeCheckpoint(encodeCheckpoint(state), "state")),
    },
  });
  const again = await detection.train(train, { ...options, resume: states[1] });
  const [a, b] = [await weightsOf(whole.network), await weightsOf(again.network)];
  expect([...b.keys()]).toEqual([...a.keys()]);
  for (const [path, one] of a) expect(b.get(path), path).toEqual(one);
});

describe("what cannot be trained on", () => {
  const one = (classes: readonly string[], pictures: readonly object[] = []) =>
    annotationsOf("one", pictures as never, { classes });
  test.each([
    [one([]), {}, "one: has no classes"],
    [one(["a"]), {}, "one: has no pictures"],
    [
      one(["a"], [{ name: "x.png", width: 4, height: 4 }]),
      {},
      "boxExamples: x.png of one has no file; `read` says what its pixels are",
    ],
    [
      shapes({ size: 100, train: 1, test: 1 }).train,
      {},
      "shapes, train: its images are 100×100×3, expected H×W×3 of which both edges are multiples of 32",
    ],
    [
      one(["a"]),
      { size: [100, 100] },
      "train: size is [100, 100], expected [height, width], multiples of 32 up to 4096",
    ],
    [
      data.examples("x", { images: { values: new Float32Array(4), shape: [4] } }),
      {},
      /^train: what is given is .*, expected annotations, or examples with images, boxes and labels$/,
    ],
  ])("%#", async (given, options, why) => {
    await expect(detection.train(given as never, options as never)).rejects.toThrow(why);
  });
});
