import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { memorySource } from "../../src/formats/byte-source.js";
import { OnnxError, openOnnxWeights } from "../../src/formats/onnx-weights.js";
import { WireError } from "../../src/formats/protobuf-wire.js";

const bytes = new Uint8Array(await readFile(join(import.meta.dirname, "golden", "weights.onnx")));
const open = (file: Uint8Array<ArrayBuffer>) => openOnnxWeights(memorySource("w.onnx", file));

test("the initialisers of a graph, raw and listed", async () => {
  const all: { [name: string]: unknown } = {};
  for (const [name, { shape, dtype, read }] of (await open(bytes)).arrays)
    all[name] = [dtype, shape, [...(await read())]];
  expect(all).toEqual({
    raw: ["F32", [2, 3], [0, 1, 2, 3, 4, 5]],
    half: ["F16", [2], [0.5, -2]],
    listed: ["F32", [2], [0.25, -8]],
    "listed half": ["F16", [2], [1.5, -3]],
    shape: ["I64", [2], [-1, 12]],
  });
});

test("a bad file gets one line", async () => {
  await expect(open(new Uint8Array(0))).rejects.toThrow(
    new OnnxError("w.onnx: no ONNX model with weights: it has no initialisers"),
  );
  await expect(open(bytes.slice(0, 100))).rejects.toThrow(
    new WireError("w.onnx: damaged, or cut short: its fields do not add up"),
  );
  // dims 2 and 3 of "raw", the first initialiser, become 2 and 5
  const at = bytes.findIndex(
    (byte, i) => byte === 0x08 && bytes[i + 1] === 2 && bytes[i + 2] === 0x08 && bytes[i + 3] === 3,
  );
  const lying = bytes.slice();
  lying[at + 3] = 5;
  await expect(open(lying)).rejects.toThrow(
    new OnnxError("w.onnx: raw (F32, 2×5) takes 40 bytes, 24 are there"),
  );
});
