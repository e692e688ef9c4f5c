import { type AnyDataset, chosen } from "../data/dataset.js";
import { RandomStream } from "../random/threefry.js";

/**
 * Splits a data set at random, the same way for the same seed: a share for validation, the rest to train on.
 *
 * @throws RangeError if either part would be empty
 */
export function splitOff(
  dataset: AnyDataset,
  fraction: number,
  { seed }: { seed: number },
): { train: AnyDataset; validation: AnyDataset } {
  const count = Math.round(dataset.length * fraction);
  if (!(fraction > 0 && fraction < 1) || count < 1 || count >= dataset.length)
    throw new RangeError(
      `validation: a share of ${fraction} leaves nothing to train on or to validate with (${dataset.name} has ${dataset.length} pictures); expected a number between 0 and 1`,
    );
  const order = new RandomStream(seed, splitting).permutation(dataset.length);
  return {
    // In the data set's order: memory is read forwards, and an epoch is shuffled anyway.
    validation: chosen(dataset, order.slice(0, count).sort(), "validation"),
    train: chosen(dataset, order.slice(count).sort()),
  };
}

/** A stream of the run's seed that nothing else draws from; shuffling has 1, see data/batches.ts. */
const splitting = 2;
