/** What the worker does for a page: models and data sets that the page knows by number, and what is asked of them. */
import type { LoadOptions } from "../data/index.js";
import type { FileSource } from "../formats/given-source.js";
import { type PictureFromOptions, type PictureSource, pictureFrom } from "../images/picture-from.js";
import { loadWeights } from "../models/index.js";
import type { Model } from "../nn/index.js";
import { configure, device } from "../runtime/devices.js";
import { tensor } from "../tensor/creation.js";
import { show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkpointOf, encodeCheckpoint, modelOf } from "../training/checkpoint.js";
import { evaluate } from "../training/evaluate.js";
import { load, save } from "../training/opened-checkpoint.js";
import { predict } from "../training/predict.js";
import type { LossChoice, ModelChoice } from "./choices.js";
import type { Remote } from "./crossing.js";
import { type Method, methodCalled } from "./explaining.js";
import { GivenDatasets } from "./given-data.js";
import { Kept } from "./kept.js";
import { Maker } from "./made.js";
import type { Offer } from "./offer.js";
import type { Peer } from "./peer.js";
import type { AboutModel, Callback, GivenData, Numbers } from "./protocol.js";
import { type Begun, type CrossedFitOptions, Trainings } from "./training.js";

interface KeptModel {
  readonly model: Model;
  /** What it was trained on, as far as that is known. */
  data?: { name: string; classes: readonly string[] };
}

type OfModel<Given = unknown> = { readonly model: Remote } & Given;

/** Pictures as they cross: numbers, or what `data.pictureFrom` takes. */
export type GivenPictures = { readonly numbers: Numbers } | { readonly sources: PictureSource[] };

/** Each takes what a page gives, and answers with what can cross; one call of the page is one of these. */
export class Service {
  readonly #page: Peer;
  readonly #make: Maker;
  readonly #models = new Kept<KeptModel>("model");
  readonly #data: GivenDatasets;
  readonly #trainings: Trainings;

  constructor(page: Peer, offer: Offer) {
    this.#page = page;
    this.#make = new Maker(offer);
    this.#data = new GivenDatasets(page, offer);
    this.#trainings = new Trainings(page, this.#make, this.#data);
  }

  device = device;

  configure = ({ threads }: { threads?: number }): Promise<void> => configure({ threads });

