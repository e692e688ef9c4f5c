/** What the options of some trainings ask for: clipping, averages, batches in parts, frozen layers, validation, checkpoints. */
import { isStream } from "../data/stream.js";
import { clipNorm, clipValue, type Optimizer } from "../optim/index.js";
import { type Accumulated, accumulatedStep } from "./accumulation.js";
import { WeightAverage } from "./averaging.js";
import type { FitOptions } from "./fit-options.js";
import type { Freezing } from "./freezing.js";
import type { Trainable } from "./objective.js";
import { splitOff } from "./split.js";
import type { TrainingSource } from "./training-data.js";
import { variablesOf } from "./weights.js";

export { freezingOf } from "./freezing.js";
export { checkpointOf, placeIn, trainingOf } from "./standing.js";
export { checkValidation, validationOf } from "./validation.js";

/** What is trained on, and what is set apart or given to measure it by. */
export function partsOf(
  dataset: TrainingSource,
  validation: FitOptions["validation"],
  seed: number,
): { train: TrainingSource; validated?: TrainingSource } {
  if (typeof validation !== "number") return { train: dataset, validated: validation };
  if (isStream(dataset))
    throw new TypeError(
      `fit: validation is a share of ${dataset.name}, which is a stream; expected a data set of its own to validate with`,
    );
  const { train, validation: validated } = splitOff(dataset, validation, { seed });
  return { train, validated };
}

/** The optimizer, with gradients held as the options say: each number first, then all together. */
export function clipped({ optimizer, clipNorm: norm, clipValue: value }: FitOptions): Optimizer {
  const short = norm === undefined ? optimizer : clipNorm(optimizer, { norm });
  return value === undefined ? short : clipValue(short, { value });
}

/** How a step is made where batches are computed in parts. */
export const inParts = ({ accumulate = 1 }: FitOptions) =>
  accumulate > 1
    ? (given: Omit<Accumulated, "parts">) => accumulatedStep({ ...given, parts: accumulate })
    : undefined;

export const averageOf = (
  model: Trainable,
  { average }: FitOptions,
  freezing?: Freezing,
): WeightAverage | undefined => average && new WeightAverage(variablesOf(model), average, freezing?.moves);
