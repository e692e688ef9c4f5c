/** Annotated pictures as batches: their pixels, and the class of each of them. */
import { describe, expect, test } from "vitest";
import { batchAt } from "../../../src/data/example-batches.js";
import { data } from "../../../src/index.js";
import {
  annotationsOf,
  labelPng,
  maskExamples,
  openAnnotations,
  pixelLabels,
  runsOf,
} from "../../../src/tasks/annotations/index.js";
import { folder } from "./folders.js";

/** A picture whose red is a hundred times the label of a pixel. */
const seen = (map: Uint8Array, width: number, height: number) => ({
  width,
  height,
  channels: 3 as const,
  pixels: Uint8Array.from({ length: 3 * map.length }, (_, at) => (at % 3 === 0 ? 100 * map[at / 3] : 0)),
});

/** Two columns of 1 on 0, and a row of 2 below. */
const map = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, at) =>
    Math.floor(at / width) === height - 1 ? 2 : at % width < 2 ? 1 : 0,
  );

const mapped = async (files: { [name: string]: Uint8Array }, classes?: string) => {
  const path = await folder("maps", {
    "images/a.png": [8, 6],
    "images/b.png": [4, 4],
    ...files,
    ...(classes ? { "classes.txt": classes } : {}),
  });
  return (await openAnnotations(path)).all;
};
const png = (labels: Uint8Array, width: number, height: number, palette?: Uint8Array) =>
  labelPng({ width, height, labels, ...(palette ? { palette } : {}) });

const valuesOf = async (
  examples: Parameters<typeof batchAt>[0],
  places: readonly number[],
  draw?: { seed: number; epoch: number },
) => {
  const { fields } = await batchAt(examples, Int32Array.from(places), draw as never);
  return { images: await fields.images.data(), map: [...(await fields.map.data())] };
};

