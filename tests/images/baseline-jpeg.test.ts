import { describe, expect, test } from "vitest";
import { centreOfJpeg, decodeBaselineJpeg } from "../../src/images/baseline-jpeg.js";
import { decodePicture } from "../../src/images/decode.js";
import { decodeJpeg } from "../../src/images/decoders/jpeg.js";
import { centreCrop, preprocessings } from "../../src/images/preprocessing.js";
import { RandomStream } from "../../src/random/threefry.js";
import { drawnJpeg, type Kind } from "./jpeg-writer.js";

const sharp = await import("sharp").then(
  (module) => module.default,
  () => undefined,
);

const full = [
  [1, 1],
  [1, 1],
  [1, 1],
] as const;
const half = [[2, 1], ...full.slice(1)] as const;
const quarter = [[2, 2], ...full.slice(1)] as const;

const kinds: [string, Kind][] = [
  ["grey", { width: 37, height: 21, sampling: [[1, 1]] }],
  ["grey, as some cameras say it", { width: 40, height: 24, sampling: [[2, 2]] }],
  ["chroma of every pixel", { width: 41, height: 23, sampling: full }],
  ["chroma half as wide", { width: 45, height: 19, sampling: half }],
  ["chroma of four pixels", { width: 67, height: 35, sampling: quarter }],
  ["chroma of four pixels, even edges", { width: 64, height: 48, sampling: quarter }],
  ["five pixels wide, one high", { width: 5, height: 1, sampling: quarter }],
  ["wider than vectors", { width: 16, height: 17, sampling: half }],
  ["restart markers after each unit", { width: 70, height: 50, sampling: quarter, restart: 1 }],
  ["restart markers within rows", { width: 70, height: 90, sampling: quarter, restart: 7 }],
  ["restart markers in grey", { width: 33, height: 33, sampling: [[1, 1]], restart: 3 }],
  ["long codes", { width: 50, height: 50, sampling: quarter, codes: "long", reach: 12 }],
];

describe("to the bit what libjpeg-turbo gives", () => {
  test.each(kinds)("%s", async (_, kind) => {
    for (let seed = 0; seed < 5; seed++) {
      const file = drawnJpeg(seed, kind);
      const found = decodeBaselineJpeg(file);
      expect(found).toBeDefined();
      expect(found).toEqual(await decodeJpeg(file));
    }
  });

  test.skipIf(!sharp)("pictures of any size, as sharp packs them", async () => {
    const random = new RandomStream(8);
    for (let i = 0; i < 60; i++) {
      const [width, height] = [5 + random.integer(80), 1 + random.integer(60)];
      const channels = i % 4 === 0 ? 1 : 3;
      const level = [
        () => random.integer(256),
        (k: number) => 128 + 100 * Math.sin(k / 17) + random.integer(20),
        () => 255 * random.integer(2),
      ][i % 3];
      const pixels = Uint8Array.from({ length: width * height * channels }, (_, k) => level(k));
      const file = await sharp!(pixels, { raw: { width, height, channels } })
        .toColourspace(channels === 1 ? "b-w" : "srgb")
        .jpeg({
          quality: [30, 75, 92, 100][random.integer(4)],
          chromaSubsampling: random.integer(2) ? "4:2:0" : "4:4:4",
          optimiseCoding: random.integer(2) === 0,
        })
        .toBuffer();
      const found = decodeBaselineJpeg(file);
      expect(found).toBeDefined();
      expect(found).toEqual(await decodeJpeg(file));
    }
  });

  // Beyond all pictures, libjpeg-turbo's loops go on where its vectors, which Pillow and sharp have, stay at the bounds.
  test.skipIf(!sharp)("numbers that no picture has, as vectors take them", async () => {
    for (const [seed, reach] of [40, 80, 200].entries()) {
      const file = drawnJpeg(seed, {
        width: 50,
        height: 50,
        sampling: [half, full, [[1, 1]] as const][seed],
        reach,
      });
      const { pixels, channels } = decodeBaselineJpeg(file)!;
      const theirs = sharp!(file, { failOn: "none" }).toColourspace(channels === 1 ? "b-w" : "srgb");
      expect(pixels).toEqual(new Uint8Array(await theirs.raw().toBuffer()));
    }
  });

  test.each<[string, Kind]>([
    ["chroma half as high", { width: 20, height: 20, sampling: [[1, 2], ...full.slice(1)] }],
    ["chroma of two sorts", { width: 20, height: 20, sampling: [[2, 2], [2, 1], full[0]] }],
    ["four pixels wide", { width: 4, height: 9, sampling: quarter }],
    ["two components", { width: 20, height: 20, sampling: full.slice(1) }],
  ])("what is rare is left to it: %s", (_, kind) => {
    expect(decodeBaselineJpeg(drawnJpeg(1, kind))).toBeUndefined();
  });
});

describe("the centre", () => {
  test.each(kinds)("is that of all pixels: %s", async (_, kind) => {
    const file = drawnJpeg(3, kind);
    const whole = await decodePicture(file, "drawn");
    for (const input of [
      [8, 8, 3],
      [7, 5, 1],
      [3, 11, 3],
      [40, 40, 1],
      [2, 2, 3],
    ] as const)
      for (const how of [
        preprocessings.centre,
        preprocessings.imagenet,
        preprocessings["imagenet-bicubic"],
      ]) {
        const found = centreOfJpeg(file, input, how, {});
        if (whole.channels === 3 && (whole.height !== input[0] || whole.width !== input[1]))
          expect(found).toBeDefined();
        if (found) expect(found).toEqual(centreCrop(whole, input, how).pixels);
      }
  });
});

describe("a damaged file", () => {
  const kind: Kind = { width: 70, height: 50, sampling: quarter, restart: 5 };
  test("that ends before its picture is none of its", () => {
    const file = drawnJpeg(1, kind);
    for (let length = 0; length < file.length; length++)
      expect(decodeBaselineJpeg(file.subarray(0, length))).toBeUndefined();
  });

  test("with other bytes in it is none, or a picture of its size", () => {
    const random = new RandomStream(2);
    for (let i = 0; i < 400; i++) {
      const file = drawnJpeg(i % 7, kind).slice();
      for (let k = 0; k < 3; k++) file[random.integer(file.length)] = random.integer(256);
      const found = decodeBaselineJpeg(file);
      if (found) expect(found.pixels.length).toBe(found.width * found.height * found.channels);
    }
  });
});
