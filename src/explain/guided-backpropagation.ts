import type { GradientRules } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import type { Model } from "../nn/index.js";
import { relu } from "../ops/activations.js";
import { greater } from "../ops/comparisons.js";
import { where } from "../ops/where.js";
import type { Tensor } from "../tensor/tensor.js";
import { gradientOf } from "./input-gradient.js";
import { heatMap } from "./method.js";
import { picturesFor } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts } from "./running.js";
import type { Aimed } from "./saliency.js";
import { aimAt } from "./target.js";
import { ofAny } from "./view.js";

/** What a rectifier lets back: what is positive itself, where it was open. */
export const guided: GradientRules = {
  relu: (dy, { output }) => [where(greater(output, 0), relu(dy), 0)],
};

/**
 * Guided backpropagation: the gradient, in which every rectifier also stops what is negative on its way back.
 *
 *     R[l] = (f[l] > 0) · (R[l+1] > 0) · R[l+1]
 *
 * Wherever in the model the rectifiers stand: it is a rule of the recorded graph, not a hook. Other activations
 * pass their gradient.
 *
 * @param images  N×H×W×C
 * @returns       N×H×W×C, of either sign, in score per unit of pixel value
 * @throws ExplainError where there is no such class or unit
 * Springenberg, Dosovitskiy, Brox, Riedmiller: Striving for Simplicity, arXiv:1412.6806, section 3.4.
 */
export const guidedBackpropagation = ofAny("guidedBackpropagation")(async function guidedBackpropagation(
  model: Model,
  images: Tensor,
  options: Aimed = {},
): Promise<Tensor> {
  optionsOf("guidedBackpropagation", options, aimed);
  const done = parts(options, 1);
  const x = await picturesFor("guidedBackpropagation", model, images);
  const aim = await aimAt("guidedBackpropagation", model, x, options.target);
  const map = await gradientOf(aim, x, (g) => g, guided);
  await done(1);
  return map;
});

export const guidedBackpropagationMethod = heatMap({
  name: "guided-backpropagation",
  title: "Guided backpropagation",
  description: "the gradient without what is negative on its way",
  question: "Which details of the picture excite the units that the score rests on?",
  cannotSay: "It hardly says anything of the class: much of it stays when the weights are made random.",
  sign: "both",
  unit: "score per unit of the input",
  run: guidedBackpropagation,
});
