import { optionsOf } from "../door/options.js";
import type { Model } from "../nn/index.js";
import { mul } from "../ops/arithmetic.js";
import type { Tensor } from "../tensor/tensor.js";
import { gradientOf } from "./input-gradient.js";
import { heatMap } from "./method.js";
import { picturesFor, zeroInput } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts } from "./running.js";
import type { Aimed } from "./saliency.js";
import { aimAt } from "./target.js";
import { ofAny } from "./view.js";

/**
 * Gradient × input: the part of each value in the score, if the network were linear.
 *
 *     A = x · ∂ score / ∂ x
 *
 * @param images  N×H×W×C
 * @returns       N×H×W×C, in units of the score
 * @throws ExplainError where there is no such class or unit
 * Shrikumar, Greenside, Shcherbina, Kundaje: Not Just a Black Box, arXiv:1605.01713, section 2.
 */
export const gradientTimesInput = ofAny("gradientTimesInput")(async function gradientTimesInput(
  model: Model,
  images: Tensor,
  options: Aimed = {},
): Promise<Tensor> {
  optionsOf("gradientTimesInput", options, aimed);
  const done = parts(options, 1);
  const x = await picturesFor("gradientTimesInput", model, images);
  const aim = await aimAt("gradientTimesInput", model, x, options.target);
  const map = await gradientOf(aim, x, (g, pictures) => mul(g, pictures));
  await done(1);
  return map;
});

export const gradientTimesInputMethod = heatMap({
  name: "gradient-times-input",
  title: "Gradient × input",
  description: "each pixel's part in the score, to first order",
  question: "What does each pixel add to the score, as far as a tangent can say?",
  cannotSay: "It does not see what pixels do together, and pixels of 0 have no part whatever they mean.",
  sign: "both",
  unit: "score",
  baseline: async (network) => `baseline: an input of 0, ${await zeroInput(network)}`,
  run: gradientTimesInput,
});
