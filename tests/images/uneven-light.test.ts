import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Picture } from "../../src/images/picture.js";
import { findDigit, prepareDigit } from "../../src/images/prepare-digit.js";
import { readImage } from "../../src/images/read.js";

const [width, height] = [320, 240];
const lights: { [name: string]: (x: number, y: number) => number } = {
  even: () => 0.9,
  vignette: (x, y) => 1 - 0.45 * Math.min(1, Math.hypot(2 * x - 1, 2 * y - 1)),
  gradient: (_, y) => 0.45 + 0.5 * y,
  diagonal: (x, y) => 0.35 + 0.3 * (x + y),
  lamp: (x, y) => 0.45 + 0.5 * Math.exp(-(((x - 0.2) / 0.3) ** 2) - ((y - 0.3) / 0.4) ** 2),
};

/** A sheet, with an L of 120×70 on it: two strokes of 14 pixels. */
function sheet(light: (x: number, y: number) => number, { isDark = false, hasInk = true } = {}): Picture {
  const pixels = Uint8Array.from({ length: width * height }, (_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    const isInk = hasInk && i >= 60 && i < 180 && j >= 120 && j < 190 && (j < 134 || i >= 166);
    const noise = ((at * 2654435761) % 2 ** 32) / 2 ** 32 - 0.5;
    const level = isInk === isDark ? 1 : 0.15;
    return Math.max(0, Math.min(255, 255 * light(j / width, i / height) * level + 6 * noise));
  });
  return { width, height, channels: 1, pixels };
}

describe.each(Object.entries(lights))("%s light", (_, light) => {
  test.each([false, true])("a letter is read as on an even sheet; dark paper: %s", (isDark) => {
    const [here, even] = [sheet(light, { isDark }), sheet(() => 0.9, { isDark })].map(
      (p) => prepareDigit(p).pixels,
    );
    const different = here.reduce((sum, value, i) => sum + Math.abs(value - even[i]), 0);
    const ink = even.reduce((sum, value) => sum + value, 0);
    expect(ink).toBeGreaterThan(255 * 40);
    expect(different / ink).toBeLessThan(0.15);
  });
  test("a blank sheet has no ink", () => {
    expect(findDigit(sheet(light, { hasInk: false, isDark: true }))).toEqual({ digits: 0 });
  });
});

test.each(["vignette3.jpg", "gradient3.jpg"])("%s: the 3 stands alone", async (name) => {
  const path = fileURLToPath(new URL(`golden/digits/${name}`, import.meta.url));
  const { pixels } = prepareDigit(await readImage(path));
  const rows = Array.from({ length: 28 }, (_, i) => pixels.subarray(28 * i, 28 * i + 28));
  // Three strokes one above the other cross its middle column, and the left of its middle is open.
  const middle = rows.map((row) => Math.max(...row.subarray(12, 16)) > 127);
  const strokes = middle.filter((isInk, i) => isInk && !middle[i - 1]).length;
  expect(strokes).toBe(3);
  const share = pixels.filter((value) => value > 127).length / 784;
  expect(share).toBeGreaterThan(0.05);
  expect(share).toBeLessThan(0.2);
});
