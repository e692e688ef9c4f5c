/**
 * Checkpoints: a model's description and weights, and what an unfinished training needs to go on as if it had never
 * stopped, in one safetensors file. The model's arrays carry their paths as names, so that any reader of safetensors
 * finds them; those of the training begin with "training/". `opened-checkpoint.ts` reads them: whoever only trains does
 * without.
 */

import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn, recordOf, required, rule } from "../door/rules.js";
import { onOneLine } from "../formats/refusal.js";
import { encodeSafetensors, type SafetensorsArray } from "../formats/safetensors.js";
import {
  type AnyNetwork,
  type AnyOwnLayers,
  fromDescription,
  type LayerDescription,
  type Model,
} from "../nn/index.js";
import type { OptimizerDescription } from "../optim/index.js";
import { printedAs } from "../tensor/printing.js";
import { type Shape, sizeOf } from "../tensor/shapes.js";
import { isShape, type ShapeTree, showShapes } from "../tensor/tree.js";
import type { Patience } from "./best-epoch.js";
import type { Measured } from "./fit-events.js";
import { checkModel } from "./given.js";
import type { Scores } from "./objective.js";
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

export const formatName = "receptive checkpoint 1";
export const places = {
  latest: "training/latest/",
  average: "training/average/",
  optimizer: "training/optimizer/",
} as const;
export const lossesName = "training/losses";

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

/** A checkpoint that is printed in a line, and of which JSON has what it is of, not its weights. */
export function printable(checkpoint: Checkpoint): Checkpoint {
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

/** Which file weights were read from, for what is found to be wrong with them later. */
export const origins = new WeakMap<Weights, string>();

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
 * The model of a checkpoint, with its weights.
 * @param own  layers of yours by their types, as of `nn.fromDescription`
 * @throws WeightsError where its description makes no model, or one of other weights; nothing is allocated then
 */
export function modelOf<N extends AnyNetwork = Model>(checkpoint: Checkpoint, own?: AnyOwnLayers): N {
  checkArgument("modelOf", "the checkpoint", checkpoint, aCheckpoint);
  return named(checkpoint, () => {
    const model: AnyNetwork = fromDescription(checkpoint.model, own);
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
