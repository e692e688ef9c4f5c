/** A model that lies in the worker: what the library's functions do with a model, as its methods. */
import type { FileSource } from "../formats/given-source.js";
import type { PictureFromOptions } from "../images/picture-from.js";
import type { ModelDescription, ModelSummary } from "../nn/index.js";
import { download } from "../platform/browser-download.js";
import { printedAs } from "../tensor/printing.js";
import { show } from "../tensor/shapes.js";
import type { EvaluateOptions, Evaluation } from "../training/evaluate.js";
import type { DoneEvent, EpochEvent, FitOptions, StepEvent } from "../training/fit.js";
import type { AugmentChoice, LossChoice, OptimizerChoice, ScheduleChoice } from "./choices.js";
import { crossing, crossingFile, Known } from "./crossing.js";
import type { Method, MethodAnswer, MethodOptions } from "./explaining.js";
import type { Line } from "./line.js";
import { crossingPictures, type Pictures } from "./page-pictures.js";
import type { AboutModel, Numbers } from "./protocol.js";
import { crossingData, type DataChoice } from "./remote-data.js";
import type { Begun } from "./training.js";

/** `FitOptions` as plain data. */
export interface RemoteFitOptions
  extends Omit<
    FitOptions,
    "loss" | "optimizer" | "schedule" | "augment" | "validation" | "checkpoint" | "snapshots" | "resume"
  > {
  /** What the architecture is usually trained by, if left out: cross entropy, of an autoencoder the squared error. */
  loss?: LossChoice;
  optimizer: OptimizerChoice;
  schedule?: ScheduleChoice;
  /** One, or several in turn. */
  augment?: AugmentChoice | readonly AugmentChoice[];
  validation?: DataChoice | number;
  /** Where the worker saves it ("opfs:run"), or what the page does with the bytes of the file. */
  checkpoint?: {
    every: "epoch" | number | { readonly examples: number };
    /** A place of the worker, or a function of the page, for which the training waits. */
    save: string | ((bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>);
  };
  /** Filters of a convolution, and what they make of one picture, with the event of every so many steps. */
  snapshots?: { every: number; layer?: string; image?: Numbers };
  /** A checkpoint of the same model that was taken in training. */
  resume?: FileSource;
}

/** A look into the network while it trains: filters and maps of a layer. */
export interface RemoteSnapshot {
  readonly layer: string;
  readonly filters: Numbers;
  readonly maps?: Numbers;
}

/** What `fit` of a worker tells the page: the events of the library, tensors as their numbers. */
export type RemoteFitEvent =
  | (Omit<StepEvent, "snapshot"> & { snapshot?: RemoteSnapshot })
  | EpochEvent
  | DoneEvent;

/** Options of `evaluate` as plain data. */
export interface RemoteEvaluateOptions extends Omit<EvaluateOptions, "loss"> {
  loss?: LossChoice;
}

/** How pictures are made to fit, whether they are given away, and what stops the call. */
export interface RemotePredictOptions extends PictureFromOptions {
  signal?: AbortSignal;
  /** Pictures that are bitmaps, frames or bytes are given away, not copied. */
  transfer?: boolean;
}

/** A network that lives in a worker: every call crosses to it, and answers plain numbers. */
export class RemoteModel extends Known {
  readonly #line: Line;
  #about: AboutModel;

  constructor(line: Line, about: AboutModel & { remote: number }) {
    super(about.remote);
    this.#line = line;
    this.#about = about;
    const text = (): string =>
      `${this.name} in a worker, ${this.inputShape ? `input ${show(this.inputShape)}` : "not built"}`;
    printedAs(this, text, () => ({ name: this.name, inputShape: this.inputShape, classes: this.classes }));
  }

  get name(): string {
    return this.#about.description.name;
  }

  /** H×W×C, or null where it is not built yet. */
  get inputShape(): readonly number[] | null {
    return this.#about.inputShape;
  }

  /** What its classes are called: those of the checkpoint, or of the data that it was trained on. */
  get classes(): readonly string[] | null {
    return this.#about.classes;
  }

  /** The model as plain data, of which `nn.fromDescription` makes one of the same layers. */
  describe(): ModelDescription {
    return this.#about.description;
  }

  /**
   * Trains it, and tells of that event by event. As with `fit` the next step is made when the next event is asked for:
   * between two events the model rests, and leaving the loop ends the training.
   *
   * @throws what `fit` throws
   */
  async *fit(data: DataChoice, options: RemoteFitOptions): AsyncGenerator<RemoteFitEvent, void, void> {
    const { signal, checkpoint, validation, resume, ...plain } = options;
    const line = this.#line;
    const crossed = crossingData(line, "fit", data);
    const validating = crossingData(line, "fit", validation as DataChoice);
    const saving = typeof checkpoint?.save === "function" ? line.lend(checkpoint.save) : undefined;
    const given = crossing("fit", "", plain);
    const file = resume === undefined ? undefined : await crossingFile("fit", resume);
    const abort = (): void => void line.call("abort", { training }).catch(() => {});
    let training: number | undefined;
    try {
      const begun = (await line.call(
        "fit",
        {
          ...this.#given,
          data: crossed.value,
          options: {
            ...(given.value as object),
            ...(validation === undefined ? {} : { validation: validating.value }),
            ...(checkpoint ? { checkpoint: { ...checkpoint, save: saving?.lent ?? checkpoint.save } } : {}),
            ...(file ? { resume: file.value } : {}),
          },
        },
        { transfer: [...crossed.transfer, ...validating.transfer, ...given.transfer] },
      )) as Begun;
      training = begun.training;
      const { classes, shape } = begun;
      this.#about = { ...this.#about, classes, inputShape: this.#about.inputShape ?? shape };
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
      for (;;) {
        const { done, value } = (await line.call("next", { training })) as IteratorResult<
          RemoteFitEvent,
          void
        >;
        if (done) return;
        yield value;
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      // Where the line is gone, there is no training to leave.
      if (training !== undefined) await line.call("leave", { training }).catch(() => {});
      for (const { release } of [crossed, validating, ...(saving ? [saving] : [])]) release();
    }
  }

  /** @throws what `evaluate` throws */
  async evaluate(data: DataChoice, options: RemoteEvaluateOptions = {}): Promise<Evaluation> {
    const { signal, onProgress, ...plain } = options;
    const crossed = crossingData(this.#line, "evaluate", data);
    const { value } = crossing("evaluate", "", plain);
    const progress = onProgress && this.#line.lend(onProgress);
    const given = {
      ...this.#given,
      data: crossed.value,
      options: { ...(value as object), onProgress: progress?.lent },
    };
    try {
      const answer = await this.#line.call("evaluate", given, { ...crossed, signal });
      return withText(answer as Evaluation & { text: string });
    } finally {
      crossed.release();
      progress?.release();
    }
  }

  /**
   * A probability for each class of each picture. Pictures of any size and colour are brought to the model's input.
   *
   * @throws what `data.pictureFrom` and `predict` throw
   */
  async predict(pictures: Pictures, options: RemotePredictOptions = {}): Promise<Float32Array[]> {
    const { signal, transfer: giveAway, ...preparing } = options;
    const { value, transfer } = await crossingPictures("predict", pictures, { giveAway });
    const given = { ...this.#given, pictures: value, options: crossing("predict", "", preparing).value };
    return (await this.#line.call("predict", given, { transfer, signal })) as Float32Array[];
  }

  /**
   * Why it reads that in a picture: `explain.gradCam`, say, by its name.
   *
   * @returns what the method of that name answers, tensors as `{ shape, data }`
   */
  async explain<M extends Method>(
    method: M,
    pictures: Pictures,
    options: MethodOptions<M> = {} as MethodOptions<M>,
  ): Promise<MethodAnswer<M>> {
    const { signal, onProgress, ...plain } = options as MethodOptions<"gradCam">;
    const { value, transfer } = await crossingPictures("explain", pictures);
    const progress = onProgress && this.#line.lend(onProgress);
    const given = {
      ...this.#given,
      method,
      pictures: value,
      options: { ...(crossing("explain", "", plain).value as object), onProgress: progress?.lent },
    };
    try {
      return (await this.#line.call("explain", given, { transfer, signal })) as MethodAnswer<M>;
    } finally {
      progress?.release();
    }
  }

  /** @throws what `loadWeights` throws */
  async loadWeights(source: FileSource): Promise<void> {
    const file = await crossingFile("loadWeights", source);
    this.#about = (await this.#line.call(
      "loadWeights",
      { ...this.#given, source: file.value },
      file,
    )) as AboutModel;
  }

  /** Layer by layer; as text it is a table. */
  async summary(inputShape?: readonly number[]): Promise<ModelSummary> {
    const answer = await this.#line.call("summary", { ...this.#given, inputShape });
    return withText(answer as ModelSummary & { text: string });
  }

  /** The bytes of a checkpoint: a safetensors file. */
  async checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#line.call("checkpoint", this.#given)) as Uint8Array<ArrayBuffer>;
  }

  /**
   * Saves a checkpoint: in a page to "opfs:NAME", "indexeddb:NAME" or "download:NAME", in Node to a path.
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    const to = String(place);
    const [, name] = /^download:(.*\S.*)$/i.exec(to) ?? [];
    if (name && globalThis.document) return download(to, name, await this.checkpoint());
    await this.#line.call("save", { ...this.#given, place: to });
  }

  get #given() {
    return { model: Known.idOf(this) };
  }
}

/** Printed in the words of the worker's own. */
const withText = <T extends object>({ text, ...answer }: T & { text: string }): Omit<T, "text"> =>
  printedAs(answer, () => text);
