import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readImage } from "../../../src/images/index.js";
import {
  countsOf,
  labelPng,
  maskPixels,
  packedCounts,
  readLabels,
  runsOf,
  vocPalette,
} from "../../../src/tasks/annotations/index.js";

describe("runs", () => {
  test("masks become runs and again masks; runs become text and again runs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.boolean()),
        (height, width, bits) => {
          const mask = Uint8Array.from({ length: height * width }, () => Number(bits.next().value));
          const runs = runsOf(mask, [height, width]);
          expect(runs.counts.reduce((a, b) => a + b)).toBe(height * width);
          expect([...maskPixels(runs, height, width)]).toEqual([...mask]);
          expect(countsOf(packedCounts(runs.counts))).toEqual(runs.counts);
        },
      ),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 30)), (counts) => {
        expect(countsOf(packedCounts(counts))).toEqual(counts);
      }),
      { seed: 2 },
    );
  });

  // As COCO's own tools pack them.
  test.each([
    [[3, 7, 190], "37n5"],
    [[0, 1, 1, 1, 1, 40, 1000], "01100W1Wo0"],
  ])("%j packed is %s", (counts, packed) => {
    expect(packedCounts(counts)).toBe(packed);
    expect(countsOf(packed)).toEqual(counts);
  });

  test("text that is none is none", () => {
    expect(countsOf("3é")).toBeUndefined();
    expect(countsOf("P")).toBeUndefined(); // another digit would follow
  });
});

test("outlines have the pixels whose middles lie in them", () => {
  const drawn = (polygons: number[][]) =>
    Array.from({ length: 4 }, (_, i) =>
      maskPixels({ polygons }, 4, 5)
        .subarray(5 * i, 5 * i + 5)
        .join(""),
    );
  expect(drawn([[1, 1, 4, 1, 4, 3, 1, 3]])).toEqual(["00000", "01110", "01110", "00000"]);
  expect(drawn([[0, 0, 4, 0, 0, 4]])).toEqual(["11100", "11000", "10000", "00000"]);
  // Two outlines together, one beyond the picture.
  expect(
    drawn([
      [-3, -3, 1, -3, 1, 9, -3, 9],
      [3.6, 0, 9, 0, 9, 1, 3.6, 1],
    ]),
  ).toEqual(["10001", "10000", "10000", "10000"]);
});

describe("labels", () => {
  test("written and read again they are the same, with Pascal VOC's palette or one's own", async () => {
    const labels = Uint8Array.from({ length: 7 * 5 }, (_, i) => (i * 37) % 256);
    const file = await labelPng({ width: 7, height: 5, labels });
    expect(await readLabels(file)).toEqual({ width: 7, height: 5, labels, palette: vocPalette() });
    // Other programs see colours.
    const { pixels } = await readImage(file);
    expect([...pixels.subarray(3, 6)]).toEqual([...vocPalette().subarray(3 * 37, 3 * 38)]);
    const palette = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const own = { width: 2, height: 1, labels: Uint8Array.of(1, 0), palette };
    expect(await readLabels(await labelPng(own))).toEqual(own);
    await expect(labelPng({ ...own, labels: Uint8Array.of(2, 0) })).rejects.toThrow(
      "labelPng: the label 2 is none of the palette's 2 colours",
    );
  });

  test("Pascal VOC's palette is the known one", () => {
    const palette = vocPalette();
    const of = (label: number) => [...palette.subarray(3 * label, 3 * label + 3)];
    expect([0, 1, 2, 15, 20, 255].map(of)).toEqual([
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [192, 128, 128],
      [0, 64, 128],
      [224, 224, 192],
    ]);
  });

  const golden = new URL("../../images/golden/formats/", import.meta.url);
  test("what is no map of labels is refused in a line", async () => {
    const file = await labelPng({ width: 3, height: 2, labels: Uint8Array.of(0, 1, 2, 3, 4, 9) });
    const read = (bytes: Uint8Array, options = {}) =>
      readLabels(bytes, options).then(
        () => "read",
        (error: Error) => error.message,
      );
    expect(await read(file, { classes: 5 })).toBe(
      "the bytes: the pixel in row 1 and column 2 has the label 9, expected 0 to 4, or 255 where it does not count",
    );
    expect(await read(file, { classes: 5, ignore: 9 })).toBe("read");
    expect(await read(file.subarray(0, file.length - 20))).toBe("the bytes: is cut short");
    const damaged = file.slice();
    damaged[damaged.length - 20] ^= 255;
    expect(await read(damaged)).toBe("the bytes: is damaged: its pixels cannot be unpacked");
    expect(await read(readFileSync(new URL("plain.jpg", golden)))).toMatch(
      /is no PNG file: labels would be lost/,
    );
    expect(await read(readFileSync(new URL("plain.png", golden)))).toBe(
      "the bytes: is a PNG file of colours, expected one of labels: with a palette, or of grey levels",
    );
  });
});
