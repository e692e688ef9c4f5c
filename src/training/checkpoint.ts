/**
 * Checkpoints: a model's description and weights, and what an unfinished training needs to go on as if it had never
 * stopped, in one safetensors file. The model's arrays carry their paths as names, so that any reader of safetensors
 * finds them; those of the training begin with "training/".
 */

import { writePlace } from "#platform";
import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn, recordOf, required, rule } from "../door/rules.js";
import { said } from "../door/said.js";
import { declared, sentence } from "../formats/declared.js";
import { type FetchOptions, fetching } from "../formats/fetch-options.js";
import { PlaceError } from "../formats/fetched.js";
import { type FileSource, openSource } from "../formats/given-source.js";
import { parseJson } from "../formats/json.js";
import { onOneLine, refusal } from "../formats/refusal.js";
import { decodeSafetensors, encodeSafetensors, type SafetensorsArray } from "../formats/safetensors.js";
import { type AnyNetwork, fromDescription, type LayerDescription, type Model } from "../nn/index.js";
import type { OptimizerDescription } from "../optim/index.js";
import { printedAs } from "../tensor/printing.js";
import { type Shape, sizeOf } from "../tensor/shapes.js";
import { isShape, type ShapeTree, showShapes } from "../tensor/tree.js";
import type { Patience } from "./best-epoch.js";
import * as declaration from "./checkpoint-declaration.js";
import type { Measured } from "./fit-events.js";
import { checkModel, isModel } from "./given.js";
import type { Scores, Sums } from "./objective.js";
import { copyOf, variablesOf, type Weights } from "./weights.js";
import { checkWeights, setVariables, WeightsError } from "./weights-checks.js";

/** A model with all that is needed to use it, and to train it further. */
export interface Checkpoint {
  model: LayerDescription;
  /** The shape of one example, H×W×C of a picture; of a network of several inputs the shapes by their names. */
  input: ShapeTree;
  /** Parameters and running statistics: the best so far in a run that keeps the best, otherwise the latest. */
  weights: Weights;
  /** What the model was trained on. */
  data: { name: string; classes: readonly string[] };
  training?: TrainingState;
  /** Anything else that JSON can hold, for the program that saves. */
  notes?: Readonly<Record<string, unknown>>;
}

/** Where a training stands: what it needs to go on bit for bit as if it had not been stopped. */
export interface TrainingState {
  seed: number;
  batchSize: number;
  /** Examples that an epoch shows. */
  images: number;
  /** What the network is trained for. */
  objective?: string;
  /** Finished epochs. */
  epoch: number;
  /** Steps made of the epoch after these. */
  step: number;
  /** Steps made since the beginning. */
  totalSteps: number;
  /** Examples shown in the epoch after the finished ones, and since the beginning; of old checkpoints the steps say it. */
  examples?: number;
  totalExamples?: number;
  optimizer: OptimizerDescription;
  optimizerState: Weights;
  /** The latest weights, where `weights` are older and better ones. */
  latest?: Weights;
  /** The means of the weights, where these are followed by an average. */
  average?: Weights;
  /** Of the unfinished epoch what its losses and scores come from, by name. */
  sums: { readonly [name: string]: number };
  best?: { epoch: number; loss: number; scores: Scores };
  /** For early stopping: the lowest of what is waited for, and the epochs since then. */
  patience: Patience;
  history: History;
  /** Time spent on training, without validation. */
  seconds: number;
  /** Examples shown in that time. */
  shown: number;
}

/** How a training has gone so far. */
export interface History {
  /** Of every step, from the first on. */
  losses: Float32Array;
  epochs: readonly (Measured & { readonly epoch: number; readonly validation?: Measured })[];
}

const formatName = "receptive checkpoint 1";
const places = {
  latest: "training/latest/",
  average: "training/average/",
  optimizer: "training/optimizer/",
} as const;
const lossesName = "training/losses";

const aCheckpoint = recordOf("of a checkpoint: { model, input, weights, data }");

/** The file's bytes. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  checkArgument("encodeCheckpoint", "the checkpoint", checkpoint, aCheckpoint);
  const { model, input, weights, data, training, notes } = checkpoint;
  const arrays = new Map<string, SafetensorsArray>(weights);
  const metadata: Record<string, string> = {
    format: formatName,
    model: JSON.stringify(model),
    [isShape(input) && input.length === 3 ? "input" : "example"]: JSON.stringify(input),
    data: JSON.stringify(data),
  };
  if (notes) metadata.notes = JSON.stringify(notes);
  if (training) {
    const { optimizerState, latest, average, history, ...plain } = training;
    for (const [path, array] of optimizerState) arrays.set(places.optimizer + path, array);
    for (const [path, array] of latest ?? []) arrays.set(places.latest + path, array);
    for (const [path, array] of average ?? []) arrays.set(places.average + path, array);
    arrays.set(lossesName, { shape: [history.losses.length], data: history.losses });
    metadata.training = JSON.stringify({ ...plain, epochs: history.epochs }, (_, value) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    );
  }
  return encodeSafetensors(arrays, metadata);
}

/**
 * A checkpoint from the bytes of its file.
 *
 * @param fileName  what error messages call the file
 * @throws SafetensorsError if the bytes are no safetensors file; WeightsError if it is not one of ours, or damaged:
 *     names the place, what is there and what was expected
 */
