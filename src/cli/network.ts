/** The trained network that a command is about. */
import type { Command } from "commander";
import { type Preprocessing, preprocessingOf, usualPreprocessing } from "../images/preprocessing.js";
import type { Model } from "../nn/index.js";
import { load, modelOf } from "../training/checkpoint.js";
import { onlyCheckpoint } from "./checkpoints.js";

export interface NetworkOptions {
  checkpoint?: string;
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
  return command.option("--checkpoint <path>", "a network trained here; the one in runs/ if left out");
}

export async function openNetwork(
  { checkpoint: path }: NetworkOptions,
  _: { json?: boolean } = {},
): Promise<Network> {
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
