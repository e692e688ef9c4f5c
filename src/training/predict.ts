import type { Model } from "../nn/index.js";
import { checkTensor } from "../tensor/arguments.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { settle, type Tensor } from "../tensor/tensor.js";
import { checkModel } from "./given.js";
import { pixelsFor } from "./pixels.js";
import { outputFor } from "./single-output.js";

/**
 * What a model reads in pictures: a probability for each class.
 *
 * @param images  N×H×W×C: bytes (u8) are pixels of 0 to 255; floats are taken as the model takes them.
 *                They may still have to be computed
 * @returns       for each picture its probabilities by class
 */
export async function predict(model: Model, images: Tensor): Promise<Float32Array[]> {
  checkModel("predict", model);
  checkTensor("predict", "images", images);
  await settle([images]);
  const run = compile((x: Tensor) => outputFor(model, x.dtype === "u8" ? pixelsFor(model, x) : x));
  const output = await numbersOf(run(images));
  const [count] = images.shape;
  const classes = output.length / count;
  return Array.from({ length: count }, (_, i) =>
    probabilitiesOf(model, output.subarray(i * classes, (i + 1) * classes)),
  );
}

/** Of the probabilities that a model reads in each view of a picture their mean, by class. */
export const meanOfViews = (rows: readonly ArrayLike<number>[]): Float64Array =>
  Float64Array.from(rows[0], (_, c) => rows.reduce((sum, row) => sum + row[c], 0) / rows.length);

/** Probabilities of one picture's scores: their softmax, unless the model ends in one. */
export function probabilitiesOf(model: Model, scores: ArrayLike<number>): Float32Array {
  if (model.layers?.at(-1)?.type === "softmax") return Float32Array.from(scores);
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < scores.length; c++) highest = Math.max(highest, scores[c]);
  // Infinite scores share all there is: their differences would be NaN.
  const powers = Array.from(scores, (score) => (score === highest ? 1 : Math.exp(score - highest)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (power) => power / sum);
}
