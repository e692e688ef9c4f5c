import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { data } from "../../src/index.js";

/** Red; green at half opacity; blue, transparent; black. */
const rgba = [255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0, 0, 0, 0, 255];
const imageData = { width: 2, height: 2, data: Uint8ClampedArray.from(rgba) };
const onWhite = [255, 0, 0, 127, 255, 127, 255, 255, 255, 0, 0, 0];

describe("pictureFrom", () => {
  test("ImageData is 1×H×W×3, on white", async () => {
    const x = await data.pictureFrom(imageData);
    expect([x.shape, x.dtype, [...(await x.data())]]).toEqual([[1, 2, 2, 3], "u8", onWhite]);
  });

  test("bytes of other classes, and floats of 0 to 1 as wide screens have them, are the same picture", async () => {
    for (const values of [Uint8Array.from(rgba), Buffer.from(rgba), Float32Array.from(rgba, (v) => v / 255)])
      expect([...(await (await data.pictureFrom({ width: 2, height: 2, data: values })).data())]).toEqual(
        onWhite,
      );
  });

  test("brightness on one channel, resized, and several at once", async () => {
    const x = await data.pictureFrom([imageData, imageData], { channels: 1, size: [1, 1] });
    const grey = (r: number, g: number, b: number) => 0.299 * r + 0.587 * g + 0.114 * b;
    const mean = (grey(255, 0, 0) + grey(127, 255, 127) + 255 + 0) / 4;
    expect([x.shape, x.dtype]).toEqual([[2, 1, 1, 1], "u8"]);
    for (const value of await x.data()) expect(Math.abs(value - mean)).toBeLessThanOrEqual(1);
  });

  test("contain keeps all of a wide picture, on white", async () => {
    const wide = {
      width: 2,
      height: 1,
      data: new Uint8ClampedArray(8).map((_, i) => (i % 4 === 3 ? 255 : 0)),
    };
    const x = await data.pictureFrom(wide, { channels: 1, size: [4, 4], fit: "contain" });
    expect([...(await x.data())]).toEqual([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]);
  });

  test("a picture file as Buffer, Uint8Array, ArrayBuffer, Blob and File", async () => {
    const file = await readFile(new URL("../../docs/lenet5-digits.png", import.meta.url));
    const bytes = new Uint8Array(file);
    const first = await (await data.pictureFrom(file, { size: [8, 8] })).data();
    for (const source of [bytes, bytes.buffer, new Blob([bytes]), new File([bytes], "a.png")]) {
      const x = await data.pictureFrom(source, { size: [8, 8] });
      expect(x.shape).toEqual([1, 8, 8, 3]);
      expect(await x.data()).toEqual(first);
    }
  });

  test.each<[string, unknown, object, string]>([
    [
      "a name",
      "photo.jpg",
      {},
      'TypeError: data.pictureFrom: the source is "photo.jpg", expected ImageData, a canvas, an image, a video frame, or a picture file as Blob or bytes; read the file first, its bytes are a source',
    ],
    [
      "a promise",
      Promise.resolve(),
      {},
      "TypeError: data.pictureFrom: the source is a Promise, expected ImageData, a canvas, an image, a video frame, or a picture file as Blob or bytes; await it first",
    ],
    [
      "nothing",
      undefined,
      {},
      "TypeError: data.pictureFrom: the source is undefined, expected ImageData, a canvas, an image, a video frame, or a picture file as Blob or bytes",
    ],
    ["an empty list", [], {}, "RangeError: data.pictureFrom: the list has no pictures"],
    [
      "pixels without opacity",
      { width: 2, height: 2, data: new Uint8Array(12) },
      {},
      "TypeError: data.pictureFrom: the source has 2×2 pixels and 12 numbers, expected 4 for each pixel: red, green, blue, opacity",
    ],
    [
      "pictures of two sizes",
      [imageData, { width: 1, height: 1, data: new Uint8Array(4) }],
      {},
      "RangeError: data.pictureFrom: the pictures have 2×2 and 1×1 pixels; size: [height, width] makes them alike",
    ],
    [
      "four channels",
      imageData,
      { channels: 4 },
      "RangeError: data.pictureFrom: channels is 4, expected 1 or 3",
    ],
    [
      "a size of three",
      imageData,
      { size: [28, 28, 1] },
      "RangeError: data.pictureFrom: size is [28, 28, 1], expected [height, width] in pixels",
    ],
    [
      "bytes that are no picture",
      Uint8Array.of(1, 2, 3),
      {},
      "TypeError: data.pictureFrom: the bytes: not a picture that can be read (unsupported image format)",
    ],
    [
      "an empty file",
      new File([], "a.png"),
      {},
      "TypeError: data.pictureFrom: a.png: not a picture that can be read (the file is empty)",
    ],
  ])("refuses %s", async (_, source, options, message) => {
    await expect(data.pictureFrom(source as ImageData, options).catch(String)).resolves.toBe(message);
  });
});
