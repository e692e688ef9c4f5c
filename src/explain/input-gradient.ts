import { type GradientRules, pullBack } from "../autodiff/gradients.js";
import { scalar } from "../ops/scalar.js";
import { identity } from "../ops/stop-gradient.js";
import { sum } from "../ops/sum.js";
import { compile } from "../tensor/compile.js";
import { settle, type Tensor } from "../tensor/tensor.js";
import type { Aim } from "./target.js";

/**
 * ∂score/∂x of each picture, N×H×W×C: one picture's pixels do not reach another's score, so the gradient of the sum
 * has them all side by side.
 *
 * @param rules  operations that pass back something else than their gradient
 */
export function inputGradient(score: Aim["score"], x: Tensor, units: Tensor, rules?: GradientRules): Tensor {
  const place = identity(x);
  return pullBack(sum(score(place, units)), scalar(1), [place], rules)[0];
}

/** The pictures' gradients, looked at by `seen`, as numbers. */
export async function gradientOf(
  { score, units }: Aim,
  images: Tensor,
  seen: (gradient: Tensor, images: Tensor) => Tensor,
  rules?: GradientRules,
): Promise<Tensor> {
  const run = compile((x: Tensor, chosen: Tensor) => seen(inputGradient(score, x, chosen, rules), x));
  const result = await run(images, units);
  await settle([result]);
  return result;
}
