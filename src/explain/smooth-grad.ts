import { optionsOf } from "../door/options.js";
import { fromOneOn, notNegative, wholeNumber } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { add, mul } from "../ops/arithmetic.js";
import { broadcastTo } from "../ops/broadcast-to.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/sum.js";
import { RandomStream } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { Tensor } from "../tensor/tensor.js";
import { inputGradient } from "./input-gradient.js";
import { amount, heatMap, seedOption } from "./method.js";
import { picturesFor } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts } from "./running.js";
import type { Aimed } from "./saliency.js";
import { strongest } from "./strongest.js";
import { aimAt } from "./target.js";
import { ofAny } from "./view.js";

/** Noise and target of {@link smoothGrad}. */
export interface SmoothGradOptions extends Aimed {
  /** Noisy copies of each picture. */
  copies?: number;
  /** The noise's standard deviation, as a share of what lies between a picture's least and greatest value. */
  noise?: number;
  seed?: number;
  /** Copies looked at at once. */
  batchSize?: number;
}

/**
 * SmoothGrad: the saliency of the mean gradient over noisy copies of the picture.
 *
 *     M = max over c of |1/n · Σ ∂ score / ∂ x at x + N(0, σ²)|
 *
 * @param images  N×H×W×C
 * @returns       N×H×W, ≥ 0, in score per unit of pixel value; the same for any batch size
 * @throws ExplainError where there is no such class or unit
 * Smilkov, Thorat, Kim, Viégas, Wattenberg: SmoothGrad, arXiv:1706.03825: 50 copies, noise of 10 to 20 %.
 */
export const smoothGrad = ofAny("smoothGrad")(async function smoothGrad(
  model: Model,
  images: Tensor,
  options: SmoothGradOptions = {},
): Promise<Tensor> {
  optionsOf("smoothGrad", options, {
    ...aimed,
    copies: fromOneOn,
    noise: notNegative,
    seed: wholeNumber,
    batchSize: fromOneOn,
  });
  const { copies = 50, noise = 0.15, seed = 0, batchSize = 10 } = options;
  const x = await picturesFor("smoothGrad", model, images);
  const aim = await aimAt("smoothGrad", model, x, options.target);
  const [n, h, w, c] = x.shape;
  const size = h * w * c;
  const count = Math.min(batchSize, copies);
  // A last batch that would be smaller is filled up with copies that do not count.
  const run = compile((picture: Tensor, disturbed: Tensor, unit: Tensor, counts: Tensor) => {
    const units = broadcastTo(unit, [count]);
    const g = inputGradient(aim.score, add(picture, disturbed), units);
    return sum(mul(g, reshape(counts, [count, 1, 1, 1])), { axis: 0 });
  });

  const batches = Math.ceil(copies / count);
  const done = parts(options, n * batches);
  const values = x.own as Float32Array;
  const total = new Float64Array(n * size);
  for (let i = 0; i < n; i++) {
    const picture = values.subarray(i * size, (i + 1) * size);
    const deviation = noise * extent(picture);
    const unit = Tensor.from(aim.units.own!.slice(i, i + 1), [1], "i32");
    for (let b = 0; b < batches; b++) {
      const disturbed = new Float32Array(count * size);
      const counts = Float32Array.from({ length: count }, (_, k) =>
        b * count + k < copies ? 1 / copies : 0,
      );
      for (let k = 0; k < count && counts[k] > 0; k++) {
        const random = new RandomStream(seed, i, b * count + k);
        for (let p = 0; p < size; p++) disturbed[k * size + p] = random.normal(0, deviation);
      }
      const found = await numbersOf(
        run(
          Tensor.from(picture, [1, h, w, c], "f32"),
          Tensor.from(disturbed, [count, h, w, c], "f32"),
          unit,
          Tensor.from(counts, [count], "f32"),
        ),
      );
      for (let p = 0; p < size; p++) total[i * size + p] += found[p];
      await done(i * batches + b + 1);
    }
  }
  return strongest(Tensor.from(Float32Array.from(total), x.shape, "f32"));
});

/** Between the least and the greatest value. */
function extent(values: Float32Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low;
}

export const smoothGradMethod = heatMap({
  name: "smoothgrad",
  title: "SmoothGrad",
  description: "saliency of the mean gradient over noisy copies",
  question: "Which pixels move the score, in this picture and in ones like it?",
  cannotSay:
    "It does not say how the score changes in the picture itself: the answer is a mean over disturbed ones.",
  sign: "none",
  unit: "score per unit of the input",
  options: [amount("steps", { name: "copies", usual: 50, help: "noisy copies of each picture" }), seedOption],
  run: smoothGrad,
});
