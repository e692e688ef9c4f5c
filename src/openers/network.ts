/** A trained network: a checkpoint of ours, or an architecture and weights from elsewhere. */
import { fileSource, readFile } from "#platform";
import { UsageError } from "../door/usage-error.js";
import type { ByteSource } from "../formats/byte-source.js";
import { openArrays } from "../formats/open-arrays.js";
import { type Preprocessing, preprocessingOf, usualPreprocessing } from "../images/preprocessing.js";
import type { ReadOptions } from "../images/reading.js";
import { withTorchvisionNames } from "../models/caffe-names.js";
import { isHubName, openHub } from "../models/hugging-face.js";
import { loadWeights, registered } from "../models/index.js";
import { withPixelScaling } from "../models/pixel-scaling.js";
import type { Model } from "../nn/index.js";
import { pixelLayers } from "../nn/pixel-layers.js";
import { settingsOf } from "../recipes/settings.js";
import { type Checkpoint, modelOf } from "../training/checkpoint.js";
import { load } from "../training/opened-checkpoint.js";
import { pictureInput } from "./picture-input.js";
import type { Told } from "./told.js";

type Colours = NonNullable<ReadOptions["colours"]>;

export interface NetworkOptions {
  checkpoint?: string;
  model?: string;
  weights?: string;
  preprocessing?: string;
  classes?: string;
  colours?: Colours;
}

export interface Network {
  model: Model;
  input: readonly [h: number, w: number, c: number];
  /** What the outputs mean; fewer than there are outputs where nobody knows. */
  classes: readonly string[];
  preprocessing: Preprocessing;
  /** How colours of files with a profile are read. */
  colours: Colours;
  /** What it was trained on, if it is a checkpoint of ours. */
  data?: string;
}

/** @throws UsageError where the options name no network, or two */
export async function openNetwork(options: NetworkOptions, told: Told = {}): Promise<Network> {
  const { checkpoint, model: name, weights } = options;
  if (checkpoint !== undefined) {
    if (name === undefined && weights === undefined) return fromCheckpoint(checkpoint, options);
    throw new UsageError(
      "--checkpoint brings its own architecture and weights: leave out --model and --weights",
    );
  }
  if (name === undefined)
    throw new UsageError("--weights needs the architecture they belong to: --model NAME");
  if (weights === undefined)
    throw new UsageError(`--model ${name} needs --weights, or a --checkpoint instead`);
  const { make, input } = registered(name);
  const names = options.classes === undefined ? undefined : await readClasses(options.classes);
  const model = make(names ? { classes: names.length } : {});
  await bringWeights(model, weights, told);
  const preprocessing = preprocessingOf(options.preprocessing ?? usualPreprocessing(input));
  const outputs = outputsOf(model);
  return {
    model: preprocessing.pixels ? await withPixelScaling(model, preprocessing.pixels) : model,
    input,
    classes:
      names ?? (outputs === 1000 ? (await import("../models/imagenet-classes.js")).imagenetClasses : []),
    preprocessing,
    colours: options.colours ?? "srgb",
  };
}

/** Gives a model the weights of a file or of the hub. */
export async function bringWeights(model: Model, weights: string, told: Told = {}): Promise<void> {
  const file = withTorchvisionNames(await openArrays(await openWeights(weights, told)));
  await loadWeights(model, file);
  for (const remark of file.remarks ?? []) told.remark?.(remark);
}

/** Where `--weights` points to. */
export async function openWeights(weights: string, { download }: Told = {}): Promise<ByteSource> {
  if (!isHubName(weights)) return fileSource(weights);
  const bar = download?.(weights);
  try {
    return await openHub(weights, { onProgress: ({ received, total }) => bar?.report(received, total) });
  } finally {
    bar?.stop();
  }
}

async function fromCheckpoint(
  path: string,
  { classes, preprocessing, colours }: NetworkOptions,
): Promise<Network> {
  const checkpoint = await load(path);
  const { data, notes } = checkpoint;
  const input = pictureInput(checkpoint);
  return {
    model: modelOf(checkpoint, pixelLayers),
    input,
    classes: classes === undefined ? data.classes : await readClasses(classes),
    // The model scales pixels by itself; how pictures are cropped is all that is left to say.
    preprocessing: preprocessingOf(preprocessing ?? noted(notes) ?? usualPreprocessing(input)),
    colours: colours ?? settingsOf(checkpoint).colours ?? "srgb",
    data: data.name,
  };
}

/** What `receptive convert` noted in a checkpoint. */
const noted = (notes: Checkpoint["notes"]): string | undefined =>
  typeof notes?.preprocessing === "string" ? notes.preprocessing : undefined;

/** Names in the order of the outputs, one a line; the number of a WordNet synset before a name is left out. */
export async function readClasses(path: string): Promise<string[]> {
  const lines = new TextDecoder()
    .decode(await readFile(path))
    .split("\n")
    .map((line) => line.trim().replace(/^n\d{8}\s+/, ""));
  const names = lines.filter((line) => line !== "");
  if (names.length === 0) throw new UsageError(`--classes ${path}: has no names, expected one a line`);
  return names;
}

function outputsOf(model: Model): number | undefined {
  return model.summary().layers.at(-1)?.output.at(-1);
}
