/** What `fit` is given, looked at before anything runs. */

import { checkDataset, type DatasetUse } from "../data/checked-dataset.js";
import type { AnyDataset } from "../data/dataset.js";
import { optionsOf } from "../door/options.js";
import {
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
import type { Model } from "../nn/index.js";
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { FitOptions } from "./fit.js";
import { aLoss, anOptimizer } from "./given.js";

/** @throws RangeError or TypeError, one line */
export function checkOptions(given: FitOptions): void {
  const { earlyStopping, mixup, checkpoint, snapshots } = optionsOf("fit", given, {
    loss: required(aLoss),
    target: oneOf("class", "picture"),
    optimizer: required(anOptimizer),
    schedule: callback,
    epochs: required(fromOneOn),
    batchSize: fromOneOn,
    dropLast: flag,
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
  });
  if (earlyStopping !== undefined)
    optionsOf("fit: earlyStopping", earlyStopping, { patience: required(fromOneOn), minDelta: notNegative });
  if (mixup !== undefined) optionsOf("fit: mixup", mixup, { alpha: required(positive) });
  if (checkpoint !== undefined)
    optionsOf("fit: checkpoint", checkpoint, { every: required(epochOrSteps), save: required(callback) });
  if (snapshots !== undefined)
    optionsOf("fit: snapshots", snapshots, { every: required(fromOneOn), take: required(callback) });
}

const epochOrSteps = rule(
  '"epoch" or a whole number of steps',
  (value) => value === "epoch" || fromOneOn.holds(value),
);

/** @throws DataError where something is wrong with the data set; RangeError where it is empty */
export function checkTrainable(speaker: string, dataset: AnyDataset, use: DatasetUse): void {
  if (dataset?.length === 0) throw new RangeError(`${speaker}: ${dataset.name} has no pictures to train on`);
  checkDataset(speaker, dataset, use);
  if ("views" in dataset && (dataset.views ?? 1) > 1)
    throw new RangeError(
      `${speaker}: ${dataset.name} shows each picture in ${dataset.views} views, which are for evaluation; expected one`,
    );
}

/** @throws ShapeError where the data to validate with are not like those to train on, or the outputs do not fit them */
export function checkValidation(
  model: Model,
  train: AnyDataset,
  validation: AnyDataset,
  outputs: number | undefined,
): void {
  if (!sameShape(train.shape, validation.shape))
    throw new ShapeError(
      `fit: the pictures to validate with are ${show(validation.shape)}, those to train on ${show(train.shape)}`,
    );
  if (validation.length === 0)
    throw new RangeError(`fit: ${validation.name} has no pictures to validate with`);
  if (outputs !== undefined && outputs !== validation.classes.length)
    throw new ShapeError(
      `fit: ${model.name} has ${outputs} outputs, ${validation.name}, to validate with, has ${validation.classes.length} classes`,
    );
}
