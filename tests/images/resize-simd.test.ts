import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
// @ts-expect-error: a script, which has no types
import { assembled, texts } from "../../build/simd.mjs";
import type { Picture } from "../../src/images/picture.js";
import { brightness } from "../../src/images/picture.js";
import { resize, resizedByLoops } from "../../src/images/resize.js";
import { brightnessBySimd, resizedBySimd } from "../../src/images/resize-simd.js";
import { tapsOf } from "../../src/images/resize-taps.js";
import { partOf } from "../../src/images/turn.js";
import { RandomStream } from "../../src/random/threefry.js";

test.each(texts() as string[])("%s is what the module beside it holds (npm run simd)", async (path) => {
  const { code } = await import(resolve(path.replace(/\.wat$/, "-code.ts")));
  expect(code).toBe(await assembled(path));
});

/** Much black and white: so sums go beyond 0 and 255 where a filter has weights below zero. */
function picture(index: number, width: number, height: number, channels: 1 | 3): Picture {
  const random = new RandomStream(3, 1, index);
  const level = () => [0, 255, random.integer(256)][random.integer(3)];
  return { width, height, channels, pixels: Uint8Array.from({ length: width * height * channels }, level) };
}

describe("vectors give what the loops give", () => {
  const sizes = [
    [1, 1, 1, 1],
    [1, 7, 5, 1],
    [9, 1, 1, 9],
    [5, 5, 5, 5],
    [53, 37, 30, 20],
    [53, 37, 61, 80],
    [640, 480, 32, 24],
    [7, 3, 200, 100],
    [2000, 131, 17, 3], // several strips
  ];
  const cases = sizes.flatMap((size) =>
    ([1, 3] as const).flatMap((channels) =>
      (["bilinear", "bicubic"] as const).map((filter) => ({ size, channels, filter })),
    ),
  );
  test.each(cases)("$size, $channels channels, $filter", ({ size: [w, h, toW, toH], channels, filter }) => {
    const one = picture(w + h, w, h, channels);
    const whole = { left: 0, top: 0, width: w, height: h };
    const [columns, rows] = [tapsOf(w, toW, filter), tapsOf(h, toH, filter)];
    const found = resizedBySimd(one, whole, columns, rows);
    expect(found).toBeDefined();
    expect(found).toEqual(resizedByLoops(one, whole, columns, rows));
  });

  test("of parts, of which what lies beside them is not seen", () => {
    const random = new RandomStream(4);
    for (let i = 0; i < 200; i++) {
      const [w, h] = [1 + random.integer(60), 1 + random.integer(60)];
      const channels = i % 2 === 0 ? 1 : 3;
      const one = picture(i, w, h, channels);
      const [width, height] = [1 + random.integer(w), 1 + random.integer(h)];
      const part = {
        left: random.integer(w - width + 1),
        top: random.integer(h - height + 1),
        width,
        height,
      };
      const to = { width: 1 + random.integer(40), height: 1 + random.integer(40) };
      const filter = i % 3 === 0 ? "bicubic" : "bilinear";
      const taps = [tapsOf(width, to.width, filter), tapsOf(height, to.height, filter)] as const;
      const alone = resize(partOf(one, part), to, filter).pixels;
      expect(resizedBySimd(one, part, ...taps)).toEqual(alone);
      expect(resizedByLoops(one, part, ...taps)).toEqual(alone);
    }
  });

  test("of what is too large for them, undefined: the loops do it", () => {
    const one = picture(1, 2, 2, 3);
    const whole = { left: 0, top: 0, width: 2, height: 2 };
    expect(
      resizedBySimd(one, whole, tapsOf(2, 9000, "bilinear"), tapsOf(2, 9000, "bilinear")),
    ).toBeUndefined();
  });
});

test("brightness is rounded as the loop rounds it, of every colour there is", () => {
  const plane = new Uint8Array(256 * 256 * 3);
  for (let r = 0; r < 256; r++) {
    for (let g = 0, at = 0; g < 256; g++)
      for (let b = 0; b < 256; b++, at += 3) [plane[at], plane[at + 1], plane[at + 2]] = [r, g, b];
    const loop = brightness({ width: 256, height: 256, channels: 3, pixels: plane });
    const vectors = brightnessBySimd(plane)!;
    expect(vectors.length).toBe(65536);
    for (let i = 0; i < 65536; i++)
      if (vectors[i] !== Math.round(loop[i]))
        expect.fail(`${r}, ${i >> 8}, ${i & 255}: ${vectors[i]}, ${loop[i]}`);
  }
  for (let pixels = 0; pixels < 9; pixels++)
    expect(brightnessBySimd(Uint8Array.from({ length: pixels * 3 }, (_, i) => i * 9))).toEqual(
      Uint8Array.from({ length: pixels }, (_, i) =>
        Math.round(0.299 * 27 * i + 0.587 * (27 * i + 9) + 0.114 * (27 * i + 18)),
      ),
    );
});
