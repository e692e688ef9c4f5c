import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { IdxError, readIdx, writeIdx } from "../../src/formats/idx.js";

const images = { shape: [2, 2, 3], values: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };
const file = "images-idx3-ubyte";
const bytes = (...values: number[]) => Uint8Array.from(values);

describe("idx", () => {
  test("what is written is read back, plain and packed", async () => {
    const plain = writeIdx(images);
    expect([...plain.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3]);
    expect(await readIdx(file, plain, { rank: 3 })).toEqual(images);
    expect(await readIdx(`${file}.gz`, new Uint8Array(gzipSync(plain)), { rank: 3 })).toEqual(images);
  });

  test("a file without values is a file", async () => {
    expect((await readIdx(file, writeIdx({ shape: [0, 28, 28], values: bytes() }))).shape).toEqual([
      0, 28, 28,
    ]);
  });

  test("writing refuses a shape that does not fit", () => {
    expect(() => writeIdx({ shape: [2, 2], values: bytes(1, 2, 3) })).toThrow(
      new IdxError("writeIdx: got 3 values, expected 4 for 2×2"),
    );
  });

  const whole = writeIdx(images);
  const packed = new Uint8Array(gzipSync(whole));
  test.each([
    {
      what: "empty",
      data: bytes(),
      message: "images-idx3-ubyte: 0 bytes, too short for an idx file; the file is truncated",
    },
    {
      what: "a PNG",
      data: bytes(0x89, 0x50, 0x4e, 0x47, 13, 10),
      message: "images-idx3-ubyte: begins with 89 50 4e 47, expected 00 00 08 03; this is no idx file",
    },
    {
      what: "floats",
      data: bytes(0, 0, 13, 3, 0, 0, 0, 1),
      message: "images-idx3-ubyte: holds 32-bit floats (idx type 0d), expected unsigned bytes (08)",
    },
    {
      what: "labels",
      data: writeIdx({ shape: [4], values: bytes(1, 2, 3, 4) }),
      message: "images-idx3-ubyte: has 1 dimension, expected 3; that looks like a file of labels",
    },
    {
      what: "cut in its header",
      data: whole.slice(0, 10),
      message: "images-idx3-ubyte: 10 bytes, but its header alone takes 16; the file is truncated",
    },
    {
      what: "cut in its values",
      data: whole.slice(0, 25),
      message:
        "images-idx3-ubyte: its header announces 2×2×3 = 12 bytes of values, but 9 follow; the file is truncated",
    },
    {
      what: "too long",
      data: bytes(...whole, 7),
      message:
        "images-idx3-ubyte: its header announces 2×2×3 = 12 bytes of values, but 13 follow; 1 byte too many",
    },
    {
      what: "cut while packed",
      data: packed.slice(0, packed.length - 12),
      message: `images-idx3-ubyte: its ${packed.length - 12} bytes cannot be unpacked by gzip; the file is truncated or damaged`,
    },
  ])("$what: an error in whole words", async ({ data, message }) => {
    await expect(readIdx(file, data, { rank: 3 })).rejects.toThrow(new IdxError(message));
  });

  test("images where labels are expected", async () => {
    await expect(readIdx("labels-idx1-ubyte", whole, { rank: 1 })).rejects.toThrow(
      new IdxError("labels-idx1-ubyte: has 3 dimensions, expected 1; that looks like a file of images"),
    );
  });
});
