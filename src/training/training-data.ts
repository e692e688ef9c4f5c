/** What a run is trained and validated on: data sets of any kind, as batches of named fields. */
import { batches, type Changes } from "../data/batches.js";
import { checkDataset } from "../data/checked-dataset.js";
import type { AnyDataset, Draw } from "../data/dataset.js";
import type { ExampleBatch } from "../data/example-batches.js";
import { checkExamples, type Examples, isExamples } from "../data/examples.js";
import { picturesByFields } from "../data/labelled-pictures.js";
import { type ExampleStream, isStream } from "../data/stream.js";
import type { Objective } from "./objective.js";

/** What a network can be trained on. */
export type TrainingSource = AnyDataset | Examples | ExampleStream;

export const isPictures = (source: TrainingSource): source is AnyDataset =>
  !isExamples(source) && !isStream(source);

/** What its examples are called. */
export const nounOf = (source: TrainingSource): string => (isPictures(source) ? "pictures" : "examples");

/** The names of its classes, where it has any. */
export const classesOf = (source: TrainingSource): readonly string[] =>
  isStream(source) ? [] : (source.classes ?? []);

/** Any data set by its fields, its pictures changed as they are in training. */
export function byFields(source: TrainingSource, changes: Changes = {}): Examples | ExampleStream {
  return isPictures(source) ? picturesByFields(source, changes) : source;
}

/** An epoch in batches, in a random order. */
export function epochBatches(
  data: Examples | ExampleStream,
  { draw, ...options }: { batchSize: number; draw: Draw; dropLast?: boolean; first?: number },
): AsyncGenerator<ExampleBatch, void, void> {
  return isStream(data) ? data.batches({ ...options, draw }) : batches(data, { ...options, shuffle: draw });
}

/** @throws DataError where something is wrong with it, one line */
export function checkSource(
  speaker: string,
  source: TrainingSource,
  { classes }: Pick<Objective, "classes">,
): void {
  if (typeof source !== "object" || source === null || isPictures(source))
    checkDataset(speaker, source, {
      ofClasses: classes?.field === "labels",
      ignore: classes?.ignore,
    });
  else if (isExamples(source)) checkExamples(speaker, source);
}

/** @throws RangeError where there is nothing to train on; TypeError where a change is asked for of what are no pictures */
export function checkTrainable(
  speaker: string,
  source: TrainingSource,
  objective: Pick<Objective, "classes">,
  changes: { augment?: unknown; mixup?: unknown } = {},
): void {
  if (source?.length === 0)
    throw new RangeError(`${speaker}: ${source.name} has no ${nounOf(source)} to train on`);
  checkSource(speaker, source, objective);
  if ("views" in source && (source.views ?? 1) > 1)
    throw new RangeError(
      `${speaker}: ${source.name} shows each picture in ${source.views} views, which are for evaluation; expected one`,
    );
  if (isPictures(source)) return;
  for (const [name, change] of Object.entries(changes))
    if (change !== undefined)
      throw new TypeError(
        `${speaker}: ${name} is for pictures with classes, ${source.name} is one of named fields: change them in its \`${isStream(source) ? "from" : "at"}\``,
      );
}
