/** Names that the fonts of the sheets cannot write. */
import { describe, expect, test } from "vitest";
import { drawable, writableNames } from "../../src/report/sheet/characters.js";
import { renderSheet, sheetSvg } from "../../src/report/sheet.js";

describe("characters that the fonts lack", () => {
  test.each<[string[], string[]]>([
    [
      ["cat", "naïve Ærøskøbing", "Ελληνικά", "кириллица"],
      ["cat", "naïve Ærøskøbing", "Ελληνικά", "кириллица"],
    ],
    [
      ["dog", "猫と犬", "عربي"],
      ["dog", "class 1", "class 2"],
    ],
    [
      ["🦊 fox & 🐻 bear", "🦊"],
      ["fox & bear", "class 1"],
    ],
    [
      ["cat", "猫 cat", "犬 cat"],
      ["cat", "class 1", "class 2"],
    ],
    [
      ["--", ""],
      ["--", ""],
    ],
  ])("%j are written as %j", (names, written) => {
    expect(writableNames(names)).toEqual(written);
  });

  test("elsewhere, as in the name of a file, � stands for them", () => {
    expect(drawable("猫/photo 🦊.png")).toBe("�/photo �.png");
    expect(drawable("photo.png")).toBe("photo.png");
  });
});

/** A sheet of so many classes, each with a picture that was read as the next class. */
function sheetOf(count: number) {
  const classes = Array.from({ length: count }, (_, k) => `class-${k}`);
  const confusion = classes.map((_, t) => classes.map((_, p) => Number(p === (t + 1) % count)));
  const picture = { width: 1, height: 1, channels: 1 as const, pixels: new Uint8Array(1) };
  const mistakes = [{ picture, truth: classes[0], read: classes[count - 1], confidence: 0.5 }];
  return {
    title: "many classes",
    test: { accuracy: 0, count, confusion, mistakes },
    classes,
    training: { stepsPerEpoch: 1, steps: [{ step: 1, loss: 0 }], epochs: [] },
  };
}

test("a sheet of a thousand classes", async () => {
  const png = await renderSheet(sheetOf(1000));
  expect([...png.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  expect(sheetSvg(sheetOf(1000))).toContain("1,000 classes");
}, 60_000);

test("a loss of 0 throughout has an axis without negative numbers", () => {
  expect(sheetSvg(sheetOf(1))).not.toMatch(/>[−-]\d/);
});
