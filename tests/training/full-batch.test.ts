import { expect, test } from "vitest";
import { crossEntropy, l2Penalty, regularised } from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import { evaluate } from "../../src/training/evaluate.js";
import { fitFullBatch } from "../../src/training/full-batch.js";
import { patterns } from "./patterns.js";

const data = patterns(80);
const loss = regularised(crossEntropy(), l2Penalty(0.01));

test("trains on all pictures at once, to where the slope ends", async () => {
  const model = nn.sequential("net", nn.flatten(), nn.dense(8), nn.tanh(), nn.dense(4));
  const values: number[] = [];
  for await (const { value } of fitFullBatch(model, data, { loss, seed: 2, iterations: 60 }))
    values.push(value);
  values.slice(1).forEach((value, i) => {
    expect(value).toBeLessThanOrEqual(values[i]);
  });
  expect(values.at(-1)).toBeLessThan(0.3 * values[0]);
  expect((await evaluate(model, patterns(40, { seed: 9 }))).accuracy).toBeGreaterThan(0.9);
});

test("a model that draws random numbers is refused, and so is a data set without pictures", async () => {
  const model = nn.sequential("net", nn.flatten(), nn.dropout(0.5), nn.dense(4));
  await expect(fitFullBatch(model, data, { loss }).next()).rejects.toThrow(
    new TypeError("dropout1: draws random numbers: call the model with { training: true, seed }"),
  );
  await expect(fitFullBatch(model, { ...data, length: 0 }, { loss }).next()).rejects.toThrow(
    new RangeError("fitFullBatch: patterns has no pictures to train on"),
  );
});
