import { batches } from "../data/batches.js";
import { checkDataset } from "../data/checked-dataset.js";
import type { AnyDataset } from "../data/dataset.js";
import { optionsOf } from "../door/options.js";
import { callback, fromOneOn, signal, wholeOfAtLeast } from "../door/rules.js";
import { crossEntropy, type Loss, partsOf } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import { Turns } from "../platform/turns.js";
import { notedEach } from "../runtime/recording.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { tensor } from "../tensor/creation.js";
import { printedAs } from "../tensor/printing.js";
import { ShapeError } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { aLoss, anObjective, checkModel } from "./given.js";
import { checkObjective } from "./missing-objective.js";
import type { Objective, Trainable } from "./objective.js";
import type { ObjectiveEvaluation, ObjectiveEvaluationOptions } from "./objective-evaluation.js";
import { objectiveEvaluator } from "./objective-evaluation.js";
import { pixelsFor } from "./pixels.js";
import { meanOfViews, probabilitiesOf } from "./predict.js";
import { outputFor } from "./single-output.js";
import { byFields, checkSource, type TrainingSource } from "./training-data.js";
import { untilAborted } from "./until-aborted.js";

/** Batches, loss and extras of {@link evaluate}. */
export interface EvaluateOptions {
  batchSize?: number;
  /** Cross entropy if left out. */
  loss?: Loss;
  /** Stops after the batch at hand: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Is told after each batch how many pictures are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
  /** At most so many mistakes are kept, those in which the network was surest. */
  mistakes?: number;
}

/** Printed it is a line; JSON has all of it. */
export interface Evaluation {
  /** Share of the pictures whose class got the highest score. */
  top1: number;
  /** Share of the pictures whose class was among the five highest scores; of five classes or fewer it says nothing. */
  top5: number;
  /** Mean over the pictures. */
  loss: number;
  /** Pictures that count: those whose label the loss ignores do not. */
  count: number;
  /**
   * Pictures for which an output was NaN. They are read as no class: wrong, among no five highest, and neither in the
   * confusion nor among the mistakes.
   */
  unread: number;
  /** The same as top1. */
  accuracy: number;
  /** confusion[t][p]: how many pictures of class t were read as class p. */
  confusion: number[][];
  /** Pictures that were read wrongly, the surest first. */
  mistakes: Mistake[];
}

/** A picture that was read as another class than its own. */
export interface Mistake {
  /** Where in the data set the picture stands. */
  index: number;
  truth: number;
  read: number;
  /** Probability that the network gave to the class `read`. */
  confidence: number;
}

/**
 * How well a model reads a data set. Of a picture in several views the classes' probabilities are averaged; its loss is
 * the mean over the views.
 *
 * @throws DataError, RangeError or ShapeError where the data set is not as it should be, empty, or of other classes
 */
export async function evaluate(
  model: Model,
  dataset: AnyDataset,
  options?: EvaluateOptions,
): Promise<Evaluation>;
/** How good a model is by an objective, on data of any kind. */
export async function evaluate(
  model: Trainable,
  data: TrainingSource,
  options: ObjectiveEvaluationOptions & { objective: Objective },
): Promise<ObjectiveEvaluation>;
export async function evaluate(
  model: Trainable,
  data: TrainingSource,
  options: EvaluateOptions & { objective?: Objective } = {},
): Promise<Evaluation | ObjectiveEvaluation> {
  checkModel("evaluate", model);
  const { objective } = optionsOf("evaluate", options, {
    ...evaluation,
    objective: anObjective,
    mistakes: wholeOfAtLeast(0),
  });
  if (objective) {
    for (const name of ["loss", "mistakes"] as const)
      if (options[name] !== undefined)
        throw new TypeError(
          `evaluate: ${name} is for pictures with classes, and there is an objective; expected either`,
        );
    checkSource("evaluate", data, objective);
    return objectiveEvaluator("evaluate", model, objective)(byFields(data), options);
  }
  await checkObjective("evaluate", data, { objective });
  return evaluator(model as unknown as Model, options.loss)(data as AnyDataset, options);
}

