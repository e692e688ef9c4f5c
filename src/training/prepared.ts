/** What makes the steps of a training, checked and rehearsed before the first one. */
import { keepsNothing } from "../data/augmentation.js";
import { batchCount } from "../data/batches.js";
import type { Examples } from "../data/examples.js";
import { SpareArrays } from "../data/spare-arrays.js";
import type { ExampleStream } from "../data/stream.js";
import { clipNorm, clipValue, type Optimizer } from "../optim/index.js";
import { WeightAverage } from "./averaging.js";
import { buildFor } from "./building.js";
import { checkOptions } from "./fit-checks.js";
import type { FitOptions } from "./fit-options.js";
import { freezingOf } from "./freezing.js";
import { checkModel } from "./given.js";
import { type Cost, type Objective, Tally, type Trainable } from "./objective.js";
import { batchSizes, rehearseTraining } from "./rehearsal.js";
import { partsOf } from "./split.js";
import { trainingOf } from "./standing.js";
import { type Step, trainingStep } from "./step.js";
import { objectiveOf } from "./target.js";
import { byFields, checkTrainable, isPictures, nounOf, type TrainingSource } from "./training-data.js";
import { checkValidation, type Validate, validationOf } from "./validation.js";
import { variablesOf } from "./weights.js";

/** A model with its data and with what makes its steps. */
export interface Prepared {
  readonly model: Trainable;
  readonly options: FitOptions;
  readonly objective: Objective;
  /** With gradients held as the options say. */
  readonly optimizer: Optimizer;
  readonly seed: number;
  readonly batchSize: number;
  readonly train: TrainingSource;
  readonly data: Examples | ExampleStream;
  /** Of an epoch. */
  readonly steps: number;
  readonly classes: Cost["classes"];
  readonly step: Step;
  readonly validate: Validate | undefined;
  readonly average: WeightAverage | undefined;
  readonly tally: Tally;
  /** Undefined where a batch's arrays may be with somebody else. */
  readonly spare: SpareArrays | undefined;
}

/** Nothing is computed yet; whatever cannot go well is said. */
export function prepared(model: Trainable, dataset: TrainingSource, options: FitOptions): Prepared {
  checkModel("fit", model);
  checkOptions(options);
  const { resume, validation, augment, mixup } = options;
  const before = resume && trainingOf(resume);
  const objective = objectiveOf(options);
  const seed = options.seed ?? before?.seed ?? 0;
  const batchSize = options.batchSize ?? before?.batchSize ?? 128;
  const optimizer = clipped(options);
  checkTrainable("fit", dataset, objective, { augment, mixup });
  const { train, validated } = partsOf(dataset, validation, seed);
  const spare = !augment || keepsNothing(augment) ? new SpareArrays() : undefined;
  const data = byFields(train, { augment, mixup, spare });
  const { length } = train;
  const batching = { batchSize, dropLast: options.dropLast };
  const steps = batchCount(length, batching);
  if (steps === 0)
    throw new RangeError(
      `fit: dropLast leaves nothing of ${length} ${nounOf(train)} in batches of ${batchSize}; expected a batchSize of at most ${length}`,
    );

  buildFor("fit", model, objective, data, { seed });
  const { fields } = data;
  const named = isPictures(train) ? train.classes.length : undefined;
  let freezing = model.inputShape ? freezingOf("fit", model, options) : undefined;
  const cost = rehearseTraining(
    "fit",
    { model, objective, still: freezing?.still },
    { name: train.name, fields, length, noun: nounOf(train), classes: named },
    batchSizes(length, batching),
  );
  freezing ??= freezingOf("fit", model, options); // it was built by the rehearsal
  if (validated) checkValidation(train, validated, { model, objective, cost });
  const { classes } = cost;
  const tally = new Tally(objective, cost.losses);
  const { accumulate, average: averaging } = options;
  const step = trainingStep(model, { objective, optimizer, fields, accumulate, freezing });
  const validate = validated && validationOf(model, validated, options);
  const average = averaging ? new WeightAverage(variablesOf(model), averaging, freezing.moves) : undefined;
  return {
    ...{ model, options, objective, optimizer, seed, batchSize, train, data, steps, classes },
    ...{ step, validate, average, tally, spare },
  };
}

/** The optimizer, with gradients held as the options say: each number first, then all together. */
function clipped({ optimizer, clipNorm: norm, clipValue: value }: FitOptions): Optimizer {
  const short = norm === undefined ? optimizer : clipNorm(optimizer, { norm });
  return value === undefined ? short : clipValue(short, { value });
}
