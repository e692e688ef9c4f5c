import { add, div, mul, neg } from "../ops/arithmetic.js";
import { oneHot } from "../ops/one-hot.js";
import { logSoftmax } from "../ops/softmax.js";
import { sum } from "../ops/sum.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError } from "../tensor/shapes.js";
import { checkedScores } from "./checks.js";
import type { Loss } from "./loss.js";

export interface CrossEntropyOptions {
  /** For each class how much its examples count, for classes that are rare. The mean is then a weighted one. */
  weights?: readonly number[];
  /** The share ε of each target that is spread over all classes. */
  smoothing?: number;
}

/**
 * Cross entropy of softmax, the mean over the batch:
 *
 *     E = −1/N · Σ_n ln softmax(output[n])[target[n]]
 *
 * The output is what comes before softmax (logits, N×K); the targets are classes (N, i32 or u8). A target outside
 * 0 … K − 1 adds nothing.
 *
 * With class weights w: E = −Σ_n w[target[n]] · ln p[n, target[n]] / Σ_n w[target[n]]. With label smoothing the target
 * is 1 − ε + ε/K and the other classes are ε/K, each times its weight. Both as in PyTorch.
 * Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture, CVPR 2016, section 7.
 */
export function crossEntropy({ weights, smoothing = 0 }: CrossEntropyOptions = {}): Loss {
  if (!(smoothing >= 0 && smoothing < 1))
    throw new RangeError(`crossEntropy: smoothing is ${smoothing}, expected 0 ≤ smoothing < 1`);
  if (weights && !(weights.length > 0 && weights.every((w) => w >= 0 && Number.isFinite(w))))
    throw new RangeError(
      `crossEntropy: the weights are ${weights.join(", ") || "empty"}, expected numbers of at least 0`,
    );
  return (output, target) => {
    const [n, classes] = checkedScores("crossEntropy", output, target);
    if (weights && weights.length !== classes)
      throw new ShapeError(`crossEntropy: there are ${weights.length} weights for ${classes} classes`);
    const right = oneHot(target, classes);
    const known = sum(right, { axis: 1, keepDims: true });
    const wanted = smoothing > 0 ? add(mul(right, 1 - smoothing), mul(known, smoothing / classes)) : right;
    const logs = logSoftmax(output);
    if (!weights) return mul(sum(mul(wanted, logs)), -1 / n);
    const table = tensor(Float32Array.from(weights));
    return neg(div(sum(mul(mul(wanted, table), logs)), sum(mul(right, table))));
  };
}
