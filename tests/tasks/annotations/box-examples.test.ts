/** Annotated pictures as batches: their pixels, and boxes that go with them. */
import { describe, expect, test } from "vitest";
import { batchAt } from "../../../src/data/example-batches.js";
import { data } from "../../../src/index.js";
import { annotationsOf, boxExamples, openAnnotations } from "../../../src/tasks/annotations/index.js";
import { folder, object, voc } from "./folders.js";

/** A picture that is bright within a box, and dark elsewhere. */
const lit = (width: number, height: number, [top, left, bottom, right]: readonly number[]) => {
  const pixels = new Uint8Array(width * height);
  for (let i = top; i < bottom; i++) pixels.fill(250, i * width + left, i * width + right);
  return { width, height, channels: 1 as const, pixels };
};

const boxes = {
  wide: [8, 10, 16, 30],
  tall: [4, 2, 36, 18],
} as const;
const pictures = { wide: lit(40, 20, boxes.wide), tall: lit(20, 40, boxes.tall) };
const given = annotationsOf("two", [
  { name: "wide", width: 40, height: 20, objects: [{ class: "a", box: boxes.wide, difficult: true }] },
  {
    name: "tall",
    width: 20,
    height: 40,
    objects: [
      { class: "b", box: boxes.tall },
      { class: "a", box: [0, 0, 40, 20], crowd: true },
    ],
  },
  { name: "none", width: 40, height: 20 },
]);
const read = ({ name }: { name: string }) => pictures[name as "wide"] ?? pictures.wide;

const batchOf = async (examples: Parameters<typeof batchAt>[0], places: readonly number[], draw?: object) => {
  const { fields } = await batchAt(examples, Int32Array.from(places), draw as never);
  const numbers = async (name: string) => Array.from((await fields[name].data()) as Float32Array);
  return { shapes: Object.fromEntries(Object.entries(fields).map(([k, t]) => [k, t.shape])), numbers };
};

/** The smallest box around what is bright in the red of a picture of a batch. */
const brightIn = (pixels: readonly number[], n: number, [h, w]: readonly [number, number]) => {
  const box = [h, w, 0, 0];
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      if (pixels[((n * h + i) * w + j) * 3] > 180) {
        box[0] = Math.min(box[0], i);
        box[1] = Math.min(box[1], j);
        box[2] = Math.max(box[2], i + 1);
        box[3] = Math.max(box[3], j + 1);
      }
  return box;
};

describe("pictures with boxes as examples", () => {
  test("lie in the middle, whole, the rest grey; boxes go with them; what is filled up is no class", async () => {
    const { shapes, numbers } = await batchOf(boxExamples(given, { size: [64, 64], read }), [0, 1, 2]);
    expect(shapes).toEqual({
      images: [3, 64, 64, 3],
      boxes: [3, 8, 4],
      labels: [3, 8],
      ignored: [3, 8],
    });
    const found = await numbers("boxes");
    // 40×20 becomes 64×32 from row 16 on, 20×40 becomes 32×64 from column 16 on.
    expect(found.slice(0, 4)).toEqual([8, 10, 16, 30].map((v, i) => Math.fround(v * 1.6 + (i % 2 ? 0 : 16))));
    expect(found.slice(32, 36)).toEqual(
      [4, 2, 36, 18].map((v, i) => Math.fround(v * 1.6 + (i % 2 ? 16 : 0))),
    );
    expect((await numbers("labels")).filter((label) => label >= 0)).toEqual([0, 1, 0]);
    expect((await numbers("ignored")).slice(0, 10)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const pixels = await numbers("images");
    expect(pixels[0]).toBe(114);
    for (const n of [0, 1])
      for (const [i, edge] of brightIn(pixels, n, [64, 64]).entries())
        expect(Math.abs(edge - found[32 * n + i])).toBeLessThanOrEqual(1);
  });

  test("stretched, each axis goes by itself", async () => {
    const { numbers } = await batchOf(boxExamples(given, { size: [40, 60], fit: "stretch", read }), [0]);
    expect((await numbers("boxes")).slice(0, 4)).toEqual([16, 15, 32, 45]);
    expect(brightIn(await numbers("images"), 0, [40, 60])).toEqual([16, 15, 32, 45]);
  });

  test("moved by an augmentation, a box is where its object is", async () => {
    const examples = data.augmented(
      boxExamples(given, { size: [64, 64], read }),
      data.compose(data.randomAffine({ scale: [0.7, 1.2], shift: 6, background: 114 }), data.randomFlip()),
    );
    for (let epoch = 0; epoch < 6; epoch++) {
      const { numbers } = await batchOf(examples, [0, 1], { seed: 4, epoch });
      const [pixels, found] = [await numbers("images"), await numbers("boxes")];
      for (const n of [0, 1])
        for (const [i, edge] of brightIn(pixels, n, [64, 64]).entries())
          expect(Math.abs(edge - found[32 * n + i])).toBeLessThanOrEqual(1.5);
    }
  });

  test("a batch without any object has places for some", async () => {
    const { shapes, numbers } = await batchOf(boxExamples(given, { size: [32, 32], read }), [2]);
    expect(shapes.boxes).toEqual([1, 8, 4]);
    expect(new Set(await numbers("labels"))).toEqual(new Set([-1]));
  });

  test("files are read, and kept as far as there is room", async () => {
    const path = await folder("examples", {
      "a.xml": voc("a.png", [object("cat", [1, 1, 20, 10])]),
      "a.png": [20, 10],
    });
    const { all } = await openAnnotations(path);
    let times = 0;
    const counted = (keep: number) =>
      boxExamples(all, {
        size: [20, 20],
        keep,
        read: () => {
          times++;
          return lit(20, 10, [0, 0, 10, 20]);
        },
      });
    for (const [keep, expected] of [
      [1200, 1],
      [1199, 3],
    ] as const) {
      times = 0;
      const examples = counted(keep);
      for (let i = 0; i < 3; i++) await examples.at(Int32Array.of(0));
      expect(times).toBe(expected);
    }
    const { numbers } = await batchOf(boxExamples(all, { size: [10, 20] }), [0]);
    expect((await numbers("boxes")).slice(0, 4)).toEqual([0, 0, 10, 20]);
  });

  test("what cannot be read is said", async () => {
    expect(() => boxExamples(given, { size: [32, 32] })).toThrow(
      "boxExamples: wide of two has no file; `read` says what its pixels are",
    );
    const wrong = boxExamples(given, { size: [32, 32], read: () => pictures.tall });
    await expect(wrong.at(Int32Array.of(0))).rejects.toThrow(
      "wide: is 20×40 pixels, its annotations are of 40×20",
    );
    expect(() => boxExamples(given, { size: [32], read } as never)).toThrow(
      "boxExamples: size is [32], expected [height, width], whole numbers from 1 on",
    );
  });
});
