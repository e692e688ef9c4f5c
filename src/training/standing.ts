/** Where a run stands, as a checkpoint, and back. */
import type { Examples } from "../data/examples.js";
import { type ExampleStream, isStream } from "../data/stream.js";
import type { Optimizer } from "../optim/index.js";
import type { Variable } from "../tensor/tensor.js";
import type { Patience } from "./best-epoch.js";
import type { Checkpoint, TrainingState } from "./checkpoint.js";
import type { Objective, Tally, Trainable } from "./objective.js";
import type { Stopwatch } from "./stopwatch.js";
import { classesOf, isPictures, nounOf, type TrainingSource } from "./training-data.js";
import { TrainingError } from "./training-error.js";
import { copied, copyOf, variablesOf, type Weights } from "./weights.js";
import { setAll } from "./weights-checks.js";

/** Where a run stands; with variables and sums this is all that a checkpoint holds. */
export interface Standing {
  epoch: number;
  /** Of the epoch. */
  step: number;
  totalSteps: number;
  /** Of the epoch. */
  examples: number;
  totalExamples: number;
  best: (NonNullable<TrainingState["best"]> & { weights: Weights }) | undefined;
  patience: Patience;
  losses: number[];
  epochs: TrainingState["history"]["epochs"][number][];
}

/** What a run has from its beginning to its end. */
export interface RunParts {
  readonly model: Trainable;
  readonly train: TrainingSource;
  readonly data: Examples | ExampleStream;
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly optimizerState: ReadonlyMap<string, Variable>;
  /** The means of the weights, where they are followed by an average. */
  readonly average?: ReadonlyMap<string, Variable>;
  readonly seed: number;
  readonly batchSize: number;
  /** Of an epoch. */
  readonly steps: number;
  readonly tally: Tally;
  readonly keepBest?: boolean;
}

/** @throws TrainingError where a checkpoint was written without a training */
export function trainingOf({ training }: Checkpoint, speaker = "resume"): TrainingState {
  if (!training)
    throw new TrainingError(`${speaker}: the checkpoint holds a model but no training that could go on`);
  return training;
}

/**
 * @param now    where the run stands when the numbers are here
 * @param check  throws where weights are no numbers any more
 */
export async function checkpointOf(
  run: RunParts,
  now: () => Standing,
  watch: Stopwatch,
  check: (weights: Weights) => void,
): Promise<Checkpoint> {
  const { model, train } = run;
  const [current, optimizerState, average] = await Promise.all([
    copyOf(variablesOf(model)),
    copyOf(run.optimizerState),
    run.average && copyOf(run.average),
  ]);
  check(current);
  const { best, losses, epochs, ...at } = now();
  const isBest = !best || (best.epoch === at.epoch && at.step === 0);
  // Copied: a checkpoint is its owner's, who may give it away.
  const weights = isBest ? (average ?? current) : copied(best.weights);
  return {
    model: model.describe(),
    input: isPictures(train) ? train.shape : model.inputShape!,
    weights,
    data: { name: train.name, classes: classesOf(train) },
    training: {
      seed: run.seed,
      batchSize: run.batchSize,
      images: train.length,
      objective: run.objective.name,
      ...at,
      optimizer: run.optimizer.describe(),
      optimizerState,
      ...(weights === current ? {} : { latest: current }),
      ...(average ? { average } : {}),
      sums: { ...run.tally.sums },
      ...(best ? { best: { epoch: best.epoch, loss: best.loss, scores: best.scores } } : {}),
      patience: { ...at.patience },
      history: { losses: Float32Array.from(losses), epochs: [...epochs] },
      seconds: watch.seconds,
      shown: watch.shown,
    },
  };
}

/**
 * Gives the variables and sums of a run the numbers of a checkpoint; nothing is changed where it does not fit.
 * @returns where the run stands then
 */
export function placeIn(
  speaker: "resume" | "rewind",
  checkpoint: Checkpoint,
  run: RunParts,
): { at: Standing; lastGood: Weights; clock: Pick<TrainingState, "seconds" | "shown"> } {
  const before = trainingOf(checkpoint, speaker);
  const owner = run.model.name;
  const { name, length } = run.train;
  for (const [what, then, now] of [
    ["seed", before.seed, run.seed],
    ["data set", checkpoint.data.name, name],
    [`number of training ${nounOf(run.train)}`, before.images, length],
    ["objective", before.objective ?? run.objective.name, run.objective.name],
    ["optimizer", before.optimizer.name, run.optimizer.describe().name],
  ])
    if (then !== now)
      throw new TrainingError(
        `${speaker}: the ${what} of the checkpoint is ${then}, that of this run ${now}; begin a new run to change it`,
      );
  if (isStream(run.data) && !run.data.replayable)
    throw new TrainingError(
      `${speaker}: ${name} is a stream that cannot be had again from its beginning; a stream whose \`from\` is a function of the draw can`,
    );
  if (run.average && !before.average)
    throw new TrainingError(
      `${speaker}: the checkpoint has no average of its weights, this run follows one; begin a new run to change it`,
    );
  const { step, batchSize, images, epoch } = before;
  // Checkpoints of old counted steps alone.
  const { examples = Math.min(step * batchSize, images), totalExamples = epoch * images + examples } = before;
  const stepOfEpoch = stepsFor(speaker, examples, run.batchSize, run.steps, before);
  setAll([
    { variables: variablesOf(run.model), weights: before.latest ?? checkpoint.weights, owner },
    ...(run.average ? [{ variables: run.average, weights: before.average!, owner }] : []),
    {
      variables: run.optimizerState,
      weights: before.optimizerState,
      origin: "the checkpoint's optimizer",
      owner: `that of ${owner}`,
    },
  ]);
  run.tally.sums = { ...before.sums };
  // Copied: whose the checkpoint is may give it away.
  const keptBest = run.keepBest && before.best;
  return {
    at: {
      epoch,
      step: stepOfEpoch,
      totalSteps: before.totalSteps,
      examples,
      totalExamples,
      best: keptBest ? { ...keptBest, weights: copied(checkpoint.weights) } : undefined,
      patience: { ...before.patience },
      losses: [...before.history.losses],
      epochs: [...before.history.epochs],
    },
    lastGood: copied(before.latest ?? checkpoint.weights),
    clock: before,
  };
}

/**
 * How many batches of this size the shown examples of an epoch are.
 * @throws TrainingError where they are no whole number of batches
 */
function stepsFor(
  speaker: string,
  examples: number,
  batchSize: number,
  steps: number,
  before: TrainingState,
): number {
  if (before.batchSize === batchSize) return before.step;
  if (examples >= before.images) return steps;
  if (examples % batchSize === 0) return examples / batchSize;
  throw new TrainingError(
    `${speaker}: the checkpoint was taken after ${examples} examples of an epoch, no whole number of batches of ${batchSize}`,
  );
}
