/** A training for a page: the next step is made when the page asks for the next event, as in a loop over `fit`. */
import { type SnapshotOptions, snapshot } from "../explain/index.js";
import type { FileSource } from "../formats/given-source.js";
import { objectiveOf } from "../models/index.js";
import type { Model } from "../nn/index.js";
import { tensor } from "../tensor/creation.js";
import { encodeCheckpoint } from "../training/checkpoint.js";
import { type FitEvent, type FitOptions, fit } from "../training/fit.js";
import { load, save } from "../training/opened-checkpoint.js";
import type { AugmentChoice, LossChoice, OptimizerChoice, ScheduleChoice } from "./choices.js";
import type { GivenDatasets } from "./given-data.js";
import type { Maker } from "./made.js";
import type { Peer } from "./peer.js";
import type { Callback, GivenData, Numbers } from "./protocol.js";

/** `FitOptions` as they cross. */
export interface CrossedFitOptions
  extends Pick<
    FitOptions,
    "target" | "epochs" | "batchSize" | "dropLast" | "seed" | "earlyStopping" | "keepBest" | "mixup"
  > {
  readonly loss?: LossChoice;
  readonly optimizer: OptimizerChoice;
  readonly schedule?: ScheduleChoice;
  readonly augment?: AugmentChoice | readonly AugmentChoice[];
  readonly validation?: GivenData | number;
  readonly resume?: FileSource;
  readonly checkpoint?: {
    readonly every: "epoch" | number | { readonly examples: number };
    readonly save: string | Callback;
  };
  readonly snapshots?: { readonly every: number; readonly layer?: string; readonly image?: Numbers };
}

/** A training, and the data set that it is of; what is wrong with that is said when the first event is asked for. */
export interface Begun {
  readonly training: number;
  readonly name: string;
  readonly classes: readonly string[];
  readonly shape: readonly number[];
}

export class Trainings {
  readonly #page: Peer;
  readonly #make: Maker;
  readonly #data: GivenDatasets;
  readonly #running = new Map<number, { events: AsyncGenerator<FitEvent>; controller: AbortController }>();
  #next = 0;

  constructor(page: Peer, make: Maker, data: GivenDatasets) {
    this.#page = page;
    this.#make = make;
    this.#data = data;
  }

  async begin(model: Model, given: GivenData, options: CrossedFitOptions): Promise<Begun> {
    const controller = new AbortController();
    // Options first: to draw or to fetch the data takes a while.
    const fitOptions = await this.#fitOptions(model, options, controller.signal);
    const dataset = await this.#data.at(given, "train");
    const events = fit(model, dataset, fitOptions);
    const training = this.#next++;
    this.#running.set(training, { events, controller });
    return { training, name: dataset?.name, classes: dataset?.classes, shape: dataset?.shape };
  }

  async next(training: number): Promise<IteratorResult<FitEvent, void>> {
    const running = this.#running.get(training);
    if (!running) return { done: true, value: undefined };
    try {
      const result = await running.events.next();
      if (result.done) this.#running.delete(training);
      return result;
    } catch (error) {
      this.#running.delete(training);
      throw error;
    }
  }

  /** Whoever leaves the loop ends the training. */
  async leave(training: number): Promise<void> {
    const running = this.#running.get(training);
    this.#running.delete(training);
    await running?.events.return(undefined);
  }

  abort(training: number): void {
    this.#running.get(training)?.controller.abort();
  }

  async #fitOptions(model: Model, options: CrossedFitOptions, signal: AbortSignal): Promise<FitOptions> {
    const { loss, optimizer, schedule, augment, validation, resume, checkpoint, snapshots, ...plain } =
      options;
    const usual = objectiveOf(model.name);
    return {
      ...(loss === undefined ? usual : { loss: this.#make.loss(loss) }),
      ...plain,
      optimizer: this.#make.optimizer(optimizer),
      signal,
      ...(schedule === undefined ? {} : { schedule: this.#make.schedule(schedule) }),
      ...(augment === undefined ? {} : { augment: this.#make.augment(augment) }),
      ...(validation === undefined
        ? {}
        : {
            validation: typeof validation === "number" ? validation : await this.#data.at(validation, "test"),
          }),
      ...(resume === undefined ? {} : { resume: await load(resume) }),
      ...(checkpoint === undefined ? {} : { checkpoint: this.#saving(checkpoint) }),
      ...(snapshots === undefined ? {} : { snapshots: looking(snapshots) }),
    };
  }

  #saving({ every, save: place }: NonNullable<CrossedFitOptions["checkpoint"]>): FitOptions["checkpoint"] {
    const page = this.#page;
    return {
      every,
      async save(checkpoint) {
        if (typeof place === "string") return save(place, checkpoint);
        await page.call("callback", { callback: place.callback, args: [encodeCheckpoint(checkpoint)] });
      },
    };
  }
}

function looking({
  every,
  image,
  layer,
}: NonNullable<CrossedFitOptions["snapshots"]>): FitOptions["snapshots"] {
  const options: SnapshotOptions = { layer, ...(image ? { image: tensor(image.data, image.shape) } : {}) };
  return { every, take: (model) => snapshot(model, options) };
}
