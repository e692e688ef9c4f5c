import type { Dataset } from "../data/dataset.js";
import { RandomStream } from "../random/threefry.js";

/**
 * Splits a data set at random, the same way for the same seed: a share for validation, the rest to train on.
 *
 * @throws RangeError if either part would be empty
 */
export function splitOff(
  dataset: Dataset,
  fraction: number,
  { seed }: { seed: number },
): { train: Dataset; validation: Dataset } {
  const count = Math.round(dataset.length * fraction);
  if (!(fraction > 0 && fraction < 1) || count < 1 || count >= dataset.length)
    throw new RangeError(
      `validation: a share of ${fraction} leaves nothing to train on or to validate with (${dataset.name} has ${dataset.length} pictures); expected a number between 0 and 1`,
    );
  const order = new RandomStream(seed, splitting).permutation(dataset.length);
  return {
    // In the data set's order: memory is read forwards, and an epoch is shuffled anyway.
    validation: chosen(dataset, order.slice(0, count).sort(), "validation"),
    train: chosen(dataset, order.slice(count).sort(), dataset.split),
  };
}

/** A stream of the run's seed that nothing else draws from; shuffling has 1, see data/batches.ts. */
const splitting = 2;

function chosen(dataset: Dataset, indices: Int32Array, split: string): Dataset {
  const pixels = dataset.shape[0] * dataset.shape[1] * dataset.shape[2];
  const images = new Uint8Array(indices.length * pixels);
  indices.forEach((index, i) => {
    images.set(dataset.images.subarray(index * pixels, (index + 1) * pixels), i * pixels);
  });
  const labels = Uint8Array.from(indices, (index) => dataset.labels[index]);
  return { ...dataset, split, length: indices.length, images, labels };
}
