import { optionsOf } from "../door/options.js";
import { belowOne, rule, wholeNumber } from "../door/rules.js";
import { add, mul, neg, sub } from "../ops/arithmetic.js";
import { greater } from "../ops/comparisons.js";
import { exp, pow, sigmoid, softplus } from "../ops/elementary.js";
import { logSoftmax } from "../ops/softmax.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { calledAs } from "../tensor/printing.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameShape } from "./checks.js";
import { classLoss, type IgnoreOptions, ofRightClass } from "./class-targets.js";
import { type Loss, meanOf } from "./loss.js";
import { weighed } from "./weighed.js";

/** γ of {@link focal}. */
export interface FocalOptions {
  /** How much less what is read rightly counts: 0 is cross entropy. 2 if left out. */
  gamma?: number;
}

/**
 * Focal loss of softmax, the mean over the examples that count: cross entropy in which examples weigh less, the surer
 * they are read.
 *
 *     E = −1/N · Σ_n (1 − p)^gamma · ln p   with p = softmax(output[n])[target[n]]
 *
 * The output are logits N×K, the targets classes (N, i32 or u8), or `ignore`. A logit of −∞ masks its class, as in
 * `crossEntropy`.
 * Lin, Goyal, Girshick, He, Dollár: Focal Loss for Dense Object Detection, ICCV 2017, equation 4.
 */
export function focal(given: FocalOptions & IgnoreOptions = {}): Loss {
  const { gamma = 2, ignore = -1 } = optionsOf("focal", given, { gamma: aGamma, ignore: wholeNumber });
  return calledAs(
    classLoss("focal", ignore, (output, targets) => {
      const cost = neg(ofRightClass(logSoftmax(output), targets));
      const each = focused(cost, sub(1, exp(neg(cost))), gamma);
      return targets.over(sum(each));
    }),
    "focal",
    given,
  );
}

/** γ and α of {@link binaryFocal}. */
export interface BinaryFocalOptions extends FocalOptions {
  /** How much positive examples count; negative ones count 1 − alpha. 0.25 if left out, null: both count 1. */
  alpha?: number | null;
}

/**
 * Focal loss of sigmoids, the mean over all values, as RetinaNet has it:
 *
 *     E = mean −alpha_t · (1 − p_t)^gamma · ln p_t
 *
 * where p_t is the probability of what is true. The output are logits; targets are 0 and 1 in the same shape.
 * Lin, Goyal, Girshick, He, Dollár: Focal Loss for Dense Object Detection, ICCV 2017, equation 5.
 */
export function binaryFocal(given: BinaryFocalOptions = {}): Loss {
  const { gamma = 2, alpha = 0.25 } = optionsOf("binaryFocal", given, { gamma: aGamma, alpha: anAlpha });
  return calledAs(
    meanOf((output, target) => {
      checkSameShape("binaryFocal", output, target);
      const p = sigmoid(output);
      const yes = focused(softplus(mul(output, -1)), sub(1, p), gamma);
      const no = focused(softplus(output), p, gamma);
      const [positive, negative] = alpha === null ? [1, 1] : [alpha, 1 - alpha];
      return add(weighed(mul(target, positive), yes), weighed(mul(sub(1, target), negative), no));
    }),
    "binaryFocal",
    given,
  );
}

/**
 * missing^gamma · cost, where a cost of which nothing is found counts once: the slope of its factor would be 0 · ∞, of huge
 * logits as of endless ones.
 */
function focused(cost: Tensor, missing: Tensor, gamma: number): Tensor {
  const nothing = greater(cost, nothingFound);
  return where(nothing, cost, mul(pow(missing, gamma), where(nothing, 0, cost)));
}

/** e^−cost is 0 in f32 from 104 on. */
const nothingFound = 200;

/** Between 0 and 1 the slope of (1 − p)^gamma is infinite at p = 1, where every example that was learned ends. */
const aGamma = rule(
  "0 or a number of at least 1",
  (value) => value === 0 || (Number.isFinite(value) && (value as number) >= 1),
);
const anAlpha = rule("0 ≤ _ ≤ 1", (value) => value === null || value === 1 || belowOne.holds(value));
