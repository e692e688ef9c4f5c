import { describe, expect, test } from "vitest";
import type { Picture } from "../../src/images/picture.js";
import { prepareImage } from "../../src/images/prepare-image.js";
import { resample } from "../../src/images/resample.js";

const grey = (width: number, pixels: number[]): Picture => ({
  width,
  height: pixels.length / width,
  channels: 1,
  pixels: Uint8Array.from(pixels),
});

describe("resample", () => {
  const size = { height: 1, width: 4, channels: 1 };
  test("shrinking takes means over areas", () => {
    expect([...resample([0, 10, 20, 30], size, { height: 1, width: 2 })]).toEqual([5, 25]);
  });
  test("shrinking by a fraction shares pixels", () => {
    const [a, b, c] = resample([0, 12, 24, 36], size, { height: 1, width: 3 });
    expect([a, b, c].map((v) => Math.round(v * 1000) / 1000)).toEqual([3, 18, 33]);
  });
  test("growing interpolates between centres", () => {
    const two = { height: 1, width: 2, channels: 1 };
    expect([...resample([0, 8], two, { height: 1, width: 4 })]).toEqual([0, 2, 6, 8]);
  });
  test("an even picture stays even, whatever the sizes", () => {
    for (const [h, w] of [
      [1, 1],
      [3, 17],
      [5, 2],
      [40, 31],
    ]) {
      const even = Array(7 * 5 * 3).fill(77);
      for (const v of resample(even, { height: 7, width: 5, channels: 3 }, { height: h, width: w }))
        expect(v).toBeCloseTo(77, 3);
    }
  });
});

describe("prepareImage", () => {
  test("the input's own size leaves the pixels alone", () => {
    const picture = grey(2, [1, 2, 3, 4, 5, 6]);
    expect(prepareImage(picture, [3, 2, 1])).toEqual(picture);
  });
  test("cover keeps the middle", () => {
    const picture = grey(4, [10, 20, 30, 40, 10, 20, 30, 40]);
    expect([...prepareImage(picture, [2, 2, 1]).pixels]).toEqual([20, 30, 20, 30]);
  });
  test("contain fills with white", () => {
    const picture = grey(4, [10, 10, 30, 30, 10, 10, 30, 30]);
    const { pixels } = prepareImage(picture, [4, 2, 1], { fit: "contain" });
    expect([...pixels]).toEqual([255, 255, 10, 30, 255, 255, 255, 255]);
  });
  test("stretch takes everything", () => {
    const picture = grey(4, [10, 20, 30, 40, 10, 20, 30, 40]);
    expect([...prepareImage(picture, [2, 2, 1], { fit: "stretch" }).pixels]).toEqual([15, 35, 15, 35]);
  });
  test("grey becomes colour and colour becomes grey", () => {
    expect([...prepareImage(grey(1, [7]), [1, 1, 3]).pixels]).toEqual([7, 7, 7]);
    const colour: Picture = { width: 1, height: 1, channels: 3, pixels: Uint8Array.of(200, 100, 50) };
    expect([...prepareImage(colour, [1, 1, 1]).pixels]).toEqual([124]); // 0.299·200 + 0.587·100 + 0.114·50
    expect([...prepareImage(colour, [1, 1, 3]).pixels]).toEqual([200, 100, 50]);
  });
  test("other channel counts are refused", () => {
    expect(() => prepareImage(grey(1, [7]), [8, 8, 4])).toThrow(
      new RangeError("prepareImage: a picture has 1 or 3 channels, the network's input 8×8×4 has 4"),
    );
  });
});
