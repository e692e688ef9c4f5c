import { optionsOf } from "../door/options.js";
import { notNegative, oneOf } from "../door/rules.js";
import { add, div, maximum, mul, neg, sub } from "../ops/arithmetic.js";
import { log, softplus } from "../ops/elementary.js";
import { withGradient } from "../ops/stop-gradient.js";
import { calledAs } from "../tensor/printing.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameShape } from "./checks.js";
import { type Loss, meanOf } from "./loss.js";
import { weighed } from "./weighed.js";

/** What the outputs of {@link binaryCrossEntropy} are, and what positive examples count. */
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
 * nor loses digits; a logit of ±∞ that is right costs nothing. Of probabilities, logarithms below −100 count −100, and
 * p · (1 − p), the divisor of the slope, at least 1e-12, as in PyTorch: a saturated sigmoid that is right has slope 0.
 */
export function binaryCrossEntropy(given: BinaryCrossEntropyOptions = {}): Loss {
  const { of = "logits", positiveWeight = 1 } = optionsOf("binaryCrossEntropy", given, {
    of: oneOf("logits", "probabilities"),
    positiveWeight: notNegative,
  });
  return calledAs(
    meanOf((output, target) => {
      checkSameShape("binaryCrossEntropy", output, target);
      const positive = mul(target, positiveWeight);
      const negative = sub(1, target);
      if (of === "logits")
        return add(weighed(positive, softplus(mul(output, -1))), weighed(negative, softplus(output)));
      return ofProbabilities(output, positive, negative);
    }),
    "binaryCrossEntropy",
    given,
  );
}

/**
 * −(positive · ln p + negative · ln(1 − p)). Its slope by p is a fraction of which both parts vanish where a saturated
 * sigmoid is right; taken as one, over at least 1e-12 as in PyTorch, it is 0 there and not 0/0.
 */
function ofProbabilities(p: Tensor, positive: Tensor, negative: Tensor): Tensor {
  const left = sub(1, p);
  const yes = maximum(log(p), -100);
  const no = maximum(log(left), -100);
  const cost = neg(add(mul(positive, yes), mul(negative, no)));
  return withGradient(cost, [p, positive, negative], (dy) => [
    mul(dy, div(sub(mul(negative, p), mul(positive, left)), maximum(mul(p, left), 1e-12))),
    mul(dy, neg(yes)),
    mul(dy, neg(no)),
  ]);
}
