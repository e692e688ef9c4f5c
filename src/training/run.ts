import type { ExampleBatch } from "../data/example-batches.js";
import type { Model } from "../nn/index.js";
import { Turns } from "../platform/turns.js";
import { notedEach } from "../runtime/recording.js";
import type { Stepped } from "./accumulation.js";
import { awaited, isBetter, patienceAfter, type Rated } from "./best-epoch.js";
import type { Checkpoint } from "./checkpoint.js";
import { causeOf } from "./divergence.js";
import {
  type DoneEvent,
  type EpochEvent,
  type FitEvent,
  type Measured,
  measured,
  type Snapshot,
  type StepEvent,
} from "./fit-events.js";
import type { FitOptions } from "./fit-options.js";
import type { Trainable } from "./objective.js";
import { type Prepared, prepared } from "./prepared.js";
import { checkpointOf, placeIn, type RunParts, type Standing, trainingOf } from "./standing.js";
import { Stopwatch } from "./stopwatch.js";
import { epochBatches, isPictures, type TrainingSource } from "./training-data.js";
import { TrainingError } from "./training-error.js";
import { untilAborted } from "./until-aborted.js";
import { copyOf, firstNotFinite, giveBack, variablesOf, type Weights } from "./weights.js";

/** A step that was asked for. */
interface Asked {
  readonly stepped: Promise<Stepped>;
  readonly batch: ExampleBatch;
  readonly lr: number;
  /** Made and shown in all, with it. */
  readonly totalSteps: number;
  readonly totalExamples: number;
  /** Once it was waited for. */
  event?: Promise<StepEvent>;
}

