/** What `receptive train` reports of a network that reads classes. */
import { type AnyDataset, picturesAt } from "../data/dataset.js";
import { objectiveOf } from "../models/index.js";
import { confusionText } from "../report/confusion.js";
import { writableNames } from "../report/sheet/characters.js";
import { renderSheet, type SheetInput } from "../report/sheet.js";
import { type Evaluation, evaluate } from "../training/evaluate.js";
import { scores, scoresAsJson, terminal } from "./evaluate.js";
import { courseOf, firstFilters, pictureAt } from "./sheet.js";
import { effort, type FinishedRun, type Outcome, runLine } from "./train-report.js";

export async function outcomeOfClasses(run: FinishedRun): Promise<Outcome> {
  const { model, data, signal, onProgress, settings } = run;
  const { loss } = objectiveOf(settings.model);
  const result = await evaluate(model, data.test, { loss, signal, onProgress });
  const { top1: testAccuracy, top5: testTop5, loss: testLoss, unread: testUnread } = scoresAsJson(result);
  return {
    line: { testAccuracy, testTop5, testLoss, testUnread },
    text: textOf(run, result),
    sheet: await renderSheet(await sheetOf(run, result)),
  };
}

async function sheetOf(
  run: FinishedRun,
  { top1, count: pictures, confusion, mistakes }: Evaluation,
): Promise<SheetInput> {
  const { model, data, latest } = run;
  const { test } = data;
  const classes = writableNames(test.classes);
  const pixels = await picturesAt(
    test,
    Int32Array.from(mistakes, ({ index }) => index),
  );
  return {
    title: `${model.name} on ${test.name}`,
    subtitle: runLine(run),
    test: {
      accuracy: top1,
      count: pictures,
      confusion,
      mistakes: mistakes.map(({ truth, read, confidence }, i) => ({
        picture: pictureAt(pixels, i, test.shape),
        truth: classes[truth],
        read: classes[read],
        confidence,
      })),
      mistakeCount: Math.round((1 - top1) * pictures),
    },
    classes,
    filters: await firstFilters(model),
    training: courseOf(latest),
  };
}

function textOf({ done, model, data: { test }, settings, paths }: FinishedRun, result: Evaluation): string {
  return [
    "",
    `${model.name} on ${test.name}: ${scores(result)}.`,
    effort(done),
    "",
    confusionText(result.confusion, test.classes, terminal()),
    "",
    `The trained network:                     ${paths.checkpoint}`,
    `Filters, loss curve and worst mistakes:  ${paths.sheet}`,
    "",
    "Try next:",
    `  npx receptive predict ${exampleOf(test)} --checkpoint ${paths.checkpoint}`,
    "      what it reads in a picture of yours",
    `  npx receptive train --model ${settings.model} --data ${settings.data} --epochs 12 --augment`,
    "      longer, and on pictures that are never twice the same: fewer mistakes",
  ].join("\n");
}

function exampleOf({ name, shape }: AnyDataset): string {
  if (shape[2] !== 1) return "my-photo.jpg";
  return name.startsWith("fashion") ? "my-shoe.jpg" : "my-digit.png";
}
