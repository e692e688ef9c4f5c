/** What `fit` is given, looked at before anything runs. */
import { checkDataset, type DatasetUse } from "../data/checked-dataset.js";
import type { AnyDataset } from "../data/dataset.js";
import type { Model } from "../nn/index.js";
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { FitOptions } from "./fit.js";

/** @throws RangeError or TypeError, one line */
export function check(options: FitOptions, batchSize: number, seed: number): void {
  const { epochs, loss, optimizer, target, earlyStopping, checkpoint, snapshots, mixup } = options;
  if (typeof loss !== "function")
    throw new TypeError(
      `fit: the loss is ${typeof loss}, expected a function, such as losses.crossEntropy()`,
    );
  if (typeof optimizer?.update !== "function")
    throw new TypeError(
      `fit: the optimizer is ${typeof optimizer}, expected one such as optim.sgd({ lr: 0.01 })`,
    );
  if (target !== undefined && target !== "class" && target !== "picture")
    throw new RangeError(`fit: target is "${target}", expected "class" or "picture"`);
  wholeFrom1("epochs", epochs);
  wholeFrom1("batchSize", batchSize);
  if (!Number.isInteger(seed)) throw new RangeError(`fit: seed is ${seed}, expected a whole number`);
  if (earlyStopping) {
    const { patience, minDelta = 0 } = earlyStopping;
    wholeFrom1("patience", patience);
    if (!(minDelta >= 0 && Number.isFinite(minDelta)))
      throw new RangeError(`fit: minDelta is ${minDelta}, expected a number of at least 0`);
  }
  if (mixup && !(mixup.alpha > 0 && Number.isFinite(mixup.alpha)))
    throw new RangeError(`fit: mixup.alpha is ${mixup.alpha}, expected a number above 0`);
  if (snapshots && !(Number.isInteger(snapshots.every) && snapshots.every >= 1))
    throw new RangeError(`fit: snapshots.every is ${snapshots.every}, expected a number of steps from 1 on`);
  const every = checkpoint?.every;
  if (checkpoint && every !== "epoch" && !(Number.isInteger(every) && (every as number) >= 1))
    throw new RangeError(
      `fit: checkpoint.every is ${every}, expected "epoch" or a number of steps from 1 on`,
    );
}

function wholeFrom1(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`fit: ${name} is ${value}, expected a whole number from 1 on`);
}

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
