import { rule } from "../door/rules.js";
import { printedAs } from "../tensor/printing.js";
import { show, sizeOf } from "../tensor/shapes.js";
import { SpareArrays } from "./spare-arrays.js";

/** One part (train or test) of a data set of pictures, all of one size, each of one class. */
interface Labelled {
  name: string;
  split: string;
  /** height, width, channels of a picture */
  shape: [h: number, w: number, c: number];
  classes: string[];
  length: number;
}

/** One that lies in memory as a whole. */
export interface Dataset extends Labelled {
  /** N×H×W×C, 0 to 255 */
  images: Uint8Array;
  /** N, the index into `classes` */
  labels: Uint8Array | Uint16Array | Int32Array;
}

/** One whose pictures are read when they are needed: it may be larger than memory. */
export interface StreamedDataset extends Labelled {
  /** N, the index into `classes` */
  labels: Uint8Array | Uint16Array | Int32Array;
  /** For evaluation: in so many views a picture is shown, which are judged together. One if left out. */
  views?: number;
  /** How many batches it may be asked for at once, ahead of the one that is used. One if left out. */
  readsAhead?: number;
  /**
   * The pictures at these places, N×H×W×C, 0 to 255; with `views`, that many for each place.
   * @param draw  of a training step: pictures may be shown in a view of their own, which follows from it and their place
   */
  read(indices: Int32Array, draw?: Draw): Promise<Uint8Array>;
}

/** Pictures with classes: in memory, or read when they are needed. */
export type AnyDataset = Dataset | StreamedDataset;

/** From what everything random about an epoch follows. */
export interface Draw {
  seed: number;
  epoch: number;
}

/**
 * The pictures at these places of a data set of either kind, N×H×W×C.
 *
 * @throws DataError where it reads something else
 */
export async function picturesAt(
  dataset: AnyDataset,
  indices: Int32Array,
  draw?: Draw,
  spare = new SpareArrays(),
): Promise<Uint8Array> {
  if (!("read" in dataset)) return imagesAt(dataset, indices, spare);
  const bytes = await dataset.read(indices, draw);
  const { name, shape, views = 1 } = dataset;
  const expected = [indices.length, ...(views > 1 ? [views] : []), ...shape];
  if (!areBytes(bytes) || bytes.length !== sizeOf(expected))
    throw new DataError(
      `${name}: read gave ${bytes?.length ?? 0} values (${kindOf(bytes)}), expected a Uint8Array of ${show(expected)} (${sizeOf(expected)})`,
    );
  // Whoever reads may hand over the same array again, with other pictures in it.
  return spare.copy(Uint8Array, bytes);
}

/** The pictures at some places, one after the other. */
export function imagesAt(
  { shape: [h, w, c], images }: Dataset,
  indices: Int32Array,
  spare = new SpareArrays(),
): Uint8Array {
  const size = h * w * c;
  const chosen = spare.take(Uint8Array, indices.length * size);
  indices.forEach((index, i) => {
    chosen.set(images.subarray(index * size, (index + 1) * size), i * size);
  });
  return chosen;
}

/** What the line says: also of a data set that lies in a worker. */
interface Named {
  readonly name: string;
  readonly split: string;
  readonly shape: readonly [h: number, w: number, c: number];
  readonly classes: readonly string[];
  readonly length: number;
}

/** A data set that is printed in a line: its bytes are nothing to read. JSON has it without them. */
export function printable<D extends Named>(dataset: D, where?: string): D {
  const { name, split, shape, classes, length } = dataset;
  return printedAs(
    dataset,
    () =>
      `${name} (${split}): ${length} pictures of ${show(shape)} in ${classes.length} classes${where ? `, ${where}` : ""}`,
    () => ({ name, split, shape, classes, length }),
  );
}

/** A data set's part for training and its part for testing. */
export interface Splits<D extends AnyDataset = Dataset> {
  train: D;
  test: D;
}

/** A data set that cannot be had: not there, not whole, or not what it should be. */
export class DataError extends Error {
  override name = "DataError";
}

/** What must be pictures with classes. */
export const aDataset = rule(
  "a data set with shape, images and labels, or read",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "shape" in value &&
    ("read" in value || ("images" in value && "labels" in value)),
);

/** "Uint8Array", "Array", "Undefined": what an array is, also one of another realm, a frame's or a test environment's. */
export const kindOf = (values: unknown): string => Object.prototype.toString.call(values).slice(8, -1);

export const areBytes = (values: unknown): boolean => /^Uint8(Clamped)?Array$/.test(kindOf(values));
