import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";
import { generator } from "../checks/random.js";
import { photo } from "../golden/features.js";

const { matchDescriptors, ransacHomography, fitHomography, project, sift } = features;

const h = [1.1, -0.2, 30, 0.15, 0.95, -12, 2e-4, -1e-4, 1];

/** Points of a picture and where the homography takes them, some of them wrong. */
function pairs(count: number, wrong: number, noise: number) {
  const next = generator(3);
  return Array.from({ length: count }, (_, i) => {
    const from = { x: 400 * next(), y: 300 * next() };
    const right = project(h, from);
    const to =
      i < wrong
        ? { x: 400 * next(), y: 300 * next() }
        : { x: right.x + noise * (next() - 0.5), y: right.y + noise * (next() - 0.5) };
    return { from, to };
  });
}

describe("homographies", () => {
  test("four pairs give the one that made them", () => {
    const fitted = fitHomography(pairs(4, 0, 0));
    fitted!.forEach((v, i) => {
      expect(v).toBeCloseTo(h[i], 6);
    });
  });
  test("half of the pairs are wrong: the others are found, and the homography fits them within their noise", () => {
    const all = pairs(200, 100, 1);
    const { homography, inliers } = ransacHomography(all, { tolerance: 2, seed: 1 })!;
    const right = inliers.filter((i) => i >= 100).length;
    expect(right).toBe(100);
    expect(inliers.length).toBeLessThan(105);
    for (const corner of [
      { x: 0, y: 0 },
      { x: 400, y: 0 },
      { x: 400, y: 300 },
      { x: 0, y: 300 },
    ]) {
      const [a, b] = [project(homography, corner), project(h, corner)];
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeLessThan(0.7);
    }
  });
  test("the same seed gives the same", () => {
    const all = pairs(60, 30, 1);
    expect(ransacHomography(all, { seed: 5 })).toEqual(ransacHomography(all, { seed: 5 }));
  });
  test("three pairs, or points on a line, have none", () => {
    expect(ransacHomography(pairs(3, 0, 0))).toBeUndefined();
    const line = Array.from({ length: 8 }, (_, i) => ({ from: { x: i, y: 2 * i }, to: { x: 3 * i, y: i } }));
    expect(fitHomography(line)).toBeUndefined();
  });
  test("a tolerance of nothing", () =>
    expect(() => ransacHomography([], { tolerance: 0 })).toThrow(
      new features.FeatureError("ransacHomography: tolerance is 0, expected a number above 0"),
    ));
});

describe("matching", () => {
  /** Descriptors of length 1 in the plane of the first two numbers. */
  const descriptors = (...angles: number[]) => {
    const list = new Float32Array(128 * angles.length);
    angles.forEach((a, i) => {
      list.set([Math.cos(a), Math.sin(a)], 128 * i);
    });
    return list;
  };
  test("the nearest, if the second nearest is clearly further", async () => {
    const found = await matchDescriptors(descriptors(0, 1, 1.5), descriptors(0.1, 0.9, 1.4, 1.62));
    expect(found.map(({ from, to }) => [from, to])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(found[0].distance).toBeCloseTo(2 * Math.sin(0.05), 3);
    const all = await matchDescriptors(descriptors(0, 1, 1.5), descriptors(0.1, 0.9, 1.4, 1.62), {
      ratio: 1,
    });
    expect(all).toHaveLength(3);
  });
  test("mutual: two that want the same one, only the nearer gets it", async () => {
    const [a, b] = [descriptors(0, 0.2), descriptors(0.05, 2)];
    expect((await matchDescriptors(a, b)).map(({ from }) => from)).toEqual([0, 1]);
    expect((await matchDescriptors(a, b, { mutual: true })).map(({ from }) => from)).toEqual([0]);
  });
  test("with nothing there is nothing to match", async () => {
    expect(await matchDescriptors(descriptors(0), new Float32Array(0))).toEqual([]);
    expect(await matchDescriptors(new Float32Array(0), descriptors(0))).toEqual([]);
  });
  test("a ratio above 1", () =>
    expect(matchDescriptors(descriptors(0), descriptors(0), { ratio: 2 })).rejects.toThrow(
      new features.FeatureError("matchDescriptors: ratio is 2, expected a number above 0 and at most 1"),
    ));

  test("a photograph and its mirror image upside down: SIFT finds the half turn", async () => {
    const { width, height, pixels } = photo();
    const turned = new Uint8Array(pixels.length);
    for (let i = 0; i < width * height; i++)
      for (let c = 0; c < 3; c++) turned[3 * (width * height - 1 - i) + c] = pixels[3 * i + c];
    const [a, b] = [await sift(photo()), await sift({ ...photo(), pixels: turned })];
    const matches = await matchDescriptors(a.descriptors, b.descriptors);
    expect(matches.length).toBeGreaterThan(0.8 * a.keypoints.length);
    const { homography } = ransacHomography(
      matches.map(({ from, to }) => ({ from: a.keypoints[from], to: b.keypoints[to] })),
    )!;
    const { x, y } = project(homography, { x: 20, y: 30 });
    expect(x).toBeCloseTo(width - 1 - 20, 0);
    expect(y).toBeCloseTo(height - 1 - 30, 0);
  });
});