export function decodeCheckpoint(bytes: Uint8Array, fileName: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, fileName);
  if (metadata.format !== formatName) throw new WeightsError(`${fileName}: ${otherFormat(metadata.format)}`);
  const fail = refusal(WeightsError, fileName);
  const damaged = (what: string): never => fail(`the checkpoint is damaged: ${what}`);
  const read = <Name extends keyof typeof declaration.parts>(name: Name) => {
    if (metadata[name] === undefined) return damaged(`${name} is missing`);
    const value = parseJson(metadata[name], name, damaged);
    return declared(declaration.parts[name], value, (fault) => damaged(sentence(name, fault)));
  };
  const below = (prefix: string): Map<string, SafetensorsArray> =>
    new Map(
      [...tensors].flatMap(([name, a]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), a]] : [])),
    );
  for (const [name, { data, dtype }] of tensors)
    if (!(data instanceof Float32Array)) damaged(`${name} has numbers of type ${dtype}, expected floats`);
  const weights = new Map([...tensors].filter(([name]) => !name.startsWith("training/")));
  origins.set(weights, fileName);
  const described = read("model");
  const input = metadata.example === undefined ? read("input") : read("example");
  const checkpoint: Checkpoint = { model: described, input, weights, data: read("data") };
  if (metadata.notes !== undefined) checkpoint.notes = read("notes");
  if (metadata.training !== undefined) {
    const { epochs, ...plain } = read("training");
    const losses = tensors.get(lossesName)?.data;
    if (!(losses instanceof Float32Array)) return damaged(`it has no ${lossesName}`);
    const [latest, average] = [below(places.latest), below(places.average)];
    checkpoint.training = {
      ...plain,
      sums: sumsOfAnyObjective(plain.sums),
      best: plain.best && withScores(plain.best),
      optimizerState: below(places.optimizer),
      ...(latest.size > 0 ? { latest } : {}),
      ...(average.size > 0 ? { average } : {}),
      history: {
        losses,
        epochs: epochs.map(({ validation, ...epoch }) => ({
          ...withScores(epoch),
          ...(validation ? { validation: withScores(validation) } : {}),
        })),
      },
    };
  }
  return printable(checkpoint);
}

