import type { Dataset } from "../data/dataset.js";
import { type HogOptions, hog } from "./hog.js";
import {
  classify,
  type Descriptors,
  type LinearClassifier,
  type LinearOptions,
  training,
  trainLinear,
} from "./linear-classifier.js";
import { FeatureError } from "./raster.js";
import { settingsOf } from "./settings.js";

/** Pictures by hand: HOG, and a linear classifier on top of it. */
export interface HogClassifier {
  /** H×W×C of the pictures it takes. */
  readonly input: readonly [h: number, w: number, c: number];
  readonly classes: readonly string[];
  readonly hog: HogOptions;
  readonly linear: LinearClassifier;
}

/** For digits of 28×28 pixels: cells of 4 pixels, neighbours share votes, 6×6 blocks of 36 numbers. */
export const digitHog: HogOptions = { cell: 4, bins: 9, block: 2, votes: "shared" };

/** The HOG of every picture of a data set. */
export function hogDescriptors({ shape, images, length: count }: Dataset, options: HogOptions): Descriptors {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  let values = new Float32Array(0);
  let length = 0;
  for (let n = 0; n < count; n++) {
    const pixels = images.subarray(n * size, (n + 1) * size);
    const { values: descriptor } = hog({ width, height, channels, pixels }, options);
    if (n === 0) {
      length = descriptor.length;
      values = new Float32Array(count * length);
    }
    values.set(descriptor, n * length);
  }
  return { count, length, values };
}

/** HOG and a linear classifier, learned from a data set. */
export async function trainHogClassifier(
  data: Dataset,
  options: Omit<LinearOptions, "classes"> & { hog?: HogOptions } = {},
): Promise<HogClassifier> {
  const { hog: settings = digitHog, ...rest } = settingsOf("trainHogClassifier", options, {
    ...training,
    hog: 1,
  });
  const linear = await trainLinear(hogDescriptors(data, settings), data.labels, {
    ...rest,
    classes: data.classes.length,
  });
  return { input: data.shape, classes: data.classes, hog: settings, linear };
}

/** The share of a data set's pictures that are read rightly, and confusion[truth][read]. */
export async function evaluateHogClassifier(
  { input, classes, hog: settings, linear }: HogClassifier,
  data: Dataset,
): Promise<{ accuracy: number; count: number; confusion: number[][] }> {
  if (data.shape.join() !== input.join())
    throw new FeatureError(
      `evaluateHogClassifier: the pictures are ${data.shape.join("×")}, the classifier takes ${input.join("×")}`,
    );
  const confusion = classes.map(() => classes.map(() => 0));
  let right = 0;
  // In parts: the descriptors of a large data set are larger than its pictures by far.
  for (let begin = 0; begin < data.length; begin += 5000) {
    const end = Math.min(begin + 5000, data.length);
    const size = input[0] * input[1] * input[2];
    const images = data.images.subarray(begin * size, end * size);
    const part = { ...data, images, length: end - begin };
    const read = await classify(linear, hogDescriptors(part, settings));
    read.forEach((answer, n) => {
      const truth = data.labels[begin + n];
      confusion[truth][answer]++;
      if (answer === truth) right++;
    });
  }
  return { accuracy: right / data.length, count: data.length, confusion };
}
