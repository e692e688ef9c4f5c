import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { golden, photo } from "../golden/features.js";

const { hog, hogGlyphs, grey } = features;

/** The upper left 96×128 pixels of the photograph. */
function window(colour: boolean) {
  const { pixels, width } = photo();
  const part = new Uint8Array(96 * 128 * 3);
  for (let i = 0; i < 96; i++) part.set(pixels.subarray(i * width * 3, (i * width + 128) * 3), i * 128 * 3);
  const rgb = { width: 128, height: 96, channels: 3, pixels: part };
  // Grey as files hold it: whole numbers.
  return colour ? rgb : { ...rgb, channels: 1, pixels: Uint8Array.from(grey(rgb).values, Math.round) };
}

const settings = {
  default: {},
  l2: { bins: 8, cell: 12, block: 3, norm: "l2" },
  l1: { bins: 12, cell: 16, block: 1, norm: "l1" },
  l1Sqrt: { bins: 6, cell: 7, block: 2, norm: "l1Sqrt", squareRoot: true },
} as const satisfies { [name: string]: features.HogOptions };

describe.each(["colour", "grey"] as const)("HOG of a photograph in %s", (kind) => {
  test.each(Object.entries(settings))("%s, as scikit-image has it", (name, options) => {
    agree(hog(window(kind === "colour"), options).values, golden(`hog.${kind}.${name}`), {
      rtol: 0,
      atol: 1e-4,
    });
  });
  test("bytes and the same as floats agree", () => {
    const bytes = window(kind === "colour");
    const floats = { ...bytes, pixels: Float32Array.from(bytes.pixels) };
    expect(hog(floats).values).toEqual(hog(bytes).values);
  });
});

const ramp = (dx: number, dy: number, size = 32) => ({
  width: size,
  height: size,
  channels: 1,
  pixels: Float32Array.from({ length: size * size }, (_, i) => (i % size) * dx + Math.floor(i / size) * dy),
});

test("square roots: a gradient of exactly 45° votes for the bin that begins there", () => {
  // √45 − √20 = √5 − √0: rounded to f32 before they are subtracted, the roots gave bin 0.
  const pixels = Uint8Array.of(0, 20, 0, 0, 0, 5, 0, 45, 0);
  const { values } = hog(
    { width: 3, height: 3, channels: 1, pixels },
    { bins: 4, cell: 3, block: 1, norm: "l1", squareRoot: true },
  );
  expect([...values].map((v) => Math.round(v * 1e4) / 1e4)).toEqual([0, 1, 0, 0]);
});
test("64×128 pixels give the paper's 3,780 numbers", () => {
  const picture = { width: 64, height: 128, channels: 1, pixels: new Uint8Array(64 * 128) };
  expect(hog(picture).values.length).toBe(3780);
});
test("a ramp votes for its own direction only; turned round, unsigned votes stay, signed ones move by half the bins", () => {
  const bins = (picture: features.Raster, signed: boolean) => {
    const { histograms, cellColumns, bins } = hog(picture, { signed, bins: 8 });
    const from = (cellColumns + 1) * bins;
    return [...histograms.subarray(from, from + bins)].map((v) => Math.round(v * 1000) / 1000);
  };
  const length = Math.round(Math.hypot(2, 4) * 1000) / 1000; // 63°: bin 2 of 22.5°, bin 1 of 45°
  expect(bins(ramp(1, 2), false)).toEqual([0, 0, length, 0, 0, 0, 0, 0]);
  expect(bins(ramp(-1, -2), false)).toEqual([0, 0, length, 0, 0, 0, 0, 0]);
  expect(bins(ramp(1, 2), true)).toEqual([0, length, 0, 0, 0, 0, 0, 0]);
  expect(bins(ramp(-1, -2), true)).toEqual([0, 0, 0, 0, 0, length, 0, 0]);
});
test("shared votes: none is lost inside, and a direction between two bins is told to both alike", () => {
  const { histograms, cellColumns, bins } = hog(ramp(1, 1), { votes: "shared", bins: 4 });
  const from = (cellColumns + 1) * bins; // 45° is where bins 0 and 1 meet
  const cell = [...histograms.subarray(from, from + bins)];
  expect(cell[0]).toBeCloseTo(Math.SQRT2, 5);
  expect(cell[1]).toBeCloseTo(Math.SQRT2, 5);
  expect(cell[2] + cell[3]).toBeCloseTo(0, 5);
});
test("l2Hys leaves no number above the clip but for the last scaling, and blocks of length 1", () => {
  const { values, blockLength } = hog(photo());
  for (let from = 0; from < values.length; from += blockLength) {
    const block = values.subarray(from, from + blockLength);
    expect(Math.hypot(...block)).toBeCloseTo(1, 3);
  }
});
test("glyphs lie along the edge: a vertical edge makes vertical strokes", () => {
  const { width, height, values } = hogGlyphs(hog(ramp(3, 0), { bins: 8 }), { edge: 16 });
  expect([width, height]).toEqual([64, 64]);
  const at = (x: number, y: number) => values[(16 + y) * width + 16 + x];
  expect(at(8, 3)).toBeGreaterThan(0.5);
  expect(at(6, 13)).toBeGreaterThan(0.2); // the middle of bin 0 is at 11°
  expect(at(2, 8)).toBe(0);
});

test.each([
  [() => hog(photo(), { bins: 0 }), "hog: bins is 0, expected a whole number of at least 1"],
  [() => hog(photo(), { clip: 0 }), "hog: clip is 0, expected a number above 0"],
  [
    () => hog(photo(), { cell: 100 }),
    "hog: a block of 2×2 cells of 100×100 pixels does not fit into the picture of 160×200 pixels",
  ],
  [() => hogGlyphs(hog(photo()), { edge: 2 }), "hogGlyphs: edge is 2, expected a whole number of at least 4"],
])("settings that make no sense: %#", (ask, message) =>
  expect(ask).toThrow(new features.FeatureError(message)),
);
