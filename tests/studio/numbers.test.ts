import { describe, expect, test } from "vitest";
import { conv2d, zeros } from "../../src/index.js";
import { exact, factor, inCell, pointed, short } from "../../studio/src/numbers/text.js";
import { borderOf, leftOver, places, zerosAround } from "../../studio/src/numbers/windows.js";
import { differing, printedRows } from "../../studio/src/rooms/convolve/checked.js";
import { subscript } from "../../studio/src/rooms/convolve/letters.js";
import { printedBlur } from "../../studio/src/rooms/convolve/pictures.js";
import { colourOf, gradientOf, inkOn, type Scale } from "../../studio/src/views/colours.js";

describe("numbers as text", () => {
  test.each([
    [3, "3"],
    [-3, "−3"],
    [-0, "0"],
    [Math.fround(0.4), "0.4"],
    [Math.fround(-1 / 3), "−0.333333"],
    [1e-5, "1e−5"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%s is %s", (value, text) => expect(exact(value)).toBe(text));

  test.each([
    [Math.fround(0.1), 56, "0.1"],
    [Math.fround(2 / 3), 44, "0.67"],
    [Math.fround(2 / 3), 30, "0.7"],
    [Math.fround(-2 / 3), 24, "−.7"],
    [Math.fround(0.5 + 0.5), 24, "1"],
    [Math.fround(0.1) * 10, 56, "1"],
    [0.004, 56, "0"],
    [-0.004, 56, "−0"],
    [-12, 20, "−12"],
    [Number.POSITIVE_INFINITY, 56, "∞"],
  ])("%s in a cell of %s px is %s", (value, size, text) => expect(inCell(value, size)).toBe(text));

  test("negative factors stand in brackets; four digits where one points, three in a sentence", () => {
    expect([factor(-1), factor(2), pointed(1 / 3), short(0.0000694)]).toEqual([
      "(−1)",
      "2",
      "0.3333",
      "6.94e−5",
    ]);
  });

  test("indices from 1, with a comma from ten on", () => {
    expect([subscript(0, 1), subscript(3, 1), subscript(9, 0)]).toEqual(["₁₂", "₄₂", "₁₀,₁"]);
  });
});

describe("windows fit as often as the library's do", () => {
  for (const length of [3, 5, 6, 7, 12])
    for (const window of [1, 2, 3, 5])
      for (const stride of [1, 2, 3])
        for (const padding of ["0", "1", "same"] as const)
          test(`${window} over ${length}, stride ${stride}, padding ${padding}`, () => {
            const [before, after] = zerosAround(length, window, stride, padding);
            const n = places(length + before + after, window, stride);
            if (window > length + before + after) return expect(n).toBe(0);
            const options = { stride, padding: padding === "same" ? ("same" as const) : Number(padding) };
            expect(n).toBe(
              conv2d(zeros([1, length, length, 1]), zeros([window, window, 1, 1]), options).shape[1],
            );
            const border = borderOf([length, length], [window, window], stride, padding);
            const mutable = border.map((pair) => [...pair]) as [[number, number], [number, number]];
            expect(
              conv2d(zeros([1, length, length, 1]), zeros([window, window, 1, 1]), {
                stride,
                padding: mutable,
              }).shape[1],
            ).toBe(n);
            expect(leftOver(length + before + after, window, stride)).toBeLessThan(stride);
          });
});

describe("printed results", () => {
  test("the slide's blur has four cells that its filter does not make", () => {
    const computed = printedBlur.map((row) => [...row]);
    computed[1] = [0.5, 0.6, 0.5, 0.6, 0.3];
    computed[2] = [0.5, 0.5, 0.4, 0.2, 0.1];
    const wrong = differing(printedBlur, computed)!;
    expect(wrong.flatMap((row, i) => row.flatMap((is, j) => (is ? [`${i},${j}`] : [])))).toEqual([
      "1,0",
      "1,1",
      "1,2",
      "2,1",
    ]);
  });
  test("what is rounded as it is printed agrees", () => {
    expect(differing([[0.33, 1]], [[1 / 3, Math.fround(0.9999999)]])).toEqual([[false, false]]);
    expect(differing([[0.33, 1]], [[0.34, 1]])).toEqual([[true, false]]);
    expect(differing([[1, 2]], [[1], [2]])).toBeUndefined();
  });
  test("rows of numbers, between spaces, commas or strokes; a true minus; no table otherwise", () => {
    expect(printedRows("1 −2\n3 4\n")).toEqual([
      [1, -2],
      [3, 4],
    ]);
    expect(printedRows("1, 2 / 3, 4")).toEqual([
      [1, 2],
      [3, 4],
    ]);
    for (const text of ["", "1 2\n3", "a b", "1;;2"]) expect(printedRows(text)).toBeUndefined();
  });
});

describe("colours", () => {
  const luminance = ([r, g, b]: readonly number[]) => {
    const linear = (byte: number) =>
      byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const lightness = (rgb: readonly number[]) => 116 * Math.cbrt(luminance(rgb)) - 16;

  test.each(["signed", "heat", "picture"] as Scale[])(
    "numbers on %s can be read everywhere, in both themes",
    (scale) => {
      for (const theme of ["light", "dark"] as const)
        for (let v = -1; v <= 1; v += 1 / 128) {
          const rgb = colourOf(scale, v, 1, theme);
          const ink = inkOn(rgb) === "#000" ? 0 : 1;
          const [high, low] = [Math.max(luminance(rgb), ink), Math.min(luminance(rgb), ink)];
          expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(4.5);
        }
    },
  );

  test("both arms of the signed scale are equally dark or light at equal size, and grow away from zero", () => {
    for (const theme of ["light", "dark"] as const)
      for (let v = 0.2; v <= 1; v += 0.2) {
        const [below, above] = [-v, v].map((value) => lightness(colourOf("signed", value, 1, theme)));
        expect(Math.abs(below - above)).toBeLessThan(1.5);
        const nearer = lightness(colourOf("signed", v - 0.2, 1, theme));
        expect((above - nearer) * (theme === "dark" ? 1 : -1)).toBeGreaterThan(10);
      }
  });

  test("zero is the surface that cells lie on; beyond the range is its end; NaN is grey", () => {
    expect(colourOf("signed", 0, 1, "light")).toEqual([255, 255, 255]);
    expect(colourOf("signed", 0, 1, "dark")).toEqual([26, 32, 38]);
    expect(colourOf("signed", 5, 1, "light")).toEqual(colourOf("signed", 1, 1, "light"));
    expect(colourOf("signed", Number.NaN, 1, "light")).toEqual([128, 128, 128]);
    expect(gradientOf("signed", "dark")).toContain("rgb(26 32 38)");
  });
});
