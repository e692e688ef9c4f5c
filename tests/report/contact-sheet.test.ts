import { describe, expect, test } from "vitest";
import { contactSheetSvg, renderContactSheet } from "../../src/report/pictures/contact-sheet.js";
import { overlaid, shaded } from "../../src/report/pictures/numbers.js";
import { textWidth } from "../../src/report/sheet/svg.js";

const size = { height: 2, width: 3 };
const grey = { height: 2, width: 3, channels: 1 as const, pixels: new Uint8Array(6) };
const textsOf = (svg: string) =>
  [
    ...svg.matchAll(
      /<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)"[^>]*?(text-anchor="end")?[^>]*>([^<]*)<\/text>/g,
    ),
  ].map(([, x, y, fontSize, , content]) => ({ x: Number(x), y: Number(y), size: Number(fontSize), content }));

describe("every map has a scale with numbers and a unit", () => {
  test("of one sign: from black to bright", () => {
    const { scale, picture } = shaded([0, 1, 2, 3, 4, 8], size, { unit: "score" });
    expect([scale.range, scale.unit, scale.beyond]).toEqual([[0, 8], "score", undefined]);
    expect([...picture.pixels.slice(0, 3)]).toEqual([0, 0, 4]);
    const svg = contactSheetSvg({ title: "t", sections: [{ title: "", tiles: [{ picture, scale }] }] });
    expect(textsOf(svg).map(({ content }) => content)).toEqual(["t", "0", "8.00", "score"]);
  });

  test("of both signs: white at 0, alike to both sides", () => {
    const { scale, picture } = shaded([-1, 0, 2, 3, -4, 2], size, { unit: "activation" });
    expect(scale.range).toEqual([-4, 4]);
    expect([...picture.pixels.slice(3, 6)]).toEqual([255, 255, 255]);
    const svg = contactSheetSvg({ title: "t", sections: [{ title: "", tiles: [{ picture, scale }] }] });
    expect(textsOf(svg).map(({ content }) => content)).toEqual(["t", "−4.00", "0", "4.00", "activation"]);
  });

  test("one bright pixel of many does not hide the others: the end says that there is more", () => {
    const values = Float32Array.from({ length: 2500 }, (_, i) => (i === 7 ? 1000 : 1 + (i % 10)));
    const { scale } = shaded(values, { height: 50, width: 50 }, { unit: "score" });
    expect([scale.range, scale.beyond]).toEqual([[0, 10], "above"]);
  });

  test("over a picture, and of nothing", () => {
    const over = overlaid(grey, [0, 1, 2, 3, 4, 5], size, { unit: "probability lost" });
    expect([over.scale.range, over.picture.channels]).toEqual([[0, 5], 3]);
    const nothing = shaded(new Float32Array(6), size, { unit: "score" });
    expect(nothing.scale.range).toEqual([0, 0]);
    expect(nothing.picture.pixels.every((v, i) => v === [0, 0, 4][i % 3])).toBe(true);
  });
});

describe("words do not run into each other", () => {
  const long = "a class whose name is much longer than the picture that stands above it, and longer still";
  const cjk = "これはとても長い名前のクラスで、絵よりも幅が広いのです";

  test.each([long, cjk])("below tiles: %s", (caption) => {
    const tiles = Array.from({ length: 12 }, () => ({ picture: grey, caption: [caption, caption] as const }));
    const texts = textsOf(
      contactSheetSvg({ title: long, sections: [{ title: "", tiles, columns: 12, edge: 110 }] }),
    );
    const rows = texts.filter(({ size }) => size === 11);
    expect(rows.length).toBe(24);
    for (const a of rows)
      for (const b of rows)
        if (a.y === b.y && b.x > a.x) expect(a.x + textWidth(a.content, 11)).toBeLessThanOrEqual(b.x);
  });

  test("a heading gives way to the scale, its remark to the heading", () => {
    const { scale, picture } = shaded([0, 1, 2, 3, 4, 8], size, { unit: "activation" });
    const sections = [{ title: long.repeat(3), remark: long, scale, tiles: [{ picture }] }];
    const texts = textsOf(contactSheetSvg({ title: "t", sections }));
    const [heading] = texts.filter(({ size }) => size === 16);
    expect(heading.content.endsWith("…")).toBe(true);
    expect(heading.x + textWidth(heading.content, 16) * 1.12).toBeLessThan(1150);
    expect(texts.filter(({ size }) => size === 13)).toEqual([]);
  });

  test("a sheet with names in Chinese, Arabic and emoji is drawn", async () => {
    const tiles = [cjk, "猫", "قطة", "🐈 cat"].map((caption) => ({ picture: grey, caption }));
    const png = await renderContactSheet({
      title: cjk,
      subtitle: cjk,
      sections: [{ title: cjk, remark: cjk, tiles }],
    });
    expect([...png.slice(1, 4)]).toEqual([80, 78, 71]);
  });
});
