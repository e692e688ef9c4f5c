import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ByteSource, blobSource, memorySource } from "../../src/formats/byte-source.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import { encodeSafetensors, openSafetensors, SafetensorsError } from "../../src/formats/safetensors.js";

const golden = async (name: string) =>
  new Uint8Array(await readFile(join(import.meta.dirname, "golden", name)));
const safetensors = encodeSafetensors(
  new Map([
    ["a", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["b", { shape: [2], data: Int32Array.of(7, -8) }],
  ]),
  { made: "here" },
);

describe("a file of arrays is known by its first bytes", () => {
  test.each([
    ["weights.pth", "conv.weight"],
    ["legacy.pth", "conv.weight"],
    ["weights.onnx", "raw"],
  ])("%s", async (name, array) => {
    const { arrays } = await openArrays(memorySource("no-matter-what.bin", await golden(name)));
    expect(arrays.has(array)).toBe(true);
  });

  test("safetensors, also where its header is as long as an ONNX version says", async () => {
    const { arrays, metadata } = await openArrays(memorySource("x", safetensors));
    expect([[...arrays.keys()], metadata]).toEqual([["a", "b"], { made: "here" }]);
    const short = encodeSafetensors(new Map());
    expect(short[0]).toBe(8);
    expect((await openArrays(memorySource("x", short))).arrays.size).toBe(0);
  });

  test("anything else is no safetensors file", async () => {
    await expect(
      openArrays(memorySource("x.bin", new TextEncoder().encode("<html></html>"))),
    ).rejects.toThrow(
      new SafetensorsError(
        "x.bin: not a safetensors file: its first 8 bytes say that the header has 3403664053798987836 bytes; at most 100000000 are allowed",
      ),
    );
    await expect(openArrays(memorySource("x.bin", new Uint8Array(0)))).rejects.toThrow(
      new SafetensorsError(
        "x.bin: not a safetensors file: it has 0 bytes, and the length of the header takes 8",
      ),
    );
  });
});

describe("safetensors, a part at a time", () => {
  function counted(source: ByteSource) {
    const parts: [number, number][] = [];
    const read = (begin: number, end: number) => {
      parts.push([begin, end]);
      return source.read(begin, end);
    };
    return { parts, source: { ...source, read } };
  }

  test("only the header is read, then each array when it is asked for", async () => {
    const { parts, source } = counted(memorySource("x", safetensors));
    const { arrays } = await openSafetensors(source);
    const headerEnd = safetensors.length - 32;
    expect(parts).toEqual([
      [0, 8],
      [8, headerEnd],
    ]);
    expect(await arrays.get("b")!.read()).toEqual(Int32Array.of(7, -8));
    expect(parts.at(-1)).toEqual([headerEnd + 24, headerEnd + 32]);
  });

  test("out of a page's file", async () => {
    const { arrays } = await openSafetensors(blobSource("x", new Blob([safetensors])));
    expect(await arrays.get("a")!.read()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  test("2^60 numbers: one line, and nothing allocated", async () => {
    const header = `{"w":{"dtype":"F32","shape":[1073741824,1073741824],"data_offsets":[0,16]}}`;
    const bytes = new Uint8Array(8 + header.length + 16);
    bytes[0] = header.length;
    bytes.set(new TextEncoder().encode(header), 8);
    await expect(openSafetensors(memorySource("x", bytes))).rejects.toThrow(
      new SafetensorsError(
        "x: w (F32, 1073741824×1073741824) takes 4611686018427388000 bytes, its data_offsets give it 16",
      ),
    );
  });
});
