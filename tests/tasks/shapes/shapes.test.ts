import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { randomFlip } from "../../../src/data/augment-parts.js";
import { augmented } from "../../../src/data/augmented.js";
import { batches } from "../../../src/data/batches.js";
import {
  colourNames,
  heldOutPairs,
  shapeAnnotations,
  shapeNames,
  shapes,
} from "../../../src/tasks/shapes/index.js";

const { train, test: held } = shapes({ train: 400 });
const places = Array.from({ length: 60 }, (_, i) => i);
const drawn = places.map((place) => train.drawn(place));

/** Number by number would take seconds. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe("pictures of shapes", () => {
  test("there are 2,000 to test by; the same seed draws the same, another one others; tests are always the same", () => {
    expect(held.length).toBe(2000);
    const bytes = (pictures: typeof train, place: number) => pictures.drawn(place).picture.pixels;
    const [again, other] = [shapes({ train: 400 }), shapes({ train: 400, seed: 1 })];
    expect(same(bytes(again.train, 7), bytes(train, 7))).toBe(true);
    expect(same(bytes(other.train, 7), bytes(train, 7))).toBe(false);
    expect(same(bytes(other.test, 7), bytes(held, 7))).toBe(true);
    expect(same(bytes(held, 7), bytes(train, 7))).toBe(false);
    // Whoever changes a pixel changes every figure that was measured on them.
    const sum = createHash("sha256");
    for (const place of [0, 1, 2, 1999]) sum.update(bytes(held, place));
    expect(sum.digest("hex").slice(0, 16)).toBe("1826e2971ac850fe");
  });

  test("one to eight objects of 16 to 120 pixels, all shapes and colours, of no pair that is held out", () => {
    const scenes = places.map((place) => train.drawn(place).objects);
    const counts = new Set(scenes.map(({ length }) => length));
    expect([...counts].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const all = scenes.flat();
    expect(new Set(all.map(({ label }) => shapeNames[label]))).toEqual(new Set(shapeNames));
    expect(new Set(all.map(({ colour }) => colourNames[colour]))).toEqual(new Set(colourNames));
    expect(heldOutPairs).toHaveLength(shapeNames.length);
    const pairs = (objects: typeof all) =>
      new Set(objects.map((one) => `${colourNames[one.colour]} ${shapeNames[one.label]}`));
    expect([...pairs(all)].filter((pair) => heldOutPairs.includes(pair))).toEqual([]);
    const tested = pairs(Array.from({ length: 120 }, (_, place) => held.drawn(place).objects).flat());
    expect(heldOutPairs.filter((pair) => !tested.has(pair))).toEqual([]);
    const longest = all.map(({ box: [top, left, bottom, right] }) => Math.max(bottom - top, right - left));
    expect(Math.max(...longest)).toBeLessThanOrEqual(121);
    expect(longest.some((n) => n > 80) && longest.some((n) => n < 24)).toBe(true);
  });

  test("boxes are those around the masks, masks do not share a pixel, and the map says the same", () => {
    for (const { objects, map, picture } of drawn.slice(0, 12)) {
      const { width } = picture;
      const said = new Uint8Array(map.length);
      let shared = 0;
      for (const { mask, box, label } of objects) {
        const around = [width, width, 0, 0];
        let count = 0;
        for (const [p, is] of mask().entries()) {
          if (!is) continue;
          if (said[p] !== 0) shared++;
          said[p] = 1 + label;
          const [i, j] = [Math.floor(p / width), p % width];
          around[0] = Math.min(around[0], i);
          around[1] = Math.min(around[1], j);
          around[2] = Math.max(around[2], i + 1);
          around[3] = Math.max(around[3], j + 1);
          count++;
        }
        expect(count).toBeGreaterThan(30);
        expect([...box]).toEqual(around);
      }
      expect(shared).toBe(0);
      expect(same(said, map)).toBe(true);
    }
  });

  test("no two overlap by more than 30 % of the smaller", () => {
    for (const { objects } of drawn)
      for (const [i, { box: a }] of objects.entries())
        for (const { box: b } of objects.slice(i + 1)) {
          const high = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
          const wide = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
          const least = Math.min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]));
          if (high > 0 && wide > 0) expect((high * wide) / least).toBeLessThan(0.5);
        }
  });

  test("captions name two or three from left to right, with where each is to the next", () => {
    const { train: captioned } = shapes({ train: 200, objects: [2, 3] });
    const said = new Set<string>();
    for (let place = 0; place < 40; place++) {
      const { objects, caption } = captioned.drawn(place);
      expect(caption).toBe(captioned.caption(place));
      const middle = ({ box }: (typeof objects)[number]) => [(box[1] + box[3]) / 2, (box[0] + box[2]) / 2];
      const row = [...objects].sort((a, b) => middle(a)[0] - middle(b)[0]);
      const words = caption.split(/ (above|below|beside) /);
      expect(words.filter((_, i) => i % 2 === 0)).toEqual(
        row.map(
          ({ label, colour }) =>
            `${colourNames[colour] === "orange" ? "an" : "a"} ${colourNames[colour]} ${shapeNames[label]}`,
        ),
      );
      row.slice(1).forEach((one, i) => {
        const lower = (middle(one)[1] - middle(row[i])[1]) / 256;
        const relation = words[2 * i + 1];
        said.add(relation);
        if (relation === "beside") expect(Math.abs(lower)).toBeLessThan(0.13);
        else expect(relation === "above" ? lower : -lower).toBeGreaterThan(0.13);
      });
    }
    expect(said).toEqual(new Set(["above", "below", "beside"]));
    expect(train.drawn(0).caption.split(/ (?:above|below|beside) /).length).toBeLessThanOrEqual(3);
  });

  test("batches of them, flipped with their boxes and maps", async () => {
    for await (const { fields } of batches(augmented(train, randomFlip()), {
      batchSize: 4,
      shuffle: { seed: 1, epoch: 0 },
    })) {
      expect(fields.images.shape).toEqual([4, 256, 256, 3]);
      expect(fields.map.shape).toEqual([4, 256, 256]);
      expect([fields.boxes.shape[2], fields.labels.shape.length]).toEqual([4, 2]);
      const [boxes, labels, map] = [
        await fields.boxes.data(),
        await fields.labels.data(),
        await fields.map.data(),
      ];
      const many = fields.labels.shape[1];
      labels.forEach((label, at) => {
        if (label < 0) return;
        const n = Math.floor(at / many);
        const [top, left, bottom, right] = boxes.subarray(4 * at, 4 * at + 4);
        let seen = 0;
        for (let i = top; i < bottom; i++)
          for (let j = left; j < right; j++) if (map[(n * 256 + i) * 256 + j] === 1 + label) seen++;
        expect(seen).toBeGreaterThan(0.2 * (bottom - top) * (right - left));
      });
      break;
    }
  });

  test("as annotations they have boxes, masks and captions", () => {
    const { pictures, classes } = shapeAnnotations(held, 3);
    expect(classes).toEqual(shapeNames);
    expect(pictures.map(({ name }) => name)).toEqual(["00000.png", "00001.png", "00002.png"]);
    const [{ objects, captions }] = pictures;
    const [first] = held.drawn(0).objects;
    expect(objects[0]).toMatchObject({
      label: first.label,
      box: first.box,
      attributes: { colour: colourNames[first.colour] },
    });
    expect(captions).toEqual([held.caption(0)]);
  });

  test("what there is not is refused in a line", () => {
    expect(() => train.drawn(400)).toThrow("shapes, train: there is no picture 400, expected 0 to 399");
    expect(() => shapes({ objects: [3, 2] })).toThrow(
      "shapes: objects is [3, 2], expected [least, most], whole numbers from 1 to 8",
    );
    expect(() => shapes({ size: 32 })).toThrow("shapes: size is 32, expected a whole number from 64 to 1024");
  });
});
