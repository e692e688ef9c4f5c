/**
 * Small files that once took a machine's memory, or never came to an end: each gets one line, with little time and
 * memory. The budget is 64 MiB and sixteen times the file.
 */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/formats/byte-source.js";
import { readIdx } from "../../src/formats/idx.js";
import { unpickleArrays } from "../../src/formats/numpy-pickle.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import {
  type Bytes,
  bytesField,
  dictionaryOf,
  dictionaryWithin,
  joined,
  laughs,
  little,
  numberField,
  onnxOf,
  pickled,
  repeated,
  safetensorsOf,
  tensorOf,
  text,
  torchLegacy,
  torchZip,
} from "../checks/file-writers.js";

const state = () => dictionaryOf([["a", tensorOf()]]);
const deep = (n: number) => joined(repeated(pickled.mark, n), repeated(pickled.list, n));
const noise = (n: number) => new Uint8Array(n).map((_, k) => (k * 2654435761) >>> 13);
const deepJson = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const budgetOf = (bytes: Uint8Array) => 64 * 2 ** 20 + 16 * bytes.length;
const over = (bytes: Uint8Array, size = bytes) =>
  `more than the ${budgetOf(size)} bytes that reading a file of ${size.length} may take; if that is right, { budget: bytes } allows more`;

async function readAll(bytes: Bytes): Promise<void> {
  const { arrays } = await openArrays(memorySource("x", bytes));
  for (const { read } of arrays.values()) await read();
}

/** What a reader says, in how many seconds, and how far buffers grew meanwhile. */
async function refusal(read: () => Promise<unknown>): Promise<string> {
  const before = process.memoryUsage().arrayBuffers;
  const begun = process.cpuUsage();
  const said = await read().then(
    () => "accepted",
    (error: Error) => `${error.name}: ${error.message}`,
  );
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1e6).toBeLessThan(5);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200e6);
  return said;
}

describe("lists that share their parts are never spelled out", () => {
  const key = (bytes: Uint8Array) => dictionaryOf([["a", tensorOf({ key: bytes })]]);
  test.each<[string, Bytes, string]>([
    ["as a storage's key", torchZip(key(laughs(40))), "TorchError: x: a storage in it is damaged"],
    [
      "as the name of a class",
      torchZip(joined(pickled.proto, laughs(40), pickled.text("x"), pickled.stackGlobal, pickled.stop)),
      "PickleError: x: its pickle is damaged at byte 742",
    ],
    ["as the list of storages", torchLegacy(laughs(40)), "TorchError: x: its list of storages is damaged"],
    [
      "300,000 deep",
      torchZip(key(deep(300_000)), { deflate: true }),
      "TorchError: x: a storage in it is damaged",
    ],
    [
      "as what stands in a state dictionary",
      torchZip(dictionaryOf([["laughs", laughs(40)]])),
      "TorchError: x: holds no dictionary of tensors; save model.state_dict()",
    ],
  ])("%s", async (_, bytes, message) => {
    expect(await refusal(() => readAll(bytes))).toBe(message);
  });

  test("dictionaries that hold themselves", async () => {
    const { dictionary, put, get, mark, setItems, proto, stop } = pickled;
    const self = joined(
      dictionary,
      put(1),
      mark,
      pickled.text("state_dict"),
      get(1),
      pickled.text("a"),
      tensorOf(),
      setItems,
    );
    expect(await refusal(() => readAll(torchZip(joined(proto, self, stop))))).toBe(
      "TorchError: x: holds no dictionary of tensors; save model.state_dict()",
    );
  });

  test("in CIFAR's pickles", async () => {
    const { proto, stop, global, mark, tuple, reduce } = pickled;
    const call = (module: string, name: string, arg: Uint8Array) =>
      joined(proto, global(module, name), mark, arg, tuple, reduce, stop);
    for (const [name, said] of [
      ["numpy.dtype", "an array has no shape and type"],
      ["_codecs.encode", "it has bytes that are no text"],
    ])
      expect(
        await refusal(async () =>
          unpickleArrays(call(name.split(".")[0], name.split(".")[1], laughs(40)), "x"),
        ),
      ).toBe(`PickleError: x: its pickle is damaged: ${said}`);
  });
});

