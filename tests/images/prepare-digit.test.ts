import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Picture } from "../../src/images/picture.js";
import { prepareDigit } from "../../src/images/prepare-digit.js";
import { resample } from "../../src/images/resample.js";

const black = 0;
const white = 255;

/** A picture of one brightness with filled rectangles on it: [top, left, height, width]. */
function drawing(
  width: number,
  height: number,
  paper: number,
  ink: number,
  ...strokes: [number, number, number, number][]
): Picture {
  const pixels = new Uint8Array(width * height).fill(paper);
  for (const [top, left, h, w] of strokes)
    for (let i = top; i < top + h; i++) pixels.fill(ink, i * width + left, i * width + left + w);
  return { width, height, channels: 1, pixels };
}

/** Bounding box and centre of mass of what is brighter than half. */
function inkIn({ pixels }: Picture) {
  const at = [...pixels.keys()].filter((i) => pixels[i] > 127);
  const [rows, columns] = [at.map((i) => Math.floor(i / 28)), at.map((i) => i % 28)];
  const mean = (list: number[]) => list.reduce((sum, n) => sum + n, 0) / list.length;
  return {
    height: Math.max(...rows) - Math.min(...rows) + 1,
    width: Math.max(...columns) - Math.min(...columns) + 1,
    centre: [mean(rows), mean(columns)],
  };
}

describe("a picture of 28×28 keeps its place", () => {
  const light = drawing(28, 28, black, white, [2, 3, 10, 4]);
  const dark = drawing(28, 28, white, black, [2, 3, 10, 4]);
  test("light on dark stays as it is", () => expect(prepareDigit(light)).toEqual(light));
  test("dark on light is inverted", () => expect(prepareDigit(dark)).toEqual(light));
  test("colour becomes grey", () => {
    const colour: Picture = { width: 28, height: 28, channels: 3, pixels: new Uint8Array(3 * 784) };
    for (const [i, v] of light.pixels.entries()) colour.pixels.fill(v, 3 * i, 3 * i + 3);
    expect(prepareDigit(colour)).toEqual(light);
  });
});

describe("a picture of another size is cropped to its ink, scaled and centred", () => {
  // An L: longer side 200 of 1000×400, away from the middle.
  const letter: [number, number, number, number][] = [
    [50, 700, 200, 30],
    [220, 700, 30, 120],
  ];
  test.each([
    ["dark on light", drawing(1000, 400, white, black, ...letter)],
    ["light on dark", drawing(1000, 400, black, white, ...letter)],
    ["grey on grey", drawing(1000, 400, 180, 110, ...letter)],
    ["small", drawing(40, 30, 230, 20, [5, 20, 12, 2], [15, 20, 2, 7])],
  ])("%s", (_, picture) => {
    const { width, height, centre } = inkIn(prepareDigit(picture));
    expect(height).toBe(20);
    expect(width).toBeGreaterThanOrEqual(11);
    expect(width).toBeLessThanOrEqual(13);
    for (const at of centre) expect(Math.abs(at - 14)).toBeLessThanOrEqual(0.75); // whole pixels, half of one off
  });

  test("the paper is black and the ink is white, whatever the scan's greys were", () => {
    const { pixels } = prepareDigit(drawing(300, 300, 200, 90, [80, 140, 140, 30]));
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 255]);
  });

  test("specks do not move the digit", () => {
    const clean = drawing(200, 200, white, black, ...[[60, 90, 80, 20] as [number, number, number, number]]);
    const dusty = drawing(200, 200, white, black, [60, 90, 80, 20], [3, 3, 2, 2], [190, 180, 3, 3]);
    expect(prepareDigit(dusty)).toEqual(prepareDigit(clean));
  });

  test("a hairline is thickened to the strokes that the network knows", () => {
    const { pixels } = prepareDigit(drawing(400, 400, white, black, [50, 60, 2, 250], [50, 310, 300, 2]));
    const row = pixels.subarray(14 * 28, 15 * 28);
    const mass = row.reduce((sum, v) => sum + v, 0) / 255;
    expect(mass).toBeGreaterThan(1.4);
    expect(mass).toBeLessThan(3);
  });

  test("a stroke that reaches the border, and one pixel", () => {
    expect(inkIn(prepareDigit(drawing(100, 100, white, black, [0, 45, 100, 12]))).height).toBe(20);
    expect(Math.max(...prepareDigit(drawing(9, 9, white, black, [4, 4, 1, 1])).pixels)).toBe(255);
  });

  test("no ink: black", () => {
    for (const paper of [black, 120, white])
      expect(Math.max(...prepareDigit(drawing(50, 40, paper, paper)).pixels)).toBe(0);
    expect(prepareDigit(drawing(1, 1, white, white)).pixels.length).toBe(784);
  });
});

const data = process.env.RECEPTIVE_DATA;
describe.skipIf(!data)(`MNIST${data ? "" : " (skipped: RECEPTIVE_DATA is not set)"}`, () => {
  const digits = async () =>
    gunzipSync(await readFile(join(data!, "mnist/t10k-images-idx3-ubyte.gz"))).subarray(16);

  test("all test pictures, as they are and inverted, come out as they are", async () => {
    const all = await digits();
    for (let n = 0; n < 10_000; n++) {
      const pixels = Uint8Array.from(all.subarray(784 * n, 784 * (n + 1)));
      const inverted = pixels.map((v) => 255 - v);
      for (const input of [pixels, inverted]) {
        const output = prepareDigit({ width: 28, height: 28, channels: 1, pixels: input }).pixels;
        if (Buffer.compare(output, pixels) !== 0) expect.fail(`picture ${n} came out changed`);
      }
    }
  });

  test("enlarged, inverted and moved, a digit comes back nearly as it was", async () => {
    const all = await digits();
    let cosines = 0;
    for (let n = 0; n < 20; n++) {
      const pixels = all.subarray(784 * n, 784 * (n + 1));
      const large = resample(pixels, { height: 28, width: 28, channels: 1 }, { height: 336, width: 336 });
      const scan = drawing(1000, 400, white, black);
      for (let i = 0; i < 336; i++)
        for (let j = 0; j < 336; j++) scan.pixels[(20 + i) * 1000 + 500 + j] = 255 - large[i * 336 + j];
      const back = prepareDigit(scan).pixels;
      const product = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
      cosines += product(back, pixels) / Math.sqrt(product(back, back) * product(pixels, pixels));
    }
    // Of the angle between the two. Half a pixel off the place that MNIST gives them, the mean was below 0.8.
    expect(cosines / 20).toBeGreaterThan(0.93);
  });
});
