import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeNpy } from "../../src/formats/npy.js";
import type { Picture } from "../../src/images/picture.js";
import { centreCrop, tenCrop } from "../../src/images/preprocessing.js";
import { type ResizeFilter, resize } from "../../src/images/resize.js";

const golden = async (name: string) =>
  decodeNpy(new Uint8Array(await readFile(join(import.meta.dirname, "golden", `${name}.npy`))), name);
const { data } = await golden("picture");
const picture: Picture = { width: 53, height: 37, channels: 3, pixels: data as Uint8Array };

describe("resize is Pillow's", () => {
  test.each<[ResizeFilter, number, number]>([
    ["bilinear", 30, 20],
    ["bilinear", 61, 80],
    ["bilinear", 9, 53],
    ["bicubic", 30, 20],
    ["bicubic", 61, 80],
    ["bicubic", 9, 53],
  ])("%s to %i×%i", async (filter, height, width) => {
    const resized = resize(picture, { height, width }, filter);
    const expected = await golden(`${filter}-${height}x${width}`);
    expect([resized.height, resized.width, 3]).toEqual(expected.shape);
    expect(resized.pixels).toEqual(expected.data);
  });
});

const how = { description: "", enlarge: 32 / 28, filter: "bilinear" } as const;

describe("published preprocessing is torchvision's", () => {
  test("shorter side 32, centre 28", async () => {
    const { height, width, channels, pixels } = centreCrop(picture, [28, 28, 3], how);
    expect([height, width, channels]).toEqual([28, 28, 3]);
    expect(pixels).toEqual((await golden("resize-32-crop-28")).data);
  });

  test("ten crops, in torchvision's order", async () => {
    const { data: all } = await golden("resize-32-ten-crop-28");
    const views = tenCrop(picture, [28, 28, 3], how);
    expect(views.length).toBe(10);
    for (const [i, { pixels }] of views.entries())
      expect(pixels).toEqual(all.slice(i * pixels.length, (i + 1) * pixels.length));
  });

  test("a picture of the right size stays as it is", () => {
    const same = centreCrop(picture, [37, 53, 3], { ...how, enlarge: 1 });
    expect(same.pixels).toEqual(picture.pixels);
  });

  test("grey is repeated for networks of colours, colour becomes brightness for those of grey", () => {
    const grey: Picture = { width: 2, height: 1, channels: 1, pixels: Uint8Array.of(7, 200) };
    expect([...centreCrop(grey, [1, 2, 3], { ...how, enlarge: 1 }).pixels]).toEqual([7, 7, 7, 200, 200, 200]);
    const red: Picture = { width: 1, height: 1, channels: 3, pixels: Uint8Array.of(255, 0, 0) };
    expect([...centreCrop(red, [1, 1, 1], { ...how, enlarge: 1 }).pixels]).toEqual([76]);
    expect(() => centreCrop(red, [1, 1, 2], how)).toThrow(
      new RangeError("a picture has 1 or 3 channels, the network expects 2"),
    );
  });
});
