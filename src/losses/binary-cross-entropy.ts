import { add, maximum, mul, sub } from "../ops/arithmetic.js";
import { log, softplus } from "../ops/elementary.js";
import { mean } from "../ops/statistics.js";
import { checkSameShape } from "./checks.js";
import type { Loss } from "./loss.js";

export interface BinaryCrossEntropyOptions {
  /** What the output is: "logits", from which a sigmoid makes probabilities, or "probabilities". Logits if left out. */
  of?: "logits" | "probabilities";
  /** How much more a positive example counts than a negative one. */
  positiveWeight?: number;
}

/**
 * Binary cross entropy, the mean over all values, for outputs that are each right or wrong by themselves:
 *
 *     E = −mean( t · ln p + (1 − t) · ln(1 − p) )
 *
 * The targets t lie in 0 … 1, in the shape of the output. Of logits x it is softplus(x) − t·x, which neither overflows
 * nor loses digits. Of probabilities, logarithms below −100 count −100, as in PyTorch.
 */
export function binaryCrossEntropy({
  of = "logits",
  positiveWeight = 1,
}: BinaryCrossEntropyOptions = {}): Loss {
  if (!(positiveWeight >= 0 && Number.isFinite(positiveWeight)))
    throw new RangeError(
      `binaryCrossEntropy: positiveWeight is ${positiveWeight}, expected a number of at least 0`,
    );
  return (output, target) => {
    checkSameShape("binaryCrossEntropy", output, target);
    // −ln p and −ln (1 − p)
    const [yes, no] =
      of === "logits"
        ? [softplus(mul(output, -1)), softplus(output)]
        : [mul(maximum(log(output), -100), -1), mul(maximum(log(sub(1, output)), -100), -1)];
    return mean(add(mul(mul(target, positiveWeight), yes), mul(sub(1, target), no)));
  };
}
