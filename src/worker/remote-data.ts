/** A data set that lies in the worker. */
import { printable } from "../data/dataset.js";
import type { Dataset, StreamedDataset } from "../data/index.js";
import type { Own } from "./choices.js";
import { type Crossing, crossing, Known } from "./crossing.js";
import type { Line } from "./line.js";
import type { AboutData } from "./protocol.js";

/** A data set that lives in a worker: what is known of it in the page. */
export class RemoteDataset extends Known implements AboutData {
  readonly name: string;
  readonly split: string;
  readonly shape: AboutData["shape"];
  readonly classes: readonly string[];
  readonly length: number;

  constructor({ name, split, shape, classes, length, remote }: AboutData & { remote: number }) {
    super(remote);
    this.name = name;
    this.split = split;
    this.shape = shape;
    this.classes = classes;
    this.length = length;
    printable(this, "in a worker");
  }
}

/**
 * A data set by its name ("digits": the part to train on in `fit`, the one to test with in `evaluate`), one that lies in
 * the worker, or one's own, which goes to the worker each time: `data` puts it there once.
 */
export type DataChoice = string | RemoteDataset | Dataset | StreamedDataset;

export interface LentCrossing extends Crossing {
  /** Takes back what was lent to the worker. */
  release(): void;
}

/** Pictures that are read when they are needed are read by the page. */
export function crossingData(
  line: Line,
  speaker: string,
  given: DataChoice | Own,
  options: { giveAway?: boolean } = {},
): LentCrossing {
  if (typeof given !== "object" || given === null || !("read" in given) || typeof given.read !== "function")
    return { ...crossing(speaker, "data", given, options), release: () => {} };
  const { read, ...plain } = given as StreamedDataset;
  const { lent, release } = line.lend(read);
  const { value, transfer } = crossing(speaker, "data", plain, options);
  return { value: { ...(value as object), read: lent }, transfer, release };
}
