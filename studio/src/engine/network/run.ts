/** One run of training: its network, its way so far, and how it goes on. */
import {
  type Checkpoint,
  checkpointOf,
  type data,
  encodeCheckpoint,
  fit,
  type Model,
  nn,
  type StepEvent,
  setModelWeights,
} from "receptive";
import { descriptionOf, nameOf, sentenceOf } from "../../network/sentence.js";
import type { Settings } from "../../network/settings.js";
import type { Parts } from "./data-sets.js";
import { History, type Kept } from "./history.js";
import { Looking } from "./looking.js";
import type { Accuracy, NetworkInfo, RunInfo } from "./protocol.js";
import { augmentation, loss, notesOf, optimizerOf, scheduleOf } from "./recipe.js";

/** Beyond any plan: a run ends where its plan says. */
const endless = 1e6;

export interface Shown {
  readonly model: Model;
  readonly looking: Looking;
  step: number;
}

/** Losses are known when a step is kept: of at most so many steps none is. */
const longestInterval = 8;

/** Steps of the history that go into a project file: of LeNet-5 half a megabyte each. */
const mostInFile = 32;

/** Those of kept steps: the run's own list has them once. */
const noLosses = new Float32Array();

export class Run {
  readonly id: number;
  readonly from: RunInfo["from"];
  readonly model: Model;
  readonly network: NetworkInfo;
  readonly dataName: string;
  readonly parts: Parts | undefined;
  readonly still: string | undefined;
  readonly isShipped: boolean;
  readonly history: History;
  settings: Settings;
  step: number;
  losses: number[];
  accuracies: Accuracy[];
  #events: ReturnType<typeof fit> | undefined;
  #viewer: Shown | undefined;
  #viewing: Promise<unknown> = Promise.resolve();
  readonly #looking: Looking;

  constructor(given: {
    id: number;
    from?: RunInfo["from"];
    settings: Settings;
    model: Model;
    classes: readonly string[];
    dataName: string;
    parts?: Parts;
    still?: string;
    isShipped?: boolean;
    history: History;
    step: number;
    losses?: readonly number[];
    accuracies?: readonly Accuracy[];
  }) {
    const { id, from, settings, model, classes, dataName, parts, still, history, step } = given;
    this.id = id;
    this.from = from;
    this.settings = settings;
    this.model = model;
    this.network = infoOf(model, classes);
    this.dataName = dataName;
    this.parts = parts;
    this.still = still;
    this.isShipped = given.isShipped ?? false;
    this.history = history;
    this.step = step;
    this.losses = [...(given.losses ?? [])];
    this.accuracies = [...(given.accuracies ?? [])];
    this.#looking = new Looking(model);
  }

  get stepsOfEpoch(): number {
    return this.parts ? Math.ceil(this.parts.train.length / this.settings.batch) : 0;
  }

  get planned(): number {
    return this.settings.epochs * this.stepsOfEpoch;
  }

  get info(): RunInfo {
    return {
      id: this.id,
      ...(this.from ? { from: this.from } : {}),
      settings: this.settings,
      network: this.network,
      data: this.dataName,
      step: this.step,
      steps: Math.max(this.planned, this.step),
      stepsOfEpoch: this.stepsOfEpoch,
      ...(this.isShipped ? { isShipped: true as const } : {}),
      ...(this.still ? { still: this.still } : {}),
      losses: Float32Array.from(this.losses),
      accuracies: this.accuracies,
      kept: this.history.steps,
    };
  }

  /**
   * Makes the next step; the first begins the training, or goes on where the history ends.
   *
   * @param isWanted  whether the step that is being made is to be kept, whatever the history holds
   */
  async next(isWanted: () => boolean): Promise<StepEvent> {
    this.#events ??= this.#train();
    let { value } = await this.#events.next();
    // Between two steps an epoch may end.
    while (value && value.kind !== "step") ({ value } = await this.#events.next());
    if (!value) throw new Error("The training has ended.");
    this.step++;
    if (isWanted() || this.step % Math.min(this.history.interval, longestInterval) === 0) await this.#keep();
    return value;
  }

  async #keep(): Promise<void> {
    const checkpoint = await this.#events!.checkpoint();
    const { training } = checkpoint;
    if (!training) return;
    const { losses, epochs } = training.history;
    for (let i = this.losses.length; i < losses.length; i++) this.losses.push(losses[i]);
    this.history.keep({
      step: training.totalSteps,
      checkpoint: { ...checkpoint, training: { ...training, history: { epochs, losses: noLosses } } },
    });
  }

  /** The training is left; it goes on from the last step that was kept. */
  async leave(): Promise<void> {
    const events = this.#events;
    this.#events = undefined;
    await events?.return();
  }

