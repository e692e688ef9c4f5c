/** The trained network that a command is about. */
import type { Command } from "commander";
import { fileSource } from "#platform";
import { openArrays } from "../formats/open-arrays.js";
import { type Preprocessing, preprocessingOf, usualPreprocessing } from "../images/preprocessing.js";
import { registered } from "../models/index.js";
import { loadWeights } from "../models/load-weights.js";
import type { Model } from "../nn/index.js";
import { load, modelOf } from "../training/checkpoint.js";
import { onlyCheckpoint } from "./checkpoints.js";

export interface NetworkOptions {
  checkpoint?: string;
  model?: string;
  weights?: string;
}

export interface Network {
  model: Model;
  input: readonly [h: number, w: number, c: number];
  /** What the outputs mean; fewer than there are outputs where nobody knows. */
  classes: readonly string[];
  preprocessing: Preprocessing;
  /** What it was trained on, if it is a checkpoint of ours. */
  data?: string;
}

export function networkOptions(command: Command): Command {
  return command
    .option("--checkpoint <path>", "a network trained here; the one in runs/ if left out")
    .option("--model <name>", "instead of a checkpoint: an architecture, with --weights")
    .option("--weights <file>", "its weights: safetensors");
}

export async function openNetwork(
  { checkpoint: path, model: name, weights }: NetworkOptions,
  _: { json?: boolean } = {},
): Promise<Network> {
  if (name !== undefined && weights !== undefined) {
    const { make, input } = registered(name);
    const model = make();
    await loadWeights(model, await openArrays(await fileSource(weights)));
    return { model, input, classes: [], preprocessing: preprocessingOf(usualPreprocessing(input)) };
  }
  const checkpoint = await load(path ?? (await onlyCheckpoint()));
  const { input, data } = checkpoint;
  return {
    model: modelOf(checkpoint),
    input,
    classes: data.classes,
    preprocessing: preprocessingOf(usualPreprocessing(input)),
    data: data.name,
  };
}
