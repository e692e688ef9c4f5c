import { batchCount } from "../data/batches.js";
import type { ExampleBatch } from "../data/example-batches.js";
import type { Examples } from "../data/examples.js";
import { type ExampleStream, isStream } from "../data/stream.js";
import type { Model } from "../nn/index.js";
import { clipNorm, clipValue, type Optimizer } from "../optim/index.js";
import { Turns } from "../platform/turns.js";
import { notedEach } from "../runtime/recording.js";
import type { Stepped } from "./accumulation.js";
import { WeightAverage } from "./averaging.js";
import { awaited, isBetter, type Patience, patienceAfter, type Rated } from "./best-epoch.js";
import { buildFor } from "./building.js";
import type { Checkpoint, TrainingState } from "./checkpoint.js";
import { causeOf } from "./divergence.js";
import { checkOptions, checkValidation } from "./fit-checks.js";
import type { Snapshot } from "./fit-events.js";
import {
  type DoneEvent,
  type EpochEvent,
  type FitEvent,
  type Measured,
  measured,
  type StepEvent,
} from "./fit-events.js";
import type { FitOptions } from "./fit-options.js";
import { freezingOf } from "./freezing.js";
import { checkModel } from "./given.js";
import { type Cost, type Objective, Tally, type Trainable } from "./objective.js";
import { batchSizes, rehearseTraining } from "./rehearsal.js";
import { splitOff } from "./split.js";
import { type Step, trainingStep } from "./step.js";
import { Stopwatch } from "./stopwatch.js";
import { objectiveOf } from "./target.js";
import {
  byFields,
  checkTrainable,
  classesOf,
  epochBatches,
  isPictures,
  nounOf,
  type TrainingSource,
} from "./training-data.js";
import { TrainingError } from "./training-error.js";
import { untilAborted } from "./until-aborted.js";
import { type Validate, validationOf } from "./validation.js";
import {
  copied,
  copyOf,
  firstNotFinite,
  setAll,
  setVariables,
  variablesOf,
  type Weights,
} from "./weights.js";

/** @throws TrainingError where a checkpoint was written without a training */
export function trainingOf({ training }: Checkpoint, speaker = "resume"): TrainingState {
  if (!training)
    throw new TrainingError(`${speaker}: the checkpoint holds a model but no training that could go on`);
  return training;
}

/** A model with all that makes the steps of its training, and where that stands. */
export class Run {
  readonly #model: Trainable;
  readonly #options: FitOptions;
  readonly #objective: Objective;
  readonly #optimizer: Optimizer;
  readonly #seed: number;
  readonly #batchSize: number;
  readonly #train: TrainingSource;
  readonly #data: Examples | ExampleStream;
  readonly #steps: number;
  readonly #classes: Cost["classes"];
  readonly #step: Step;
  readonly #validate: Validate | undefined;
  readonly #average: WeightAverage | undefined;
  #watch: Stopwatch;

  // Where the run stands; with the variables this is all that a checkpoint holds.
  #epoch = 0;
  #stepOfEpoch = 0;
  #totalSteps = 0;
  #examplesOfEpoch = 0;
  #totalExamples = 0;
  readonly #tally: Tally;
  #best: (NonNullable<TrainingState["best"]> & { weights: Weights }) | undefined;
  #patience: Patience = { lowest: null, waited: 0 };
  #losses: number[] = [];
  #epochs: TrainingState["history"]["epochs"][number][] = [];

  /** To go back to when the loss is no longer a number. */
  #lastGood: Weights | undefined;
  #savedSteps = -1;
  #savedEpoch = -1;
  #failed = false;
  #ended = false;
  /** What the run had come to, where the model got other weights at its end. */
  #atEnd: Checkpoint | undefined;
  /** Somewhere else since the last event: what comes next begins there. */
  #moved = false;
  /** The caller has the turn, who may ask for anything. */
  #isAskedFor = false;

