/** Every format that a user's file can have, for the fuzz: whole files, readers, and the errors that may come. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cifar10Entry } from "../../src/data/cifar.js";
import { loadCifar } from "../../src/data/cifar-files.js";
import { cifarFiles } from "../../src/data/cifar-layouts.js";
import { DataError } from "../../src/data/dataset.js";
import { decodeHogClassifier, encodeHogClassifier } from "../../src/features/hog-classifier-file.js";
import { FeatureError } from "../../src/features/raster.js";
import type { ArrayFile } from "../../src/formats/array-file.js";
import { memorySource } from "../../src/formats/byte-source.js";
import { IdxError, readIdx, writeIdx } from "../../src/formats/idx.js";
import { decodeNpy, encodeNpy, NpyError } from "../../src/formats/npy.js";
import { OnnxError } from "../../src/formats/onnx-weights.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import { PickleError } from "../../src/formats/pickle.js";
import { WireError } from "../../src/formats/protobuf-wire.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsArray,
  SafetensorsError,
} from "../../src/formats/safetensors.js";
import { readTar, TarError } from "../../src/formats/tar.js";
import { TorchError } from "../../src/formats/torch.js";
import { readZip, ZipError } from "../../src/formats/zip.js";
import { decodePicture } from "../../src/images/decode.js";
import { PictureError } from "../../src/images/picture-error.js";
import { loadWeights } from "../../src/models/load-weights.js";
import * as nn from "../../src/nn/index.js";
import type { RandomStream } from "../../src/random/threefry.js";
import { settingsOf } from "../../src/recipes/settings.js";
import { modelOf } from "../../src/training/checkpoint.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";
import { WeightsError } from "../../src/training/weights-checks.js";
import { type Bytes, joined, safetensorsOf, text, zipOf } from "../checks/file-writers.js";
import { mutated } from "../checks/mutations.js";
import {
  strangeBatch,
  strangeJsonText,
  strangeOnnx,
  strangePng,
  strangeTorchLegacy,
  strangeTorchZip,
  strangeZip,
} from "../checks/strange-files.js";
import type { Subject } from "./fuzzing.js";

const golden = (name: string): Bytes =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "golden", name)));
const picture = (name: string) => readFileSync(join(import.meta.dirname, "../images/golden/formats", name));

/** Of all arrays: their numbers are as many as their shapes say. */
async function readAll({ arrays }: ArrayFile): Promise<void> {
  for (const [name, { shape, read }] of arrays) {
    const [expected, { length }] = [shape.reduce((product, size) => product * size, 1), await read()];
    if (length !== expected) throw new Error(`${name} has ${length} numbers, expected ${expected}`);
  }
}
const opened = (bytes: Bytes) => openArrays(memorySource("x", bytes));
const arrays = async (bytes: Bytes) => readAll(await opened(bytes));
/** What a file is, its first bytes say: mutated ones may be of another format. */
const arrayErrors = [SafetensorsError, TorchError, ZipError, PickleError, OnnxError, WireError];

const entries = {
  "conv1.filters": { shape: [3, 3, 1, 4], data: new Float32Array(36) },
  labels: { shape: [5], data: new Uint8Array(5) },
  step: { shape: [], data: Int32Array.of(3) },
} satisfies Record<string, SafetensorsArray>;
const safetensors = encodeSafetensors(new Map(Object.entries(entries)), { format: "pt" });

/** Header and numbers of a safetensors file, the header with something else in one place. */
function strangeSafetensors(random: RandomStream, original: Bytes): Bytes {
  const length = new DataView(original.buffer, original.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(original.subarray(8, 8 + length)));
  return safetensorsOf(strangeJsonText(random, header), original.slice(8 + length));
}

const model = () =>
  nn.sequential(
    "small",
    nn.conv2d({ filters: 2, kernel: 3, padding: "same" }),
    nn.batchNorm(),
    nn.relu(),
    nn.residual([nn.conv2d({ filters: 2, kernel: 1 }), nn.dropout(0.5)]),
    nn.branches([nn.sequential(nn.maxPool2d(2)), nn.sequential(nn.avgPool2d(2))]),
    nn.flatten(),
    nn.dense(3),
  );
const built = () => {
  const small = model();
  small.build([6, 6, 1], { seed: 1 });
  return small;
};
const weights = await copyOf(variablesOf(built()));

