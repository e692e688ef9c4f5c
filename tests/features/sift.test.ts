import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blurTile } from "../../src/features/sift/blur-tile.js";
import { engineBlur } from "../../src/features/sift/blur-tile-engine.js";
import { profile, reachOfBlurs } from "../../src/features/sift/scale-space.js";
import { readImage } from "../../src/images/read.js";
import { features } from "../../src/index.js";
import { golden, photo } from "../golden/features.js";

const { sift, grey, asRaster } = features;

/** Grey as OpenCV has it: whole numbers. */
const greyBytes = (picture: features.Raster): features.Raster => {
  const { width, height, values } = grey(picture);
  return asRaster({ width, height, values: values.map(Math.round) });
};

async function named(name: string): Promise<features.Raster | undefined> {
  if (name === "photo") return greyBytes(photo());
  const folder = process.env.RECEPTIVE_DATA;
  if (!folder) return undefined;
  return readImage(join(folder, "photos", name)).then(greyBytes, () => undefined);
}

const missing = (name: string) =>
  `${name} is not on this machine; point RECEPTIVE_DATA at a folder with photos/${name}`;

describe.each(["photo", "chelsea.png", "coffee.png", "tubingen.jpg"])("SIFT of %s against OpenCV", (name) => {
  test("at least 90 % of its keypoints, and their descriptors are each other's nearest", async (context) => {
    const picture = await named(name);
    if (!picture) return context.skip(missing(name));
    const { keypoints, descriptors } = await sift(picture);
    const theirs = golden(`sift.${name}.keypoints`);
    const theirDescriptors = golden(`sift.${name}.descriptors`);
    let [found, nearest] = [0, 0];
    for (let k = 0; k < theirs.shape[0]; k++) {
      const [x, y, sigma] = theirs.data.subarray(4 * k, 4 * k + 3);
      const near = keypoints.flatMap((p, i) =>
        Math.hypot(p.x - x, p.y - y) <= 1.5 && Math.abs(p.sigma / sigma - 1) <= 0.2 ? [i] : [],
      );
      if (near.length === 0) continue;
      found++;
      const wanted = theirDescriptors.data.subarray(128 * k, 128 * (k + 1));
      let [best, most] = [-1, -1];
      for (let i = 0; i < keypoints.length; i++) {
        let product = 0;
        for (let d = 0; d < 128; d++) product += wanted[d] * descriptors[128 * i + d];
        if (product > most) [best, most] = [i, product];
      }
      if (near.includes(best)) nearest++;
    }
    expect(found / theirs.shape[0]).toBeGreaterThanOrEqual(0.9);
    expect(nearest / found).toBeGreaterThanOrEqual(0.9);
    expect(keypoints.length).toBeLessThan(1.2 * theirs.shape[0]);
  });
});

/** Bilinear, black outside; the matrix leads from the new picture to the old one. As features.py does it. */
function warped(
  { width: w, height: h, pixels }: features.Raster,
  [a, b, c, d, e, f]: number[],
  width: number,
  height: number,
) {
  const values = new Float32Array(width * height);
  const at = (i: number, j: number) => (i >= 0 && i < h && j >= 0 && j < w ? pixels[i * w + j] : 0);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const [x, y] = [a * j + b * i + c, d * j + e * i + f];
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [u, v] = [x - x0, y - y0];
      const upper = (1 - u) * at(y0, x0) + u * at(y0, x0 + 1);
      const lower = (1 - u) * at(y0 + 1, x0) + u * at(y0 + 1, x0 + 1);
      values[i * width + j] = Math.floor((1 - v) * upper + v * lower + 0.5);
    }
  return asRaster({ width, height, values });
}

/** Spread evenly over −20 … 20, from a hash of the place. As features.py does it. */
function noisy(picture: features.Raster) {
  const values = Float32Array.from(picture.pixels, (v, n) => {
    let word = Number((BigInt(n) * 2654435761n + 12345n) % 2n ** 32n);
    word = Number((BigInt((word ^ (word >>> 15)) >>> 0) * 2246822519n) % 2n ** 32n);
    word = (word ^ (word >>> 13)) >>> 0;
    return Math.min(255, Math.max(0, Math.floor(v + (word / 2 ** 32 - 0.5) * 40 + 0.5)));
  });
  return asRaster({ width: picture.width, height: picture.height, values });
}

/** Of the keypoints that lie in the other picture, the share with one within 1.5 pixels and 25 % in scale there. */
async function repeatability(
  picture: features.Raster,
  other: features.Raster,
  [a, b, c, d, e, f]: number[],
  scale: number,
) {
  const [from, to] = [(await sift(picture)).keypoints, (await sift(other)).keypoints];
  const determinant = a * e - b * d;
  const seen = new Set<string>();
  let [inside, found] = [0, 0];
  for (const { x, y, sigma } of from) {
    if (seen.has(`${x} ${y} ${sigma}`)) continue; // one place of several directions counts once
    seen.add(`${x} ${y} ${sigma}`);
    const [px, py] = [(e * (x - c) - b * (y - f)) / determinant, (a * (y - f) - d * (x - c)) / determinant];
    if (px < 12 || px >= other.width - 12 || py < 12 || py >= other.height - 12) continue;
    inside++;
    if (
      to.some((p) => Math.hypot(p.x - px, p.y - py) <= 1.5 && Math.abs(p.sigma / (sigma * scale) - 1) <= 0.25)
    )
      found++;
  }
  return found / inside;
}

