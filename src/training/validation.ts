import type { Model } from "../nn/index.js";
import { evaluator } from "./evaluate.js";
import { type Measured, measured } from "./fit-events.js";
import type { FitOptions } from "./fit-options.js";
import type { Trainable } from "./objective.js";
import { objectiveEvaluator } from "./objective-evaluation.js";
import { objectiveOf } from "./target.js";
import { byFields, isPictures, type TrainingSource } from "./training-data.js";

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