  model({
    choice,
    classes,
    input,
    seed,
  }: {
    choice: ModelChoice;
    classes?: number | readonly string[];
    input?: readonly number[];
    seed?: number;
  }): AboutModel & Remote {
    const names = typeof classes === "object" ? classes : undefined;
    const model = this.#make.model(choice, {
      classes: names ? names.length : (classes as number | undefined),
    });
    if (input) model.build(input, { seed });
    return this.#keep({ model, data: names && { name: "classes", classes: names } });
  }

  async load({ source }: { source: FileSource }): Promise<AboutModel & Remote> {
    const checkpoint = await load(source);
    return this.#keep({ model: modelOf(checkpoint), data: checkpoint.data });
  }

  async loadWeights({ model, source }: OfModel<{ source: FileSource }>): Promise<AboutModel> {
    const kept = this.#models.at(model);
    await loadWeights(kept.model, source);
    return about(kept);
  }

  releaseModel = (model: Remote): void => this.#models.release(model);

  about = (model: Remote): AboutModel => about(this.#models.at(model));

  summary({ model, inputShape }: OfModel<{ inputShape?: readonly number[] }>): unknown {
    const summary = this.#models.at(model).model.summary(inputShape);
    return { ...summary, text: String(summary) };
  }

  checkpoint = async ({ model }: OfModel): Promise<Uint8Array> =>
    encodeCheckpoint(await this.#checkpointOf(model));

  save = ({ model, place }: OfModel<{ place: string }>): Promise<void> =>
    save(place, this.#checkpointOf(model));

  async data({
    given,
    options,
  }: {
    given: GivenData | { own: string; [option: string]: unknown };
    options?: LoadOptions;
  }): Promise<object> {
    if (typeof given === "string") return this.#keepAll(await this.#data.named(given, options));
    if (typeof given === "object" && given !== null && "own" in given) {
      const { own, ...rest } = given;
      return this.#keepAll(await this.#data.own(own, rest));
    }
    return this.#keepAll(await this.#data.at(given, "train"));
  }

  releaseData = (data: Remote): void => this.#data.release(data);

  async fit({
    model,
    data,
    options,
  }: OfModel<{ data: GivenData; options: CrossedFitOptions }>): Promise<Begun> {
    const kept = this.#models.at(model);
    const begun = await this.#trainings.begin(kept.model, data, options);
    kept.data = { name: begun.name, classes: begun.classes };
    return begun;
  }

  next = ({ training }: { training: number }): Promise<unknown> => this.#trainings.next(training);

  leave = ({ training }: { training: number }): Promise<void> => this.#trainings.leave(training);

  abort = ({ training }: { training: number }): void => this.#trainings.abort(training);

  async evaluate(
    {
      model,
      data,
      options: { loss, onProgress, ...options },
    }: OfModel<{
      data: GivenData;
      options: { loss?: LossChoice; onProgress?: Callback; batchSize?: number; mistakes?: number };
    }>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const evaluation = await evaluate(this.#models.at(model).model, await this.#data.at(data, "test"), {
      ...options,
      ...(loss === undefined ? {} : { loss: this.#make.loss(loss) }),
      signal,
      onProgress: this.#telling(onProgress),
    });
    return { ...evaluation, text: String(evaluation) };
  }

  async predict({
    model,
    pictures,
    options,
  }: OfModel<{ pictures: GivenPictures; options?: PictureFromOptions }>): Promise<Float32Array[]> {
    const { model: network } = this.#models.at(model);
    return predict(network, await picturesFor(network, pictures, options));
  }

  async explain(
    {
      model,
      method,
      pictures,
      options: { onProgress, ...options },
    }: OfModel<{ method: Method; pictures: GivenPictures; options: { onProgress?: Callback } }>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { model: network } = this.#models.at(model);
    return methodCalled(method)(network, await picturesFor(network, pictures), {
      ...options,
      signal,
      onProgress: this.#telling(onProgress),
    });
  }

  #keep(kept: KeptModel): AboutModel & Remote {
    return { ...about(kept), remote: this.#models.keep(kept) };
  }

  #keepAll(given: Awaited<ReturnType<GivenDatasets["own"]>>): object {
    if (!("train" in given)) return this.#data.keep(given);
    return { train: this.#data.keep(given.train), test: this.#data.keep(given.test) };
  }

  async #checkpointOf(of: Remote) {
    const { model, data = { name: "", classes: [] } } = this.#models.at(of);
    const { inputShape } = model;
    if (inputShape?.length !== 3)
      throw new TypeError(
        `save: ${model.name} ${inputShape ? `takes ${show(inputShape)}, expected pictures, height×width×channels` : "has no weights yet: it is built by training, or for pictures of a size: model(…, { input: [28, 28, 1] })"}`,
      );
    return checkpointOf(model, { input: [inputShape[0], inputShape[1], inputShape[2]], data });
  }

  #telling(callback: Callback | undefined): ((progress: object) => void) | undefined {
    if (!callback) return undefined;
    return (progress) => void this.#page.call("callback", { ...callback, args: [progress] }).catch(() => {});
  }
}

const about = ({ model, data }: KeptModel): AboutModel => ({
  description: model.describe(),
  inputShape: model.inputShape,
  classes: data?.classes ?? null,
});

/** Pictures of any size are brought to that of the model's input, unless something else is asked for. */
async function picturesFor(
  model: Model,
  given: GivenPictures,
  options: PictureFromOptions = {},
): Promise<Tensor> {
  if ("numbers" in given) return tensor(given.numbers.data, given.numbers.shape);
  const { inputShape } = model;
  const [h, w, c] = inputShape?.length === 3 ? inputShape : [];
  return pictureFrom(given.sources, {
    ...(h === undefined ? {} : { size: [h, w] }),
    ...(c === 1 || c === 3 ? { channels: c } : {}),
    ...options,
  });
}
