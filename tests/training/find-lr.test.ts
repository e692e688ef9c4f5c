import { describe, expect, test } from "vitest";
import { crossEntropy } from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import { adam, sgd } from "../../src/optim/index.js";
import { type FindLearningRateOptions, findLearningRate, readingOf } from "../../src/training/find-lr.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";
import { patterns, smallNet } from "./patterns.js";

const data = patterns(200);
const find = (more: Partial<FindLearningRateOptions> = {}, model = smallNet()) =>
  findLearningRate(model, data, {
    loss: crossEntropy(),
    optimizer: sgd({ lr: 1, momentum: 0.9 }),
    batchSize: 32,
    steps: 60,
    ...more,
  });

describe("the learning-rate finder", () => {
  test("goes from the first rate to the last by equal factors, and finds where the loss falls", async () => {
    const { points, suggestion, lowest } = await find({ from: 1e-5, to: 1 });
    expect(points).toHaveLength(60);
    expect(points[0].lr).toBeCloseTo(1e-5, 12);
    expect(points[59].lr).toBeCloseTo(1, 9);
    for (let i = 1; i < 60; i++) expect(points[i].lr / points[i - 1].lr).toBeCloseTo(1e5 ** (1 / 59), 6);
    expect(suggestion).toBeGreaterThan(1e-4);
    expect(suggestion).toBeLessThanOrEqual(lowest);
    // What it suggests trains.
    const first = points[0].smoothed;
    expect(points.find(({ lr }) => lr === lowest)!.smoothed).toBeLessThan(0.7 * first);
  });

  test("the model has its weights and running statistics again", async () => {
    const model = smallNet();
    model.build([8, 8, 1], { seed: 4 });
    const before = await copyOf(variablesOf(model));
    await find({ optimizer: adam() }, model);
    expect(await copyOf(variablesOf(model))).toEqual(before);
  });

  test("stops where the loss gets out of hand", async () => {
    const model = nn.sequential(nn.flatten(), nn.dense(64), nn.relu(), nn.dense(4));
    const { diverged, points } = await find({ to: 1e6, optimizer: sgd({ lr: 1 }) }, model);
    expect(points.length).toBeLessThan(60);
    expect(diverged).toBeGreaterThan(0.1);
    expect(points.every(({ smoothed }) => Number.isFinite(smoothed))).toBe(true);
  });

  test("is the same for the same seed", async () => {
    expect(await find({ seed: 3 })).toEqual(await find({ seed: 3 }));
  });

  test.each<[Partial<FindLearningRateOptions>, string]>([
    [{ from: 0 }, "findLearningRate: the rates go from 0 to 10, expected 0 < from < to"],
    [{ from: 1, to: 0.1 }, "findLearningRate: the rates go from 1 to 0.1, expected 0 < from < to"],
    [{ steps: 5 }, "findLearningRate: steps is 5, expected a whole number of at least 10"],
  ])("%j is refused", async (options, message) => {
    await expect(find(options)).rejects.toThrow(new RangeError(message));
  });

  test("a loss that only rises suggests nothing; one that falls, its steepest place", () => {
    const curve = (losses: number[]) =>
      losses.map((smoothed, i) => ({ lr: 10 ** (i - 5), loss: smoothed, smoothed }));
    const rising = curve([1, 2, 3, 4, 5, 6]);
    expect(readingOf(rising)).toEqual({ suggestion: null, lowest: rising[0].lr });
    const { suggestion, lowest } = readingOf(curve([10, 10, 10, 10, 9, 4, 1, 0.9, 1, 8]));
    expect(suggestion).toBeCloseTo(1, 9);
    expect(lowest).toBeCloseTo(100, 6);
  });
});
