/** What `receptive train` says before and after: for people, and as JSON. */
import type { AnyDataset } from "../data/dataset.js";
import type { Model } from "../nn/index.js";
import { confusionText } from "../report/confusion.js";
import { count, duration, imageRate } from "../report/numbers.js";
import { theEngine } from "../runtime/engine.js";
import type { Checkpoint } from "../training/checkpoint.js";
import type { Evaluation } from "../training/evaluate.js";
import type { DoneEvent } from "../training/fit.js";
import { scores, terminal } from "./evaluate.js";
import type { Settings } from "./settings.js";

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
  const params = [...model.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  const { threads, target } = theEngine();
  const before = resume?.training?.epoch ?? 0;
  const from = resume ? { resumedAfter: before } : {};
  const amount =
    before < epochs
      ? plural(epochs, "epoch")
      : `${plural(before, "epoch")} done before, --epochs ${before + 3} adds three`;
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
    text: `Training ${model.name} (${count(params)} parameters) on ${train.name}: ${count(train.length)} pictures, ${amount}, ${plural(threads, "thread")}${resume && before < epochs ? `, going on after epoch ${before}` : ""}.`,
  };
}

export interface Outcome {
  done: DoneEvent;
  result: Evaluation;
  model: Model;
  test: AnyDataset;
  settings: Settings;
  checkpoint: string;
  sheet: string;
}

export function outcomeLine({ done, result, checkpoint, sheet }: Outcome): object {
  const { top1: testAccuracy, top5: testTop5, loss: testLoss } = result;
  return { ...done, testAccuracy, testTop5, testLoss, checkpoint, sheet };
}

export function outcomeText({ done, result, model, test, settings, checkpoint, sheet }: Outcome): string {
  const { epochs, bestEpoch, reason, seconds, imagesPerSecond } = done;
  const early = reason === "stopped early" ? ", stopped early" : "";
  const best =
    bestEpoch === undefined || bestEpoch === epochs ? "" : `; the weights are those of epoch ${bestEpoch}`;
  const picture = test.name.startsWith("fashion") ? "my-shoe.jpg" : "my-digit.png";
  return [
    "",
    `${model.name} on ${test.name}: ${scores(result)}.`,
    `${plural(epochs, "epoch")} in ${duration(seconds)} (${imageRate(imagesPerSecond)})${early}${best}.`,
    "",
    confusionText(result.confusion, test.classes, terminal()),
    "",
    `The trained network:                     ${checkpoint}`,
    `Filters, loss curve and worst mistakes:  ${sheet}`,
    "",
    "Try next:",
    `  npx receptive predict ${picture} --checkpoint ${checkpoint}`,
    "      what it reads in a picture of yours",
    `  npx receptive train --data ${settings.data} --epochs 12 --augment`,
    "      longer, and on pictures that are never twice the same: fewer mistakes",
  ].join("\n");
}

const plural = (n: number, what: string) => `${count(n)} ${what}${n === 1 ? "" : "s"}`;
