import { describe, expect, test } from "vitest";
import { categorical, diverging, heat, shadeOf } from "../../src/formatting/palettes.js";
import {
  classPicture,
  heatPicture,
  overlay,
  pictureOf,
  signedPicture,
} from "../../src/images/colour-maps.js";

const size = { height: 2, width: 2 };
const colours = ({ pixels }: { pixels: Uint8Array }) =>
  Array.from({ length: pixels.length / 3 }, (_, i) => [...pixels.subarray(3 * i, 3 * i + 3)]);

describe("palettes", () => {
  test("their ends and middles", () => {
    expect([heat(0), heat(1)]).toEqual([
      [0, 0, 4],
      [252, 255, 164],
    ]);
    expect([diverging(-1), diverging(0), diverging(1)]).toEqual([
      [5, 48, 97],
      [255, 255, 255],
      [103, 0, 31],
    ]);
    expect([shadeOf("blue", 0), shadeOf("red", 1)]).toEqual([
      [255, 255, 255],
      [192, 57, 43],
    ]);
  });

  test("what lies beyond the ends has their colour; what is no number is grey", () => {
    expect([heat(-3), heat(7)]).toEqual([heat(0), heat(1)]);
    expect(diverging(Number.POSITIVE_INFINITY)).toEqual(diverging(1));
    const grey = [128, 128, 128];
    expect([heat(Number.NaN), diverging(Number.NaN), shadeOf("red", Number.NaN)]).toEqual([grey, grey, grey]);
  });

  test("ten classes differ, and the eleventh is like the first", () => {
    const ten = Array.from({ length: 10 }, (_, i) => String(categorical(i)));
    expect(new Set(ten).size).toBe(10);
    expect([categorical(10), categorical(-1)]).toEqual([categorical(0), categorical(9)]);
    expect(categorical(0.5)).toEqual([128, 128, 128]);
  });
});

describe("maps in colours", () => {
  test("a heat map reaches from 0 to its greatest value", () => {
    expect(colours(heatPicture([0, 1, 2, 4], size))).toEqual([0, 0.25, 0.5, 1].map((v) => [...heat(v)]));
    expect(colours(heatPicture([0, 1, 2, 4], size, [1, 2]))).toEqual([0, 0, 1, 1].map((v) => [...heat(v)]));
    expect(colours(heatPicture([0, 0, 0, 0], size))).toEqual(Array(4).fill([...heat(0)]));
  });

  test("one bright pixel of a large map does not hide the rest", () => {
    const values = new Float32Array(400).fill(1);
    values[7] = 1000;
    expect(colours(heatPicture(values, { height: 20, width: 20 }))[0]).toEqual([...heat(1)]);
  });

  test("a signed map is white at 0, NaN among its values is grey and hides nothing", () => {
    expect(colours(signedPicture([-2, 0, 1, Number.NaN], size))).toEqual(
      [-1, 0, 0.5, Number.NaN].map((v) => [...diverging(v)]),
    );
  });

  test("classes", () => {
    expect(colours(classPicture([7, 3, 3, 900], size))).toEqual(
      [1, 0, 0, 2].map((place) => [...categorical(place)]),
    );
  });

  test("over a photograph: dark grey where there is nothing, bright where there is most", () => {
    const photo = pictureOf([200, 200, 200, 200], size, 1);
    expect(colours(overlay(photo, [0, 0, 0, 9], size))).toEqual([
      [140, 140, 140],
      [140, 140, 140],
      [140, 140, 140],
      [224, 226, 158],
    ]);
  });

  test("pixels are rounded, and end at black and white", () => {
    expect([...pictureOf([-4, 0.6, 254.4, 300], size, 1).pixels]).toEqual([0, 1, 254, 255]);
  });

  test("values that do not fill the size are refused in one line", () => {
    const values = [1, 2, 3];
    for (const [act, said] of [
      [() => heatPicture(values, size), "heatPicture: there are 3 values, 2×2 are 4"],
      [() => signedPicture(values, size), "signedPicture: there are 3 values, 2×2 are 4"],
      [() => classPicture(values, size), "classPicture: there are 3 values, 2×2 are 4"],
      [() => pictureOf(values, size, 3), "pictureOf: there are 3 values, 2×2×3 are 12"],
      [() => pictureOf(values, size, 4), "pictureOf: channels is 4, expected 1 or 3"],
      [
        () => overlay(pictureOf([1], { height: 1, width: 1 }, 1), values, size),
        "overlay: there are 3 values, 2×2 are 4",
      ],
    ] as const)
      expect(act).toThrow(new RangeError(said));
  });
});
