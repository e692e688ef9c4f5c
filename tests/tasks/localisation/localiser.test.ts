import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage, type Picture } from "../../../src/images/index.js";
import { compile, gradients, sum, type Tensor, tensor, weightsOf } from "../../../src/index.js";
import { annotationsOf } from "../../../src/tasks/annotations/index.js";
import * as localisation from "../../../src/tasks/localisation/index.js";
import { toldBox } from "../../../src/tasks/localisation/model.js";
import { largest, overlaps } from "../../../src/tasks/localisation/objective.js";
import { shapes } from "../../../src/tasks/shapes/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../../src/training/checkpoint.js";
import { type Corners, overlap } from "../../../src/training/objectives/average-precision.js";
import { decodeCheckpoint, save } from "../../../src/training/opened-checkpoint.js";
import { uniform } from "../../checks/random.js";

const folder = mkdtempSync(join(tmpdir(), "receptive-localisation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = shapes({ size: 64, train: 240, test: 32, objects: [1, 1] });
const quick = { width: 0.5, lr: 0.004, colours: 0, zoom: 1.1, dropout: 0 };

describe("the box", () => {
  test("is the mean of what all places tell, weighed by belief: plain loops", async () => {
    const shape = [2, 3, 2, 5];
    const { data } = uniform(shape, { seed: 3, low: -2, high: 2 });
    const told = await toldBox(tensor(Float32Array.from(data), shape)).data();
    for (let n = 0; n < 2; n++) {
      const all = Array.from({ length: 6 }, (_, at) => data.subarray((n * 6 + at) * 5, (n * 6 + at) * 5 + 5));
      const whole = all.reduce((total, [belief]) => total + Math.exp(belief), 0);
      const box = [0, 0, 0, 0];
      for (const [at, [belief, ...far]] of all.entries()) {
        const [y, x] = [8 * Math.floor(at / 2) + 4, 8 * (at % 2) + 4];
        const [top, left, bottom, right] = far.map((value) => 16 * Math.log1p(Math.exp(value)));
        for (const [side, value] of [y - top, x - left, y + bottom, x + right].entries())
          box[side] += (value * Math.exp(belief)) / whole;
      }
      for (const [side, value] of box.entries()) expect(told[4 * n + side]).toBeCloseTo(value, 3);
    }
  });

  test("overlaps another as it is counted elsewhere; far apart there is still a slope", async () => {
    const pairs: [Corners, Corners][] = [
      [
        [0, 0, 10, 10],
        [5, 5, 15, 15],
      ],
      [
        [0, 0, 4, 8],
        [0, 0, 4, 8],
      ],
      [
        [0, 0, 2, 2],
        [10, 10, 14, 12],
      ],
    ];
    const of = (k: 0 | 1) => tensor(Float32Array.from(pairs.flatMap((pair) => [...pair[k]])), [3, 4]);
    const { iou, giou, slopes } = await compile((a: Tensor, b: Tensor) => {
      const both = overlaps(a, b);
      return { ...both, slopes: gradients(sum(both.giou), [a])[0] };
    })(of(0), of(1));
    const [ious, gious, slope] = [await iou.data(), await giou.data(), await slopes.data()];
    for (const [i, [a, b]] of pairs.entries()) expect(ious[i]).toBeCloseTo(overlap(a, b), 5);
    // 14 × 12 around both, of which 4 and 8 are boxes.
    expect(gious[2]).toBeCloseTo(-(14 * 12 - 12) / (14 * 12), 5);
    expect(gious[0]).toBeCloseTo(25 / 175 - 50 / 225, 5);
    expect(Math.abs(slope[8]) + Math.abs(slope[10])).toBeGreaterThan(1e-3);
  });

  test("to be told is that of the largest object that counts", async () => {
    const boxes = tensor(
      Float32Array.from([0, 0, 2, 2, 0, 0, 9, 9, 0, 0, 5, 5, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0]),
      [2, 3, 4],
    );
    const labels = tensor(Int32Array.of(4, 2, 1, -1, -1, -1), [2, 3]);
    const { box, label } = largest(boxes, labels);
    expect([...(await label.data())]).toEqual([2, -1]);
    expect([...(await box.data())].slice(0, 4)).toEqual([0, 0, 9, 9]);
    const ignored = tensor(Uint8Array.of(0, 1, 0, 0, 0, 0), [2, 3]);
    const without = largest(boxes, labels, ignored);
    expect([...(await without.label.data())]).toEqual([1, -1]);
    expect([...(await without.box.data())].slice(0, 4)).toEqual([0, 0, 5, 5]);
  });
});

describe("a box of a class activation map", () => {
  const map = (rows: readonly string[]) => ({
    height: rows.length,
    width: rows[0].length,
    values: rows.flatMap((row) => [...row].map(Number)),
  });
  test.each([
    // Two parts: the larger one counts, though the other has the greatest value; they touch at a corner alone.
    [["00000", "02200", "02000", "00920"], undefined, [1, 1, 3, 3]],
    [["00000", "02200", "02000", "00920"], 0.5, [3, 2, 4, 3]],
    [["000", "000"], undefined, [0, 0, 2, 3]],
    [["555", "555"], undefined, [0, 0, 2, 3]],
    // A fifth of the greatest value is not above a fifth of it.
    [["150"], undefined, [0, 1, 1, 2]],
  ])("%j above %s", (rows, share, expected) => {
    expect(localisation.boxOfMap(map(rows), share)).toEqual(expected);
  });

  test("says what is no map", () => {
    expect(() => localisation.boxOfMap({ height: 2, width: 2, values: [1] })).toThrow(
      /^boxOfMap: the map is .*, expected \{ height, width, values \}, as many values as height times width$/,
    );
  });
});

describe("shapes", () => {
  let localiser: localisation.Localiser;
  beforeAll(async () => {
    localiser = await localisation.train(drawn.train, { ...quick, epochs: 10, seed: 1 });
  }, 300_000);

  test("that were not seen in training are told and found more often than by chance", async () => {
    const { count, skipped, errors, weak } = await localiser.evaluate(drawn.test);
    expect([count, skipped, errors.pictures]).toEqual([32, 0, 32]);
    expect(errors.class1).toBeLessThan(0.7);
    expect(errors.top1).toBeLessThan(0.85);
    expect(errors.top5).toBeLessThanOrEqual(errors.top1);
    expect([weak.class1, weak.class5]).toEqual([errors.class1, errors.class5]);
    expect(weak.top1).toBeGreaterThanOrEqual(weak.class1);
  });

  test("a file of it says the same, of pictures of any size in their own pixels", async () => {
    const file = join(folder, "shapes.safetensors");
    await localiser.save(file);
    const again = await localisation.load(file);
    expect(String(again)).toBe(
      "localiser of 7 classes (circle, ring, square, triangle, star, cross, heart) in pictures of 64×64 pixels, trained on shapes, train",
    );
    const pictures = [0, 1, 2].map((place) => drawn.test.drawn(place).picture);
    const together = await localiser.predict(pictures);
    for (const [i, picture] of pictures.entries()) {
      const alone = await again.predict(await encodeImage(picture));
      expect(alone.guesses.map((one) => one.class)).toEqual(together[i].guesses.map((one) => one.class));
      expect(alone.guesses).toHaveLength(5);
      expect(alone.guesses[0]).toMatchObject({ class: alone.class, label: alone.label });
      const larger = await again.predict(enlarged(picture));
      for (const [side, value] of alone.box.entries()) {
        expect(value).toBeCloseTo(together[i].box[side], 2);
        expect(Math.abs(larger.box[side] - 2 * value)).toBeLessThan(8);
      }
    }
  });

  test("annotated pictures are measured as examples are", async () => {
    const places = Array.from({ length: 8 }, (_, place) => place);
    const annotated = annotationsOf(
      "some",
      [...places, 0].map((place, i) => ({
        ...{ name: String(place), width: 64, height: 64 },
        objects: drawn.test.drawn(place).objects.map(({ label, box }) => ({
          ...{ class: drawn.test.classes![label], box },
          // What is difficult is none, and a picture without any is left out.
          ...(i === 8 ? { difficult: true } : {}),
        })),
      })),
      { classes: drawn.test.classes },
    );
    const read = ({ name }: { name: string }) => drawn.test.drawn(Number(name)).picture;
    const own = await localiser.evaluate(annotated, { read });
    const few = await localiser.evaluate(shapes({ size: 64, train: 1, test: 8, objects: [1, 1] }).test);
    expect(own).toMatchObject({ count: 8, skipped: 1, errors: few.errors, weak: few.weak });
    await expect(localiser.evaluate(annotationsOf("none", []))).rejects.toThrow("none: has no pictures");
  });

  test.each([
    [{ fit: "cover" }, 'pictures fit into it by "cover"'],
    [{ size: [64] }, "it sees [64], expected [height, width], multiples of 16"],
    [{ size: [32, 64] }, "it sees 32×64×3, and its network takes [64, 64, 3]"],
  ])("a file that is damaged: %o", async (wrong, why) => {
    const file = join(folder, "damaged.safetensors");
    const checkpoint = await localiser.checkpoint();
    await save(file, { ...checkpoint, notes: { ...(checkpoint.notes as object), ...wrong } });
    await expect(localisation.load(file)).rejects.toThrow(`${file}: the localiser is damaged: ${why}`);
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
  const options = { ...quick, width: 0.25, epochs: 2, batchSize: 8, seed: 2 };
  const states: Checkpoint[] = [];
  const whole = await localisation.train(train, {
    ...options,
    checkpoint: {
      every: 2,
      save: (state) => void states.push(decodeCheckpoint(encodeCheckpoint(state), "state")),
    },
  });
  const again = await localisation.train(train, { ...options, resume: states[0] });
  const [a, b] = [await weightsOf(whole.network), await weightsOf(again.network)];
  for (const [path, one] of a) expect(b.get(path), path).toEqual(one);
});

test.each([
  [annotationsOf("one", [], { classes: [] }), {}, "one: has no classes"],
  [annotationsOf("one", [], { classes: ["a"] }), {}, "one: has no pictures"],
  [
    annotationsOf("one", [], { classes: ["a"] }),
    { size: [100, 96] },
    "train: size is [100, 96], expected [height, width], multiples of 16 up to 4096",
  ],
  [
    shapes({ size: 100, train: 1, test: 1 }).train,
    {},
    "shapes, train: its images are 100×100×3, expected H×W×3 of which both edges are multiples of 16",
  ],
])("what cannot be trained on: %#", async (given, options, why) => {
  await expect(localisation.train(given as never, options as never)).rejects.toThrow(why);
});
