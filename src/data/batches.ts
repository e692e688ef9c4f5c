import { optionsOf } from "../door/options.js";
import { callback, flag, fromOneOn, required, wholeNumber, wholeOfAtLeast } from "../door/rules.js";
import { orderOfExamples } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { printedAs } from "../tensor/printing.js";
import { show } from "../tensor/shapes.js";
import { type Augment, changedPictures } from "./augmentation.js";
import { checkDataset } from "./checked-dataset.js";
import { type AnyDataset, type Draw, picturesAt } from "./dataset.js";
import { batchAt, type ExampleBatch } from "./example-batches.js";
import { checkExamples, type Examples, type Fields, isExamples } from "./examples.js";
import type { Mixed, Mixup } from "./mixup.js";
import { SpareArrays } from "./spare-arrays.js";

export type { Augment };

/** Some pictures of a data set with their classes. */
export interface Batch {
  /** B×H×W×C, 0 to 255: bytes as the data set holds them, or floats where they were augmented. */
  images: Uint8Array | Float32Array;
  labels: Int32Array;
  /** Where in the data set each picture stands. */
  indices: Int32Array;
  size: number;
  /** What the pictures were mixed with, if they were. */
  mixed?: Mixed;
}

/** Size, order and changes of batches. */
export interface BatchOptions {
  batchSize: number;
  /** Without it the pictures come in the data set's order. */
  shuffle?: Draw;
  augment?: Augment;
  mixup?: Mixup;
  /** Leave out a last batch that would be smaller than the others. */
  dropLast?: boolean;
  /** Begin with this batch, counted from 0: the rest of an epoch that was interrupted. */
  first?: number;
}

const sizes = { batchSize: required(fromOneOn), dropLast: flag };
const draw = { seed: required(wholeNumber), epoch: required(wholeNumber) };

/** The order in which an epoch shows the samples: the same on every machine. */
export function epochOrder(length: number, options: Draw): Int32Array {
  const { seed, epoch } = optionsOf("epochOrder", options, draw);
  return new RandomStream(seed, orderOfExamples, epoch).permutation(length);
}

/** The number of batches of an epoch. */
export function batchCount(length: number, options: Pick<BatchOptions, "batchSize" | "dropLast">): number {
  const { batchSize, dropLast = false } = optionsOf("batchCount", options, sizes);
  return dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
}

/**
 * One epoch of a data set in batches. While one batch is used the next one is prepared: it begins as soon as the
 * caller waits for something, so that the engine's threads need not wait for pictures.
 */
export function batches(dataset: AnyDataset, options: BatchOptions): AsyncGenerator<Batch, void, void>;
/** The same of examples of named fields, as tensors. Augmentation and mixing are of data sets of pictures with classes. */
export function batches<F extends Fields>(
  examples: Examples<F>,
  options: Omit<BatchOptions, "augment" | "mixup">,
): AsyncGenerator<ExampleBatch<F>, void, void>;
export async function* batches(
  data: AnyDataset | Examples,
  options: BatchOptions,
): AsyncGenerator<Batch | ExampleBatch, void, void> {
  optionsOf("batches", options, {
    ...sizes,
    shuffle: 1,
    augment: callback,
    mixup: 1,
    first: wholeOfAtLeast(0),
  });
  if (!isExamples(data)) {
    checkDataset("batches", data, { ofClasses: false });
    return yield* inBatches(data, options, (places) => prepare(data, places, options));
  }
  checkExamples("batches", data);
  if (options.augment ?? options.mixup)
    throw new TypeError(
      `batches: augment and mixup are for pictures with classes, ${data.name} is one of named fields: change them in its \`at\``,
    );
  yield* inBatches(data, options, (places) => batchAt(data, places, options.shuffle));
}

/** What stands at each batch's places, the next ones prepared while one is used. */
async function* inBatches<B>(
  { length, readsAhead = 1 }: { length: number; readsAhead?: number },
  { batchSize, dropLast, shuffle, first = 0 }: BatchOptions,
  prepare: (places: Int32Array) => Promise<B>,
): AsyncGenerator<B, void, void> {
  const order = shuffle ? epochOrder(length, shuffle) : undefined;
  const count = batchCount(length, { batchSize, dropLast });
  const prepareAt = (k: number) => {
    const begin = k * batchSize;
    const end = Math.min(begin + batchSize, length);
    return prepare(
      order ? order.slice(begin, end) : Int32Array.from({ length: end - begin }, (_, i) => begin + i),
    );
  };
  const next: Soon<B>[] = [];
  let begun = first;
  const begin = (most: number, isAtOnce: boolean) => {
    for (; begun < count && next.length < most; begun++) {
      const at = begun;
      next.push(new Soon(() => prepareAt(at), isAtOnce));
    }
  };
  try {
    // What can be had of several at a time begins before the first is there: the caller then compiles for long.
    if (readsAhead > 1) begin(readsAhead + 1, true);
    for (let k = first; k < count; k++) {
      begin(1, true);
      const batch = await next.shift()!.take();
      begin(readsAhead, false);
      yield batch;
    }
  } finally {
    for (const soon of next) soon.cancel();
  }
}

/** How pictures are changed. */
export interface Changes extends Pick<BatchOptions, "augment" | "mixup"> {
  /** Whence batches take their arrays; whoever uses them gives them back. */
  spare?: SpareArrays;
}

/** Pictures and classes at these places, changed as the options say. */
export async function prepare(
  dataset: AnyDataset,
  indices: Int32Array,
  { augment, mixup, shuffle, spare = new SpareArrays() }: Changes & Pick<BatchOptions, "shuffle">,
): Promise<Batch> {
  const size = indices.length;
  const pixels = await picturesAt(dataset, indices, shuffle, spare);
  const labels = Int32Array.from(indices, (index) => dataset.labels[index]);
  if (!augment && !mixup) return printable({ images: pixels, labels, indices, size }, dataset);
  const draw = shuffle ?? { seed: 0, epoch: 0 };
  const images = augment
    ? await changedPictures(pixels, augment, { ...draw, indices, shape: [size, ...dataset.shape] }, spare)
    : spare.copy(Float32Array, pixels);
  spare.give(pixels);
  // Most trainings mix nothing.
  const partners = mixup && (await import("./mixup.js")).mixed(images, { ...mixup, draw, labels, indices });
  return printable({ images, labels, indices, size, mixed: partners }, dataset);
}

/** A batch that is printed in a line: nobody reads its pixels. */
const printable = (batch: Batch, { name, shape }: AnyDataset): Batch =>
  printedAs(
    batch,
    () => `${batch.size} pictures of ${show(shape)} of ${name}`,
    () => ({
      size: batch.size,
      shape,
      labels: [...batch.labels],
      indices: [...batch.indices],
    }),
  );

/** Work that begins at once, or when the caller's own work pauses, or when its result is asked for. */
class Soon<T> {
  readonly #work: () => Promise<T>;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #result: Promise<T> | undefined;

  constructor(work: () => Promise<T>, isAtOnce: boolean) {
    this.#work = work;
    const begin = () => void this.#begin().catch(() => {}); // `take` reports what went wrong
    if (isAtOnce) begin();
    else this.#timer = setTimeout(begin, 0);
  }

  take(): Promise<T> {
    clearTimeout(this.#timer);
    return this.#begin();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  #begin(): Promise<T> {
    this.#result ??= this.#work();
    return this.#result;
  }
}
