/** Parts of data sets: the samples at some places. */
import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn, required, wholeNumber } from "../door/rules.js";
import { said } from "../door/said.js";
import {
  type AnyDataset,
  aDataset,
  type Dataset,
  imagesAt,
  printable,
  type StreamedDataset,
} from "./dataset.js";
import { type Examples, type Fields, printableFields } from "./examples.js";

/** The samples at these places, in this order: of a streamed data set still read when they are needed. */
export function chosen(dataset: StreamedDataset, indices: Int32Array, split?: string): StreamedDataset;
export function chosen(dataset: AnyDataset, indices: Int32Array, split?: string): AnyDataset;
export function chosen(dataset: AnyDataset, indices: Int32Array, split = dataset.split): AnyDataset {
  const { length } = indices;
  if ("read" in dataset)
    return printable({
      ...described(dataset),
      views: dataset.views,
      split,
      length,
      labels: labelsAt(dataset, indices),
      read: (places, draw) =>
        dataset.read(
          places.map((place) => indices[place]),
          draw,
        ),
    });
  return printable({
    ...described(dataset),
    split,
    length,
    labels: labelsAt(dataset, indices),
    images: imagesAt(dataset, indices),
  });
}

/** What all parts of a data set have in common. By name: a class may have it in getters, which a copy leaves behind. */
const described = (dataset: AnyDataset): Pick<AnyDataset, "name" | "shape" | "classes"> => ({
  ...dataset,
  name: dataset.name,
  shape: dataset.shape,
  classes: dataset.classes,
});

/** In an array of the same kind: labels above 255 do not fit into bytes. */
function labelsAt<L extends AnyDataset["labels"]>({ labels }: { labels: L }, indices: Int32Array): L {
  const chosen = labels.slice(0, indices.length) as L;
  indices.forEach((index, i) => {
    chosen[i] = labels[index];
  });
  return chosen;
}

/**
 * The samples begin ≤ i < end of a data set, without a copy.
 * @throws RangeError where there are no such
 */
export function part(dataset: Dataset, begin: number, end: number, split?: string): Dataset;
export function part(dataset: AnyDataset, begin: number, end: number, split?: string): AnyDataset;
export function part(dataset: AnyDataset, begin: number, end: number, split?: string): AnyDataset {
  checkArgument("part", "what is cut", dataset, aDataset);
  const { name, length } = dataset;
  if (![begin, end].every(Number.isInteger) || begin < 0 || begin > end || end > length)
    throw new RangeError(
      `part: ${said(begin)} to ${said(end)} of ${name}, expected whole numbers of its ${length} samples, 0 ≤ begin ≤ end ≤ ${length}`,
    );
  if ("read" in dataset)
    return chosen(
      dataset,
      Int32Array.from({ length: end - begin }, (_, i) => begin + i),
      split ?? dataset.split,
    );
  const [h, w, c] = dataset.shape;
  return printable({
    ...described(dataset),
    split: split ?? dataset.split,
    length: end - begin,
    images: dataset.images.subarray(begin * h * w * c, end * h * w * c),
    labels: dataset.labels.subarray(begin, end),
  });
}

/** The examples at these places, in this order; still read when they are needed. */
export function chosenExamples<F extends Fields>(examples: Examples<F>, places: Int32Array): Examples<F> {
  return printableFields({
    name: examples.name,
    length: places.length,
    fields: examples.fields,
    ...(examples.classes ? { classes: examples.classes } : {}),
    fresh: examples.fresh,
    readsAhead: examples.readsAhead,
    at: (indices, draw) =>
      examples.at(
        indices.map((index) => places[index]),
        draw,
      ),
  });
}

/**
 * The share of one rank among several that train together: examples `rank`, `rank + ranks`, … Shares differ by one
 * example at most.
 *
 * @throws RangeError where there is no such rank
 */
export function shard<F extends Fields>(
  examples: Examples<F>,
  options: { rank: number; ranks: number },
): Examples<F> {
  const { rank, ranks } = optionsOf("shard", options, {
    rank: required(wholeNumber),
    ranks: required(fromOneOn),
  });
  if (rank < 0 || rank >= ranks)
    throw new RangeError(`shard: rank is ${rank}, expected one of 0 to ${ranks - 1}`);
  const length = Math.ceil((examples.length - rank) / ranks);
  return chosenExamples(
    examples,
    Int32Array.from({ length }, (_, i) => rank + i * ranks),
  );
}