/** The same for several evaluations: what is compiled once serves all of them. */
export function evaluator(
  model: Model,
  loss: Loss = crossEntropy(),
): (dataset: AnyDataset, options?: Omit<EvaluateOptions, "loss">) => Promise<Evaluation> {
  const run = compile((images: Tensor, labels: Tensor) => {
    const output = outputFor(model, pixelsFor(model, images));
    const { total, weight } = partsOf(loss, output, labels);
    return { output, total, weight };
  });
  return async (dataset, { batchSize = 256, signal, onProgress, mistakes: most = 100 } = {}) => {
    checkDataset("evaluate", dataset, { ignore: loss.ignore });
    checkAny("evaluate", dataset);
    if (!model.inputShape) model.build(dataset.shape);
    const classes = dataset.classes.length;
    const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    const mistakes: Mistake[] = [];
    let [total, weight, amongFive, done, count, unread] = [0, 0, 0, 0, 0, 0];
    const turns = new Turns();
    const views = "views" in dataset ? (dataset.views ?? 1) : 1;
    const pictures = Math.max(1, Math.floor(batchSize / views));
    for await (const { images, labels, indices, size } of notedEach(
      "data",
      "next batch",
      untilAborted(batches(dataset, { batchSize: pictures }), signal),
    )) {
      signal?.throwIfAborted();
      const shape = [size * views, ...dataset.shape];
      const ofViews = Int32Array.from({ length: size * views }, (_, v) => labels[Math.floor(v / views)]);
      const result = await numbersOf(run(tensor(images, shape), tensor(ofViews)));
      total += result.total[0];
      weight += result.weight[0];
      count += countedOf(labels, loss);
      const width = result.output.length / (size * views);
      if (width !== classes)
        throw new ShapeError(
          `evaluate: ${model.name} has ${width} outputs, ${dataset.name} has ${classes} classes`,
        );
      for (let i = 0; i < size; i++) {
        const truth = labels[i];
        if (truth === loss.ignore) continue;
        const rows = Array.from({ length: views }, (_, v) =>
          result.output.subarray((i * views + v) * width, (i * views + v + 1) * width),
        );
        const probabilities = () => meanOfViews(rows.map((row) => probabilitiesOf(model, row)));
        // Scores of one view are told apart where their probabilities no longer differ.
        const scores = views === 1 ? rows[0] : probabilities();
        const read = highest(scores);
        if (Number.isNaN(scores[read])) {
          unread++;
          continue;
        }
        confusion[truth][read]++;
        if (rank(scores, truth) < 5) amongFive++;
        if (read !== truth)
          mistakes.push({ index: indices[i], truth, read, confidence: probabilities()[read] });
      }
      mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index).splice(most);
      done += size;
      onProgress?.({ done, count: dataset.length });
      await turns.give();
    }
    if (done < dataset.length) signal?.throwIfAborted();
    const right = confusion.reduce((sum, row, c) => sum + row[c], 0);
    if (count === 0)
      throw new RangeError(`evaluate: no picture of ${dataset.name} counts, all are labelled ${loss.ignore}`);
    const top1 = right / count;
    const [top5, meanLoss] = [amongFive / count, total / (weight || 1)];
    return printedAs(
      { top1, top5, loss: meanLoss, count, unread, accuracy: top1, confusion, mistakes },
      () =>
        `${count} pictures: accuracy ${percent(top1)}${classes > 5 ? `, within five ${percent(top5)}` : ""}, loss ${meanLoss.toFixed(4)}${unread > 0 ? `; ${unread} read as nothing` : ""}`,
    );
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The class with the highest score, among equals the first, or the first NaN, as argmax has it. */
export function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < scores.length && !Number.isNaN(scores[best]); c++)
    if (scores[c] > scores[best] || Number.isNaN(scores[c])) best = c;
  return best;
}

/** Options that every evaluation takes. */
export const evaluation = { batchSize: fromOneOn, loss: aLoss, signal, onProgress: callback };

/** @throws RangeError, one line */
export function checkAny(speaker: string, { name, length }: AnyDataset): void {
  if (length === 0) throw new RangeError(`${speaker}: ${name} has no pictures`);
}

/** How many of these labels count. */
const countedOf = (labels: Int32Array, { ignore }: Loss): number =>
  ignore === undefined ? labels.length : labels.reduce((n, label) => n + Number(label !== ignore), 0);

/** How many classes stand before this one. */
function rank(scores: ArrayLike<number>, truth: number): number {
  let before = 0;
  for (let c = 0; c < scores.length; c++)
    if (scores[c] > scores[truth] || (scores[c] === scores[truth] && c < truth)) before++;
  return before;
}
