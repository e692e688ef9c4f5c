import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { belowOne, callback, recordOf, wholeNumber, wholeOfAtLeast } from "../../door/rules.js";
import { foldsOfData, partsOfData } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import type { TextEvaluation } from "./classifier.js";
import { aLabelledTexts, type LabelledTexts } from "./data.js";
import { type TextTrainingOptions, train } from "./train.js";

/** How {@link crossValidate} cuts texts, and how it trains on each part. */
export interface CrossValidationOptions {
  /** 10 if left out. */
  folds?: number;
  /**
   * The share of each training part that is set apart to measure epochs by; 0 if left out. The fold that is tested by has no
   * say in which epoch's weights are kept.
   */
  development?: number;
  /** What each training is made with. */
  training?: Omit<TextTrainingOptions, "validation" | "checkpoint" | "resume">;
  /** A fold is done, counted from 1. */
  onFold?: (fold: FoldResult) => void | Promise<void>;
}

/** What one fold came to. */
export interface FoldResult {
  readonly fold: number;
  readonly folds: number;
  /** Texts trained on, measured by during the training, and tested by. */
  readonly counts: { readonly train: number; readonly development: number; readonly test: number };
  readonly evaluation: TextEvaluation;
  readonly seconds: number;
}

/** What all folds came to. */
export interface CrossValidation {
  /** Of each fold. */
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** Of the folds' accuracies, as of a sample: 1 / (k − 1). */
  readonly deviation: number;
  /** Of all folds together: every text is tested once. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Trains on all parts of the texts but one, tests on that one, and takes each part in turn; vocabulary and vectors are made
 * anew each time, of the training part alone.
 *
 * @throws RangeError where there are fewer texts than folds
 */
export async function crossValidate(
  texts: LabelledTexts,
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  checkArgument("crossValidate", "what is given", texts, aLabelledTexts);
  const {
    folds = 10,
    development = 0,
    training = {},
    onFold,
  } = optionsOf("crossValidate", options, {
    folds: wholeOfAtLeast(2),
    development: belowOne,
    training: recordOf("of what train takes"),
    onFold: callback,
  });
  const count = texts.texts.length;
  if (folds > count)
    throw new RangeError(
      `crossValidate: ${texts.name} has ${count} texts, expected ${folds} at least, one a fold`,
    );
  const { seed = 0, signal } = training;
  const order = new RandomStream(seed, foldsOfData).permutation(count);
  const accuracies: number[] = [];
  const confusion = texts.classes.map(() => texts.classes.map(() => 0));
  for (let fold = 0; fold < folds; fold++) {
    signal?.throwIfAborted();
    const begun = performance.now();
    const [from, to] = [fold, fold + 1].map((k) => Math.floor((k * count) / folds));
    const test = partOf(texts, order.slice(from, to));
    const rest = partOf(texts, Int32Array.from([...order.slice(0, from), ...order.slice(to)]));
    const parts = setApart(rest, development, seed + fold);
    const classifier = await train(parts.train, {
      ...training,
      ...(parts.apart.texts.length > 0 ? { validation: parts.apart } : {}),
    });
    signal?.throwIfAborted();
    const evaluation = await classifier.evaluate(test, { signal });
    accuracies.push(evaluation.accuracy);
    for (const [truth, row] of evaluation.confusion.entries())
      for (const [read, n] of row.entries()) confusion[truth][read] += n;
    await onFold?.({
      fold: fold + 1,
      folds,
      counts: {
        train: parts.train.texts.length,
        development: parts.apart.texts.length,
        test: test.texts.length,
      },
      evaluation,
      seconds: (performance.now() - begun) / 1000,
    });
  }
  const mean = accuracies.reduce((a, b) => a + b) / folds;
  const squares = accuracies.reduce((sum, a) => sum + (a - mean) ** 2, 0);
  return { accuracies, mean, deviation: Math.sqrt(squares / (folds - 1)), confusion };
}

/** A share of the texts, drawn at random, apart from the others: the same for the same seed. @throws RangeError where it is no share */
export function setApart(
  texts: LabelledTexts,
  share: number,
  seed: number,
): { train: LabelledTexts; apart: LabelledTexts } {
  checkArgument("setApart", "what is given", texts, aLabelledTexts);
  checkArgument("setApart", "the seed", seed, wholeNumber);
  if (!(share >= 0 && share < 1))
    throw new RangeError(`setApart: the share is ${share}, expected at least 0 and less than 1`);
  const order = new RandomStream(seed, partsOfData).permutation(texts.texts.length);
  const count = Math.round(order.length * share);
  // In the order of the texts, which are shuffled anyway.
  return {
    apart: partOf(texts, order.slice(0, count).sort()),
    train: partOf(texts, order.slice(count).sort()),
  };
}

/** Some of the texts; the classes are those of all. */
const partOf = (texts: LabelledTexts, places: Int32Array): LabelledTexts => ({
  ...texts,
  texts: Array.from(places, (place) => texts.texts[place]),
});
