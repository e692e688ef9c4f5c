import { describe, expect, test } from "vitest";
import type { Picture } from "../../src/images/picture.js";
import { prepareImage } from "../../src/images/prepare-image.js";
import { centreCrop, preprocessings } from "../../src/images/preprocessing.js";
import { resize } from "../../src/images/resize.js";
import { crop, imagenetScaling, scaledPixels, tensorOf } from "../../src/images/tensors.js";
import { tensor } from "../../src/tensor/creation.js";

const picture = (height: number, width: number, channels: 1 | 3): Picture => ({
  height,
  width,
  channels,
  pixels: Uint8Array.from({ length: height * width * channels }, (_, i) => (37 * i) % 256),
});

describe("pictures as tensors", () => {
  test("one, and several", async () => {
    const [a, b] = [picture(2, 3, 3), picture(2, 3, 3)];
    const x = tensorOf([a, b]);
    expect([tensorOf(a).shape, x.shape, x.type]).toEqual([[1, 2, 3, 3], [2, 2, 3, 3], "u8"]);
    expect([...(await x.data())]).toEqual([...a.pixels, ...b.pixels]);
  });

  test("of several sizes, none, and what is no picture", () => {
    expect(() => tensorOf([])).toThrow(new RangeError("tensorOf: the list has no pictures"));
    expect(() => tensorOf([picture(2, 3, 3), picture(3, 2, 3)])).toThrow(
      new RangeError("tensorOf: the pictures are 2×3×3 and 3×2×3; prepareImage makes them alike"),
    );
    expect(() => tensorOf({ width: 2 } as Picture)).toThrow(
      new TypeError(
        "tensorOf: the picture is { width }, expected { width, height, channels, pixels }, as readImage gives it",
      ),
    );
    expect(() => tensorOf(undefined as unknown as Picture)).toThrow(
      new TypeError(
        "tensorOf: the picture is undefined, expected { width, height, channels, pixels }, as readImage gives it",
      ),
    );
    expect(() => tensorOf({ ...picture(2, 3, 3), height: 3 })).toThrow(
      new RangeError("tensorOf: the picture has 18 bytes, 3×3×3 are 27"),
    );
    expect(() => tensorOf({ ...picture(2, 3, 3), channels: 4 } as unknown as Picture)).toThrow(
      new RangeError("tensorOf: the picture has 4 channels, expected 1 or 3"),
    );
  });
});

describe("scaled pixels", () => {
  test("ImageNet's, as torchvision computes them: (x / 255 − mean) / deviation", async () => {
    const numbers = [...(await scaledPixels(tensorOf(picture(1, 2, 3))).data())];
    const [mean, deviation] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    [...picture(1, 2, 3).pixels].forEach((pixel, i) => {
      expect(numbers[i]).toBeCloseTo((pixel / 255 - mean[i % 3]) / deviation[i % 3], 5);
    });
  });

  test("Caffe's: blue first, less their means", async () => {
    const x = tensor(Uint8Array.of(10, 20, 30), [1, 1, 1, 3]);
    expect([...(await scaledPixels(x, preprocessings.caffe.pixels).data())]).toEqual([
      30 - 104,
      20 - 117,
      10 - 123,
    ]);
  });

  test("other channels and orders are refused", () => {
    expect(() => scaledPixels(tensorOf(picture(2, 2, 1)))).toThrow(
      "scaledPixels: x is 1×2×2×1, expected three channels at the end",
    );
    expect(() =>
      scaledPixels(tensorOf(picture(2, 2, 3)), { ...imagenetScaling, order: "grb" as "rgb" }),
    ).toThrow('scaledPixels: the order is "grb", expected "rgb" or "bgr"');
  });
});

test("no picture has such a size, whoever is asked for it", () => {
  const [one, tail] = [picture(2, 2, 1), "expected whole numbers of pixels from 1 on"];
  for (const [act, said] of [
    [() => resize(one, { height: 0, width: 4 }, "bilinear"), `resize: the size is 0×4, ${tail}`],
    [() => resize(one, { height: 1.5, width: 4 }, "bilinear"), `resize: the size is 1.5×4, ${tail}`],
    [() => prepareImage(one, [Number.NaN, 4, 1]), `prepareImage: the size is NaN×4, ${tail}`],
    [() => centreCrop(one, [4, -1, 1], preprocessings.centre), `preprocessing: the size is 4×-1, ${tail}`],
  ] as const)
    expect(act).toThrow(new RangeError(said));
  expect(() => resize(one, { height: 1, width: 1 }, "nearest" as "bilinear")).toThrow(
    new TypeError('resize: there is no filter "nearest", expected "bilinear" or "bicubic"'),
  );
});

describe("crop", () => {
  test("a part of a picture", () => {
    const { pixels } = picture(3, 4, 1);
    const part = crop(picture(3, 4, 1), { left: 1, top: 1, width: 2, height: 2 });
    expect([part.height, part.width, ...part.pixels]).toEqual([
      2,
      2,
      pixels[5],
      pixels[6],
      pixels[9],
      pixels[10],
    ]);
  });

  test.each([
    { left: 3, top: 0, width: 2, height: 1 },
    { left: -1, top: 0, width: 2, height: 1 },
    { left: 0, top: 0, width: 0, height: 1 },
    { left: 0.5, top: 0, width: 2, height: 1 },
    { left: Number.NaN, top: 0, width: 2, height: 1 },
  ])("%o is none", ({ left, top, width, height }) => {
    expect(() => crop(picture(3, 4, 1), { left, top, width, height })).toThrow(
      new RangeError(
        `crop: ${height}×${width} pixels from row ${top} and column ${left} on are no part of 3×4`,
      ),
    );
  });
});
