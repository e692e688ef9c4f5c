import { describe, expect, test } from "vitest";
import { type Batch, batches, type Dataset, type Draw, type StreamedDataset } from "../../src/data/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import { sgd } from "../../src/optim/index.js";
import { tensor } from "../../src/tensor/creation.js";
import { evaluate } from "../../src/training/evaluate.js";
import { type FitOptions, fit } from "../../src/training/fit.js";
import { pixelsFor } from "../../src/training/pixels.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";
import { patterns } from "./patterns.js";

/** The same pictures, read when they are needed; notes what it was asked for. */
function streamed({ images, labels, ...rest }: Dataset) {
  const asked: (Draw | undefined)[] = [];
  const size = images.length / rest.length;
  const dataset: StreamedDataset = {
    ...rest,
    labels: Uint16Array.from(labels),
    async read(indices, draw) {
      asked.push(draw);
      const chosen = new Uint8Array(indices.length * size);
      indices.forEach((index, i) => {
        chosen.set(images.subarray(index * size, (index + 1) * size), i * size);
      });
      return chosen;
    },
  };
  return { dataset, asked };
}

const net = () => nn.sequential("net", nn.flatten(), nn.dense(16), nn.relu(), nn.dense(4));

async function trained(dataset: Dataset | StreamedDataset, options: Partial<FitOptions> = {}) {
  const model = net();
  let loss = 0;
  const optimizer = sgd({ lr: 0.1 });
  for await (const event of fit(model, dataset, {
    loss: crossEntropy(),
    optimizer,
    epochs: 2,
    batchSize: 32,
    seed: 5,
    ...options,
  }))
    if (event.kind === "epoch") loss = event.loss;
  return { model, loss, weights: await copyOf(variablesOf(model)) };
}

const data = patterns(128);

describe("a data set that is read when it is needed", () => {
  test("trains to the same bits as one in memory, with a share for validation", async () => {
    const { dataset, asked } = streamed(data);
    const [there, read] = [
      await trained(data, { validation: 0.25 }),
      await trained(dataset, { validation: 0.25 }),
    ];
    expect(read.weights).toEqual(there.weights);
    expect(await evaluate(read.model, dataset)).toEqual(await evaluate(there.model, data));
    // Training draws views, validation and evaluation show pictures as they are.
    expect(asked.filter((draw) => draw !== undefined)).toEqual([
      ...new Array(3).fill({ seed: 5, epoch: 0 }),
      ...new Array(3).fill({ seed: 5, epoch: 1 }),
    ]);
    expect(asked.filter((draw) => draw === undefined).length).toBeGreaterThan(2);
  });
});

describe("mixup", () => {
  test("learns, the same way for the same seed", async () => {
    const [a, b] = [
      await trained(data, { mixup: { alpha: 1 } }),
      await trained(data, { mixup: { alpha: 1 } }),
    ];
    expect(a.weights).toEqual(b.weights);
    const plain = await trained(data);
    expect(a.weights).not.toEqual(plain.weights);
    const before = await evaluate(net(), data);
    expect((await evaluate(a.model, data)).loss).toBeLessThan(before.loss);
  });

  test("the loss is that of both classes, in their proportion", async () => {
    const shown = batches(data, { batchSize: 128, shuffle: { seed: 5, epoch: 0 }, mixup: { alpha: 1 } });
    const batch = (await shown.next()).value as Batch;
    const model = net();
    let first = Number.NaN;
    for await (const event of fit(model, data, {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 1e-9 }),
      epochs: 1,
      batchSize: 128,
      seed: 5,
      mixup: { alpha: 1 },
    }))
      if (event.kind === "step") first = event.loss;
    const { labels, share } = batch.mixed!;
    const of = async (classes: Int32Array) => {
      const output = model(pixelsFor(model, tensor(batch.images, [128, ...data.shape])));
      return crossEntropy()(output, tensor(classes)).item();
    };
    expect(first).toBeCloseTo(share * (await of(batch.labels)) + (1 - share) * (await of(labels)), 4);
  });
});
