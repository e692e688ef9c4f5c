/** A checkpoint whose settings are none is refused in one line before anything is made of them. */
import { expect, test } from "vitest";
import { settingsOf } from "../../src/recipes/settings.js";
import { encodeCheckpoint } from "../../src/training/checkpoint.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { WeightsError } from "../../src/training/weights-checks.js";

const checkpoint = (settings: object) =>
  decodeCheckpoint(
    encodeCheckpoint({
      model: { type: "sequential", name: "m", options: { layers: [] } },
      input: [28, 28, 1],
      weights: new Map([["d.bias", { shape: [1], data: new Float32Array(1) }]]),
      data: { name: "digits", classes: ["a", "b"] },
      notes: { settings },
    }),
    "x.safetensors",
  );

test("whole, they are read", () => {
  const settings = { optimizer: "adam", lr: 0.01, schedule: "cosine", augment: "crop,flip", validation: 0.1 };
  expect(settingsOf(checkpoint(settings))).toEqual(settings);
});

test.each<[object, string]>([
  [
    { optimizer: "toString" },
    'notes.settings.optimizer is "toString", expected one of sgd, adam, adamW, adagrad, rmsprop, adadelta',
  ],
  [
    { schedule: "never" },
    'notes.settings.schedule is "never", expected one of constant, step, cosine, one-cycle, plateau',
  ],
  [{ batchSize: 0 }, "notes.settings.batchSize is 0, expected a whole number of at least 1"],
  [{ validation: 1 }, "notes.settings.validation is 1, expected a number from 0 to below 1"],
  [
    { augment: "crop,x" },
    'notes.settings.augment is "crop,x", expected names of augmentations, true or false',
  ],
  [{ lr: -1 }, "its optimizer cannot be made: sgd: lr is -1, expected a number of at least 0"],
])("%j", (settings, message) => {
  expect(() => settingsOf(checkpoint(settings))).toThrow(
    new WeightsError(`x.safetensors: the checkpoint is damaged: ${message}`),
  );
});
