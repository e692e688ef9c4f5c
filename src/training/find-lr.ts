import type { Examples } from "../data/examples.js";
import type { ExampleStream } from "../data/stream.js";
import { optionsOf } from "../door/options.js";
import {
  positive as above0,
  signal as aSignal,
  callback,
  fromOneOn,
  oneOf,
  required,
  wholeNumber,
  wholeOfAtLeast,
} from "../door/rules.js";
import { said } from "../door/said.js";
import type { Optimizer } from "../optim/index.js";
import { anOptimizer } from "../optim/optimizer.js";
import { Turns } from "../platform/turns.js";
import { printedAs } from "../tensor/printing.js";
import { buildFor } from "./building.js";
import type { FitOptions } from "./fit-options.js";
import { aLoss, anObjective, checkModel } from "./given.js";
import { checkObjective } from "./missing-objective.js";
import type { Trainable } from "./objective.js";
import { rehearseTraining } from "./rehearsal.js";
import { trainingStep } from "./step.js";
import { objectiveOf } from "./target.js";
import {
  byFields,
  checkTrainable,
  epochBatches,
  isPictures,
  nounOf,
  type TrainingSource,
} from "./training-data.js";
import { copyOf, variablesOf } from "./weights.js";
import { setVariables } from "./weights-checks.js";

/** The range of learning rates that {@link findLearningRate} goes through, and how. */
export interface FindLearningRateOptions extends Pick<FitOptions, "loss" | "target" | "objective"> {
  optimizer: Optimizer;
  batchSize?: number;
  /** The first and the last learning rate; 1e-6 and 10 if left out. */
  from?: number;
  to?: number;
  /** Steps of training between them; 100 if left out. */
  steps?: number;
  seed?: number;
  /** Ends after the step at hand: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Is told after each step. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** Loss over learning rate, and what one reads from it. */
export interface LearningRateCurve {
  /** Step by step; the last one may be where the loss has become far too large. */
  points: { lr: number; loss: number; smoothed: number }[];
  /** Where the smoothed loss falls fastest; null where it never falls. */
  suggestion: number | null;
  /** Where the smoothed loss is lowest. */
  lowest: number;
  /** Where the loss became four times its lowest, or no number; null if it never did. */
  diverged: number | null;
}

/**
 * Learning-rate range test: trains for some steps, in which the learning rate rises by equal factors, and looks where
 * the loss falls fastest. The loss is smoothed by an exponential mean over some ten steps. The model has its weights
 * and running statistics again afterwards.
 *
 * @throws RangeError where the rates do not rise or the steps are fewer than 10
 * Smith: Cyclical Learning Rates for Training Neural Networks, WACV 2017, arXiv:1506.01186, section 3.3.
 */
export async function findLearningRate(
  model: Trainable,
  dataset: TrainingSource,
  options: FindLearningRateOptions,
): Promise<LearningRateCurve> {
  checkModel("findLearningRate", model);
  await checkObjective("findLearningRate", dataset, options);
  optionsOf("findLearningRate", options, {
    loss: options?.objective === undefined ? required(aLoss) : aLoss,
    target: oneOf("class", "picture"),
    objective: anObjective,
    optimizer: required(anOptimizer),
    batchSize: fromOneOn,
    from: 1,
    to: 1,
    steps: wholeOfAtLeast(10),
    seed: wholeNumber,
    signal: aSignal,
    onProgress: callback,
  });
  const { from = 1e-6, to = 10, steps = 100, seed = 0, batchSize = 128, signal, onProgress } = options;
  if (!(above0.holds(from) && to > from && Number.isFinite(to)))
    throw new RangeError(
      `findLearningRate: the rates go from ${said(from)} to ${said(to)}, expected 0 < from < to`,
    );
  const objective = objectiveOf(options);
  checkTrainable("findLearningRate", dataset, objective);
  const data = byFields(dataset);
  buildFor("findLearningRate", model, objective, data, { seed });
  const { name, length, fields } = data;
  const size = Math.min(batchSize, length);
  const classes = isPictures(dataset) ? dataset.classes.length : undefined;
  rehearseTraining(
    "findLearningRate",
    { model, objective },
    { name, fields, length, noun: nounOf(dataset), classes },
    [size],
  );
  const before = await copyOf(variablesOf(model));
  const step = trainingStep(model, { objective, optimizer: options.optimizer, fields });
  const points: LearningRateCurve["points"] = [];
  let [mean, lowest] = [0, Number.POSITIVE_INFINITY];
  const turns = new Turns();
  let diverged: number | null = null;
  try {
    for await (const batch of endless(data, size, seed)) {
      signal?.throwIfAborted();
      const i = points.length;
      const lr = from * (to / from) ** (i / (steps - 1));
      const { loss } = await step(batch, { lr, step: i, seed });
      mean = memory * mean + (1 - memory) * loss;
      const smoothed = mean / (1 - memory ** (i + 1));
      if (!(smoothed <= farTooLarge * lowest)) {
        diverged = lr;
        if (Number.isFinite(smoothed)) points.push({ lr, loss, smoothed });
        break;
      }
      lowest = Math.min(lowest, smoothed);
      points.push({ lr, loss, smoothed });
      onProgress?.({ done: points.length, count: steps });
      if (points.length === steps) break;
      await turns.give();
    }
  } finally {
    setVariables(variablesOf(model), before, { owner: model.name });
  }
  const { suggestion, lowest: best } = readingOf(points);
  return printedAs(
    { points, suggestion, lowest: best, diverged },
    () =>
      `learning rates ${from} to ${to} in ${points.length} steps: ${suggestion === null ? "no suggestion" : `suggestion ${rounded(suggestion)}`}, lowest loss at ${rounded(best)}, ${diverged === null ? "never" : `from ${rounded(diverged)} on`} diverged`,
  );
}

const rounded = (rate: number): string => String(Number(rate.toPrecision(3)));

/** Share of the past in the smoothed loss. */
const memory = 0.9;
/** Times the lowest smoothed loss: nothing is learned from there on. */
const farTooLarge = 4;

/** Epoch after epoch, in batches of one size: the losses of smaller ones would stand out of the curve. */
async function* endless(data: Examples | ExampleStream, batchSize: number, seed: number) {
  for (let epoch = 0; ; epoch++)
    yield* epochBatches(data, { batchSize, draw: { seed, epoch }, dropLast: true });
}

/** What a curve says. Slopes are those of straight lines through five points each, over the logarithm of the rate. */
export function readingOf(points: LearningRateCurve["points"]): {
  suggestion: number | null;
  lowest: number;
} {
  const valley = points.reduce((best, { smoothed }, i) => (smoothed < points[best].smoothed ? i : best), 0);
  let [steepest, suggestion]: [number, number | null] = [0, null];
  for (let i = 2; i + 2 < points.length && i <= valley; i++) {
    const slope = [-2, -1, 1, 2].reduce((sum, k) => sum + k * points[i + k].smoothed, 0);
    if (slope < steepest) [steepest, suggestion] = [slope, points[i].lr];
  }
  return { suggestion, lowest: points[valley]?.lr ?? Number.NaN };
}