/** A checkpoint that is printed in a line, and of which JSON has what it is of, not its weights. */
function printable(checkpoint: Checkpoint): Checkpoint {
  const text = (): string => {
    const { model, input, weights, data, training } = checkpoint;
    const numbers = [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const when = training ? `, epoch ${training.epoch}` : "";
    return `checkpoint of ${model.name}, input ${showShapes(input)}: ${numbers} numbers, trained on ${data.name}${when}`;
  };
  return printedAs(checkpoint, text, () => {
    const { model, input, data, training } = checkpoint;
    const { seed, batchSize, epoch, totalSteps, optimizer } = training ?? {};
    return {
      model,
      input,
      data,
      ...(training && { training: { seed, batchSize, epoch, totalSteps, optimizer } }),
    };
  });
}

/** Older files know pictures with classes alone: their sums by the names that they have now. */
function sumsOfAnyObjective(sums: Sums): Sums {
  const { loss, correct = 0, images } = sums;
  if (loss === undefined || images === undefined) return sums;
  return { "total loss": loss, "weight loss": images, correct, counted: images, examples: images };
}

/** What was measured, the accuracy of older files among the scores; what is no number in JSON is one again. */
function withScores<M extends Omit<Measured, "scores"> & { scores?: Scores }>(
  measured: M,
): M & { scores: Scores } {
  const { loss, losses, accuracy, scores = accuracy === undefined ? {} : { accuracy } } = measured;
  const numbers = (named: Scores): Scores =>
    Object.fromEntries(Object.entries(named).map(([name, value]) => [name, Number(value)]));
  return {
    ...measured,
    loss: Number(loss),
    ...(losses ? { losses: numbers(losses) } : {}),
    scores: numbers(scores),
  };
}

/** A version of ours that is not read here may be read by another version of Receptive. */
const otherFormat = (format: string | undefined): string =>
  format !== undefined && /^receptive checkpoint \d+$/.test(format)
    ? `is a "${format}", which this version of Receptive does not read (it reads "${formatName}")`
    : `is no checkpoint of Receptive (its format is ${JSON.stringify(format ?? "not given")}, expected "${formatName}")`;

/** Which file weights were read from, for what is found to be wrong with them later. */
const origins = new WeakMap<Weights, string>();

const holdsShapes = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && (value.every(fromOneOn.holds) || value.every(holdsShapes))
    : typeof value === "object" && value !== null && Object.values(value).every(holdsShapes);
const aShape = rule("[height, width, channels]", holdsShapes);
const aData = rule("{ name, classes }", (value) => {
  const { name, classes } = (value ?? {}) as Partial<Checkpoint["data"]>;
  return typeof name === "string" && Array.isArray(classes);
});

/** A checkpoint of a model that is in no training, with its weights as they are now. */
export async function checkpointOf(
  model: AnyNetwork,
  options: { input: Checkpoint["input"]; data: Checkpoint["data"] },
): Promise<Checkpoint> {
  checkModel("checkpointOf", model);
  const { input, data } = optionsOf("checkpointOf", options, {
    input: required(aShape),
    data: required(aData),
  });
  return printable({ model: model.describe(), input, weights: await copyOf(variablesOf(model)), data });
}

/**
 * Writes a checkpoint to a file: whoever looks, at any time, finds the file as it was or as it is now, whole.
 *
 * @param place  in Node a path, or the URL of a file; in a page "opfs:NAME" or "indexeddb:NAME", which stay in the
 *     browser until the page's data are cleared, or "download:NAME", which the user gets
 * @throws WeightsError  one line: nothing can be written there
 * @throws TypeError     where one of both is something else, or they are the wrong way round
 */
export async function save(place: string | URL, checkpoint: Checkpoint | Promise<Checkpoint>): Promise<void> {
  const known = await checkpoint;
  checkSaved(place, known);
  await asWeightsError(() => writePlace(String(place), encodeCheckpoint(known)));
}

/**
 * Reads a checkpoint.
 *
 * @param source  in Node a path; an address (in a page also a relative one, "opfs:NAME" or "indexeddb:NAME"); a Blob, a
 *     File, a Response, or bytes
 * @param options  of an address: `signal`, how long its server is waited for, and how much it may send
 * @throws WeightsError or SafetensorsError, one line that names the file
 * @throws TypeError  where nothing can be read from the source
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Checkpoint> {
  optionsOf("load", options, fetching);
  if (isModel(source))
    throw new TypeError(
      `load: the source is a model, ${source.name}, expected a file; loadWeights(model, source) gives a model its weights`,
    );
  return asWeightsError(async () => {
    const file = await openSource("load", source, { ...options, what: "checkpoint" });
    return decodeCheckpoint(await file.read(0, file.size), file.name);
  });
}

function checkSaved(place: unknown, checkpoint: unknown): void {
  const isPlace = (value: unknown): boolean =>
    typeof value === "string" || Object.prototype.toString.call(value) === "[object URL]";
  if (!isPlace(place) || place === "") {
    if (isPlace(checkpoint)) {
      const second = isModel(place) ? "checkpointOf(model, …)" : "checkpoint";
      throw new TypeError(`save: the place comes first: save(${said(String(checkpoint))}, ${second})`);
    }
    throw new TypeError(
      `save: the place is ${isModel(place) ? `a model, ${place.name}` : said(place)}, expected a path, or in a page "download:NAME", "opfs:NAME" or "indexeddb:NAME"`,
    );
  }
  if (isModel(checkpoint))
    throw new TypeError(
      `save: ${checkpoint.name} is a model, expected a checkpoint of it: checkpointOf(model, { input, data })`,
    );
  const { model, weights } = (checkpoint ?? {}) as Partial<Checkpoint>;
  if (!model || Object.prototype.toString.call(weights) !== "[object Map]")
    throw new TypeError(
      `save: the checkpoint is ${said(checkpoint)}, expected what checkpointOf or fit's checkpoints give`,
    );
}

async function asWeightsError<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof PlaceError ? new WeightsError(error.message, { cause: error }) : error;
  }
}

/**
 * The model of a checkpoint, with its weights.
 * @throws WeightsError where its description makes no model, or one of other weights; nothing is allocated then
 */
export function modelOf<N extends AnyNetwork = Model>(checkpoint: Checkpoint): N {
  checkArgument("modelOf", "the checkpoint", checkpoint, aCheckpoint);
  return named(checkpoint, () => {
    const model: AnyNetwork = fromDescription(checkpoint.model);
    setModelWeights(model, checkpoint);
    return model as unknown as N;
  });
}

/**
 * Gives a model the weights of a checkpoint.
 *
 * @throws WeightsError where the checkpoint is of another model: names the first parameter that differs
 */
export function setModelWeights(model: AnyNetwork, checkpoint: Checkpoint): void {
  checkModel("setModelWeights", model);
  const { weights, input } = checkpoint;
  const owner = model.name;
  named(checkpoint, () => {
    // Before anything is made: a description of a few bytes can ask for a layer that fills the memory.
    const expect = (shapes: ReadonlyMap<string, Shape>) => checkWeights(shapes, weights, { owner });
    if (!model.inputShape) model.build(input, { blank: true, expect });
    setVariables(variablesOf(model), weights, { owner });
  });
}

/** The file that a checkpoint was read from. */
export const fileOf = ({ weights }: Checkpoint): string | undefined => origins.get(weights);

/** Does something with a checkpoint; what goes wrong names the file that it is from. */
function named<T>(checkpoint: Checkpoint, act: () => T): T {
  const file = fileOf(checkpoint);
  try {
    return act();
  } catch (error) {
    if (file === undefined || !(error instanceof Error) || error.message.startsWith(`${file}: `)) throw error;
    throw new WeightsError(`${file}: ${onOneLine(error.message)}`, { cause: error });
  }
}
