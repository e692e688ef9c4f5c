/** The trained network that a command is about: a checkpoint of ours, or an architecture and weights from elsewhere. */
import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { fileSource } from "#platform";
import { newestCheckpoint } from "../cli/checkpoints.js";
import { oneLine, UsageError } from "../cli/failure.js";
import type { ByteSource } from "../formats/byte-source.js";
import { openArrays } from "../formats/open-arrays.js";
import {
  type Preprocessing,
  preprocessingOf,
  preprocessings,
  usualPreprocessing,
} from "../images/preprocessing.js";
import type { ReadOptions } from "../images/reading.js";
import { withTorchvisionNames } from "../models/caffe-names.js";
import { isHubName, openHub } from "../models/hugging-face.js";
import { loadWeights, registered } from "../models/index.js";
import { withPixelScaling } from "../models/pixel-scaling.js";
import type { Model } from "../nn/index.js";
import { settingsOf } from "../recipes/settings.js";
import { downloadProgress } from "../report/progress.js";
import { type Checkpoint, load, modelOf } from "../training/checkpoint.js";
import { pictureInput } from "./picture-input.js";

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

/**
 * The options by which a command is told which network to use.
 * @param isGiven  the weights are an argument of the command, which is about no checkpoint
 */
export function networkOptions(command: Command, { isGiven = false } = {}): Command {
  if (isGiven) command.option("--model <name>", "the architecture that they are of: writes a checkpoint");
  else
    command
      .option("--checkpoint <path>", "a network trained here; the newest in runs/ if left out")
      .option("--model <name>", "instead of a checkpoint: an architecture, with --weights")
      .option(
        "--weights <file>",
        "its weights: safetensors, a torch .pth, an .onnx of SqueezeNet, or hf:owner/name of the Hugging Face hub",
      );
  return command
    .addOption(
      new Option(
        "--preprocessing <name>",
        "how the weights want their pictures, of a checkpoint how they are cropped (default: imagenet, or centre for small inputs)",
      ).choices(Object.keys(preprocessings)),
    )
    .addOption(coloursOption("as in its training, else srgb"))
    .option("--classes <file>", "what the outputs mean, one name a line; ImageNet's if there are a thousand");
}

/** @param usual  what holds where nothing is said */
export const coloursOption = (usual: string): Option =>
  new Option(
    "--colours <how>",
    `of files with a colour profile such as Adobe RGB: as one sees them (srgb), or the numbers as torchvision reads them (as-stored) (default: ${usual})`,
  ).choices(["srgb", "as-stored"]);

export async function openNetwork(options: NetworkOptions, how: { json?: boolean } = {}): Promise<Network> {
  const { checkpoint, model: name, weights } = options;
  if (name === undefined && weights === undefined) return fromCheckpoint(options, how);
  if (checkpoint !== undefined)
    throw new UsageError(
      "--checkpoint brings its own architecture and weights: leave out --model and --weights",
    );
  if (name === undefined)
    throw new UsageError("--weights needs the architecture they belong to: --model NAME");
  if (weights === undefined)
    throw new UsageError(`--model ${name} needs --weights, or a --checkpoint instead`);
  const { make, input } = registered(name);
  const names = options.classes === undefined ? undefined : await readClasses(options.classes);
  const model = make(names ? { classes: names.length } : {});
  await bringWeights(model, weights, how);
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
export async function bringWeights(
  model: Model,
  weights: string,
  how: { json?: boolean } = {},
): Promise<void> {
  const file = withTorchvisionNames(await openArrays(await openWeights(weights, how)));
  await loadWeights(model, file);
  if (!how.json) for (const remark of file.remarks ?? []) process.stderr.write(`${oneLine(remark)}\n`);
}

/** Where `--weights` points to. */
export async function openWeights(weights: string, { json }: { json?: boolean } = {}): Promise<ByteSource> {
  if (!isHubName(weights)) return fileSource(weights);
  const bar = downloadProgress(weights, { json });
  try {
    return await openHub(weights, { onProgress: ({ received, total }) => bar.report(received, total) });
  } finally {
    bar.stop();
  }
}

async function fromCheckpoint(
  { checkpoint: path, classes, preprocessing, colours }: NetworkOptions,
  { json }: { json?: boolean },
): Promise<Network> {
  const checkpoint = await load(path ?? (await newestPath({ json })));
  const { data, notes } = checkpoint;
  const input = pictureInput(checkpoint);
  return {
    model: modelOf(checkpoint),
    input,
    classes: classes === undefined ? data.classes : await readClasses(classes),
    // The model scales pixels by itself; how pictures are cropped is all that is left to say.
    preprocessing: preprocessingOf(preprocessing ?? noted(notes) ?? usualPreprocessing(input)),
    colours: colours ?? settingsOf(checkpoint).colours ?? "srgb",
    data: data.name,
  };
}

/** Says which one it is where there are others. */
async function newestPath({ json }: { json?: boolean }): Promise<string> {
  const { path, others } = await newestCheckpoint();
  if (others > 0 && !json)
    process.stderr.write(`With the newest checkpoint, ${path} (--checkpoint names another).\n`);
  return path;
}

/** What `receptive convert` noted in a checkpoint. */
const noted = (notes: Checkpoint["notes"]): string | undefined =>
  typeof notes?.preprocessing === "string" ? notes.preprocessing : undefined;

/** Names in the order of the outputs, one a line; the number of a WordNet synset before a name is left out. */
export async function readClasses(path: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8"))
    .split("\n")
    .map((line) => line.trim().replace(/^n\d{8}\s+/, ""));
  const names = lines.filter((line) => line !== "");
  if (names.length === 0) throw new UsageError(`--classes ${path}: has no names, expected one a line`);
  return names;
}

function outputsOf(model: Model): number | undefined {
  return model.summary().layers.at(-1)?.output.at(-1);
}
