import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { PointPair } from "../../src/features/matching/index.js";
import type { Raster } from "../../src/features/raster.js";
import { readImage } from "../../src/images/read.js";
import { features } from "../../src/index.js";
import { generator } from "../checks/random.js";

const { matchFeatures, ransacHomography, project, sift, surf, keepsWhole } = features;

const read = (name: string) =>
  readImage(fileURLToPath(new URL(`photos/${name}`, import.meta.url))) as Promise<Raster>;
const bird = await read("bird380.jpg");
const chicago = await read("chicago480.jpg");

/** The picture as the homography shows it, between pixels by the four around; grey where there is none. */
function seen(picture: Raster, h: readonly number[], width: number, height: number): Raster {
  const back = inverse(h);
  const pixels = new Uint8Array(width * height * 3).fill(128);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = project(back, { x, y });
      const [j, i] = [Math.floor(from.x), Math.floor(from.y)];
      if (i < 0 || j < 0 || i + 1 >= picture.height || j + 1 >= picture.width) continue;
      for (let c = 0; c < 3; c++) {
        const at = (a: number, b: number) => picture.pixels[((i + a) * picture.width + j + b) * 3 + c];
        const [u, v] = [from.x - j, from.y - i];
        const [top, bottom] = [at(0, 0) * (1 - u) + at(0, 1) * u, at(1, 0) * (1 - u) + at(1, 1) * u];
        pixels[(y * width + x) * 3 + c] = Math.round(top * (1 - v) + bottom * v);
      }
    }
  return { width, height, channels: 3, pixels };
}

/** The adjugate: homographies are the same up to a factor. */
const inverse = ([a, b, c, d, e, f, g, h, i]: readonly number[]) => [
  ...[e * i - f * h, c * h - b * i, b * f - c * e],
  ...[f * g - d * i, a * i - c * g, c * d - a * f],
  ...[d * h - e * g, b * g - a * h, a * e - b * d],
];

const turn = (degrees: number, scale: number, x: number, y: number) => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180) * scale, Math.sin((degrees * Math.PI) / 180) * scale];
  return [c, -s, x, s, c, y, 0, 0, 1];
};

describe.each([
  ["SIFT", sift],
  ["SURF", surf],
] as const)("two photographs by %s", (_, find) => {
  const pairsOf = async (a: Raster, b: Raster): Promise<PointPair[]> => {
    const [from, to] = [await find(a), await find(b)];
    const matches = await matchFeatures(from, to);
    expect(new Set(matches.map((match) => match.to)).size).toBe(matches.length);
    return matches.map((match) => ({ from: from.keypoints[match.from], to: to.keypoints[match.to] }));
  };

  test("a bird and a city do not agree on a homography", { timeout: 120_000 }, async () => {
    const pairs = await pairsOf(chicago, bird);
    expect(pairs.length).toBeGreaterThan(3);
    const others = pairs.map(({ from, to }) => ({ from: to, to: from }));
    for (let seed = 0; seed < 5; seed++) {
      expect(ransacHomography(pairs, { seed })).toBeUndefined();
      expect(ransacHomography(others, { seed })).toBeUndefined();
    }
  });
  test.each([
    ["turned", turn(30, 0.9, 120, 10), 300, 340],
    ["half as large", turn(0, 0.5, 0, 0), 190, 160],
    ["twice as large", turn(10, 2, 60, 0), 500, 500],
    ["seen from the side", [0.9, 0.05, 10, -0.1, 1, 40, -8e-4, 1e-4, 1], 380, 340],
  ])("the bird, %s, agrees with itself", { timeout: 120_000 }, async (_, h, width, height) => {
    const pairs = await pairsOf(bird, seen(bird, h, width, height));
    for (let seed = 0; seed < 12; seed++) {
      const { homography, inliers } = ransacHomography(pairs, { leastInliers: 8, seed })!;
      // Between the points that were found: beyond them the homography is a guess.
      const [xs, ys] = [inliers.map((i) => pairs[i].from.x), inliers.map((i) => pairs[i].from.y)];
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      expect(((right - left) * (bottom - top)) / (bird.width * bird.height)).toBeGreaterThan(0.25);
      for (let i = 0; i <= 4; i++)
        for (let j = 0; j <= 4; j++) {
          const place = { x: left + (j / 4) * (right - left), y: top + (i / 4) * (bottom - top) };
          const [a, b] = [project(homography, place), project(h, place)];
          // Pixels of the second picture: of the one twice as large two are one of the bird's.
          expect(Math.hypot(a.x - b.x, a.y - b.y), `${place.x}, ${place.y}, seed ${seed}`).toBeLessThan(6);
        }
    }
  });
});