const parts = {
  model: built().describe(),
  input: [6, 6, 1],
  data: { name: "digits", classes: ["a", "b", "c"] },
  notes: {
    settings: {
      ...{ model: "lenet5", data: "digits", optimizer: "sgd", schedule: "step", augment: "crop,flip" },
      ...{
        epochs: 3,
        batchSize: 4,
        warmUp: 0,
        patience: 2,
        limit: 40,
        seed: 1,
        keepBest: true,
        dropLast: false,
      },
      ...{ lr: 0.1, momentum: 0.9, weightDecay: 0.1, clipNorm: 1, labelSmoothing: 0.1, validation: 0.1 },
    },
  },
  training: {
    ...{ seed: 1, batchSize: 4, images: 4, epoch: 1, step: 1, totalSteps: 1, seconds: 1, shown: 4 },
    optimizer: { name: "sgd", options: { lr: 0.1, momentum: 0.9 } },
    sums: { loss: 1, correct: 1, images: 4 },
    best: { epoch: 1, loss: 1, accuracy: 0.5 },
    patience: { lowest: null, waited: 0 },
    epochs: [{ epoch: 1, loss: 2, accuracy: 0.5, validation: { loss: 1, accuracy: 0.25 } }],
  },
};
const losses: SafetensorsArray = { shape: [1], data: new Float32Array(1) };
function checkpoint(change?: { part: keyof typeof parts; text: string }): Bytes {
  const texts = Object.entries(parts).map(([part, value]): [string, string] => [part, JSON.stringify(value)]);
  return encodeSafetensors(new Map([...weights, ["training/losses", losses]]), {
    format: "receptive checkpoint 1",
    ...Object.fromEntries(texts),
    ...(change && { [change.part]: change.text }),
  });
}

const hogSettings = {
  input: [16, 16, 1],
  classes: ["a", "b"],
  hog: { cell: 8, bins: 9, block: 2, norm: "l2" },
};
const hogClassifier = encodeHogClassifier({
  ...{ input: [16, 16, 1] as const, classes: ["a", "b"] },
  hog: { cell: 8, bins: 9, block: 2, norm: "l2" },
  linear: { length: 36, classes: 2, weights: new Float32Array(72), bias: new Float32Array(2) },
});
const hogArrays = new Map([
  ["weights", { shape: [36, 2], data: new Float32Array(72) }],
  ["bias", { shape: [2], data: new Float32Array(2) }],
]);

const idx = writeIdx({ shape: [2, 4, 4], values: new Uint8Array(32).map((_, i) => i) });
const record = joined(Uint8Array.of(3), new Uint8Array(3072));

/** An archive of files as tar writes it; ustar. */
export function tarOf(files: { readonly [path: string]: Uint8Array }): Bytes {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const header = new Uint8Array(512);
    header.set(text(path), 0);
    header.set(text(`${content.length.toString(8).padStart(11, "0")}\0`), 124);
    header[156] = 0x30;
    header.set(text("ustar\0"), 257);
    return [header, content, new Uint8Array((512 - (content.length % 512)) % 512)];
  });
  return joined(...blocks, new Uint8Array(1024));
}
const tar = tarOf({ "a/one": text("1"), "a/two": new Uint8Array(700) });
const cifarTar = tarOf({
  "cifar-10-batches-bin/data_batch_1.bin": record,
  "cifar-10-batches-bin/test_batch.bin": record,
});

const packed = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes, { level: 1 }));

const pictures = (...names: string[]): Subject => ({
  originals: names.map(picture),
  // As it would be for a machine of little memory: sizes are what mutations hit gladly.
  read: async (bytes) => {
    const { width, height, channels, pixels } = await decodePicture(bytes, "x", { mostPixels: 2 ** 22 });
    if (pixels.length !== width * height * channels) throw new Error(`${pixels.length} numbers`);
  },
  errors: [PictureError],
});

/**
 * @param folder  for the formats that are read from a folder only; the cache lies in it, as XDG_CACHE_HOME says
 */
