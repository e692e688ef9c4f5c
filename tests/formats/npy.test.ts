import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy, NpyError } from "../../src/formats/npy.js";

const golden = async (name: string) =>
  new Uint8Array(await readFile(join(import.meta.dirname, "golden", name)));

describe("what NumPy wrote", () => {
  test.each([
    ["f4.npy", [2, 3], Float32Array.of(0, 1, 2, 3, 4, 5)],
    ["f8.npy", [2], Float32Array.of(0.1, -4)],
    ["f2.npy", [2], Float32Array.of(0.5, -2)],
    ["i8.npy", [2, 1], Int32Array.of(-5, 2147483647)],
    ["u1.npy", [2], Uint8Array.of(1, 255)],
    ["b1.npy", [2], Uint8Array.of(1, 0)],
    ["single.npy", [], Float32Array.of(2.5)],
  ])("%s", async (name, shape, data) => {
    expect(decodeNpy(await golden(name), name)).toEqual({ shape, data });
  });

  test("what we write is what NumPy writes", async () => {
    for (const name of ["f4.npy", "u1.npy", "single.npy"]) {
      const bytes = await golden(name);
      expect(encodeNpy(decodeNpy(bytes, name))).toEqual(bytes);
    }
  });

  test("a header of version 2 and one whose keys stand in another order", () => {
    const text = "{'shape': (2,), 'fortran_order': True, 'descr': '|u1'}\n";
    const header = new TextEncoder().encode(text);
    const bytes = Uint8Array.of(
      0x93,
      ...new TextEncoder().encode("NUMPY"),
      2,
      0,
      header.length,
      0,
      0,
      0,
      ...header,
      7,
      8,
    );
    expect(decodeNpy(bytes, "x.npy")).toEqual({ shape: [2], data: Uint8Array.of(7, 8) });
  });
});

test("numbers in Fortran's order, or with the last byte first, are read as NumPy reads them", async () => {
  const written = (descr: string, fortran: string, shape: string, numbers: Uint8Array) => {
    const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(117);
    const head = new TextEncoder().encode(`${text}\n`);
    return Uint8Array.of(
      0x93,
      ...new TextEncoder().encode("NUMPY"),
      1,
      0,
      head.length,
      0,
      ...head,
      ...numbers,
    );
  };
  const of = (bytes: Uint8Array) => {
    const { shape, data } = decodeNpy(bytes, "x.npy");
    return [shape, [...data]];
  };
  const bytes = (numbers: Float32Array) => new Uint8Array(numbers.buffer);
  const fortran = Float32Array.of(
    0,
    12,
    4,
    16,
    8,
    20,
    1,
    13,
    5,
    17,
    9,
    21,
    2,
    14,
    6,
    18,
    10,
    22,
    3,
    15,
    7,
    19,
    11,
    23,
  );
  const counted = Array.from({ length: 24 }, (_, i) => i);
  expect(of(written("<f4", "True", "(2, 3, 4)", bytes(fortran)))).toEqual([[2, 3, 4], counted]);
  const big = bytes(fortran).slice();
  for (let i = 0; i < big.length; i += 4) big.subarray(i, i + 4).reverse();
  expect(of(written(">f4", "True", "(2, 3, 4)", big))).toEqual([[2, 3, 4], counted]);
  expect(of(written(">i4", "False", "(2,)", Uint8Array.of(0, 0, 1, 2, 255, 255, 255, 254)))).toEqual([
    [2],
    [258, -2],
  ]);
  expect(of(written(">i8", "False", "()", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9)))).toEqual([[], [9]]);
  expect(of(written("<f4", "True", "(0, 3)", new Uint8Array(0)))).toEqual([[0, 3], []]);
  expect(of(await golden("fortran.npy"))).toEqual([
    [2, 3],
    [0, 1, 2, 3, 4, 5],
  ]);
  expect(() => of(written(">U1", "False", "(1,)", new Uint8Array(4)))).toThrow("holds numbers of type '>U1'");
});

describe("a bad file gets one line", () => {
  test.each([
    ["text.npy", "holds numbers of type '<U1'; <f2, <f4, <f8, <i4, <i8, |u1, |b1 can be read"],
    [
      "record.npy",
      `its header is not the dictionary of one array: "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (…"`,
    ],
    ["weights.pth", "not a .npy file: it does not begin with \\x93NUMPY"],
  ])("%s", async (name, message) => {
    const bytes = await golden(name);
    expect(() => decodeNpy(bytes, name)).toThrow(new NpyError(`${name}: ${message}`));
  });

  const file = encodeNpy({ shape: [2, 3], data: new Float32Array(6) });
  const withShape = (shape: string) => {
    const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
    const bytes = file.slice();
    bytes.set(new TextEncoder().encode(text.padEnd(117)), 10);
    return bytes;
  };
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "not a .npy file: it does not begin with \\x93NUMPY"],
    [
      "cut in the header",
      file.subarray(0, 50),
      "cut short: its header should have 118 bytes, only 40 are there",
    ],
    [
      "cut in the numbers",
      file.subarray(0, 150),
      "its header announces 2×3 F32, 24 bytes, but 22 follow; the file is cut short",
    ],
    ["bytes too many", Uint8Array.of(...file, 1), "its header announces 2×3 F32, 24 bytes, but 25 follow"],
    [
      "2^60 numbers",
      withShape("(1073741824, 1073741824)"),
      "its header announces 1073741824×1073741824 F32, 4611686018427388000 bytes, but 24 follow; the file is cut short",
    ],
    [
      "no number",
      withShape("(99999999999999999999,)"),
      "has the shape (99999999999999999999,), expected whole numbers",
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeNpy(bytes, "x.npy")).toThrow(new NpyError(`x.npy: ${message}`));
  });

  test("a header longer than any", () => {
    const bytes = Uint8Array.of(...file.subarray(0, 6), 3, 0, 0xff, 0xff, 0xff, 0xff);
    expect(() => decodeNpy(bytes, "x.npy")).toThrow(
      new NpyError("x.npy: says that its header has 4294967295 bytes; at most 10000 are allowed"),
    );
  });

  test("values that do not fill the shape cannot be written", () => {
    expect(() => encodeNpy({ shape: [2, 2], data: new Float32Array(3) })).toThrow(
      new NpyError("encodeNpy: 2×2 takes 4 values, got 3"),
    );
  });
});
