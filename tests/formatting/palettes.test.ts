import { describe, expect, test } from "vitest";
import { diverging, heat, hex, inkOn, type Rgb, signed } from "../../src/formatting/index.js";

const linear = (byte: number): number => {
  const v = byte / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
};
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
/** CIE 1976, L*. */
const lightness = (colour: Rgb): number => {
  const y = luminance(colour);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
};
const stops = Array.from({ length: 11 }, (_, i) => -1 + i / 5);

describe.each([
  { theme: "light", zero: "#ffffff", ends: ["#00367d", "#790011"], at: [24, 39, 54, 69, 84, 100] },
  { theme: "dark", zero: "#1a2026", ends: ["#afddff", "#ffccb6"], at: [86, 71, 56, 42, 27, 12] },
] as const)("signed values in $theme", ({ theme, zero, ends, at }) => {
  test("zero is the surface, and the ends are blue and red", () => {
    expect(hex(signed(0, theme))).toBe(zero);
    expect([hex(signed(-1, theme)), hex(signed(1, theme))]).toEqual(ends);
    expect(signed(-7, theme)).toEqual(signed(-1, theme));
    expect(signed(Number.POSITIVE_INFINITY, theme)).toEqual(signed(1, theme));
    expect(signed(Number.NaN, theme)).toEqual([128, 128, 128]);
    const [r, , b] = signed(-0.4, theme);
    expect(b).toBeGreaterThan(r);
  });

  test("steps are even in lightness, and −v is as dark as v", () => {
    for (const [i, wanted] of at.entries()) {
      expect(Math.abs(lightness(signed(stops[i], theme)) - wanted)).toBeLessThan(1);
      expect(Math.abs(lightness(signed(-stops[i], theme)) - wanted)).toBeLessThan(1);
    }
  });
});

test("numbers on any colour of any scale are read at 4.58 to 1 at least", () => {
  for (let i = 0; i <= 400; i++) {
    const share = i / 400;
    const colours = [
      heat(share),
      diverging(2 * share - 1),
      signed(2 * share - 1),
      signed(2 * share - 1, "dark"),
    ];
    for (const colour of colours) {
      const [one, other] = [luminance(colour), luminance(inkOn(colour))].sort((a, b) => b - a);
      expect((one + 0.05) / (other + 0.05)).toBeGreaterThan(4.58);
    }
  }
});

test("a colour as a page writes it", () => {
  expect(hex([0, 15, 255])).toBe("#000fff");
});
