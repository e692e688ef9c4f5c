import { mul } from "../ops/arithmetic.js";
import { oneHot } from "../ops/one-hot.js";
import { logSoftmax } from "../ops/softmax.js";
import { sum } from "../ops/sum.js";
import { checkedScores } from "./checks.js";
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
  const [n, classes] = checkedScores("crossEntropy", output, target);
  return mul(sum(mul(oneHot(target, classes), logSoftmax(output))), -1 / n);
};
