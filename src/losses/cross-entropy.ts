import { optionsOf } from "../door/options.js";
import { belowOne, notNegative, rule, wholeNumber } from "../door/rules.js";
import { add, mul, neg } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { equal } from "../ops/comparisons.js";
import { logSoftmax } from "../ops/softmax.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { tensor } from "../tensor/creation.js";
import { calledAs } from "../tensor/printing.js";
import { ShapeError } from "../tensor/shapes.js";
import { classLoss, type IgnoreOptions } from "./class-targets.js";
import type { Loss } from "./loss.js";

/** Weights of classes, smoothing and ignored targets of {@link crossEntropy}. */
export interface CrossEntropyOptions extends IgnoreOptions {
  /** For each class how much its examples count, for classes that are rare. The mean is then a weighted one. */
  weights?: readonly number[];
  /** The share ε of each target that is spread over all classes. */
  smoothing?: number;
}

const someWeights = rule("numbers of at least 0", (value) => {
  const list = Array.from((value ?? []) as ArrayLike<number>);
  return list.length > 0 && list.every(notNegative.holds);
});

/**
 * Cross entropy of softmax, the mean over the examples that count:
 *
 *     E = −1/N · Σ_n ln softmax(output[n])[target[n]]
 *
 * The output is what comes before softmax (logits, N×K, or with more axes before the last, N×H×W×K for a class of each
 * pixel); the targets are classes (N, or N×H×W, i32 or u8), or `ignore`. A class
 * whose logit is −∞ is masked: it has the probability 0, and adds nothing where it is not the target; where it is, and
 * with smoothing if it has a weight, E is ∞. A row of −∞ alone has no softmax, and E is NaN, as in PyTorch.
 *
 * With class weights w: E = −Σ_n w[target[n]] · ln p[n, target[n]] / Σ_n w[target[n]]. With label smoothing the target
 * is 1 − ε + ε/K and the other classes are ε/K, each times its weight. Both as in PyTorch.
 * Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture, CVPR 2016, section 7.
 *
 * @throws RangeError where a target that is known is no class
 */
export function crossEntropy(given: CrossEntropyOptions = {}): Loss {
  const {
    weights,
    smoothing = 0,
    ignore = -1,
  } = optionsOf("crossEntropy", given, { weights: someWeights, smoothing: belowOne, ignore: wholeNumber });
  return calledAs(
    classLoss("crossEntropy", ignore, (output, { right, counts, over }) => {
      const classes = output.shape[1];
      if (weights && weights.length !== classes)
        throw new ShapeError(`crossEntropy: there are ${weights.length} weights for ${classes} classes`);
      const costs = neg(logSoftmax(output));
      // What has no share is left out, not multiplied: its cost may be ∞, which times 0 is NaN.
      if (!weights && smoothing === 0) return over(sum(where(right, costs, 0)));
      const hard = cast(right, "f32");
      const wanted = add(mul(hard, 1 - smoothing), mul(counts, smoothing / classes));
      const table = weights && tensor(Float32Array.from(weights));
      const shares = table ? mul(wanted, table) : wanted;
      const total = sum(where(equal(shares, 0), 0, mul(shares, costs)));
      return table ? over(total, mul(mul(hard, table), counts)) : over(total);
    }),
    "crossEntropy",
    given,
  );
}
