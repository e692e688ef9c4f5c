import { yieldToHost } from "#platform";
import { type Augment, type Batch, batchCount, batches } from "../data/batches.js";
import { checkDataset } from "../data/checked-dataset.js";
import type { AnyDataset } from "../data/dataset.js";
import type { Mixup } from "../data/mixup.js";
import type { Snapshot } from "../explain/snapshot.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import type { Optimizer, Schedule } from "../optim/index.js";
import type { Checkpoint, TrainingState } from "./checkpoint.js";
import { evaluator, longestTurn } from "./evaluate.js";
import { checkOptions, checkTrainable, checkValidation } from "./fit-checks.js";
import { checkModel } from "./given.js";
import { reconstructionEvaluator } from "./reconstruction.js";
import { batchSizes, rehearseTraining } from "./rehearsal.js";
import { splitOff } from "./split.js";
import { trainingStep } from "./step.js";
import { Stopwatch } from "./stopwatch.js";
import { countedOf, type Target } from "./target.js";
import { TrainingError } from "./training-error.js";
import { copyOf, firstNotFinite, setWeights, variablesOf, type Weights } from "./weights.js";

export interface FitOptions {
  loss: Loss;
  /** What the loss compares outputs with: the pictures' classes if left out. */
  target?: Target;
  optimizer: Optimizer;
  /**
   * Learning rate by step, counted from 0 over the whole run, and by what the epochs came to; the optimizer's own if
   * left out.
   */
  schedule?: Schedule;
  /** Epochs of the whole run, those before a resumed checkpoint included. */
  epochs: number;
  batchSize?: number;
  /** Leave out a last batch that is smaller than the others: batch normalisation learns nothing from a single one. */
  dropLast?: boolean;
  /** Weights, the order of pictures, dropout and augmentation all follow from it. */
  seed?: number;
  /** A data set to measure each epoch by, or the share of the training pictures to set apart for that. */
  validation?: AnyDataset | number;
  /** Ends the run after `patience` epochs in which the loss has not fallen by more than `minDelta`. */
  earlyStopping?: { patience: number; minDelta?: number };
  /**
   * However the run ends, the model gets the weights of its best epoch: the highest validation accuracy (among
   * equals, and where there is none, the lower loss), or the lowest training loss where nothing is validated.
   */
  keepBest?: boolean;
  /** Ends the run after the step at hand. */
  signal?: AbortSignal;
  augment?: Augment;
  /** Shows pictures mixed with others of their batch, and takes the loss of both classes. */
  mixup?: Mixup;
  /** Hands over what is needed to resume: after each epoch or each so many steps, and at the end. */
  checkpoint?: { every: "epoch" | number; save: (checkpoint: Checkpoint) => void | Promise<void> };
  /** Looks at the model as it learns, every so many steps: what is seen comes with the step's event. */
  snapshots?: { every: number; take: (model: Model) => Snapshot | Promise<Snapshot> };
  /** Goes on where this checkpoint was taken. Without a seed or batch size, those of the checkpoint hold. */
  resume?: Checkpoint;
}

/**
 * Epochs and steps count from 1. Loss and accuracy are those of the epoch so far; against pictures there is no accuracy.
 */
export type FitEvent = StepEvent | EpochEvent | DoneEvent;

export interface StepEvent {
  kind: "step";
  epoch: number;
  step: number;
  /** Steps of an epoch. */
  steps: number;
  loss: number;
  accuracy?: number;
  /** Over the last seconds. */
  imagesPerSecond: number;
  lr: number;
  /** The filters and maps of this moment, in those steps for which they were asked. */
  snapshot?: Snapshot;
}

export interface EpochEvent {
  kind: "epoch";
  epoch: number;
  loss: number;
  accuracy?: number;
  validation?: { loss: number; accuracy?: number };
  /** Of training, without validation. */
  seconds: number;
}

export interface DoneEvent {
  kind: "done";
  reason: "finished" | "stopped early" | "aborted";
  /** Finished ones. */
  epochs: number;
  /** The epoch whose weights the model has, where the best were kept. */
  bestEpoch?: number;
  /** Of training, without validation, over the whole run. */
  seconds: number;
  imagesPerSecond: number;
}

/**
 * Trains a model, and tells of it event by event. The next step is made when the next event is asked for, so
 * leaving the loop ends the training.
 *
 * @throws TrainingError when the loss is no longer a number; the model then has its last good weights; before the first
 *   step, where the loss does not reach the parameters, or a last batch is too small
 * @throws DataError, ShapeError, RangeError before the first step, where data, model and options do not fit
 * @throws WeightsError if `resume` is of another model: names the first parameter that differs
 */
