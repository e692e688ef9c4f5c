import { describe, expect, test } from "vitest";
import { attentionPanels, litPicture, renderAttention } from "../../../src/report/captions/attention.js";
import { captionSheetSvg, worstFirst } from "../../../src/report/captions/sheet.js";
import { attentionOver, type Caption } from "../../../src/tasks/captions/index.js";

const word = { attention: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0, 0) };
const grid = [2, 3] as const;

describe("attention over a picture", () => {
  test("is bilinear between the middles of places, and divided by the greatest", () => {
    const [height, width] = [8, 6];
    const map = attentionOver(word, grid, { height, width });
    // Plain: each place as a point in the middle of its part of the picture.
    const at = (i: number, j: number): number => {
      const y = Math.min(1, Math.max(0, ((i + 0.5) * 2) / height - 0.5));
      const x = Math.min(2, Math.max(0, ((j + 0.5) * 3) / width - 0.5));
      let sum = 0;
      for (let r = 0; r < 2; r++)
        for (let c = 0; c < 3; c++)
          sum +=
            word.attention[3 * r + c] * Math.max(0, 1 - Math.abs(y - r)) * Math.max(0, 1 - Math.abs(x - c));
      return sum / 0.4;
    };
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) expect(map[i * width + j]).toBeCloseTo(at(i, j), 5);
    expect(Math.max(...map)).toBeCloseTo(1, 1);
  });

  test("has one value where there is one place, and says what does not fit", () => {
    const map = attentionOver({ attention: [1] }, [1, 1], { height: 2, width: 3 });
    expect([...map]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(() => attentionOver(word, [3, 3], { height: 2, width: 2 })).toThrow(
      "attentionOver: the grid is [3, 3], expected [rows, columns], as many as the attention has places",
    );
    expect(() => attentionOver({} as never, grid, { height: 2, width: 2 })).toThrow(
      /^attentionOver: the word is /,
    );
  });
});

const caption: Caption = {
  text: "a cat",
  words: ["a", "cat"].map((one, i) => ({
    word: one,
    probability: 0.5 + i / 4,
    attention: word.attention,
    at: [1, 1] as const,
  })),
  score: -1,
  logProbability: -2,
  grid: [2, 3],
};
const picture = { width: 6, height: 4, channels: 1 as const, pixels: new Uint8Array(24).fill(200) };

describe("pictures of it", () => {
  test("are as they were where was looked, and dark elsewhere", () => {
    const lit = litPicture(picture, word, grid);
    expect([lit.width, lit.height, lit.channels]).toEqual([6, 4, 3]);
    const row = (i: number) =>
      Array.from(lit.pixels.subarray(i * 18, i * 18 + 18)).filter((_, k) => k % 3 === 0);
    // Lower left was looked at most, lower right not at all.
    expect(Math.max(...row(3))).toBe(row(3)[0]);
    expect(row(3)[0]).toBe(200);
    expect(row(3)[5]).toBe(40);
  });

  test("stand beside each other, a word each", async () => {
    const panels = attentionPanels(picture, caption);
    expect(panels.map((one) => one.caption)).toEqual(["the picture", "a  50 %", "cat  75 %"]);
    const png = await renderAttention(picture, caption, { title: "a cat", subtitle: "where" });
    expect(Array.from(png.subarray(1, 4))).toEqual([0x50, 0x4e, 0x47]);
  });

  test("and a training's sheet has the captions that are farthest from what people say first", async () => {
    const said = [
      { text: "a dog", references: ["a dog"], isExact: true },
      { text: "two men walk", references: ["a cat sits"], isExact: false },
      { text: "a cat lies", references: ["a cat sits"], isExact: false },
    ].map((one, place) => ({ ...one, place, name: `${place}.png` }));
    expect(worstFirst(said).map(({ place }) => place)).toEqual([1, 2, 0]);
    const svg = await captionSheetSvg({
      title: "Captions of <all>",
      subtitle: "none",
      test: {
        ...{ count: 3, skipped: 0, exact: 1 / 3, captions: said },
        bleu: { bleu: [0.5, 0.4, 0.3, 0.25], precisions: [], brevity: 1, length: 8, referenceLength: 8 },
      },
      training: { stepsPerEpoch: 1, steps: [{ step: 1, loss: 2 }], epochs: [{ epoch: 1 }] },
      picture: async () => picture,
      looked: { picture, caption },
    });
    for (const text of [
      "BLEU-4 0.250",
      "33.3 % word for word",
      "two men walk",
      "Captions of &lt;all&gt;",
      ">cat<",
    ])
      expect(svg).toContain(text);
    expect(svg.indexOf("two men walk")).toBeLessThan(svg.indexOf("a cat lies"));
  });
});
