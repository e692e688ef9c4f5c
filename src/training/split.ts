import { chosen, chosenExamples } from "../data/chosen.js";
import type { AnyDataset } from "../data/dataset.js";
import { type Examples, isExamples } from "../data/examples.js";
import { isStream } from "../data/stream.js";
import { partsOfData } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import type { FitOptions } from "./fit-options.js";
import { nounOf, type TrainingSource } from "./training-data.js";

/**
 * Splits a data set at random, the same way for the same seed: a share for validation, the rest to train on.
 *
 * @throws RangeError if either part would be empty
 */
export function splitOff<D extends AnyDataset | Examples>(
  dataset: D,
  fraction: number,
  { seed }: { seed: number },
): { train: D; validation: D } {
  const count = Math.round(dataset.length * fraction);
  if (!(fraction > 0 && fraction < 1) || count < 1 || count >= dataset.length)
    throw new RangeError(
      `validation: a share of ${fraction} leaves nothing to train on or to validate with (${dataset.name} has ${dataset.length} ${nounOf(dataset)}); expected a number between 0 and 1`,
    );
  const order = new RandomStream(seed, partsOfData).permutation(dataset.length);
  const part = (places: Int32Array, split?: string): D =>
    (isExamples(dataset) ? chosenExamples(dataset, places) : chosen(dataset, places, split)) as D;
  return {
    // In the data set's order: memory is read forwards, and an epoch is shuffled anyway.
    validation: part(order.slice(0, count).sort(), "validation"),
    train: part(order.slice(count).sort()),
  };
}

/** What is trained on, and what is set apart or given to measure it by. */
export function partsOf(
  dataset: TrainingSource,
  validation: FitOptions["validation"],
  seed: number,
): { train: TrainingSource; validated?: TrainingSource } {
  if (typeof validation !== "number") return { train: dataset, validated: validation };
  if (isStream(dataset))
    throw new TypeError(
      `fit: validation is a share of ${dataset.name}, which is a stream; expected a data set of its own to validate with`,
    );
  const { train, validation: validated } = splitOff(dataset, validation, { seed });
  return { train, validated };
}