export async function* fit(
  model: Model,
  dataset: AnyDataset,
  options: FitOptions,
): AsyncGenerator<FitEvent, void, void> {
  const run = new Run(model, dataset, options);
  try {
    yield* run.events();
  } finally {
    run.end();
  }
}

/** @throws TrainingError where a checkpoint was written without a training */
export function trainingOf({ training }: Checkpoint): TrainingState {
  if (!training)
    throw new TrainingError("resume: the checkpoint holds a model but no training that could go on");
  return training;
}

class Run {
  readonly #model: Model;
  readonly #options: FitOptions;
  readonly #seed: number;
  readonly #batchSize: number;
  readonly #train: AnyDataset;
  readonly #validation: AnyDataset | undefined;
  readonly #steps: number;
  readonly #step: ReturnType<typeof trainingStep>;
  readonly #evaluate: (
    dataset: AnyDataset,
    options: { signal?: AbortSignal; mistakes: number },
  ) => Promise<{ loss: number; accuracy?: number }>;
  readonly #watch: Stopwatch;

  // Where the run stands; with the variables this is all that a checkpoint holds.
  #epoch = 0;
  #stepOfEpoch = 0;
  #totalSteps = 0;
  #sums = { loss: 0, correct: 0, images: 0 };
  #best: (NonNullable<TrainingState["best"]> & { weights: Weights }) | undefined;
  #patience: TrainingState["patience"] = { lowest: null, waited: 0 };
  #losses: number[] = [];
  #epochs: TrainingState["history"]["epochs"][number][] = [];

  /** To go back to when the loss is no longer a number. */
  #lastGood: Weights | undefined;
  #savedSteps = -1;
  #savedEpoch = -1;
  #failed = false;
  #ended = false;

  constructor(model: Model, dataset: AnyDataset, options: FitOptions) {
    checkModel("fit", model);
    checkOptions(options);
    const { resume, validation, loss, target = "class" } = options;
    const before = resume && trainingOf(resume);
    this.#seed = options.seed ?? before?.seed ?? 0;
    this.#batchSize = options.batchSize ?? before?.batchSize ?? 128;
    this.#model = model;
    this.#options = options;
    const use = { ofClasses: target === "class", ignore: loss.ignore };
    checkTrainable("fit", dataset, use);
    if (typeof validation === "object") checkDataset("fit", validation, use);
    const parts =
      typeof validation === "number"
        ? splitOff(dataset, validation, { seed: this.#seed })
        : { train: dataset, validation };
    this.#train = parts.train;
    this.#validation = parts.validation;
    const { length } = parts.train;
    const batching = { batchSize: this.#batchSize, dropLast: options.dropLast };
    this.#steps = batchCount(length, batching);
    if (this.#steps === 0)
      throw new RangeError(
        `fit: dropLast leaves nothing of ${length} pictures in batches of ${this.#batchSize}; expected a batchSize of at most ${length}`,
      );

    if (!model.inputShape) model.build(dataset.shape, { seed: this.#seed });
    const sizes = batchSizes(length, batching);
    const outputs = rehearseTraining("fit", { model, loss, target }, parts.train, sizes);
    if (parts.validation) checkValidation(model, parts.train, parts.validation, outputs);
    this.#step = trainingStep(model, options);
    const measured = options.target === "picture" ? reconstructionEvaluator : evaluator;
    this.#evaluate = measured(model, options.loss);
    if (resume && before) this.#resume(resume, before);
    this.#watch = new Stopwatch(before);
  }

  async *events(): AsyncGenerator<FitEvent, void, void> {
    const { epochs, signal, checkpoint } = this.#options;
    let reason: DoneEvent["reason"] = "finished";
    let rested = performance.now();
    this.#lastGood = await copyOf(variablesOf(this.#model));
    while (this.#epoch < epochs) {
      if (this.#isOutOfPatience()) {
        reason = "stopped early";
        break;
      }
      const begun = this.#watch.seconds;
      this.#watch.start();
      for await (const batch of this.#batches()) {
        if (signal?.aborted) break;
        const lr = this.#learningRate();
        const { loss, correct } = await this.#step(batch, {
          shape: this.#train.shape,
          lr,
          step: this.#totalSteps,
          seed: this.#seed,
        });
        this.#count(loss, correct, batch, lr);
        if (performance.now() - rested > longestTurn) {
          await yieldToHost();
          rested = performance.now();
        }
        this.#watch.pause();
        if (typeof checkpoint?.every === "number" && this.#totalSteps % checkpoint.every === 0)
          await this.#save();
        yield { ...this.#stepEvent(lr), ...(await this.#snapshot()) };
        this.#watch.start();
      }
      this.#watch.pause();
      const event = signal?.aborted ? undefined : await this.#endEpoch(this.#watch.seconds - begun);
      if (!event) {
        reason = "aborted";
        break;
      }
      if (checkpoint?.every === "epoch") await this.#save();
      yield event;
    }
    await this.#save();
    this.end();
    yield {
      kind: "done",
      reason,
      epochs: this.#epoch,
      ...(this.#best ? { bestEpoch: this.#best.epoch } : {}),
      seconds: this.#watch.seconds,
      imagesPerSecond: this.#watch.meanImagesPerSecond,
    };
  }

  /** Leaves the model with the weights that it shall have, however the run came to its end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const weights = this.#best?.weights ?? (this.#failed ? this.#lastGood : undefined);
    if (weights) setWeights(variablesOf(this.#model), weights, { owner: this.#model.name });
  }

  #batches() {
    return batches(this.#train, {
      batchSize: this.#batchSize,
      shuffle: { seed: this.#seed, epoch: this.#epoch },
      augment: this.#options.augment,
      mixup: this.#options.mixup,
      dropLast: this.#options.dropLast,
      first: this.#stepOfEpoch,
    });
  }

  #learningRate(): number {
    const { schedule, optimizer } = this.#options;
    const lr = schedule ? schedule(this.#totalSteps, this.#epochs) : optimizer.lr;
    if (!(lr >= 0 && Number.isFinite(lr)))
      throw new RangeError(
        `fit: the ${schedule ? "schedule" : "optimizer"} gives step ${this.#totalSteps} (counted from 0) a learning rate of ${lr}, expected a number of at least 0`,
      );
    return lr;
  }

  #count(loss: number, correct: number, { size, labels }: Batch, lr: number): void {
    this.#stepOfEpoch++;
    this.#totalSteps++;
    if (!Number.isFinite(loss))
      throw this.#diverged(Number.isNaN(loss) ? "the loss became NaN" : "the loss became infinite", lr);
    // Summed in f64: by the end of an epoch an f32 total has swallowed most digits of each new loss.
    const counted = countedOf(labels, this.#options.loss);
    this.#sums.loss += loss * counted;
    this.#sums.correct += correct;
    this.#sums.images += counted;
    this.#losses.push(loss);
    this.#watch.lap(size);
  }

  #diverged(what: string, lr: number): TrainingError {
    this.#failed = true;
    const place = `at step ${this.#stepOfEpoch} of epoch ${this.#epoch + 1}`;
    return new TrainingError(
      `${what} ${place}, with a learning rate of ${short(lr)}; try a smaller one, such as ${short(lr / 10, 1)}`,
    );
  }

  #stepEvent(lr: number): StepEvent {
    return {
      kind: "step",
      epoch: this.#epoch + 1,
      step: this.#stepOfEpoch,
      steps: this.#steps,
      ...this.#scores(),
      imagesPerSecond: this.#watch.imagesPerSecond,
      lr,
    };
  }

  async #snapshot(): Promise<{ snapshot?: Snapshot }> {
    const { snapshots } = this.#options;
    if (!snapshots || this.#totalSteps % snapshots.every !== 0) return {};
    return { snapshot: await snapshots.take(this.#model) };
  }

  #scores(): { loss: number; accuracy?: number } {
    const { loss, correct } = this.#sums;
    const images = Math.max(1, this.#sums.images); // none where the loss ignores all of them
    const readsClasses = this.#options.target !== "picture";
    return { loss: loss / images, ...(readsClasses ? { accuracy: correct / images } : {}) };
  }

  /** Measures and closes an epoch; undefined if that was aborted. */
  async #endEpoch(seconds: number): Promise<EpochEvent | undefined> {
    const weights = await copyOf(variablesOf(this.#model));
    this.#checkFinite(weights);
    const measured = await this.#validate();
    if (measured === "aborted") return undefined;
    this.#lastGood = weights;
    this.#epoch++;
    this.#stepOfEpoch = 0;
    const training = this.#scores();
    this.#sums = { loss: 0, correct: 0, images: 0 };
    const validation = measured && onlyScores(measured);
    this.#epochs.push({ epoch: this.#epoch, ...training, ...(validation ? { validation } : {}) });

    const scores = { loss: (validation ?? training).loss, accuracy: validation?.accuracy ?? 0 };
    const { keepBest, earlyStopping } = this.#options;
    if (keepBest && (!this.#best || isBetter(scores, this.#best)))
      this.#best = { ...scores, epoch: this.#epoch, weights };
    const { lowest } = this.#patience;
    const fell = lowest === null || scores.loss < lowest - (earlyStopping?.minDelta ?? 0);
    this.#patience = fell
      ? { lowest: scores.loss, waited: 0 }
      : { lowest, waited: this.#patience.waited + 1 };
    return { kind: "epoch", epoch: this.#epoch, ...training, ...(validation ? { validation } : {}), seconds };
  }

  async #validate(): Promise<{ loss: number; accuracy?: number } | undefined | "aborted"> {
    if (!this.#validation) return undefined;
    const { signal } = this.#options;
    try {
      return await this.#evaluate(this.#validation, { signal, mistakes: 0 });
    } catch (error) {
      if (signal?.aborted) return "aborted";
      throw error;
    }
  }

  #isOutOfPatience(): boolean {
    const { earlyStopping } = this.#options;
    return earlyStopping !== undefined && this.#patience.waited >= earlyStopping.patience;
  }

  /** A loss can still be a number when the step it belongs to has already ruined the weights. */
  #checkFinite(weights: Weights): void {
    const path = firstNotFinite(weights);
    if (path !== undefined) throw this.#diverged(`${path} became infinite or NaN`, this.#lastRate());
  }

  #lastRate(): number {
    const { schedule, optimizer } = this.#options;
    return schedule ? schedule(Math.max(0, this.#totalSteps - 1), this.#epochs) : optimizer.lr;
  }

  async #save(): Promise<void> {
    const { checkpoint } = this.#options;
    if (!checkpoint || (this.#savedSteps === this.#totalSteps && this.#savedEpoch === this.#epoch)) return;
    const state = await this.#checkpoint();
    this.#savedSteps = this.#totalSteps;
    this.#savedEpoch = this.#epoch;
    await checkpoint.save(state);
  }

  async #checkpoint(): Promise<Checkpoint> {
    const { optimizer } = this.#options;
    const [current, optimizerState] = await Promise.all([
      copyOf(variablesOf(this.#model)),
      copyOf(this.#step.state),
    ]);
    this.#checkFinite(current);
    const best = this.#best;
    const isBest = !best || (best.epoch === this.#epoch && this.#stepOfEpoch === 0);
    const { name, classes, shape } = this.#train;
    return {
      model: this.#model.describe(),
      input: shape,
      weights: isBest ? current : best.weights,
      data: { name, classes },
      training: {
        seed: this.#seed,
        batchSize: this.#batchSize,
        images: this.#train.length,
        epoch: this.#epoch,
        step: this.#stepOfEpoch,
        totalSteps: this.#totalSteps,
        optimizer: optimizer.describe(),
        optimizerState,
        ...(isBest ? {} : { latest: current }),
        sums: { ...this.#sums },
        ...(best ? { best: { epoch: best.epoch, loss: best.loss, accuracy: best.accuracy } } : {}),
        patience: { ...this.#patience },
        history: { losses: Float32Array.from(this.#losses), epochs: [...this.#epochs] },
        seconds: this.#watch.seconds,
        shown: this.#watch.shown,
      },
    };
  }

  #resume(resume: Checkpoint, before: TrainingState): void {
    const owner = this.#model.name;
    for (const [what, then, now] of [
      ["batch size", before.batchSize, this.#batchSize],
      ["seed", before.seed, this.#seed],
      ["data set", resume.data.name, this.#train.name],
      ["number of training pictures", before.images, this.#train.length],
      ["optimizer", before.optimizer.name, this.#options.optimizer.describe().name],
    ])
      if (then !== now)
        throw new TrainingError(
          `resume: the ${what} of the checkpoint is ${then}, that of this run ${now}; begin a new run to change it`,
        );
    setWeights(variablesOf(this.#model), before.latest ?? resume.weights, { owner });
    setWeights(this.#step.state, before.optimizerState, {
      origin: "the checkpoint's optimizer",
      owner: `that of ${owner}`,
    });
    this.#epoch = before.epoch;
    this.#stepOfEpoch = before.step;
    this.#totalSteps = before.totalSteps;
    this.#sums = { ...before.sums };
    this.#patience = { ...before.patience };
    this.#losses = [...before.history.losses];
    this.#epochs = [...before.history.epochs];
    if (this.#options.keepBest && before.best) this.#best = { ...before.best, weights: resume.weights };
  }
}

const onlyScores = ({ loss, accuracy }: { loss: number; accuracy?: number }) =>
  accuracy === undefined ? { loss } : { loss, accuracy };

const isBetter = (a: { loss: number; accuracy: number }, b: { loss: number; accuracy: number }) =>
  a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.loss < b.loss);

/** 0.05 → "0.05", 0.000123456 → "0.000123" */
const short = (n: number, digits = 3) => String(Number(n.toPrecision(digits)));