describe("what a file announces is held against its budget first", () => {
  const wide = joined(little(1, 2), little(8, 2), little(9_500_000_000, 8));
  test.each<[string, Bytes, (bytes: Bytes) => string]>([
    [
      "9.5 GB of byteorder",
      torchZip(state(), {
        more: [
          {
            name: "archive/byteorder",
            data: noise(9_500_000),
            says: { method: 8, size: 0xffffffff, extra: wide },
          },
        ],
      }),
      () => 'TorchError: x: its byteorder has 9500000000 bytes, expected "little"',
    ],
    [
      "sixty tensors of one packed storage",
      torchZip(
        dictionaryOf(
          Array.from({ length: 60 }, (_, k) => [
            `a${k}`,
            tensorOf({ length: 25 * 2 ** 20, shape: [2], strides: [1] }),
          ]),
        ),
        { data: new Uint8Array(100 * 2 ** 20), deflate: true },
      ),
      (bytes) => `ZipError: x: archive/data/0, unpacked, takes 104857600 bytes, ${over(bytes)}`,
    ],
    [
      "three thousand views of a whole storage",
      torchZip(
        dictionaryOf(
          Array.from({ length: 3000 }, (_, k) => [
            `a${k}`,
            tensorOf({ length: 2 ** 18, shape: [2 ** 18], strides: [1] }),
          ]),
        ),
        { data: new Uint8Array(2 ** 20) },
      ),
      (bytes) =>
        `TorchError: x: a${Math.floor(budgetOf(bytes) / 2 ** 20)} (262144), with the tensors before it, takes 1048576 bytes, ${over(bytes)}`,
    ],
    [
      "a pickle that makes dictionaries, packed",
      torchZip(joined(pickled.proto, repeated(pickled.dictionary, 2_000_000), pickled.stop), {
        deflate: true,
      }),
      () => "TorchError: x: its pickle makes more and more values, more than the",
    ],
  ])("%s", async (_, bytes, message) => {
    expect((await refusal(() => readAll(bytes))).startsWith(message(bytes))).toBe(true);
  });

  test("packed storages are unpacked once, however many tensors are views of them", async () => {
    const bytes = torchZip(
      dictionaryOf(
        Array.from({ length: 60 }, (_, k) => [
          `a${k}`,
          tensorOf({ length: 2 ** 22, shape: [2], strides: [1] }),
        ]),
      ),
      { data: new Uint8Array(2 ** 24), deflate: true },
    );
    expect(await refusal(() => readAll(bytes))).toBe("accepted");
  });

  test("gzip: 300 MB in 300 kB", async () => {
    const packed = new Uint8Array(gzipSync(new Uint8Array(300 * 2 ** 20), { level: 9 }));
    expect(await refusal(() => readIdx("x", packed))).toBe(
      `IdxError: x: what gzip has packed goes on and on, ${over(packed)}`,
    );
    const small = new Uint8Array(gzipSync(new Uint8Array(5000)));
    await expect(readIdx("x", small, { budget: 4999 })).rejects.toThrow(
      "x: what gzip has packed goes on and on, more than the 4999 bytes that reading a file",
    );
  });

  test("ONNX: a million numbers for one, as varints", async () => {
    const listed = (shape: number) =>
      joined(
        ...[numberField(1, shape), numberField(2, 7), bytesField(8, text("w"))],
        bytesField(7, repeated(Uint8Array.of(1), 1_000_000)),
      );
    expect(await refusal(() => readAll(onnxOf(listed(1))))).toBe(
      "OnnxError: x: w (1) takes 1 values, 1000000 are there",
    );
    expect(await refusal(() => readAll(onnxOf(listed(2 ** 40))))).toBe(
      "OnnxError: x: w (1099511627776) takes 1099511627776 values, 1000000 are there",
    );
  });

  test("ONNX: fields without end", async () => {
    expect(
      await refusal(() => readAll(joined(numberField(1, 8), repeated(numberField(2, 1), 2_000_000)))),
    ).toBe("WireError: x: has more than 1000000 fields");
  });
});

describe("headers of safetensors", () => {
  test.each<[string, Bytes, string]>([
    [
      "metadata 200,000 deep",
      safetensorsOf(`{"__metadata__":{"a":${deepJson(200_000)}}}`),
      "SafetensorsError: x: the header is nested more than 200 deep",
    ],
    [
      "a shape 200,000 deep",
      safetensorsOf(
        `{"x":{"dtype":"F32","shape":${deepJson(200_000)},"data_offsets":[0,4]}}`,
        new Uint8Array(4),
      ),
      "SafetensorsError: x: the header is nested more than 200 deep",
    ],
    [
      "a shape 100 deep",
      safetensorsOf(`{"x":{"dtype":"F32","shape":${deepJson(100)},"data_offsets":[0,4]}}`, new Uint8Array(4)),
      "SafetensorsError: x: x has the shape a list of 1, expected a list of whole numbers",
    ],
    [
      "20 MB of metadata, valid",
      safetensorsOf(`{"__metadata__":{"a":"${"x".repeat(20_000_000)}"}}`),
      "accepted",
    ],
    [
      "20 MB of escapes, valid",
      safetensorsOf(`{"__metadata__":{"a":"${'\\\\\\"'.repeat(5_000_000)}"}}`),
      "accepted",
    ],
    [
      "sides whose product is beyond all numbers, and one that is 0",
      safetensorsOf(`{"x":{"dtype":"F32","shape":[${`${2 ** 53 - 1},`.repeat(40)}0],"data_offsets":[0,0]}}`),
      "accepted",
    ],
  ])("%s", async (_, bytes, message) => {
    expect(await refusal(() => readAll(bytes))).toBe(message);
  });
});

test("dictionaries in dictionaries are not walked through for ever", async () => {
  const { proto, stop, mark, setItems, dictionary, put, get } = pickled;
  const wide = (number: number, inner: Uint8Array) =>
    joined(
      ...[dictionary, put(number), mark],
      ...Array.from({ length: 2000 }, (_, k) => joined(pickled.text(`n${k}`), inner)),
      ...[setItems, pickled.pop],
    );
  const nested = [1, 2, 3, 4].map((n) => wide(n, n === 1 ? pickled.int(1) : get(n - 1)));
  const bytes = torchZip(joined(proto, ...nested, dictionaryWithin([["top", get(4)]]), stop));
  expect(await refusal(() => readAll(bytes))).toBe(
    "TorchError: x: holds no dictionary of tensors; save model.state_dict()",
  );
});