describe("pairs that agree by accident", () => {
  const next = generator(5);
  const anywhere = () => ({ x: 480 * next(), y: 320 * next() });
  const byLot = (count: number) =>
    Array.from({ length: count }, () => ({ from: anywhere(), to: anywhere() }));
  const h = [0.9, -0.2, 40, 0.1, 0.8, 20, 1e-4, -2e-4, 1];
  const right = (count: number) =>
    Array.from({ length: count }, () => {
      const from = anywhere();
      return { from, to: project(h, from) };
    });

  test.each([5, 8, 12, 20, 50, 100, 400])("of %i pairs drawn by lot there is no homography", (count) => {
    for (let seed = 0; seed < 10; seed++) expect(ransacHomography(byLot(count), { seed })).toBeUndefined();
  });
  test.each([
    [5, 0],
    [12, 8],
    [40, 60],
  ])("%i right ones among %i wrong ones are found", (count, wrong) => {
    const found = ransacHomography([...right(count), ...byLot(wrong)])!;
    expect(found.inliers.filter((i) => i < count)).toHaveLength(count);
  });
  test("four pairs alone are taken at their word, unless more are asked for", () => {
    const four = [
      [0, 0],
      [100, 0],
      [100, 80],
      [0, 80],
    ].map(([x, y]) => ({ from: { x, y }, to: project(h, { x, y }) }));
    ransacHomography(four)!.homography.forEach((v, i) => {
      expect(v).toBeCloseTo(h[i], 6);
    });
    expect(ransacHomography(four, { leastInliers: 5 })).toBeUndefined();
  });
  test("many that are nearest to the same few places count as those few", () => {
    const few = Array.from({ length: 5 }, anywhere);
    const crowd = Array.from({ length: 200 }, (_, i) => ({ from: anywhere(), to: few[i % 5] }));
    expect(ransacHomography(crowd)).toBeUndefined();
    expect(ransacHomography(crowd.map(({ from, to }) => ({ from: to, to: from })))).toBeUndefined();
  });
  test("one place seen a hundred times, beside three others, is no plane", () => {
    const [a, b, c, d] = right(4);
    const close = Array.from({ length: 100 }, () => ({
      from: { x: d.from.x + next(), y: d.from.y + next() },
      to: { x: d.to.x + next(), y: d.to.y + next() },
    }));
    expect(ransacHomography([a, b, c, ...close, ...byLot(20)])).toBeUndefined();
  });
  test("points of a line, with three beside it", () => {
    const line = Array.from({ length: 30 }, (_, i) => ({
      from: { x: 10 * i, y: 5 * i },
      to: { x: 8 * i, y: 9 * i },
    }));
    expect(ransacHomography(line)).toBeUndefined();
    expect(ransacHomography([...line, ...byLot(30)])).toBeUndefined();
  });
  test("metres to pixels: the unit of the first end does not matter", () => {
    const small = [...right(30), ...byLot(30)].map(({ from, to }) => ({
      from: { x: from.x / 1000, y: from.y / 1000 },
      to,
    }));
    expect(ransacHomography(small)!.inliers.length).toBeGreaterThanOrEqual(30);
  });
  test("a frame that the horizon runs through is folded", () => {
    const frame = [
      { x: 0, y: 0 },
      { x: 480, y: 320 },
    ];
    expect(keepsWhole(h, frame)).toBe(true);
    expect(keepsWhole([1, 0, 0, 0, 1, 0, 0, -1 / 200, 1], frame)).toBe(false);
    expect(keepsWhole([1, 0, 0, 2, 0, 0, 0, 0, 1], frame)).toBe(false);
  });
});