describe("pictures with maps of labels as examples", () => {
  const read = async ({ width, height }: { width: number; height: number }) =>
    seen(map(width, height), width, height);

  test("are fitted in with the nearest labels; what is filled up does not count, as what is ignored", async () => {
    const own = map(8, 6);
    own[20] = 9;
    const given = await mapped({
      "masks/a.png": await png(own, 8, 6),
      "masks/b.png": await png(map(4, 4), 4, 4),
    });
    const examples = await maskExamples(given, { size: [8, 8], read, ignore: [9] });
    expect(examples.classes).toEqual(["0", "1", "2"]);
    const { images, map: labels } = await valuesOf(examples, [0, 1]);
    const first = labels.slice(0, 64);
    expect(first.slice(0, 8)).toEqual(Array(8).fill(255));
    expect(first.slice(56)).toEqual(Array(8).fill(255));
    const inner = [...own].map((label) => (label === 9 ? 255 : label));
    expect(first.slice(8, 56)).toEqual(inner);
    expect([...images.slice(0, 3)]).toEqual([114, 114, 114]);
    // Of 4×4 each label twice along both axes.
    const twice = Array.from({ length: 64 }, (_, at) => map(4, 4)[(at >> 4) * 4 + ((at % 8) >> 1)]);
    expect(labels.slice(64)).toEqual(twice);
  });

  test("are cut out as large as they are, anew in each epoch, pictures and maps alike", async () => {
    const given = await mapped({
      "masks/a.png": await png(map(8, 6), 8, 6),
      "masks/b.png": await png(map(4, 4), 4, 4),
    });
    const examples = await maskExamples(given, { size: [5, 4], read, fit: "tiles" });
    const places = new Set<string>();
    for (let epoch = 0; epoch < 12; epoch++) {
      const { images, map: labels } = await valuesOf(examples, [0, 1], { seed: 3, epoch });
      labels.forEach((label, at) => {
        expect(images[3 * at]).toBe(label === 255 ? 114 : 100 * label);
      });
      // The second is 4 pixels high: one row more is asked for.
      expect(labels.slice(20).filter((label) => label === 255).length).toBe(4);
      places.add(labels.slice(0, 20).join());
    }
    expect(places.size).toBeGreaterThan(3);
    const [a, b] = [await valuesOf(examples, [0]), await valuesOf(examples, [0])];
    expect(a).toEqual(b);
  });

  test("go with their maps when they are changed", async () => {
    const given = await mapped({
      "masks/a.png": await png(map(8, 6), 8, 6),
      "masks/b.png": await png(map(4, 4), 4, 4),
    });
    const examples = await maskExamples(given, { size: [6, 8], read });
    const changed = data.augmented(examples, data.compose(data.randomShift(2), data.randomFlip()));
    let moved = 0;
    for (let epoch = 0; epoch < 8; epoch++) {
      const { images, map: labels } = await valuesOf(changed, [0], { seed: 1, epoch });
      labels.forEach((label, at) => {
        if (label !== 255) expect(images[3 * at]).toBe(100 * label);
        else moved++;
      });
    }
    expect(moved).toBeGreaterThan(10);
  });

  test("names and colours are those of the files", async () => {
    const palette = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const files = {
      "masks/a.png": await png(map(8, 6), 8, 6, palette),
      "masks/b.png": await png(map(4, 4), 4, 4),
    };
    const { classes, colours } = await pixelLabels(await mapped(files, "sky\nroad\ncar\n"));
    expect(classes).toEqual(["sky", "road", "car"]);
    expect(colours).toEqual(palette.slice(0, 9));
  });

  test.each<[string, () => Promise<unknown>, string | RegExp]>([
    [
      "a label that is no class",
      async () => {
        const files = {
          "masks/a.png": await png(map(8, 6), 8, 6),
          "masks/b.png": await png(map(4, 4), 4, 4),
        };
        const examples = await maskExamples(await mapped(files, "sky\nroad\n"), { size: [6, 8], read });
        return examples.at(Int32Array.of(0));
      },
      /masks\/a\.png: the pixel in row 5 and column 0 has the label 2, expected 0 to 1, or 255 where it does not count$/,
    ],
    [
      "a map that was exchanged for one of another size",
      async () => {
        const files = {
          "masks/a.png": await png(map(8, 6), 8, 6),
          "masks/b.png": await png(map(4, 4), 4, 4),
        };
        const given = await mapped(files);
        const wrong = { ...given, pictures: given.pictures.map((one) => ({ ...one, width: 5, height: 5 })) };
        const examples = await maskExamples(wrong, { size: [6, 8], read });
        return examples.at(Int32Array.of(0));
      },
      /masks\/a\.png: is 8×6 pixels, its picture is 5×5$/,
    ],
    [
      "pictures with boxes alone",
      () =>
        maskExamples(
          annotationsOf("boxes", [
            { name: "a", width: 4, height: 4, objects: [{ class: "cat", box: [0, 0, 1, 1] }] },
          ]),
          { size: [4, 4] },
        ),
      "boxes: has neither maps of labels nor masks of objects",
    ],
  ])("%s is refused", async (_, make, why) => {
    await expect(make()).rejects.toThrow(why);
  });
});

test("of masks of objects the smaller lie over the larger, boxes alone are not known, the rest is ground", async () => {
  const [width, height] = [6, 4];
  const part = (within: (i: number, j: number) => boolean) =>
    runsOf(
      Uint8Array.from({ length: width * height }, (_, at) =>
        Number(within(Math.floor(at / width), at % width)),
      ),
      [height, width],
    );
  const given = annotationsOf("painted", [
    {
      name: "a",
      width,
      height,
      objects: [
        { class: "cat", box: [1, 1, 2, 2], mask: part((i, j) => i === 1 && j === 1) },
        { class: "ant", box: [0, 0, 3, 3], mask: part((i, j) => i < 3 && j < 3) },
        { class: "cat", box: [3, 4, 4, 6] },
      ],
    },
  ]);
  const labels = await pixelLabels(given);
  expect(labels.classes).toEqual(["background", "ant", "cat"]);
  expect([...(await labels.of(given.pictures[0]))]).toEqual([
    ...[1, 1, 1, 0, 0, 0],
    ...[1, 2, 1, 0, 0, 0],
    ...[1, 1, 1, 0, 0, 0],
    ...[0, 0, 0, 0, 255, 255],
  ]);
});
