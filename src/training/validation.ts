import type { Model } from "../nn/index.js";
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import { evaluator } from "./evaluate.js";
import { type Measured, measured } from "./fit-events.js";
import type { FitOptions } from "./fit-options.js";
import type { Cost, Objective, Trainable } from "./objective.js";
import { objectiveEvaluator } from "./objective-evaluation.js";
import { objectiveOf } from "./target.js";
import {
  byFields,
  checkSource,
  classesOf,
  isPictures,
  nounOf,
  type TrainingSource,
} from "./training-data.js";

export type Validate = (options: { signal?: AbortSignal }) => Promise<Measured>;

/** Measures each epoch, as `evaluate` would: pictures with classes in all of their views. */
export function validationOf(model: Trainable, source: TrainingSource, options: FitOptions): Validate {
  const { loss, target = "class" } = options;
  if (loss && target === "class" && isPictures(source)) {
    const evaluate = evaluator(model as unknown as Model, loss);
    return async ({ signal }) => {
      const { loss, accuracy } = await evaluate(source, { signal, mistakes: 0 });
      return measured({ loss, scores: { accuracy } });
    };
  }
  const evaluate = objectiveEvaluator("fit", model, objectiveOf(options));
  const data = byFields(source);
  return async ({ signal }) => measured(await evaluate(data, { signal }));
}

/**
 * @throws ShapeError where the data to validate with are not like those to train on, or the outputs do not fit them
 */
export function checkValidation(
  train: TrainingSource,
  validation: TrainingSource,
  { model, objective, cost }: { model: Trainable; objective: Objective; cost: Cost },
): void {
  checkSource("fit", validation, objective);
  const [own, other] = [byFields(train).fields, byFields(validation).fields];
  for (const [name, { shape, dtype }] of Object.entries(own)) {
    const found = other[name];
    const isAlike = found?.dtype === dtype && sameShape(shape.map(Number), found.shape.map(Number));
    if (isAlike) continue;
    if (isPictures(train) && isPictures(validation))
      throw new ShapeError(
        `fit: the pictures to validate with are ${show(validation.shape)}, those to train on ${show(train.shape)}`,
      );
    const said = ({ shape, dtype }: typeof found) => `${dtype} ${show(shape.map((d) => d ?? 0))}`;
    throw new ShapeError(
      `fit: ${name} of the examples to validate with is ${found ? said(found) : "not there"}, of those to train on ${said(own[name])}`,
    );
  }
  if (validation.length === 0)
    throw new RangeError(`fit: ${validation.name} has no ${nounOf(validation)} to validate with`);
  const outputs = objective.classes && cost.output?.rank === 2 ? cost.output.shape[1] : undefined;
  const classes = classesOf(validation).length;
  if (isPictures(validation) && outputs !== undefined && outputs !== classes)
    throw new ShapeError(
      `fit: ${model.name} has ${outputs} outputs, ${validation.name}, to validate with, has ${classes} classes`,
    );
}
