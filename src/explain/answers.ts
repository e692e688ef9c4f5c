import { optionsOf } from "../door/options.js";
import type { Model } from "../nn/index.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import type { Tensor } from "../tensor/tensor.js";
import { predict } from "../training/predict.js";
import { picturesFor } from "./pictures.js";
import { aTarget } from "./rules.js";
import { aimAt, isUnit, type Target } from "./target.js";
import { ofAny } from "./view.js";

/** What a model answers to pictures, of what is to be explained. */
export interface Answers {
  /** The class of each picture, or the unit, counted from 0. */
  readonly units: readonly number[];
  /** The score of the class before softmax; of a unit its activation, of a filter summed over all places. */
  readonly scores: Float32Array;
  /** Of the class; none of a unit. */
  readonly probabilities?: Float32Array;
}

/**
 * The numbers that methods explain: the class that the model reads in each picture, or the one that is named, with its
 * score and probability.
 *
 * @param images  N×H×W×C; bytes are pixels of 0 to 255, floats are taken as the model takes them
 * @throws ExplainError where there is no such class or unit
 */
export const answers = ofAny("answers")(async function answers(
  model: Model,
  images: Tensor,
  options: { target?: Target } = {},
): Promise<Answers> {
  const { target } = optionsOf("answers", options, { target: aTarget });
  const x = await picturesFor("answers", model, images);
  const { score, units: aimed } = await aimAt("answers", model, x, target);
  const units = Array.from(aimed.own!);
  const run = compile((pictures: Tensor, chosen: Tensor) => score(pictures, chosen));
  const scores = (await numbersOf(run(x, aimed))) as Float32Array;
  if (target !== undefined && isUnit(target)) return { units, scores };
  const shares = await predict(model, x);
  return { units, scores, probabilities: Float32Array.from(units, (k, i) => shares[i][k]) };
});
