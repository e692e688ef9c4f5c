import { expect, test } from "vitest";
import { part } from "../../src/data/chosen.js";
import { digits } from "../../src/data/index.js";
import { tensor } from "../../src/index.js";
import { autoencoder, objectiveOf } from "../../src/models/index.js";
import { adam } from "../../src/optim/index.js";
import { type FitEvent, fit } from "../../src/training/fit.js";
import { principalComponents, projectionError } from "../../src/training/principal-components.js";
import { evaluateReconstruction, reconstructed } from "../../src/training/reconstruction.js";

test("the autoencoder makes digits again that it has not seen, better than PCA with a code of the same size", async () => {
  const { train, test } = await digits();
  const model = autoencoder({ code: 16 });
  const events: FitEvent[] = [];
  const options = {
    ...objectiveOf("autoencoder"),
    optimizer: adam({ lr: 3e-3 }),
    validation: part(test, 0, 200),
  };
  for await (const event of fit(model, train, {
    ...options,
    epochs: 3,
    batchSize: 64,
    seed: 1,
    keepBest: true,
  }))
    events.push(event);
  const { loss, count } = await evaluateReconstruction(model, test);
  const pca = await projectionError(await principalComponents(train, 16), test);
  expect(count).toBe(test.length);
  expect(loss).toBeLessThan(pca);

  // There are no classes to be read rightly.
  const epochs = events.filter(({ kind }) => kind === "epoch");
  expect(epochs.at(-1)).toEqual({
    kind: "epoch",
    epoch: 3,
    loss: expect.any(Number),
    validation: { loss: expect.any(Number) },
    seconds: expect.any(Number),
  });
  expect(events.at(-1)).toMatchObject({ kind: "done", bestEpoch: 3 });

  // The error is that of the pictures as they come out, but for their rounding to bytes.
  const few = part(test, 0, 50);
  const pixels = await reconstructed(model, tensor(few.images, [50, 28, 28, 1]));
  const squares = pixels.reduce((sum, pixel, i) => sum + ((pixel - few.images[i]) / 255) ** 2, 0);
  expect((await evaluateReconstruction(model, few)).loss).toBeCloseTo(squares / pixels.length, 4);
}, 30_000);
