/** A page of thirty digits: askew, in the shadow, ruled. */
import { describe, expect, test } from "vitest";
import { digits, mnist } from "../../src/data/index.js";
import { findDigits } from "../../src/images/find-digits.js";
import type { Picture } from "../../src/images/picture.js";

const [width, height, columns, rows] = [1000, 1300, 5, 6];

interface Page {
  readonly isRuled?: boolean;
  readonly isShaded?: boolean;
  readonly isAskew?: boolean;
}

/** Where a point of the sheet stands in the photograph: its far edge is shorter, and it is turned a little. */
function seen(x: number, y: number, isAskew: boolean): readonly [number, number] {
  if (!isAskew) return [x, y];
  const depth = 1 + (0.22 * (height - y)) / height;
  const [u, v] = [width / 2 + (x - width / 2) / depth, height - (height - y) / (0.92 + 0.12 * depth)];
  return [u + 0.05 * (v - height / 2), v - 0.03 * (u - width / 2)];
}

function pageOf(
  pictures: readonly Uint8Array[],
  { isRuled = false, isShaded = false, isAskew = false }: Page,
): {
  picture: Picture;
  places: readonly (readonly [x: number, y: number])[];
} {
  const ink = new Float32Array(width * height);
  const put = (x: number, y: number, amount: number) => {
    const [u, v] = seen(x, y, isAskew);
    const at = Math.round(v) * width + Math.round(u);
    if (u >= 0 && u < width && v >= 0 && v < height) ink[at] = Math.max(ink[at], amount);
  };
  if (isRuled)
    for (let y = 40; y < height; y += 48)
      for (let x = 0; x < width; x += 0.5) for (const d of [0, 1]) put(x, y + d, 0.25);
  const zoom = 4;
  const places = pictures.map((pixels, k) => {
    const [left, top] = [
      50 + (k % columns) * 190 + ((k * 37) % 40),
      40 + Math.floor(k / columns) * 205 + ((k * 53) % 30),
    ];
    for (let y = 0; y < 28 * zoom; y += 0.5)
      for (let x = 0; x < 28 * zoom; x += 0.5) {
        const value = pixels[Math.floor(y / zoom) * 28 + Math.floor(x / zoom)];
        if (value > 60) put(left + x, top + y, (0.85 * value) / 255);
      }
    return seen(left + 14 * zoom, top + 14 * zoom, isAskew);
  });
  const pixels = Uint8Array.from(ink, (amount, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    // The shadow of a hand: an edge, and half of the light behind it.
    const light = isShaded && x + 0.4 * y > 900 ? 0.5 : 1;
    const noise = ((at * 2654435761) % 7) - 3;
    return Math.max(0, Math.min(255, 225 * light * (1 - amount) + noise));
  });
  return { picture: { width, height, channels: 1, pixels }, places };
}

const pages: [string, Page][] = [
  ["plain", {}],
  ["ruled", { isRuled: true }],
  ["ruled, askew and in the shadow", { isRuled: true, isAskew: true, isShaded: true }],
];

/** How many are cut out rightly: one for each digit, in order, whose box has the digit's middle within. */
function right(pictures: readonly Uint8Array[], page: Page): number {
  const { picture, places } = pageOf(pictures, page);
  const found = findDigits(picture);
  expect(found.length).toBeLessThanOrEqual(33);
  for (const { digit } of found) expect([digit.width, digit.height, digit.channels]).toEqual([28, 28, 1]);
  return places.filter(([x, y]) =>
    found.some(
      ({ region: { top, left, width, height } }) =>
        Math.abs(left + width / 2 - x) < 40 &&
        Math.abs(top + height / 2 - y) < 40 &&
        height > 40 &&
        height < 140,
    ),
  ).length;
}

describe("a sheet of thirty digits", () => {
  test.each(pages)("%s, of digits drawn by code", async (_, page) => {
    const { test } = await digits();
    const pictures = Array.from({ length: columns * rows }, (_, i) =>
      test.images.slice(i * 784, (i + 1) * 784),
    );
    expect(right(pictures, page)).toBeGreaterThanOrEqual(27);
  });

  test.skipIf(!process.env.RECEPTIVE_DATA).each(pages)(
    "%s, of MNIST's digits (RECEPTIVE_DATA)",
    async (_, page) => {
      const { test } = await mnist();
      const pictures = Array.from({ length: columns * rows }, (_, i) =>
        test.images.slice(i * 784, (i + 1) * 784),
      );
      expect(right(pictures, page)).toBeGreaterThanOrEqual(27);
    },
  );

  test("they come in the order in which they are read", async () => {
    const { test } = await digits();
    const pictures = Array.from({ length: columns * rows }, (_, i) =>
      test.images.slice(i * 784, (i + 1) * 784),
    );
    const { picture } = pageOf(pictures, { isAskew: true });
    const lefts = findDigits(picture).map(({ region: { left } }) => left);
    for (let row = 0; row < rows; row++) {
      const line = lefts.slice(row * columns, (row + 1) * columns);
      expect(line).toEqual([...line].sort((a, b) => a - b));
    }
  });

  test("an empty page has none", () => {
    const pixels = new Uint8Array(300 * 400).fill(230);
    expect(findDigits({ width: 300, height: 400, channels: 1, pixels })).toEqual([]);
  });
});