describe.each(["photo", "chelsea.png", "coffee.png"])(
  "keypoints of %s are found again, no less than 5 points below OpenCV's share,",
  (name) => {
    test("turned by 30°, at 0.7 of the size, and with noise", async (context) => {
      const picture = await named(name);
      if (!picture) return context.skip(missing(name));
      const { width, height } = picture;
      const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
      const [x, y] = [(width - 1) / 2, (height - 1) / 2];
      const turn = [c, -s, x - c * x + s * y, s, c, y - s * x - c * y];
      const shift = (1 / 0.7 - 1) / 2;
      const small = [1 / 0.7, 0, shift, 0, 1 / 0.7, shift];
      const ours = [
        await repeatability(picture, warped(picture, turn, width, height), turn, 1),
        await repeatability(
          picture,
          warped(picture, small, Math.floor(width * 0.7), Math.floor(height * 0.7)),
          small,
          0.7,
        ),
        await repeatability(picture, noisy(picture), [1, 0, 0, 0, 1, 0], 1),
      ];
      golden(`repeatability.${name}`).data.forEach((theirs, i) => {
        expect(ours[i], ["turned", "smaller", "noisy"][i]).toBeGreaterThan(theirs - 0.05);
      });
    });
  },
);

/** A bell of brightness on grey. */
function spot(x: number, y: number, sigma: number, size = 96) {
  const values = Float32Array.from({ length: size * size }, (_, i) => {
    const [dx, dy] = [(i % size) - x, Math.floor(i / size) - y];
    return 60 + 150 * Math.exp(-(dx * dx + dy * dy) / (2 * sigma ** 2));
  });
  return asRaster({ width: size, height: size, values });
}

describe("what is known beforehand", () => {
  test.each([
    [48, 48, 4],
    [40.3, 52.6, 3],
    [50.5, 45.25, 7],
  ])("a round spot at (%f, %f) of width %f is found there, at its size", async (x, y, width) => {
    const { keypoints } = await sift(spot(x, y, width));
    const nearest = keypoints.reduce((a, b) =>
      Math.hypot(a.x - x, a.y - y) < Math.hypot(b.x - x, b.y - y) ? a : b,
    );
    expect(Math.hypot(nearest.x - x, nearest.y - y)).toBeLessThan(0.3);
    // A bell of width w answers most to the difference of bells of σ and kσ where σ²·k = w²; the camera's blur is in it.
    expect(nearest.sigma / (width / 2 ** (1 / 6))).toBeGreaterThan(0.85);
    expect(nearest.sigma / (width / 2 ** (1 / 6))).toBeLessThan(1.15);
  });
  test("a flat picture has no keypoints", async () => {
    const flat = { width: 40, height: 30, channels: 3, pixels: new Uint8Array(3600).fill(90) };
    const { keypoints, descriptors } = await sift(flat);
    expect([keypoints.length, descriptors.length]).toEqual([0, 0]);
  });
  test("descriptors have length 1; RootSIFT's squares are shares", async () => {
    const plain = await sift(photo(), { most: 20 });
    const root = await sift(photo(), { most: 20, root: true });
    expect(plain.keypoints).toHaveLength(20);
    for (let k = 0; k < 20; k++) {
      const [v, r] = [plain, root].map(({ descriptors }) => descriptors.subarray(128 * k, 128 * (k + 1)));
      expect(Math.hypot(...v)).toBeCloseTo(1, 4);
      const total = v.reduce((sum, x) => sum + x, 0);
      expect(r[17]).toBeCloseTo(Math.sqrt(v[17] / total), 5);
    }
  });
  test("without doubling fewer are found, none finer than the first level", async () => {
    const [doubled, plain] = [await sift(photo()), await sift(photo(), { doubled: false })];
    expect(plain.keypoints.length).toBeLessThan(doubled.keypoints.length);
    expect(Math.min(...plain.keypoints.map(({ sigma }) => sigma))).toBeGreaterThan(1.6);
  });
});

test("the engine's tiles and those of plain loops are the same", async () => {
  const steps = [1.23, 1.55, 1.95, 2.45, 3.09].map(profile);
  const shape = { width: 80, height: 50, margin: 6, first: profile(1.25), steps, threshold: 0.5 };
  const reach = reachOfBlurs(shape.first, shape.steps);
  const [width, height] = [shape.width + 2 * reach, shape.height + 2 * reach];
  const cat = grey(photo());
  const values = new Float32Array(width * height);
  for (let i = 0; i < height; i++) values.set(cat.values.subarray(i * 200, i * 200 + width), i * width);
  const plain = await blurTile({ values: values.slice(), width, height }, shape);
  const engine = await engineBlur(shape)({ values, width, height });
  expect(engine.levels).toHaveLength(6);
  engine.levels.forEach((level, i) => {
    const off = level.reduce((most, v, k) => Math.max(most, Math.abs(v - plain.levels[i][k])), 0);
    expect(off).toBeLessThan(1e-3); // of 255
  });
  expect(engine.extrema.filter((v, i) => v !== plain.extrema[i]).length).toBeLessThan(3); // ties of the last bit
  expect(engine.extrema.reduce((sum, v) => sum + (v ? 1 : 0), 0)).toBeGreaterThan(10);
});

test.each([
  [{ scales: 0 }, "sift: scales is 0, expected a whole number from 1 to 8"],
  [{ sigma: 0 }, "sift: sigma is 0, expected a number above 0"],
  [{ edge: -1 }, "sift: edge is -1, expected a number above 0"],
  [{ contrast: Number.NaN }, "sift: contrast is NaN, expected a number of at least 0"],
])("settings that make no sense: %j", (options, message) =>
  expect(sift(photo(), options)).rejects.toThrow(new features.FeatureError(message)),
);
