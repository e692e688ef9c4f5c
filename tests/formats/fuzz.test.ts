import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ByteSource, memorySource } from "../../src/formats/byte-source.js";
import { decodeNpy, encodeNpy, NpyError } from "../../src/formats/npy.js";
import { OnnxError, openOnnxWeights } from "../../src/formats/onnx-weights.js";
import { PickleError } from "../../src/formats/pickle.js";
import { WireError } from "../../src/formats/protobuf-wire.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  SafetensorsError,
} from "../../src/formats/safetensors.js";
import { openTorch, TorchError } from "../../src/formats/torch.js";
import { ZipError } from "../../src/formats/zip.js";
import { mutations } from "../checks/mutations.js";

const golden = async (name: string) =>
  new Uint8Array(await readFile(join(import.meta.dirname, "golden", name)));

const safetensors = encodeSafetensors(
  new Map([
    ["conv1.filters", { shape: [3, 3, 1, 4], data: new Float32Array(36) }],
    ["labels", { shape: [5], data: new Uint8Array(5) }],
    ["step", { shape: [], data: Int32Array.of(3) }],
  ]),
  { format: "pt" },
);

/** Reads all there is; numbers are as many as the shape says. */
async function readAll(
  open: (source: ByteSource) => ReturnType<typeof openTorch>,
  bytes: Uint8Array<ArrayBuffer>,
) {
  const { arrays } = await open(memorySource("x", bytes));
  for (const [name, { shape, read }] of arrays) {
    const [expected, { length }] = [shape.reduce((product, size) => product * size, 1), await read()];
    if (length !== expected) throw new RangeError(`${name} has ${length} numbers, expected ${expected}`);
  }
}

/** More than this no reader of these small files may ask for. */
const memory = 64 * 2 ** 20;

test.each<
  [
    string,
    Uint8Array<ArrayBuffer>,
    (bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
    (new (message: string) => Error)[],
  ]
>([
  ["safetensors", safetensors, (bytes) => readAll(openSafetensors, bytes), [SafetensorsError]],
  [
    "safetensors, whole",
    safetensors,
    async (bytes) => void decodeSafetensors(bytes, "x"),
    [SafetensorsError],
  ],
  [
    "npy",
    encodeNpy({ shape: [2, 3], data: new Float32Array(6) }),
    async (bytes) => void decodeNpy(bytes, "x"),
    [NpyError],
  ],
  [
    "pth",
    await golden("weights.pth"),
    (bytes) => readAll(openTorch, bytes),
    [TorchError, ZipError, PickleError],
  ],
  [
    "pth before version 1.6",
    await golden("legacy.pth"),
    (bytes) => readAll(openTorch, bytes),
    [TorchError, ZipError, PickleError],
  ],
  ["onnx", await golden("weights.onnx"), (bytes) => readAll(openOnnxWeights, bytes), [OnnxError, WireError]],
])("2,000 mutated files: %s", async (_, original, read, errors) => {
  await read(original);
  const before = process.memoryUsage().arrayBuffers;
  let [refused, most] = [0, 0];
  for (const { bytes, what } of mutations(original, { count: 2000, seed: 7 })) {
    try {
      await read(bytes);
    } catch (error) {
      refused++;
      const { message } = error as Error;
      expect(errors, `${what}: ${error}`).toContain((error as Error).constructor);
      expect(message, what).toMatch(/^x: [^\n]+$/);
      expect(message.length, what).toBeLessThan(1000);
    }
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(refused).toBeGreaterThan(500);
  expect(most).toBeLessThan(memory);
});