export function fuzzSubjects(folder: string): { readonly [format: string]: Subject } {
  const data = join(folder, "cifar10");
  const cache = join(folder, "receptive", "cifar10");
  for (const path of [data, cache]) mkdirSync(path, { recursive: true });
  writeFileSync(join(data, "test_batch.bin"), record);
  const batch = (name: string) => async (bytes: Bytes) => {
    writeFileSync(join(data, name), bytes);
    const { train } = await loadCifar(cifar10Entry, { directory: data });
    if (train.images.length !== train.length * 3072) throw new Error(`${train.images.length} numbers`);
  };
  const archive = join(cache, cifarFiles.cifar10.archive.file);
  return {
    safetensors: {
      originals: [safetensors],
      read: arrays,
      errors: arrayErrors,
      strange: (random) => strangeSafetensors(random, safetensors),
    },
    "safetensors, whole": {
      originals: [safetensors],
      read: async (bytes) => decodeSafetensors(bytes, "x"),
      errors: [SafetensorsError],
      strange: (random) => strangeSafetensors(random, safetensors),
    },
    "weights for a model": {
      originals: [encodeSafetensors(weights, {})],
      read: async (bytes) => loadWeights(built(), await opened(bytes)),
      errors: [...arrayErrors, WeightsError],
      strange: (random) => strangeSafetensors(random, encodeSafetensors(weights, {})),
      file: /^x(: | does not fit small; )/,
    },
    checkpoint: {
      originals: [checkpoint()],
      read: async (bytes) => {
        const read = decodeCheckpoint(bytes, "x");
        settingsOf(read);
        modelOf(read);
      },
      errors: [SafetensorsError, WeightsError],
      strange: (random) => {
        const names = Object.keys(parts) as (keyof typeof parts)[];
        const part = names[Math.max(0, random.integer(names.length + 4) - 4)];
        return checkpoint({ part, text: strangeJsonText(random, parts[part]) });
      },
    },
    "HOG classifier": {
      originals: [hogClassifier],
      read: async (bytes) => decodeHogClassifier(bytes, "x"),
      errors: [SafetensorsError, FeatureError],
      strange: (random) =>
        encodeSafetensors(hogArrays, {
          kind: "receptive hog classifier",
          settings: strangeJsonText(random, hogSettings),
        }),
    },
    pth: {
      originals: ["weights.pth", "checkpoint.pth", "others/history.pth"].map(golden),
      read: arrays,
      errors: arrayErrors,
      strange: strangeTorchZip,
    },
    "pth before version 1.6": {
      originals: [golden("legacy.pth")],
      read: arrays,
      errors: arrayErrors,
      strange: strangeTorchLegacy,
    },
    onnx: {
      originals: [golden("weights.onnx")],
      read: arrays,
      errors: arrayErrors,
      strange: strangeOnnx,
    },
    npy: {
      originals: [
        encodeNpy({ shape: [2, 3], data: new Float32Array(6) }),
        golden("f2.npy"),
        golden("i8.npy"),
      ],
      read: async (bytes) => decodeNpy(bytes, "x"),
      errors: [NpyError],
    },
    idx: {
      originals: [idx],
      read: (bytes) => readIdx("x", bytes, { rank: 3 }),
      errors: [IdxError],
    },
    "idx.gz": {
      originals: [packed(idx)],
      read: (bytes) => readIdx("x", bytes),
      errors: [IdxError],
      strange: (random) => packed(mutated(idx, random).bytes),
    },
    "CIFAR, Python version": {
      originals: [golden("cifar10_python")],
      read: batch("data_batch_1"),
      errors: [DataError, PickleError],
      strange: strangeBatch,
      file: /cifar10\/data_batch_1: /,
    },
    "CIFAR, binary version": {
      originals: [record],
      read: batch("data_batch_1.bin"),
      errors: [DataError, PickleError],
      file: /cifar10\/data_batch_1(\.bin)?: /,
    },
    "CIFAR, archive": {
      originals: [packed(cifarTar)],
      read: async (bytes) => {
        writeFileSync(archive, bytes);
        await loadCifar(cifar10Entry);
      },
      errors: [DataError, PickleError, TarError],
      strange: (random) => packed(mutated(cifarTar, random).bytes),
      file: /cifar-10-b[^:]*: |^cifar10: /,
    },
    zip: {
      originals: [
        zipOf([
          { name: "a", data: text("one") },
          { name: "b", data: new Uint8Array(500), deflate: true },
        ]),
      ],
      read: async (bytes) => {
        for (const entry of (await readZip(memorySource("x", bytes))).values()) await entry.read();
      },
      errors: [ZipError],
      strange: strangeZip,
    },
    tar: {
      originals: [tar],
      read: async (bytes) => readTar(bytes, "x"),
      errors: [TarError],
    },
    png: {
      ...pictures("plain.png", "palette.png", "grey-opacity.png", "adobe.png", "sixteen.png", "turned-6.png"),
      strange: (random) =>
        strangePng(random, picture(["plain.png", "palette.png", "adobe.png"][random.integer(3)])),
    },
    jpeg: pictures("plain.jpg", "progressive.jpg", "cmyk.jpg", "adobe.jpg"),
    webp: pictures("plain.webp", "lossless.webp", "film.webp", "opacity.webp"),
    gif: pictures("plain.gif", "interlaced.gif", "film.gif"),
    bmp: pictures("plain.bmp", "palette.bmp", "one-bit.bmp", "thirty-two.bmp"),
    tiff: pictures(
      "raw.tiff",
      "tiff_lzw.tiff",
      "tiff_adobe_deflate.tiff",
      "packbits.tiff",
      "palette.tiff",
      "float.tiff",
    ),
  };
}