/** A model with all that makes the steps of its training, and where that stands. */
export class Run {
  readonly #of: Prepared;
  #watch: Stopwatch;
  #at: Standing = {
    epoch: 0,
    step: 0,
    totalSteps: 0,
    examples: 0,
    totalExamples: 0,
    best: undefined,
    patience: { lowest: null, waited: 0 },
    losses: [],
    epochs: [],
  };

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
  /** The caller has the turn, who may ask for anything: what was asked for is awaited before the run goes on. */
  #asked: Promise<unknown>[] | undefined;
  /** The step of which nobody has heard yet. On a device that runs ahead it is being made when the one before is told of. */
  #ahead: Asked | undefined;
  readonly #turns = new Turns();

  constructor(model: Trainable, dataset: TrainingSource, options: FitOptions) {
    this.#of = prepared(model, dataset, options);
    const { resume } = options;
    this.#watch = new Stopwatch(resume && trainingOf(resume));
    if (resume) this.#goOnFrom("resume", resume);
  }

  /** What is needed before the first step, and before the run is asked where it stands. */
  async begin(): Promise<void> {
    this.#lastGood ??= await copyOf(variablesOf(this.#of.model));
    if (!this.#of.options.resume) await this.#of.average?.begin();
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
        epochs: this.#at.epoch,
        ...(this.#at.best ? { bestEpoch: this.#at.best.epoch } : {}),
        seconds: this.#watch.seconds,
        imagesPerSecond: this.#watch.meanImagesPerSecond,
      };
    } while (this.#moved);
  }

  /** @returns why there are no more */
  async *#epochsLeft(): AsyncGenerator<FitEvent, DoneEvent["reason"], void> {
    const { epochs, signal, checkpoint } = this.#of.options;
    this.#moved = false;
    while (this.#at.epoch < epochs) {
      if (this.#isOutOfPatience()) return "stopped early";
      const begun = this.#watch.seconds;
      this.#watch.start();
      let asked = performance.now();
      try {
        for await (const batch of this.#batches()) {
          this.#watch.wait((performance.now() - asked) / 1000);
          if (signal?.aborted) break;
          const before = this.#ahead;
          const step = this.#ask(batch);
          this.#ahead = step;
          if (before) yield* this.#landed(before);
          if (!this.#moved && !this.#staysAhead(step)) yield* this.#landed(step);
          if (this.#moved) break;
          asked = performance.now();
        }
      } catch (error) {
        // There is no next batch, or no learning rate for it.
        if (this.#ahead) yield* this.#landed(this.#ahead);
        throw error;
      }
      if (this.#ahead) yield* this.#landed(this.#ahead);
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

  /** The step of a batch behind those that were asked for; its learning rate as if they had been made. */
  #ask(batch: ExampleBatch): Asked {
    const { totalSteps, totalExamples } = this.#ahead ?? {
      totalSteps: this.#at.totalSteps,
      totalExamples: this.#at.totalExamples,
    };
    const lr = this.#learningRate(this.#steppedBefore + totalSteps - this.#at.totalSteps, totalExamples);
    const step = this.#of.step(batch, { lr, step: totalSteps, seed: this.#of.seed });
    const followed = this.#of.average?.follow(totalSteps + 1);
    const stepped = Promise.all([step, followed]).then(([stepped]) => stepped);
    stepped.catch(() => {}); // Nobody waits for a step behind one that has failed.
    return { stepped, batch, lr, totalSteps: totalSteps + 1, totalExamples: totalExamples + batch.size };
  }

  /** Whether the next step may be asked for before this one is told of: not where somebody sees the weights in between. */
  #staysAhead(asked: Asked): boolean {
    return this.#of.step.runsAhead() && !this.#isToBeSaved(asked) && !this.#isSnapshot(asked);
  }

  /** What comes of a step; waited for by whoever asks first. */
  #arrival(asked: Asked): Promise<StepEvent> {
    asked.event ??= (async () => {
      try {
        const { stepped, batch, lr } = asked;
        const outcome = await stepped;
        this.#at.step++;
        this.#at.totalSteps++;
        this.#at.examples += batch.size;
        this.#at.totalExamples += batch.size;
        if (!Number.isFinite(outcome.loss)) throw await this.#divergedOn(outcome, batch, lr);
        this.#count(outcome, batch);
        if (isPictures(this.#of.train)) this.#of.spare?.give(batch.fields.images.own as Float32Array);
        return this.#stepEvent(lr);
      } catch (error) {
        // A step that was made behind one that was not leaves weights that belong nowhere.
        if (this.#ahead !== asked) this.#failed = true;
        this.#ahead = undefined;
        throw error;
      }
    })();
    return asked.event;
  }

  async *#landed(asked: Asked): AsyncGenerator<FitEvent, void, void> {
    const event = await this.#arrival(asked);
    if (this.#ahead === asked) this.#ahead = undefined;
    await this.#turns.give();
    this.#watch.pause();
    if (this.#isToBeSaved(asked)) await this.#save();
    yield { ...event, ...(this.#isSnapshot(asked) ? await this.#snapshot() : {}) };
    this.#watch.start();
  }

  /** Whether the run is at a place at which it can be asked where it stands, and be moved. */
  get isWaiting(): boolean {
    return this.#asked !== undefined;
  }

  /** Of what is asked for while the run waits: it goes on when that is done. */
  answer<T>(asked: Promise<T>): Promise<T> {
    this.#asked?.push(asked);
    return asked;
  }

  /** @throws TrainingError where the loss was no longer a number */
  async checkpoint(): Promise<Checkpoint> {
    await this.#drained();
    if (this.#failed)
      throw new TrainingError("checkpoint: the training has failed; an earlier checkpoint goes on");
    return this.#atEnd ?? this.#checkpoint();
  }

  /** The next event is that of the step after the checkpoint. */
  async rewind(checkpoint: Checkpoint): Promise<void> {
    this.#goOnFrom("rewind", checkpoint);
    this.#ahead = undefined;
    this.#moved = true;
  }

  /** Leaves the model with the weights that it shall have, however the run came to its end. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#drained();
    const average =
      this.#of.average && this.#at.totalSteps > 0 ? await copyOf(this.#of.average.means) : undefined;
    const weights = this.#at.best?.weights ?? (this.#failed ? this.#lastGood : average);
    if (!weights) return;
    if (!this.#failed) this.#atEnd = await this.#checkpoint();
    giveBack(variablesOf(this.#of.model), weights);
  }

  /** The run stands where its variables are. */
  async #drained(): Promise<void> {
    // Whoever asks for the next event hears of what went wrong.
    if (this.#ahead) await this.#arrival(this.#ahead).catch(() => {});
    this.#watch.pause();
  }

  #batches(): AsyncGenerator<ExampleBatch, void, void> {
    const epoch = epochBatches(this.#of.data, {
      batchSize: this.#of.batchSize,
      draw: { seed: this.#of.seed, epoch: this.#at.epoch },
      dropLast: this.#of.options.dropLast,
      first: this.#at.step,
    });
    return notedEach("data", "next batch", untilAborted(epoch, this.#of.options.signal));
  }

  #isToBeSaved({ totalSteps, totalExamples: now, batch }: Asked): boolean {
    const every = this.#of.options.checkpoint?.every;
    if (typeof every === "number") return totalSteps % every === 0;
    if (typeof every !== "object") return false;
    return Math.floor(now / every.examples) > Math.floor((now - batch.size) / every.examples);
  }

  #isSnapshot({ totalSteps }: Asked): boolean {
    const { snapshots } = this.#of.options;
    return snapshots !== undefined && totalSteps % snapshots.every === 0;
  }

  /** As if all batches had been of the size that they have now: what schedules go by. */
  get #steppedBefore(): number {
    return this.#at.epoch * this.#of.steps + this.#at.step;
  }

  /** @param step, examples  made and shown before */
  #learningRate(step: number, examples: number): number {
    const { schedule } = this.#of.options;
    const lr = schedule ? schedule(step, this.#at.epochs, examples) : this.#of.optimizer.lr;
    if (!(lr >= 0 && Number.isFinite(lr)))
      throw new RangeError(
        `fit: the ${schedule ? "schedule" : "optimizer"} gives step ${step} (counted from 0) a learning rate of ${lr}, expected a number of at least 0`,
      );
    return lr;
  }

  #count({ loss, sums }: Stepped, batch: ExampleBatch): void {
    this.#of.tally.count(sums, batch.size);
    this.#at.losses.push(loss);
    this.#watch.lap(batch.size);
  }

  async #divergedOn({ loss }: Stepped, batch: ExampleBatch, lr: number): Promise<TrainingError> {
    const isFirst = this.#at.totalSteps === 1;
    const found = await causeOf(batch, this.#of.model, this.#of.objective.inputs ?? [], this.#of.classes);
    return this.#diverged(
      Number.isNaN(loss) ? "the loss became NaN" : "the loss became infinite",
      lr,
      found ?? (isFirst ? "before any weight changed, so the network or its loss makes it" : undefined),
    );
  }

  /** @param cause  what would have made it so whatever the learning rate */
  #diverged(what: string, lr: number, cause?: string): TrainingError {
    this.#failed = true;
    const place = `at step ${this.#at.step} of epoch ${this.#at.epoch + 1}`;
    if (cause) return new TrainingError(`${what} ${place}: ${cause}`);
    return new TrainingError(
      `${what} ${place}, with a learning rate of ${short(lr)}; try a smaller one, such as ${short(lr / 10, 1)}`,
    );
  }

  #stepEvent(lr: number): StepEvent {
    return {
      kind: "step",
      epoch: this.#at.epoch + 1,
      step: this.#at.step,
      steps: this.#of.steps,
      ...measured(this.#of.tally.standing),
      imagesPerSecond: this.#watch.imagesPerSecond,
      waiting: this.#watch.waiting,
      lr,
    };
  }

  async #snapshot(): Promise<{ snapshot: Snapshot }> {
    const { snapshots } = this.#of.options;
    return { snapshot: await this.#asking(() => snapshots!.take(this.#of.model as unknown as Model)) };
  }

  /** Measures and closes an epoch; undefined if that was aborted. */
  async #endEpoch(seconds: number): Promise<EpochEvent | undefined> {
    const latest = await copyOf(variablesOf(this.#of.model));
    this.#checkFinite(latest);
    const weights = this.#of.average ? await copyOf(this.#of.average.means) : latest;
    const validation = await this.#validated(latest, weights);
    if (validation === "aborted") return undefined;
    this.#lastGood = latest;
    this.#at.epoch++;
    this.#at.step = 0;
    this.#at.examples = 0;
    const training = measured(this.#of.tally.standing);
    this.#of.tally.sums = {};
    const scores = { ...training, ...(validation ? { validation } : {}) };
    this.#at.epochs.push({ epoch: this.#at.epoch, ...scores });

    const rated: Rated = validation ?? { loss: training.loss, scores: {} };
    const { keepBest, earlyStopping } = this.#of.options;
    const { best } = this.#of.objective;
    if (keepBest && (!this.#at.best || isBetter(rated, this.#at.best, best)))
      this.#at.best = { epoch: this.#at.epoch, loss: rated.loss, scores: rated.scores ?? {}, weights };
    const value = awaited(validation ?? training, earlyStopping?.by ?? "loss", best);
    this.#at.patience = patienceAfter(this.#at.patience, value, earlyStopping?.minDelta);
    return { kind: "epoch", epoch: this.#at.epoch, ...scores, seconds };
  }

  /** What validation comes to with these weights, which the model has for as long as it takes. */
  async #validated(latest: Weights, weights: Weights): Promise<Measured | undefined | "aborted"> {
    const { signal } = this.#of.options;
    if (!this.#of.validate) return undefined;
    if (weights !== latest) giveBack(variablesOf(this.#of.model), weights);
    try {
      return await this.#of.validate({ signal });
    } catch (error) {
      if (signal?.aborted) return "aborted";
      throw error;
    } finally {
      if (weights !== latest) giveBack(variablesOf(this.#of.model), latest);
    }
  }

  #isOutOfPatience(): boolean {
    const { earlyStopping } = this.#of.options;
    return earlyStopping !== undefined && this.#at.patience.waited >= earlyStopping.patience;
  }

  /** A loss can still be a number when the step it belongs to has already ruined the weights. */
  #checkFinite(weights: Weights): void {
    const path = firstNotFinite(weights);
    if (path !== undefined) throw this.#diverged(`${path} became infinite or NaN`, this.#lastRate());
  }

  #lastRate(): number {
    const { schedule } = this.#of.options;
    if (!schedule) return this.#of.optimizer.lr;
    return schedule(Math.max(0, this.#steppedBefore - 1), this.#at.epochs, this.#at.totalExamples);
  }

  async #save(): Promise<void> {
    const { checkpoint } = this.#of.options;
    if (!checkpoint || (this.#savedSteps === this.#at.totalSteps && this.#savedEpoch === this.#at.epoch))
      return;
    const state = await this.#checkpoint();
    this.#savedSteps = this.#at.totalSteps;
    this.#savedEpoch = this.#at.epoch;
    await this.#asking(() => checkpoint.save(state));
  }

  /** A function of the user's, who may ask for what is between two events. */
  async #asking<T>(f: () => T | Promise<T>): Promise<T> {
    const asked: Promise<unknown>[] = [];
    this.#asked = asked;
    try {
      return await f();
    } finally {
      await Promise.allSettled(asked);
      this.#asked = undefined;
    }
  }

  get #parts(): RunParts {
    const { step, average, options, ...parts } = this.#of;
    const { keepBest } = options;
    return { ...parts, optimizerState: step.state, average: average?.means, keepBest };
  }

  async #checkpoint(): Promise<Checkpoint> {
    return checkpointOf(
      this.#parts,
      () => this.#at,
      this.#watch,
      (weights) => this.#checkFinite(weights),
    );
  }

  /** Nothing is changed where the checkpoint does not fit. */
  #goOnFrom(speaker: "resume" | "rewind", checkpoint: Checkpoint): void {
    const { at, lastGood, clock } = placeIn(speaker, checkpoint, this.#parts);
    this.#at = at;
    this.#lastGood = lastGood;
    this.#watch = new Stopwatch(clock);
    this.#savedSteps = this.#savedEpoch = -1;
    this.#ended = false;
    this.#atEnd = undefined;
  }
}

/** 0.05 → "0.05", 0.000123456 → "0.000123" */
const short = (n: number, digits = 3) => String(Number(n.toPrecision(digits)));
