import { optionsOf } from "../door/options.js";
import type { Model } from "../nn/index.js";
import { abs } from "../ops/elementary.js";
import { max } from "../ops/extremes.js";
import type { Tensor } from "../tensor/tensor.js";
import { gradientOf } from "./input-gradient.js";
import { heatMap } from "./method.js";
import { picturesFor } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts, type Running } from "./running.js";
import { aimAt, type Target } from "./target.js";
import { ofAny } from "./view.js";

/** What a method explains: a class, or a unit of a layer. */
export interface Aimed extends Running {
  /** The class, or a unit of a layer; the class that the model reads in each picture if left out. */
  target?: Target;
}

/**
 * Saliency: how strongly each pixel moves a score, the greatest over channels.
 *
 *     M[n,i,j] = max over c of |∂ score / ∂ x[n,i,j,c]|
 *
 * @param images  N×H×W×C; bytes are pixels of 0 to 255, floats are taken as the model takes them
 * @returns       N×H×W, ≥ 0, in score per unit of pixel value, not normalised
 * @throws ExplainError where there is no such class or unit
 * Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks, arXiv:1312.6034, section 3. The score is taken
 * before softmax, as in the paper.
 */
export const saliency = ofAny("saliency")(async function saliency(
  model: Model,
  images: Tensor,
  options: Aimed = {},
): Promise<Tensor> {
  optionsOf("saliency", options, aimed);
  const done = parts(options, 1);
  const x = await picturesFor("saliency", model, images);
  const aim = await aimAt("saliency", model, x, options.target);
  const map = await gradientOf(aim, x, (g) => max(abs(g), { axis: 3 }));
  await done(1);
  return map;
});

export const saliencyMethod = heatMap({
  name: "saliency",
  title: "Saliency",
  description: "how strongly each pixel moves the score",
  question: "Which pixels would move the score most if they changed a little?",
  cannotSay:
    "It does not say which pixels the score comes from, nor whether a change would raise or lower it.",
  sign: "none",
  unit: "score per unit of the input",
  run: saliency,
});
