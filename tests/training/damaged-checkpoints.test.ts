/** Checkpoints whose metadata say something else than they should: one line that names the file and the place. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import { modelOf } from "../../src/training/checkpoint.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { WeightsError } from "../../src/training/weights-checks.js";

const floats = (n: number) => new Float32Array(n);
const model = (...layers: object[]) => ({
  type: "sequential",
  name: "m",
  options: { layers },
});
const flatten = { type: "flatten", name: "f", options: {} };
const dense = { type: "dense", name: "d", options: { units: 2 } };
const weights = {
  "d.weights": { shape: [784, 2], data: floats(1568) },
  "d.bias": { shape: [2], data: floats(2) },
};
const losses = { "training/losses": { shape: [1], data: floats(1) } };
const good = {
  format: "receptive checkpoint 1",
  model: JSON.stringify(model(flatten, dense)),
  input: "[28,28,1]",
  data: '{"name":"d","classes":["a","b"]}',
};
const training = {
  ...{ seed: 1, batchSize: 4, images: 4, epoch: 0, step: 1, totalSteps: 1, seconds: 1, shown: 4, epochs: [] },
  optimizer: { name: "sgd", options: { lr: 0.1 } },
  sums: { loss: 1, correct: 1, images: 4 },
  patience: { lowest: null, waited: 0 },
};

const file = (metadata: object, arrays = {}) =>
  encodeSafetensors(new Map(Object.entries({ ...weights, ...losses, ...arrays })), {
    ...good,
    training: JSON.stringify(training),
    ...metadata,
  });

function opened(bytes: Uint8Array): string {
  try {
    modelOf(decodeCheckpoint(bytes, "x.safetensors"));
    return "accepted";
  } catch (error) {
    expect(error).toBeInstanceOf(WeightsError);
    return (error as Error).message;
  }
}

test("whole, it is accepted", () => {
  expect(opened(file({}))).toBe("accepted");
});

const json = JSON.stringify;
const layers = (...list: object[]) => ({ model: json(model(...list)) });
const inputExpected = "[height, width, channels] of at most 268435456 numbers together";

describe("damaged", () => {
  test.each<[string, object, string]>([
    ["data null", { data: "null" }, "data is null, expected an object"],
    ["data without classes", { data: '{"name":"d"}' }, "data.classes is missing"],
    [
      "a class that is no text",
      { data: '{"name":"d","classes":["a",3]}' },
      "data.classes[1] is 3, expected text",
    ],
    ["input null", { input: "null" }, `input is null, expected ${inputExpected}`],
    ["input text", { input: '"x"' }, `input is "x", expected ${inputExpected}`],
    ["input negative", { input: "[28,-28,1]" }, "input[1] is -28, expected a whole number of at least 1"],
    ["input huge", { input: "[28,28,1e12]" }, `input is [28,28,1000000000000], expected ${inputExpected}`],
    ["input of two", { input: "[28,28]" }, "input[2] is missing"],
    ["training null", { training: "null" }, "training is null, expected an object"],
    ["training empty", { training: "{}" }, "training.seed is missing"],
    [
      "training without epochs",
      { training: json({ ...training, epochs: undefined }) },
      "training.epochs is missing",
    ],
    [
      "an epoch that is none",
      { training: json({ ...training, epochs: [3] }) },
      "training.epochs[0] is 3, expected an object",
    ],
    [
      "optimizer a text",
      { training: json({ ...training, optimizer: "sgd" }) },
      'training.optimizer is "sgd", expected an object',
    ],
    [
      "batch size 0",
      { training: json({ ...training, batchSize: 0 }) },
      "training.batchSize is 0, expected a whole number of at least 1",
    ],
    ["model deep", { model: "[".repeat(30000) + "]".repeat(30000) }, "model is nested more than 200 deep"],
    ["model no JSON", { model: "{" }, "model is not valid JSON: "],
    ["model a list", { model: "[]" }, "model.type is missing"],
    ["a layer null", layers(flatten, null!), "model.options.layers[1] is null, expected an object"],
    [
      "a layer without options",
      layers(flatten, { type: "dense", name: "d" }),
      "model.options.layers[1].options is missing",
    ],
    [
      "a model without layers",
      layers({ type: "sequential", name: "s", options: {} }),
      "model.options.layers[0].options.layers is missing",
    ],
    [
      "units a text",
      layers({ ...dense, options: { units: "2" } }),
      'model.options.layers[0].options.units is "2", expected a whole number of at least 1',
    ],
    ["units missing", layers({ ...dense, options: {} }), "model.options.layers[0].options.units is missing"],
    [
      "a stride of lists",
      layers({ type: "conv2d", name: "c", options: { filters: 1, kernel: 3, stride: [[]] } }),
      "model.options.layers[0].options.stride is a list of 1, expected a number or two",
    ],
    [
      "a padding for lines",
      layers({ type: "conv2d", name: "c", options: { filters: 1, kernel: 3, padding: [1, 2] } }),
      'model.options.layers[0].options.padding is [1,2], expected "same", "valid", a number, or two pairs of numbers',
    ],
    ["notes a number", { notes: "3" }, "notes is 3, expected an object"],
  ])("%s", (_, metadata, message) => {
    expect(opened(file(metadata)).startsWith(`x.safetensors: the checkpoint is damaged: ${message}`)).toBe(
      true,
    );
    if (!message.endsWith(": "))
      expect(opened(file(metadata))).toBe(`x.safetensors: the checkpoint is damaged: ${message}`);
  });

  test("no data at all, no losses, weights that are no floats", () => {
    const { data: _, ...lacking } = good;
    expect(opened(encodeSafetensors(new Map(), lacking))).toBe(
      "x.safetensors: the checkpoint is damaged: data is missing",
    );
    expect(opened(encodeSafetensors(new Map(), { ...good, training: json(training) }))).toBe(
      "x.safetensors: the checkpoint is damaged: it has no training/losses",
    );
    expect(opened(file({}, { "d.bias": { shape: [2], data: Int32Array.of(1, 2) } }))).toBe(
      "x.safetensors: the checkpoint is damaged: d.bias has numbers of type I32, expected floats",
    );
  });
});

describe("of another kind", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "a later version",
      file({ format: "receptive checkpoint 2" }),
      'is a "receptive checkpoint 2", which this version of Receptive does not read (it reads "receptive checkpoint 1")',
    ],
    [
      "no checkpoint",
      file({ format: "pt" }),
      'is no checkpoint of Receptive (its format is "pt", expected "receptive checkpoint 1")',
    ],
    [
      "a layer of the user's own",
      file(layers(flatten, { type: "swish", name: "s", options: { units: "whatever" } }, dense)),
      'fromDescription: there is no layer of type "swish" (s); one of your own is made by fromDescription(description, { swish: (options) => … })',
    ],
    [
      "other weights",
      file(layers(flatten, { ...dense, options: { units: 3 } })),
      "the checkpoint has d.weights as 784×2, m expects 784×3",
    ],
    [
      "layers that do not fit their input",
      file({ input: "[2,2,1]", ...layers({ type: "maxPool2d", name: "p", options: { size: 3 } }) }),
      "m › layer 1 (p): a 3×3 window does not fit into x of 2×2 pixels (x is 1×2×2×1)",
    ],
  ])("%s", (_, bytes, message) => {
    expect(opened(bytes)).toBe(`x.safetensors: ${message}`);
  });
});

test("a checkpoint of 2.5 kB does not take a gigabyte", async () => {
  const bytes = await readFile(join(import.meta.dirname, "one-layer-of-millions.safetensors"));
  const before = process.memoryUsage().arrayBuffers;
  expect(opened(bytes)).toBe(
    "x.safetensors: the checkpoint has conv1.filters as 3×3×1×2, tiny expects 3×3×1×16777217",
  );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
});

describe("what it calls its parts is told on one line, and soon", () => {
  test("a layer's type with a line break in it", () => {
    const message = opened(file(layers({ type: "a\nb", name: "f", options: {} })));
    expect(message).toMatch(/^x\.safetensors: fromDescription: there is no layer of type "a·b" \(f\)[^\n]*$/);
  });
  test("an edge around the picture that nobody could store", () => {
    const conv = { type: "conv2d", name: "c", options: { filters: 1, kernel: 3, padding: 16777217 } };
    expect(opened(file(layers(conv, flatten, dense)))).toBe(
      "x.safetensors: the checkpoint is damaged: model.options.layers[0].options.padding is 16777217, expected a number of at most 65536",
    );
  });
  test("averages of windows of a picture that is 16 million pixels wide", () => {
    const pool = { type: "avgPool2d", name: "p", options: { size: 2 } };
    const begun = process.cpuUsage();
    expect(opened(file({ ...layers(pool, flatten, dense), input: "[6,16777217,1]" }))).toBe(
      "x.safetensors: the checkpoint has d.weights as 784×2, m expects 25165824×2",
    );
    expect(process.cpuUsage(begun).user).toBeLessThan(1e6);
  });
});
