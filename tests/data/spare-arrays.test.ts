import { expect, test } from "vitest";
import { picturesByFields } from "../../src/data/labelled-pictures.js";
import { SpareArrays } from "../../src/data/spare-arrays.js";
import { data, fit, losses, nn, optim } from "../../src/index.js";
import { patterns } from "../training/patterns.js";

test("an array that is given back is taken again, by whoever wants one of its kind and length", () => {
  const spare = new SpareArrays();
  const [bytes, floats] = [spare.take(Uint8Array, 4), spare.take(Float32Array, 4)];
  spare.give(bytes);
  spare.give(floats);
  expect(spare.take(Float32Array, 4)).toBe(floats);
  expect(spare.take(Uint8Array, 5)).toHaveLength(5);
  expect(spare.take(Uint8Array, 4)).toBe(bytes);
  expect(spare.take(Uint8Array, 4)).not.toBe(bytes);
});

const set = patterns(6);
const places = Int32Array.of(4, 1, 3);
const draw = { seed: 3, epoch: 2 };
const library = data.compose(data.randomFlip(), data.randomAffine({ rotation: 20, shift: 1 }));

test.each([
  ["as they are", {}],
  ["changed", { augment: library }],
  ["mixed", { mixup: { alpha: 1 } }],
  ["changed by a step of the caller's", { augment: (images: Float32Array) => void images.fill(7, 0, 9) }],
])("pictures %s are the same in arrays that held others", async (_, changes) => {
  const spare = new SpareArrays();
  const [fresh, again] = [picturesByFields(set, changes), picturesByFields(set, { ...changes, spare })];
  const expected = await fresh.at(places, draw);
  const before = (await again.at(Int32Array.of(0, 5, 2), draw)).images as Float32Array;
  spare.give(before);
  expect(await again.at(places, draw)).toEqual(expected);
});

test("fit gives a step of the caller's arrays of its own, which may be kept", {
  timeout: 60_000,
}, async () => {
  const kept: Float32Array[] = [];
  const copies: Float32Array[] = [];
  const augment = (images: Float32Array) => {
    kept.push(images);
    copies.push(images.slice());
  };
  const model = nn.sequential(nn.flatten(), nn.dense(4));
  const options = { epochs: 3, batchSize: 2, loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.1 }) };
  for await (const _ of fit(model, set, { ...options, augment }));
  expect(kept).toHaveLength(9);
  expect(kept).toEqual(copies);
  expect(new Set(kept.map(({ buffer }) => buffer)).size).toBe(9);
});
