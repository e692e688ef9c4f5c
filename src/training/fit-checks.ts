/** What `fit` is given, looked at before anything runs. */

import { optionsOf } from "../door/options.js";
import {
  belowOne,
  callback,
  flag,
  fromOneOn,
  notNegative,
  oneOf,
  positive,
  required,
  rule,
  signal,
  wholeNumber,
} from "../door/rules.js";
import { said } from "../door/said.js";
import { anOptimizer } from "../optim/optimizer.js";
import type { FitOptions } from "./fit-options.js";
import { aLoss, anObjective, arePaths } from "./given.js";

/** @throws RangeError or TypeError, one line */
export function checkOptions(given: FitOptions): void {
  const { rates, earlyStopping, mixup, checkpoint, snapshots, average, objective, loss, target } = optionsOf(
    "fit",
    given,
    {
      loss: given?.objective === undefined ? required(aLoss) : aLoss,
      target: oneOf("class", "picture"),
      objective: anObjective,
      optimizer: required(anOptimizer),
      schedule: callback,
      epochs: required(fromOneOn),
      batchSize: fromOneOn,
      dropLast: flag,
      accumulate: fromOneOn,
      clipNorm: positive,
      clipValue: positive,
      average: 1,
      seed: wholeNumber,
      validation: 1,
      earlyStopping: 1,
      keepBest: flag,
      signal,
      augment: callback,
      mixup: 1,
      checkpoint: 1,
      snapshots: 1,
      resume: 1,
      trained: somePaths,
      rates: 1,
      statistics: oneOf("still", "moving"),
    },
  );
  if (objective && (loss ?? target) !== undefined)
    throw new TypeError(
      `fit: there is an objective and a ${loss ? "loss" : "target"}, expected either: an objective is made of its loss, objectives.classification(crossEntropy())`,
    );
  if (earlyStopping !== undefined)
    optionsOf("fit: earlyStopping", earlyStopping, {
      patience: required(fromOneOn),
      minDelta: notNegative,
      by: oneOf("loss", "score"),
    });
  if (rates !== undefined && (typeof rates !== "object" || rates === null))
    throw new TypeError(
      `fit: rates is ${said(rates)}, expected numbers by patterns of paths, { "stage*": 0.1 }`,
    );
  if (average !== undefined) optionsOf("fit: average", average, { decay: required(belowOne) });
  if (mixup !== undefined) optionsOf("fit: mixup", mixup, { alpha: required(positive) });
  if (checkpoint !== undefined)
    optionsOf("fit: checkpoint", checkpoint, { every: required(epochOrSteps), save: required(callback) });
  if (snapshots !== undefined)
    optionsOf("fit: snapshots", snapshots, { every: required(fromOneOn), take: required(callback) });
}

const somePaths = rule("a pattern of paths, several, or a function of the path", arePaths);

const epochOrSteps = rule(
  '"epoch" or a whole number of steps, or { examples }',
  (value) =>
    value === "epoch" ||
    fromOneOn.holds(value) ||
    fromOneOn.holds((value as { examples?: unknown } | null)?.examples),
);
