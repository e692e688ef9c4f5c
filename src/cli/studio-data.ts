/** `receptive studio --data`: pictures and their classes as one file, from which the room Train learns. */
import type { AnyDataset } from "../data/dataset.js";
import { picturesAt } from "../data/dataset.js";
import { UsageError } from "../door/usage-error.js";
import { encodeSafetensors } from "../formats/safetensors.js";
import { preprocessingOf, usualPreprocessing } from "../images/preprocessing.js";
import { checkDataName, folderOf, loadData, spread } from "../openers/data-sets.js";
import { told } from "./told.js";

/** What the studio keeps of pictures of one's own. */
const mostPictures = 20_000;
/** Of photographs in a folder: a size that the room Train has by name, small enough to learn from in a tab. */
const folderInput = [32, 32, 3] as const;
const atOnce = 500;

export interface GivenData {
  readonly name: string;
  /** Undefined for the digits, which the page draws itself. */
  readonly bytes?: Uint8Array;
  /** In words, for the terminal. */
  readonly says: string;
}

/** @throws where there is no such data set, or it has fewer than two classes */
export async function dataFor(name: string): Promise<GivenData> {
  checkDataName(name);
  if (name === "digits") return { name, says: "digits" };
  const { train } = await loadData(name, {
    ...told({ json: false }),
    folder: { input: folderInput, preprocessing: preprocessingOf(usualPreprocessing(folderInput)) },
  });
  if (train.classes.length < 2)
    throw new UsageError(
      `--data ${name}: has one class, ${train.classes[0]}: a network needs two to tell apart`,
    );
  const chosen = spread(train, mostPictures);
  return { name, bytes: await bytesOf(chosen, name), says: saysOf(chosen, train, name) };
}

const saysOf = ({ length, shape }: AnyDataset, { length: all }: AnyDataset, name: string): string =>
  `${name}, ${length < all ? `${length} of ${all}` : length} pictures${folderOf(name) === undefined ? "" : ` as ${shape.join("×")}`}`;

async function bytesOf(dataset: AnyDataset, name: string): Promise<Uint8Array> {
  const { length, shape, classes, labels } = dataset;
  const size = shape.reduce((a, b) => a * b, 1);
  const images = new Uint8Array(length * size);
  for (let from = 0; from < length; from += atOnce) {
    const indices = Int32Array.from({ length: Math.min(atOnce, length - from) }, (_, i) => from + i);
    images.set(await picturesAt(dataset, indices), from * size);
  }
  return encodeSafetensors(
    new Map<string, { shape: readonly number[]; data: Uint8Array | Int32Array }>([
      ["images", { shape: [length, ...shape], data: images }],
      ["labels", { shape: [length], data: Int32Array.from(labels) }],
    ]),
    { name, classes: JSON.stringify(classes) },
  );
}