  /** Shows the network as it was after a step, or after the kept step nearest to it; one at a time. */
  seenAt<T>(step: number, use: (network: Shown) => Promise<T>): Promise<T> {
    const kept = step < this.step ? this.history.nearest(step) : undefined;
    if (!kept || kept.step === this.step)
      return use({ model: this.model, looking: this.#looking, step: this.step });
    const shown = this.#viewing.then(() => {
      if (!this.#viewer) {
        const model = nn.fromDescription(this.model.describe()) as Model;
        model.build(this.network.input as unknown as number[], { blank: true });
        this.#viewer = { model, looking: new Looking(model), step: -1 };
      }
      if (this.#viewer.step !== kept.step) {
        setModelWeights(this.#viewer.model, kept.checkpoint);
        this.#viewer.step = kept.step;
      }
      return use(this.#viewer);
    });
    this.#viewing = shown.catch(() => {});
    return shown;
  }

  /** After a loss that is no number: the last step that was kept is the newest again. */
  goBack(): void {
    const { last } = this.history;
    if (!last) return;
    this.step = last.step;
    this.losses = this.losses.slice(0, last.step);
    this.accuracies = this.accuracies.filter(({ step }) => step <= last.step);
    setModelWeights(this.model, last.checkpoint);
  }

  /** Back to a kept step, from which all goes on as if it had been the last: bit for bit. */
  async backTo(kept: Kept): Promise<void> {
    await this.leave();
    this.history.cutTo(kept);
    this.goBack();
  }

  /** As a file has it: that of the nearest kept step, with all losses up to it. */
  checkpointAt(step: number): Checkpoint {
    const { step: at, checkpoint } = this.history.nearest(step)!;
    return this.#whole(checkpoint, at);
  }

  /** Steps before a checkpoint as files have them: few enough to be sent to somebody. */
  earlierThan({ training }: Checkpoint): Map<number, Uint8Array> {
    const kept = this.history.thinned(mostInFile, (training?.totalSteps ?? 0) - 1);
    return new Map(
      kept.map(({ step, checkpoint }) => [step, encodeCheckpoint(this.#whole(checkpoint, step))]),
    );
  }

  /**
   * An earlier step, from a file.
   *
   * @throws that it is no step of this training
   */
  remember(checkpoint: Checkpoint, name: string): void {
    const step = checkpoint.training?.totalSteps ?? 0;
    const isOfThis = JSON.stringify(checkpoint.model) === JSON.stringify(this.history.last?.checkpoint.model);
    if (!isOfThis || step >= this.step)
      throw new Error(`${name} is no earlier step of the training beside it, which is at step ${this.step}.`);
    this.history.precede({ step, checkpoint });
  }

  #whole(checkpoint: Checkpoint, at: number): Checkpoint {
    const { training, notes } = checkpoint;
    if (!training) return checkpoint;
    return {
      ...checkpoint,
      // A file's own notes stay as they are as long as nothing has been learned since.
      notes: this.still
        ? notes
        : {
            ...notes,
            ...notesOf(this.settings, this.dataName),
            accuracies: this.accuracies
              .filter((one) => one.step <= at)
              .map((one) => [one.step, one.accuracy, one.of]),
          },
      training: {
        ...training,
        history: {
          epochs: training.history.epochs,
          losses: Float32Array.from(this.losses.slice(0, training.totalSteps)),
        },
      },
    };
  }

  #train() {
    const { settings, history, parts } = this;
    const last = history.last!;
    const resumed = last.checkpoint.training ? this.#whole(last.checkpoint, last.step) : undefined;
    return fit(this.model, parts!.train, {
      loss: loss(),
      optimizer: optimizerOf(settings),
      schedule: scheduleOf(
        () => this.settings,
        () => this.stepsOfEpoch,
      ),
      epochs: endless,
      batchSize: settings.batch,
      seed: settings.seed,
      ...(settings.augment ? { augment: augmentation() } : {}),
      ...(resumed ? { resume: resumed } : {}),
    });
  }
}

/** A network with its first weights, that of a seed. */
export async function newRun(id: number, settings: Settings, parts: Parts): Promise<Run> {
  const { train } = parts;
  const model = built(settings.net, train);
  model.build(train.shape, { seed: settings.seed });
  const first = await checkpointOf(model, {
    input: train.shape,
    data: { name: train.name, classes: train.classes },
  });
  return new Run({
    id,
    settings,
    model,
    classes: train.classes,
    dataName: train.name,
    parts,
    history: new History([{ step: 0, checkpoint: { ...first, notes: notesOf(settings, train.name) } }]),
    step: 0,
  });
}

/** @throws what the sentence or the library says against it; that it does not end in as many numbers as there are classes */
export function built(net: string, { shape, classes }: Pick<data.Dataset, "shape" | "classes">): Model {
  const model = nn.fromDescription(descriptionOf(net, nameOf(net)) as never) as Model;
  const output = model.summary(shape).layers.at(-1)?.output ?? [];
  if (output.length !== 1 || output[0] !== classes.length)
    throw new Error(
      `The last word makes ${output.join("×")} numbers, the pictures have ${classes.length} classes: let it end in d${classes.length}.`,
    );
  return model;
}

export function infoOf(model: Model, classes: readonly string[], shape = model.inputShape): NetworkInfo {
  const { layers, params, macs, input } = model.summary(shape as number[]);
  return {
    name: model.name,
    net: sentenceOf(model.describe() as never),
    input: input as unknown as NetworkInfo["input"],
    classes,
    params,
    macs,
    layers: layers.map(({ name, type, output, params, macs, receptiveField }) => ({
      name,
      type,
      output,
      params,
      macs,
      sees: receptiveField as NetworkInfo["layers"][number]["sees"],
    })),
  };
}