  constructor(model: Trainable, dataset: TrainingSource, options: FitOptions) {
    checkModel("fit", model);
    checkOptions(options);
    const { resume, validation, augment, mixup } = options;
    const before = resume && trainingOf(resume);
    const objective = objectiveOf(options);
    this.#seed = options.seed ?? before?.seed ?? 0;
    this.#batchSize = options.batchSize ?? before?.batchSize ?? 128;
    this.#model = model;
    this.#options = options;
    this.#objective = objective;
    this.#optimizer = clipped(options);
    checkTrainable("fit", dataset, objective, { augment, mixup });
    const { train, validated } = partsOf(dataset, validation, this.#seed);
    this.#train = train;
    this.#data = byFields(train, { augment, mixup });
    const { length } = train;
    const batching = { batchSize: this.#batchSize, dropLast: options.dropLast };
    this.#steps = batchCount(length, batching);
    if (this.#steps === 0)
      throw new RangeError(
        `fit: dropLast leaves nothing of ${length} ${nounOf(train)} in batches of ${this.#batchSize}; expected a batchSize of at most ${length}`,
      );

    buildFor("fit", model, objective, this.#data, { seed: this.#seed });
    const { fields } = this.#data;
    const classes = isPictures(train) ? train.classes.length : undefined;
    let freezing = model.inputShape ? freezingOf("fit", model, options) : undefined;
    const cost = rehearseTraining(
      "fit",
      { model, objective, still: freezing?.still },
      { name: train.name, fields, length, noun: nounOf(train), classes },
      batchSizes(length, batching),
    );
    freezing ??= freezingOf("fit", model, options); // it was built by the rehearsal
    if (validated) checkValidation(train, validated, { model, objective, cost });
    this.#classes = cost.classes;
    this.#tally = new Tally(objective, cost.losses);
    const { accumulate } = options;
    this.#step = trainingStep(model, { objective, optimizer: this.#optimizer, fields, accumulate, freezing });
    this.#validate = validated && validationOf(model, validated, options);
    if (options.average)
      this.#average = new WeightAverage(variablesOf(model), options.average, freezing.moves);
    this.#watch = new Stopwatch(before);
    if (resume) this.#goOnFrom("resume", resume);
  }

  /** What is needed before the first step, and before the run is asked where it stands. */
  async begin(): Promise<void> {
    this.#lastGood ??= await copyOf(variablesOf(this.#model));
    if (!this.#options.resume) await this.#average?.begin();
  }

  async *events(): AsyncGenerator<FitEvent, void, void> {
    do {
      const reason = yield* this.#epochsLeft();
      await this.#save();
      if (this.#moved) continue;
      await this.end();
      yield {
        kind: "done",
        reason,
        epochs: this.#epoch,
        ...(this.#best ? { bestEpoch: this.#best.epoch } : {}),
        seconds: this.#watch.seconds,
        imagesPerSecond: this.#watch.meanImagesPerSecond,
      };
    } while (this.#moved);
  }

  /** @returns why there are no more */
  async *#epochsLeft(): AsyncGenerator<FitEvent, DoneEvent["reason"], void> {
    const { epochs, signal, checkpoint } = this.#options;
    const turns = new Turns();
    this.#moved = false;
    while (this.#epoch < epochs) {
      if (this.#isOutOfPatience()) return "stopped early";
      const begun = this.#watch.seconds;
      this.#watch.start();
      let asked = performance.now();
      for await (const batch of this.#batches()) {
        this.#watch.wait((performance.now() - asked) / 1000);
        if (signal?.aborted) break;
        const lr = this.#learningRate();
        const stepped = await this.#step(batch, { lr, step: this.#totalSteps, seed: this.#seed });
        this.#count(stepped, batch, lr);
        await this.#average?.follow(this.#totalSteps);
        await turns.give();
        this.#watch.pause();
        const event = this.#stepEvent(lr);
        if (this.#isToBeSaved(batch.size)) await this.#save();
        yield { ...event, ...(await this.#snapshot()) };
        if (this.#moved) break;
        this.#watch.start();
        asked = performance.now();
      }
      this.#watch.pause();
      if (!this.#moved) {
        const event = signal?.aborted ? undefined : await this.#endEpoch(this.#watch.seconds - begun);
        if (!event) return "aborted";
        if (checkpoint?.every === "epoch") await this.#save();
        yield event;
      }
      this.#moved = false;
    }
    return "finished";
  }

  /** Whether the run is at a place at which it can be asked where it stands, and be moved. */
  get isWaiting(): boolean {
    return this.#isAskedFor;
  }

  /** @throws TrainingError where the loss was no longer a number */
  async checkpoint(): Promise<Checkpoint> {
    if (this.#failed)
      throw new TrainingError("checkpoint: the training has failed; an earlier checkpoint goes on");
    return this.#atEnd ?? this.#checkpoint();
  }

  /** The next event is that of the step after the checkpoint. */
  rewind(checkpoint: Checkpoint): void {
    this.#goOnFrom("rewind", checkpoint);
    this.#moved = true;
  }

  /** Leaves the model with the weights that it shall have, however the run came to its end. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const average = this.#average && this.#totalSteps > 0 ? await copyOf(this.#average.means) : undefined;
    const weights = this.#best?.weights ?? (this.#failed ? this.#lastGood : average);
    if (!weights) return;
    if (!this.#failed) this.#atEnd = await this.#checkpoint();
    this.#setWeights(weights);
  }

  #batches(): AsyncGenerator<ExampleBatch, void, void> {
    const epoch = epochBatches(this.#data, {
      batchSize: this.#batchSize,
      draw: { seed: this.#seed, epoch: this.#epoch },
      dropLast: this.#options.dropLast,
      first: this.#stepOfEpoch,
    });
    return notedEach("data", "next batch", untilAborted(epoch, this.#options.signal));
  }

  /** After the step at hand, which showed so many examples. */
  #isToBeSaved(shown: number): boolean {
    const every = this.#options.checkpoint?.every;
    if (typeof every === "number") return this.#totalSteps % every === 0;
    if (typeof every !== "object") return false;
    const now = this.#totalExamples;
    return Math.floor(now / every.examples) > Math.floor((now - shown) / every.examples);
  }

  /** As if all batches had been of the size that they have now: what schedules go by. */
  get #steppedBefore(): number {
    return this.#epoch * this.#steps + this.#stepOfEpoch;
  }

  #learningRate(): number {
    const { schedule } = this.#options;
    const step = this.#steppedBefore;
    const lr = schedule ? schedule(step, this.#epochs, this.#totalExamples) : this.#optimizer.lr;
    if (!(lr >= 0 && Number.isFinite(lr)))
      throw new RangeError(
        `fit: the ${schedule ? "schedule" : "optimizer"} gives step ${step} (counted from 0) a learning rate of ${lr}, expected a number of at least 0`,
      );
    return lr;
  }

  #count({ loss, sums }: Stepped, batch: ExampleBatch, lr: number): void {
    this.#stepOfEpoch++;
    this.#totalSteps++;
    this.#examplesOfEpoch += batch.size;
    this.#totalExamples += batch.size;
    if (!Number.isFinite(loss))
      throw this.#diverged(
        Number.isNaN(loss) ? "the loss became NaN" : "the loss became infinite",
        lr,
        causeOf(batch, this.#model, this.#objective.inputs ?? [], this.#classes) ??
          (this.#totalSteps === 1
            ? "before any weight changed, so the network or its loss makes it"
            : undefined),
      );
    this.#tally.count(sums, batch.size);
    this.#losses.push(loss);
    this.#watch.lap(batch.size);
  }

  /** @param cause  what would have made it so whatever the learning rate */
  #diverged(what: string, lr: number, cause?: string): TrainingError {
    this.#failed = true;
    const place = `at step ${this.#stepOfEpoch} of epoch ${this.#epoch + 1}`;
    if (cause) return new TrainingError(`${what} ${place}: ${cause}`);
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
      ...measured(this.#tally.standing),
      imagesPerSecond: this.#watch.imagesPerSecond,
      waiting: this.#watch.waiting,
      lr,
    };
  }

  async #snapshot(): Promise<{ snapshot?: Snapshot }> {
    const { snapshots } = this.#options;
    if (!snapshots || this.#totalSteps % snapshots.every !== 0) return {};
    return { snapshot: await this.#asking(() => snapshots.take(this.#model as unknown as Model)) };
  }

  /** Measures and closes an epoch; undefined if that was aborted. */
  async #endEpoch(seconds: number): Promise<EpochEvent | undefined> {
    const latest = await copyOf(variablesOf(this.#model));
    this.#checkFinite(latest);
    const weights = this.#average ? await copyOf(this.#average.means) : latest;
    const validation = await this.#validated(latest, weights);
    if (validation === "aborted") return undefined;
    this.#lastGood = latest;
    this.#epoch++;
    this.#stepOfEpoch = 0;
    this.#examplesOfEpoch = 0;
    const training = measured(this.#tally.standing);
    this.#tally.sums = {};
    const scores = { ...training, ...(validation ? { validation } : {}) };
    this.#epochs.push({ epoch: this.#epoch, ...scores });

    const rated: Rated = validation ?? { loss: training.loss, scores: {} };
    const { keepBest, earlyStopping } = this.#options;
    const { best } = this.#objective;
    if (keepBest && (!this.#best || isBetter(rated, this.#best, best)))
      this.#best = { epoch: this.#epoch, loss: rated.loss, scores: rated.scores ?? {}, weights };
    const value = awaited(validation ?? training, earlyStopping?.by ?? "loss", best);
    this.#patience = patienceAfter(this.#patience, value, earlyStopping?.minDelta);
    return { kind: "epoch", epoch: this.#epoch, ...scores, seconds };
  }

  /** What validation comes to with these weights, which the model has for as long as it takes. */
  async #validated(latest: Weights, weights: Weights): Promise<Measured | undefined | "aborted"> {
    const { signal } = this.#options;
    if (!this.#validate) return undefined;
    if (weights !== latest) this.#setWeights(weights);
    try {
      return await this.#validate({ signal });
    } catch (error) {
      if (signal?.aborted) return "aborted";
      throw error;
    } finally {
      if (weights !== latest) this.#setWeights(latest);
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
    const { schedule } = this.#options;
    if (!schedule) return this.#optimizer.lr;
    return schedule(Math.max(0, this.#steppedBefore - 1), this.#epochs, this.#totalExamples);
  }

  #setWeights(weights: Weights): void {
    setVariables(variablesOf(this.#model), weights, { owner: this.#model.name });
  }

  async #save(): Promise<void> {
    const { checkpoint } = this.#options;
    if (!checkpoint || (this.#savedSteps === this.#totalSteps && this.#savedEpoch === this.#epoch)) return;
    const state = await this.#checkpoint();
    this.#savedSteps = this.#totalSteps;
    this.#savedEpoch = this.#epoch;
    await this.#asking(() => checkpoint.save(state));
  }

  /** A function of the user's, who may ask for what is between two events. */
  async #asking<T>(f: () => T | Promise<T>): Promise<T> {
    this.#isAskedFor = true;
    try {
      return await f();
    } finally {
      this.#isAskedFor = false;
    }
  }

  async #checkpoint(): Promise<Checkpoint> {
    const [current, optimizerState, average] = await Promise.all([
      copyOf(variablesOf(this.#model)),
      copyOf(this.#step.state),
      this.#average && copyOf(this.#average.means),
    ]);
    this.#checkFinite(current);
    const best = this.#best;
    const isBest = !best || (best.epoch === this.#epoch && this.#stepOfEpoch === 0);
    // Copied: a checkpoint is its owner's, who may give it away.
    const weights = isBest ? (average ?? current) : copied(best.weights);
    return {
      model: this.#model.describe(),
      input: isPictures(this.#train) ? this.#train.shape : this.#model.inputShape!,
      weights,
      data: { name: this.#train.name, classes: classesOf(this.#train) },
      training: {
        seed: this.#seed,
        batchSize: this.#batchSize,
        images: this.#train.length,
        objective: this.#objective.name,
        epoch: this.#epoch,
        step: this.#stepOfEpoch,
        totalSteps: this.#totalSteps,
        examples: this.#examplesOfEpoch,
        totalExamples: this.#totalExamples,
        optimizer: this.#optimizer.describe(),
        optimizerState,
        ...(weights === current ? {} : { latest: current }),
        ...(average ? { average } : {}),
        sums: { ...this.#tally.sums },
        ...(best ? { best: { epoch: best.epoch, loss: best.loss, scores: best.scores } } : {}),
        patience: { ...this.#patience },
        history: { losses: Float32Array.from(this.#losses), epochs: [...this.#epochs] },
        seconds: this.#watch.seconds,
        shown: this.#watch.shown,
      },
    };
  }

  /** Nothing is changed where the checkpoint does not fit. */
  #goOnFrom(speaker: "resume" | "rewind", checkpoint: Checkpoint): void {
    const before = trainingOf(checkpoint, speaker);
    const owner = this.#model.name;
    const { name, length } = this.#train;
    for (const [what, then, now] of [
      ["seed", before.seed, this.#seed],
      ["data set", checkpoint.data.name, name],
      [`number of training ${nounOf(this.#train)}`, before.images, length],
      ["objective", before.objective ?? this.#objective.name, this.#objective.name],
      ["optimizer", before.optimizer.name, this.#optimizer.describe().name],
    ])
      if (then !== now)
        throw new TrainingError(
          `${speaker}: the ${what} of the checkpoint is ${then}, that of this run ${now}; begin a new run to change it`,
        );
    if (isStream(this.#data) && !this.#data.replayable)
      throw new TrainingError(
        `${speaker}: ${name} is a stream that cannot be had again from its beginning; a stream whose \`from\` is a function of the draw can`,
      );
    if (this.#average && !before.average)
      throw new TrainingError(
        `${speaker}: the checkpoint has no average of its weights, this run follows one; begin a new run to change it`,
      );
    const { step, batchSize, images, epoch } = before;
    // Checkpoints of old counted steps alone.
    const { examples = Math.min(step * batchSize, images), totalExamples = epoch * images + examples } =
      before;
    const stepOfEpoch = stepsFor(speaker, examples, this.#batchSize, this.#steps, before);
    setAll([
      { variables: variablesOf(this.#model), weights: before.latest ?? checkpoint.weights, owner },
      ...(this.#average ? [{ variables: this.#average.means, weights: before.average!, owner }] : []),
      {
        variables: this.#step.state,
        weights: before.optimizerState,
        origin: "the checkpoint's optimizer",
        owner: `that of ${owner}`,
      },
    ]);
    this.#epoch = epoch;
    this.#examplesOfEpoch = examples;
    this.#totalExamples = totalExamples;
    this.#stepOfEpoch = stepOfEpoch;
    this.#totalSteps = before.totalSteps;
    this.#tally.sums = { ...before.sums };
    this.#patience = { ...before.patience };
    this.#losses = [...before.history.losses];
    this.#epochs = [...before.history.epochs];
    // Copied: whose the checkpoint is may give it away.
    const keptBest = this.#options.keepBest && before.best;
    this.#best = keptBest ? { ...keptBest, weights: copied(checkpoint.weights) } : undefined;
    this.#lastGood = copied(before.latest ?? checkpoint.weights);
    this.#watch = new Stopwatch(before);
    this.#savedSteps = this.#savedEpoch = -1;
    this.#ended = false;
    this.#atEnd = undefined;
  }
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

/** What is trained on, and what is set apart or given to measure it by. */
function partsOf(
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
function clipped({ optimizer, clipNorm: norm, clipValue: value }: FitOptions): Optimizer {
  const short = norm === undefined ? optimizer : clipNorm(optimizer, { norm });
  return value === undefined ? short : clipValue(short, { value });
}

/** 0.05 → "0.05", 0.000123456 → "0.000123" */
const short = (n: number, digits = 3) => String(Number(n.toPrecision(digits)));
