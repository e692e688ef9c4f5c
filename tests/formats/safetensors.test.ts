import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from "../../src/formats/safetensors.js";

/** A file with this header and so many bytes of data; lengthens the header as the format allows. */
function file(header: unknown, data: Uint8Array | number = 0): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const head = new TextEncoder().encode(text);
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + head.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(body, 8 + head.length);
  return bytes;
}

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const decode = (bytes: Uint8Array) => decodeSafetensors(bytes, "w.safetensors");
const only = (dtype: string, shape: number[], data: Uint8Array) =>
  decode(file({ t: { dtype, shape, data_offsets: [0, data.length] } }, data)).tensors.get("t")!;

describe("round trip", () => {
  const tensors = new Map([
    ["labels", { shape: [3], data: Uint8Array.of(1, 2, 255) }],
    ["conv1.filters", { shape: [1, 2, 1, 2], data: Float32Array.of(0.5, -1, Number.NaN, 3e38) }],
    ["step", { shape: [], data: Int32Array.of(-7) }],
    ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
    ["0", { shape: [1], data: Float32Array.of(2) }],
  ]);
  const bytes = encodeSafetensors(tensors, { model: "lenet5", größe: 'a "quoted" line\n' });

  test("arrays, shapes and metadata come back", () => {
    const { tensors: back, metadata } = decode(bytes);
    expect(metadata).toEqual({ model: "lenet5", größe: 'a "quoted" line\n' });
    expect(new Set(back.keys())).toEqual(new Set(tensors.keys()));
    for (const [name, { shape, data }] of tensors) {
      expect(back.get(name)!.shape, name).toEqual(shape);
      expect(back.get(name)!.data, name).toEqual(data);
    }
  });

  test("the data begin at a multiple of 8, each array at a multiple of its element", () => {
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
    expect(text.startsWith("{")).toBe(true);
    const header = JSON.parse(text);
    expect(header["conv1.filters"].data_offsets[0] % 4).toBe(0);
    expect(header.labels.data_offsets).toEqual([24, 27]); // behind all that is wider
    expect(text.indexOf('"labels"')).toBeLessThan(text.indexOf('"conv1.filters"')); // listed as in the map
  });

  test("a file that lies unaligned in memory is read all the same", () => {
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decode(shifted.subarray(1)).tensors.get("step")!.data).toEqual(Int32Array.of(-7));
  });

  test("no arrays", () => {
    expect(decode(encodeSafetensors(new Map()))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test("a view into a larger buffer writes only its own part", () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const back = decode(encodeSafetensors(new Map([["w", { shape: [2], data }]])));
    expect(back.tensors.get("w")!.data).toEqual(Float32Array.of(1, 2));
  });
});

describe("types of other writers", () => {
  test("F16: normal, subnormal, infinite, not a number", () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x8000, 0x7c00, 0xfc00, 0x7e00);
    expect([...only("F16", [9], bytesOf(bits)).data]).toEqual([
      1,
      -2,
      2 ** -24,
      1023 * 2 ** -24,
      65504,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });
  test("BF16 is the upper half of an f32", () => {
    expect([...only("BF16", [3], bytesOf(Uint16Array.of(0x3f80, 0xc049, 0x7f80))).data]).toEqual([
      1,
      -3.140625,
      Number.POSITIVE_INFINITY,
    ]);
  });
  test("F64 is rounded to f32", () => {
    expect(only("F64", [2], bytesOf(Float64Array.of(0.1, -4))).data).toEqual(Float32Array.of(0.1, -4));
  });
  test("I64 becomes i32", () => {
    expect(only("I64", [2], bytesOf(BigInt64Array.of(-5n, 2147483647n))).data).toEqual(
      Int32Array.of(-5, 2147483647),
    );
  });
  test("BOOL becomes 0 and 1", () => {
    const { data, dtype } = only("BOOL", [2], Uint8Array.of(1, 0));
    expect([dtype, data]).toEqual(["BOOL", Uint8Array.of(1, 0)]);
  });
});

describe("a bad file gets one line", () => {
  const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, end],
  });
  const longHeader = new Uint8Array(16);
  new DataView(longHeader.buffer).setBigUint64(0, 100_000_001n, true);
  const good = encodeSafetensors(new Map([["w", { shape: [4], data: new Float32Array(4) }]]));

  test.each<[string, Uint8Array, string]>([
    [
      "empty",
      new Uint8Array(0),
      "not a safetensors file: it has 0 bytes, and the length of the header takes 8",
    ],
    [
      "header too long",
      longHeader,
      "not a safetensors file: its first 8 bytes say that the header has 100000001 bytes; at most 100000000 are allowed",
    ],
    [
      "cut in the header",
      good.subarray(0, 30),
      "cut short, or not a safetensors file: the header should have 56 bytes, only 22 are there",
    ],
    [
      "cut in the data",
      good.subarray(0, good.length - 5),
      "cut short: w ends at byte 16 of the data, but there are only 11 of them",
    ],
    [
      "not UTF-8",
      (() => {
        const b = file("{}  ");
        b[9] = 0xff;
        return b;
      })(),
      "not a safetensors file: its header is not UTF-8 text",
    ],
    ["a list", file([]), "the header is not a JSON object"],
    [
      "a name twice",
      file(
        '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      ),
      "the header lists a twice",
    ],
    ["metadata that is no map", file({ __metadata__: 3 }), "__metadata__ is not a map of strings"],
    [
      "metadata that is no string",
      file({ __metadata__: { epoch: 3 } }),
      "__metadata__ has 3 for epoch, expected a string",
    ],
    ["no entry", file({ w: 3 }), "the header has no dtype, shape and data_offsets for w"],
    [
      "unknown type",
      file({ w: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, 1),
      'w has the dtype "F8_E4M3"; F64, I64, F32, I32, F16, BF16, U8, BOOL can be read',
    ],
    [
      "a type named like a method",
      file({ w: { dtype: "toString", shape: [1], data_offsets: [0, 1] } }, 1),
      'w has the dtype "toString"; F64, I64, F32, I32, F16, BF16, U8, BOOL can be read',
    ],
    [
      "negative shape",
      file({ w: f32(0, 8, [-2]) }, 8),
      "w has the shape [-2], expected a list of whole numbers",
    ],
    [
      "offsets turned round",
      file({ w: f32(8, 0, [2]) }, 8),
      "w has the data_offsets [8,0], expected [begin, end]",
    ],
    [
      "size against shape",
      file({ w: f32(0, 8, [3, 1]) }, 8),
      "w (F32, 3×1) takes 12 bytes, its data_offsets give it 8",
    ],
    [
      "single number of the wrong size",
      file({ w: f32(0, 8, []) }, 8),
      "w (F32, a single number) takes 4 bytes, its data_offsets give it 8",
    ],
    [
      "overlap",
      file({ a: f32(0, 8), b: f32(4, 12) }, 12),
      "a and b overlap: b begins at byte 4, a ends at 8",
    ],
    ["gap", file({ a: f32(0, 8), b: f32(12, 16) }, 16), "the 4 bytes before b belong to no tensor"],
    ["rest", file({ a: f32(0, 8) }, 10), "the last 2 bytes belong to no tensor"],
    [
      "large I64",
      file({ n: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, bytesOf(BigInt64Array.of(1n << 40n))),
      "n holds 1099511627776, which does not fit into 32 bits",
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(new SafetensorsError(`w.safetensors: ${message}`));
  });

  test("a name that occurs inside an entry is no repetition", () => {
    expect(decode(file({ __metadata__: { shape: '"a":' }, shape: f32(0, 4) }, 4)).tensors.size).toBe(1);
  });

  test("invalid JSON: the parser's words, which differ between engines, follow ours", () => {
    expect(() => decode(file('{"w":'))).toThrow(/^w\.safetensors: the header is not valid JSON: .+$/);
  });
});

describe("what cannot be written", () => {
  test("length against shape", () => {
    const tensors = new Map([["w", { shape: [2, 3], data: new Float32Array(5) }]]);
    expect(() => encodeSafetensors(tensors)).toThrow(
      new SafetensorsError("encodeSafetensors: w of shape 2×3 takes 6 values, got 5"),
    );
  });
  test("the reserved name", () => {
    const tensors = new Map([["__metadata__", { shape: [1], data: new Float32Array(1) }]]);
    expect(() => encodeSafetensors(tensors)).toThrow(
      new SafetensorsError("encodeSafetensors: the name __metadata__ belongs to the format"),
    );
  });
});
