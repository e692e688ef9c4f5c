import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { onEveryTarget } from "../checks/targets.js";
import { golden, photo, piece } from "../golden/features.js";

const { sobel, robinson, canny, compassDirections } = features;

/** Light to the right of column 8, dark to the left. */
const step = (turn: (x: number, y: number) => boolean) => ({
  width: 16,
  height: 16,
  channels: 1,
  pixels: Uint8Array.from({ length: 256 }, (_, i) => (turn(i % 16, i >> 4) ? 200 : 50)),
});

onEveryTarget("edges", () => {
  test("Sobel's gradients as OpenCV has them, with length and direction", async () => {
    const { gx, gy, magnitude, orientation } = await sobel(piece());
    agree(gx.values, golden("sobel.gx"), { rtol: 0, atol: 1e-5 });
    agree(gy.values, golden("sobel.gy"), { rtol: 0, atol: 1e-5 });
    for (const i of [0, 999, 2000]) {
      expect(magnitude.values[i]).toBeCloseTo(Math.hypot(gx.values[i], gy.values[i]), 5);
      expect(orientation.values[i]).toBeCloseTo(Math.atan2(gy.values[i], gx.values[i]), 5);
    }
  });
  test("what brightens downwards points down: a quarter turn clockwise", async () => {
    const { orientation, magnitude } = await sobel(step((_, y) => y >= 8));
    expect(orientation.values[8 * 16 + 5]).toBeCloseTo(Math.PI / 2, 6);
    expect(magnitude.values[8 * 16 + 5]).toBe(4 * 150);
    expect(magnitude.values[2 * 16 + 5]).toBe(0);
  });

  test.each([
    ["east", (x: number) => x >= 8],
    ["west", (x: number) => x < 8],
    ["north", (_: number, y: number) => y < 8],
    ["south", (_: number, y: number) => y >= 8],
    ["northEast", (x: number, y: number) => x > y],
    ["southWest", (x: number, y: number) => x < y],
    ["northWest", (x: number, y: number) => x + y < 15],
    ["southEast", (x: number, y: number) => x + y > 15],
  ] as const)("Robinson's compass says %s where the picture brightens that way", async (name, isLight) => {
    const { direction, strength, responses } = await robinson(step(isLight));
    const at = 7 * 16 + 8;
    expect(compassDirections[direction.values[at]]).toBe(name);
    expect(strength.values[at]).toBe(Math.max(...responses.map(({ values }) => values[at])));
    expect(strength.values[at]).toBeGreaterThan(0);
  });

  test("Canny draws one line of one pixel along a straight edge", async () => {
    const edges = await canny(
      step((x) => x >= 8),
      { low: 100, high: 200 },
    );
    for (let i = 1; i < 15; i++) {
      const row = [...edges.values.subarray(i * 16, (i + 1) * 16)];
      const ones = row.flatMap((v, j) => (v ? [j] : []));
      expect(ones.length).toBeGreaterThanOrEqual(1);
      expect(ones.length).toBeLessThanOrEqual(2); // both sides of an edge between two pixels are equally steep
      for (const j of ones) expect([7, 8]).toContain(j);
    }
  });
  test("weak edges count only where they hang together with a strong one", async () => {
    const picture = { width: 40, height: 20, channels: 1, pixels: new Uint8Array(800) };
    // A line along x that fades out, and a faint one alone.
    for (let j = 2; j < 38; j++) picture.pixels.fill(0);
    for (let j = 2; j < 38; j++) picture.pixels[6 * 40 + j] = 200 - 4 * j;
    for (let j = 2; j < 38; j++) picture.pixels[14 * 40 + j] = 60;
    const { values } = await canny(picture, { sigma: 0, low: 150, high: 450 });
    const count = (from: number, to: number) =>
      values.subarray(from * 40, to * 40).reduce((sum, v) => sum + v, 0);
    expect(count(3, 10)).toBeGreaterThan(50);
    expect(count(11, 18)).toBe(0);
  });
});

describe("Canny on a photograph", () => {
  test("higher thresholds leave a part of the edges", async () => {
    const many = await canny(photo(), { low: 60, high: 150 });
    const few = await canny(photo(), { low: 120, high: 250 });
    const all = many.values.reduce((sum, v) => sum + v, 0);
    expect(all).toBeGreaterThan(500);
    few.values.forEach((v, i) => {
      if (v) expect(many.values[i]).toBe(1);
    });
  });
  test("thresholds the wrong way round", () =>
    expect(canny(photo(), { low: 3, high: 2 })).rejects.toThrow(
      new features.FeatureError("canny: low is 3 and high is 2, expected 0 ≤ low ≤ high"),
    ));
});
