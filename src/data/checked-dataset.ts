import { said } from "../door/said.js";
import { show, sizeOf } from "../tensor/shapes.js";
import { type AnyDataset, areBytes, DataError, kindOf } from "./dataset.js";

export interface DatasetUse {
  /** Whether each label must be one of the classes; it must if left out. */
  ofClasses?: boolean;
  /** The label that stands for "none" in the loss at hand, and may stand outside the classes. */
  ignore?: number;
}

/**
 * Data sets of one's own come from anywhere: looked at once by whoever takes one in, at the cost of one look at every
 * label.
 *
 * @throws DataError in one line: what is wrong, where, and what was expected
 */
export function checkDataset(
  speaker: string,
  dataset: AnyDataset,
  { ofClasses = true, ignore }: DatasetUse = {},
): void {
  const wrong = (what: string): DataError => new DataError(`${speaker}: ${what}`);
  if (typeof dataset !== "object" || dataset === null)
    throw wrong(`the data set is ${dataset === null ? "null" : typeof dataset}, expected an object`);
  if ("train" in dataset && "test" in dataset)
    throw wrong("a data set has two parts, train and test, of which one is expected: splits.train");
  const { name = "the data set", shape, length, classes } = dataset;
  if (!(Array.isArray(shape) && shape.length === 3 && shape.every((d) => Number.isInteger(d) && d > 0)))
    throw wrong(
      `pictures of ${name} are ${Array.isArray(shape) ? show(shape) : `of shape ${shape}`}, expected height×width×channels, whole numbers from 1 on`,
    );
  if (!Number.isInteger(length) || length < 0)
    throw wrong(`${name} has a length of ${said(length)}, expected the number of its pictures`);
  if (!Array.isArray(classes))
    throw wrong(`the classes of ${name} are ${said(classes)}, expected their names`);
  if (ofClasses && classes.length === 0) throw wrong(`${name} has no classes, expected their names`);
  if (new Set(classes).size < classes.length)
    throw wrong(
      `${name} has two classes that are called "${classes.find((one, i) => classes.indexOf(one) < i)}"`,
    );

  const problem = "read" in dataset ? streamed(dataset) : inMemory(dataset.images, [length, ...shape]);
  if (problem) throw wrong(`${name} ${problem}`);
  const given: ArrayLike<number> = dataset.labels;
  const kind = kindOf(given);
  if (!integers.has(kind))
    throw wrong(
      `${name} has labels in ${article(kind)}, expected a Uint8Array, Uint16Array or Int32Array of places among the classes`,
    );
  if (given.length !== length) throw wrong(`${name} has ${given.length} labels for ${length} pictures`);
  for (let i = 0; ofClasses && i < length; i++)
    if (!(given[i] >= 0 && given[i] < classes.length) && given[i] !== ignore)
      throw wrong(
        `picture ${i} of ${name} is labelled ${given[i]}, expected one of its ${classes.length} classes, 0 to ${classes.length - 1}`,
      );
}

const integers = new Set([
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "Int8Array",
  "Int16Array",
  "Int32Array",
]);

const article = (kind: string): string =>
  kind === "Undefined" ? "nothing" : /^[AEIO]/.test(kind) ? `an ${kind}` : `a ${kind}`;

function streamed({ read, views = 1 }: { read: unknown; views?: number }): string | undefined {
  if (typeof read !== "function") return `reads by ${article(kindOf(read))}, expected a function`;
  if (!Number.isInteger(views) || views < 1)
    return `has ${views} views of a picture, expected a whole number from 1 on`;
  return undefined;
}

function inMemory(images: ArrayLike<number> | undefined, shape: readonly number[]): string | undefined {
  const expected = `expected ${show(shape)} bytes (${sizeOf(shape)})`;
  if (images === undefined || images === null) return `has no images, ${expected}`;
  const kind = kindOf(images);
  if (!areBytes(images)) return `has images in ${article(kind)}${advice(images)}`;
  if (images.length !== sizeOf(shape)) return `has images of ${images.length} bytes, ${expected}`;
  return undefined;
}

/** How numbers that are no bytes become such, as far as can be told from them. */
function advice(images: ArrayLike<number>): string {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < images.length; i++) {
    lowest = Math.min(lowest, images[i]);
    highest = Math.max(highest, images[i]);
  }
  const range = lowest <= highest ? ` from ${brief(lowest)} to ${brief(highest)}` : "";
  const how =
    lowest < 0
      ? "; scaling by mean and deviation is the model's part, nn.rescale"
      : highest <= 1
        ? ": Uint8Array.from(images, (v) => Math.round(255 * v))"
        : highest <= 255
          ? ": Uint8Array.from(images, Math.round)"
          : "";
  return `${range}, expected bytes from 0 to 255${how}`;
}

const brief = (n: number): string => String(Number(n.toPrecision(3)));
