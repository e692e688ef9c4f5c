/** What `receptive train` says before and after: for people, and as JSON. */
import type { AnyDataset, Splits } from "../data/dataset.js";
import { counted, duration, imageRate } from "../formatting/numbers.js";
import type { Model } from "../nn/index.js";
import type { Settings } from "../recipes/settings.js";
import { theEngine } from "../runtime/devices.js";
import type { Checkpoint } from "../training/checkpoint.js";
import type { DoneEvent } from "../training/fit.js";
import { parametersOf } from "./training-words.js";

export function beginning({
  model,
  train,
  settings: { epochs, batchSize, seed },
  resume,
}: {
  model: Model;
  train: AnyDataset;
  settings: Settings;
  resume?: Checkpoint;
}): { line: object; text: string } {
  const params = parametersOf(model);
  const { threads, target } = theEngine();
  const before = resume?.training?.epoch ?? 0;
  const from = resume ? { resumedAfter: before } : {};
  const amount =
    before < epochs
      ? counted(epochs, "epoch")
      : `${counted(before, "epoch")} done before, --epochs ${before + 3} adds three`;
  return {
    line: {
      kind: "start",
      model: model.name,
      data: train.name,
      images: train.length,
      params,
      epochs,
      batchSize,
      seed,
      target: target.name,
      threads,
      ...from,
    },
    text: `Training ${model.name} (${counted(params, "parameter")}) on ${train.name}: ${counted(train.length, "picture")}, ${amount}, ${counted(threads, "thread")}${resume && before < epochs ? `, going on after epoch ${before}` : ""}.`,
  };
}

/** What a run came to, for JSON, for people, and as a picture. */
export interface Outcome {
  line: object;
  text: string;
  sheet: Uint8Array;
}

/** What an outcome is made from. */
export interface FinishedRun {
  done: DoneEvent;
  model: Model;
  data: Splits<AnyDataset>;
  settings: Settings;
  latest: Checkpoint;
  /** Where checkpoint and sheet are. */
  paths: { checkpoint: string; sheet: string };
  signal: AbortSignal;
  onProgress: (progress: { done: number; count: number }) => void;
}

/** "3 epochs in 12 s (15,000 images/s), stopped early; the weights are those of epoch 2." */
export function effort({ epochs, bestEpoch, reason, seconds, imagesPerSecond }: DoneEvent): string {
  const early = reason === "stopped early" ? ", stopped early" : "";
  const best =
    bestEpoch === undefined || bestEpoch === epochs ? "" : `; the weights are those of epoch ${bestEpoch}`;
  return `${counted(epochs, "epoch")} in ${duration(seconds)} (${imageRate(imagesPerSecond)})${early}${best}.`;
}

/** "83,126 parameters · 3 epochs · seed 0" */
export function runLine({ model, settings, latest }: FinishedRun): string {
  const epochs = latest.training!.history.epochs.length;
  return `${counted(parametersOf(model), "parameter")} · ${counted(epochs, "epoch")} · seed ${settings.seed}`;
}
