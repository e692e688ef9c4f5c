import { optionsOf } from "../door/options.js";
import { fromOneOn } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { broadcastTo } from "../ops/broadcast-to.js";
import { concat } from "../ops/concat.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/sum.js";
import { checkTensor } from "../tensor/arguments.js";
import { compile } from "../tensor/compile.js";
import { compute, numbersOf } from "../tensor/compute.js";
import { show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { inputGradient } from "./input-gradient.js";
import { amount, heatMap } from "./method.js";
import { evenGrey, picturesFor } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts } from "./running.js";
import type { Aimed } from "./saliency.js";
import { aimAt } from "./target.js";
import { ofAny } from "./view.js";

/** Path and target of {@link integratedGradients}. */
export interface IntegratedGradientsOptions extends Aimed {
  /** Where the path begins, 1×H×W×C or one for each picture, as the model takes it; black if left out. */
  baseline?: Tensor;
  /**
   * Points of the path at which the gradient is taken. Left out: 64, doubled until the parts sum up to the difference
   * within half a percent, or 1024.
   */
  steps?: number;
  /** Points looked at at once. */
  batchSize?: number;
}

/**
 * Integrated gradients: each value's part in the difference between the picture's score and the baseline's.
 *
 *     A = (x − x₀) · ∫ ∂ score / ∂ x at x₀ + α (x − x₀) dα over 0 ≤ α ≤ 1
 *
 * by the midpoints of `steps` equal parts. The sum over a picture approaches score(x) − score(x₀).
 *
 * @param images  N×H×W×C
 * @returns       N×H×W×C, in units of the score; the same for any batch size
 * @throws ExplainError where there is no such class or unit, or the baseline is of another shape
 * Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks, arXiv:1703.01365, equations 1 and 3.
 */
export const integratedGradients = ofAny("integratedGradients")(async function integratedGradients(
  model: Model,
  images: Tensor,
  options: IntegratedGradientsOptions = {},
): Promise<Tensor> {
  optionsOf("integratedGradients", options, {
    ...aimed,
    baseline: 1,
    steps: fromOneOn,
    batchSize: fromOneOn,
  });
  const { batchSize = 16 } = options;
  const x = await picturesFor("integratedGradients", model, images);
  const baseline = await baselineFor(model, x, options.baseline);
  const aim = await aimAt("integratedGradients", model, x, options.target);
  const [n, h, w, c] = x.shape;
  const size = h * w * c;
  const count = Math.min(batchSize, options.steps ?? firstSteps);
  const along = compile((picture: Tensor, base: Tensor, at: Tensor, weights: Tensor, unit: Tensor) => {
    const way = sub(picture, base);
    const points = add(base, mul(reshape(at, [count, 1, 1, 1]), way));
    const g = inputGradient(aim.score, points, broadcastTo(unit, [count]));
    return mul(way, sum(mul(g, reshape(weights, [count, 1, 1, 1])), { axis: 0 }));
  });
  const ends = compile((picture: Tensor, base: Tensor, unit: Tensor) =>
    aim.score(concat([picture, base], { axis: 0 }), broadcastTo(unit, [2])),
  );

  const done = parts(options, n);
  const result = new Float32Array(n * size);
  for (let i = 0; i < n; i++) {
    const pixelsOf = (t: Tensor) => Tensor.from(t.own!.slice(i * size, (i + 1) * size), [1, h, w, c], "f32");
    const [picture, base] = [pixelsOf(x), pixelsOf(baseline)];
    const unit = Tensor.from(aim.units.own!.slice(i, i + 1), [1], "i32");
    const sumUp = async (steps: number): Promise<Float64Array> => {
      const total = new Float64Array(size);
      for (let first = 0; first < steps; first += count) {
        options.signal?.throwIfAborted();
        const at = Float32Array.from({ length: count }, (_, k) => (first + k + 0.5) / steps);
        // A last batch that would be smaller is filled up with points that do not count.
        const weights = at.map((_, k) => (first + k < steps ? 1 / steps : 0));
        const found = await numbersOf(
          along(picture, base, Tensor.from(at, [count], "f32"), Tensor.from(weights, [count], "f32"), unit),
        );
        for (let p = 0; p < size; p++) total[p] += found[p];
      }
      return total;
    };
    if (options.steps !== undefined) result.set(await sumUp(options.steps), i * size);
    else {
      const [after, before] = await numbersOf(ends(picture, base, unit));
      for (let steps = firstSteps; ; steps *= 2) {
        const total = await sumUp(steps);
        const missing = Math.abs(total.reduce((a, b) => a + b, 0) - (after - before));
        if (missing > complete * Math.abs(after - before) && steps < mostSteps) continue;
        result.set(total, i * size);
        break;
      }
    }
    await done(i + 1);
  }
  return Tensor.from(result, x.shape, "f32");
});

/** Steps are doubled from the first number to the last until no more than this share of the difference is missing. */
const [firstSteps, mostSteps, complete] = [64, 1024, 0.005];

async function baselineFor(model: Model, x: Tensor, baseline?: Tensor): Promise<Tensor> {
  if (baseline !== undefined) checkTensor("integratedGradients", "baseline", baseline);
  const fits =
    !baseline ||
    (baseline.rank === 4 &&
      (baseline.shape[0] === 1 || baseline.shape[0] === x.shape[0]) &&
      String(baseline.shape.slice(1)) === String(x.shape.slice(1)));
  if (!fits)
    throw new ExplainError(
      `integratedGradients: the baseline is ${show(baseline.shape)}, the pictures are ${show(x.shape)}`,
    );
  const [values] = await compute([broadcastTo(baseline ?? evenGrey(model, 0, x.shape[3]), x.shape)]);
  return Tensor.from(Float32Array.from(values), x.shape, "f32");
}

export const integratedGradientsMethod = heatMap({
  name: "integrated-gradients",
  title: "Integrated gradients",
  description: "each pixel's part in the score",
  question: "How is the score's difference to a black picture shared out among the pixels?",
  cannotSay:
    "It does not say what the score comes from by itself: another picture to compare with gives other parts.",
  sign: "both",
  unit: "score",
  baseline: async () => "baseline: a black picture",
  options: [
    amount("steps", {
      usual: "64, and more until the parts add up to the score",
      help: "points on the way from black to the picture",
    }),
  ],
  run: integratedGradients,
});
