import { mul } from "../ops/arithmetic.js";
import { oneHot } from "../ops/one-hot.js";
import { logSoftmax } from "../ops/softmax.js";
import { sum } from "../ops/sum.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Loss } from "./loss.js";

/**
 * Cross entropy of softmax, the mean over the batch:
 *
 *     E = −1/N · Σ_n ln softmax(output[n])[target[n]]
 *
 * The output is what comes before softmax (logits, N×K); the targets are classes (N, i32 or u8). A target outside
 * 0 … K − 1 adds nothing.
 */
export const crossEntropy = (): Loss => (output, target) => {
  if (output.rank !== 2)
    throw new ShapeError(`crossEntropy: the output is ${show(output.shape)}, expected N×classes`);
  const [n, classes] = output.shape;
  if (target.rank !== 1 || target.shape[0] !== n)
    throw new ShapeError(
      `crossEntropy: the targets are ${show(target.shape)}, expected ${n}, the class of each of the ${n} outputs (${show(output.shape)})`,
    );
  return mul(sum(mul(oneHot(target, classes), logSoftmax(output))), -1 / n);
};
