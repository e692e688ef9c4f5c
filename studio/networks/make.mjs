/**
 * The network that the studio shows until one is trained: LeNet-5 on the drawn digits, as `receptive train` trains it,
 * each weight as one byte with a scale for each unit. `node studio/networks/make.mjs` writes lenet5.safetensors anew.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  checkpointOf,
  data,
  evaluate,
  fit,
  formats,
  losses,
  models,
  optim,
  setModelWeights,
} from "../../dist/index.js";

const { train, test } = await data.digits();
const epochs = 3;
const model = models.lenet5();
model.build(train.shape, { seed: 1 });
const run = fit(model, train, {
  loss: losses.crossEntropy(),
  optimizer: optim.sgd({ lr: 0.05, momentum: 0.9 }),
  epochs,
  batchSize: 128,
  seed: 1,
});
for await (const _ of run);
const full = await evaluate(model, test, { batchSize: 256 });
const checkpoint = await checkpointOf(model, {
  input: train.shape,
  data: { name: train.name, classes: train.classes },
});
const { arrays, read } = bytesOf(checkpoint.weights);
setModelWeights(model, { ...checkpoint, weights: read });
const kept = await evaluate(model, test, { batchSize: 256 });
console.log(`accuracy ${full.accuracy}, as bytes ${kept.accuracy}`);
const metadata = {
  format: "receptive studio bytes 1",
  model: JSON.stringify(checkpoint.model),
  input: JSON.stringify(checkpoint.input),
  data: JSON.stringify(checkpoint.data),
  step: String(epochs * Math.ceil(train.length / 128)),
};
await writeFile(
  fileURLToPath(new URL("lenet5.safetensors", import.meta.url)),
  formats.encodeSafetensors(arrays, metadata),
);

/** Of each unit, the last axis, the greatest size is 127; a weight w is stored as round(w / scale) + 128. */
function bytesOf(weights) {
  const [arrays, read] = [new Map(), new Map()];
  for (const [path, { shape, data }] of weights) {
    const units = shape.at(-1);
    if (shape.length === 1) {
      arrays.set(path, { shape, data });
      read.set(path, { shape, data });
      continue;
    }
    const scales = new Float32Array(units);
    data.forEach((value, i) => {
      scales[i % units] = Math.max(scales[i % units], Math.abs(value) / 127);
    });
    const bytes = Uint8Array.from(data, (value, i) => Math.round(value / (scales[i % units] || 1)) + 128);
    arrays.set(path, { shape, data: bytes });
    arrays.set(`${path}/scale`, { shape: [units], data: scales });
    read.set(path, { shape, data: Float32Array.from(bytes, (byte, i) => (byte - 128) * scales[i % units]) });
  }
  return { arrays, read };
}
