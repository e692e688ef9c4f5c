import { describe, expect, test } from "vitest";
import { forwardKeys } from "../../studio/src/rooms/convolve/keys.js";
import { addressOf, parsed, standards, valuesFrom } from "../../studio/src/state/address.js";
import { numberIn, rowsIn, wholeNumber, writtenRows } from "../../studio/src/state/keys.js";

describe("addresses", () => {
  const round = (hash: string) => {
    const { room, view, given } = parsed(hash);
    const { values, refused } = valuesFrom(forwardKeys, given);
    return { refused, again: addressOf(room, view, forwardKeys, values) };
  };

  test.each([
    "#/convolve/forward",
    "#/convolve/forward?s=2",
    "#/convolve/forward?img=seven&f=2&t=3",
    "#/convolve/forward?img=100001/010010/001100&k=1,-1/0.5,2&b=-0.25&s=3&p=same&flip=1&show=letters&cover=1&t=0",
    "#/convolve/forward?k=2×2&check=0.4,0.5/1,2",
  ])("%s comes back as it is", (hash) => {
    expect(round(hash)).toEqual({ refused: [], again: hash });
  });

  test("a key without a name is the third part of the path; where there is none, it is left out with a line", () => {
    const keys = { "": wholeNumber(0, 0, 99), s: wholeNumber(1, 1, 5) };
    const { room, view, given } = parsed("#/lecture/pooling/2?s=3");
    const { values, refused } = valuesFrom(keys, given);
    expect([room, view, values[""], values.s, refused]).toEqual(["lecture", "pooling", 2, 3, []]);
    expect(addressOf(room, view, keys, values)).toBe("#/lecture/pooling/2?s=3");
    expect(addressOf(room, view, keys, { s: 2 })).toBe("#/lecture/pooling?s=2");
    expect(round("#/convolve/forward/2?t=3")).toEqual({ refused: ["2"], again: "#/convolve/forward?t=3" });
  });

  test("keys come in their own order, defaults are left out", () => {
    expect(round("#/convolve/forward?t=3&p=0&s=1&img=strokes").again).toBe("#/convolve/forward?p=0&t=3");
  });

  test("nine numbers without a stroke are a square", () => {
    expect(round("#/convolve/forward?k=1,-1,-1,-1,1,-1,-1,-1,1").again).toBe(
      "#/convolve/forward?k=1,-1,-1/-1,1,-1/-1,-1,1",
    );
  });

  test.each([
    "s=0",
    "s=1.5",
    "s=",
    "t=-1",
    "img=unknown",
    "img=12/3",
    "k=1,2/3",
    "k=a,b/c,d",
    "b=1e9",
    "flip=yes",
    "x=1",
    "%=%",
  ])("%s is refused, and the rest stays", (part) => {
    const { values, refused } = valuesFrom(forwardKeys, parsed(`#/convolve/forward?${part}&f=2`).given);
    expect(refused).toHaveLength(1);
    expect(values).toEqual({ ...standards(forwardKeys), f: 2 });
  });

  test.each(["", "#", "#/", "#//", "#/convolve", "#/%E0%A4%A", "#/a/b/c?d&&=e"])(
    "%s is no reason to stop",
    (hash) => {
      expect(() => parsed(hash)).not.toThrow();
    },
  );
});

describe("tables in addresses", () => {
  test.each([
    [
      "100/010",
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
    ],
    [
      "1,2/3,4",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "-0.5,.5/1e-3,2",
      [
        [-0.5, 0.5],
        [0.001, 2],
      ],
    ],
    [
      "1234",
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])("%s", (text, rows) => expect(rowsIn(text, 12)).toEqual(rows));

  test.each([
    "",
    "/",
    "12/3",
    "1,/2,3",
    "1,x/2,3",
    "1234567890123/1234567890123",
    "NaN,1/2,3",
    "Infinity,1/2,3",
  ])("%s is none", (text) => expect(rowsIn(text, 12)).toBeUndefined());

  test("f32 numbers are written as they were meant", () => {
    expect(
      writtenRows([
        [Math.fround(0.1), 2],
        [-1, 0],
      ]),
    ).toBe("0.1,2/-1,0");
  });

  test.each([
    ["−1", -1],
    [" 0.5 ", 0.5],
    ["+2", 2],
    ["2e3", 2000],
    [".5", 0.5],
    ["1.", 1],
  ])("%s is a number", (text, value) => expect(numberIn(text)).toBe(value));
  test.each(["", "-", "1,5", "0x10", "1e9", "abc", "1 2", "NaN", "∞"])("%s is none", (text) =>
    expect(numberIn(text)).toBeUndefined(),
  );
});
