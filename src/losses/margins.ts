/** Losses that ask for a distance between scores, and are content where they have it. */

import { optionsOf } from "../door/options.js";
import { notNegative, wholeNumber } from "../door/rules.js";
import { relu } from "../ops/activations.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { equal, less, logicalOr } from "../ops/comparisons.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { calledAs } from "../tensor/printing.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { checkSameShape } from "./checks.js";
import { classLoss, type IgnoreOptions, ofRightClass } from "./class-targets.js";
import { type Loss, meanOf } from "./loss.js";

/**
 * The hinge of several classes, the mean over the examples that count: every wrong class should stay a margin below the
 * right one.
 *
 *     E = 1/N · Σ_n Σ_{i ≠ target} max(0, margin + output[n,i] − output[n,target])
 *
 * The output are scores N×K, the targets classes (N, i32 or u8), or `ignore`. A wrong class whose score is −∞ is masked
 * and adds nothing. Exactly a margin ahead the slope is 0, as in PyTorch, whose multi_margin_loss is this divided by K.
 * Weston, Watkins: Support Vector Machines for Multi-Class Pattern Recognition, ESANN 1999.
 */
export function hinge(given: { margin?: number } & IgnoreOptions = {}): Loss {
  const { margin = 1, ignore = -1 } = optionsOf("hinge", given, { margin: notNegative, ignore: wholeNumber });
  return calledAs(
    classLoss("hinge", ignore, (output, targets) => {
      const { right, counts, over } = targets;
      const excess = relu(add(sub(output, ofRightClass(output, targets)), margin));
      const adds = where(logicalOr(right, equal(output, Number.NEGATIVE_INFINITY)), 0, excess);
      return over(sum(where(counts, adds, 0)));
    }),
    "hinge",
    given,
  );
}

/**
 * The hinge of two classes, the mean over all values: max(0, margin − target · output), with targets −1 and 1 in the
 * shape of the output. Its slope at the margin is 0.
 * Cortes, Vapnik: Support-Vector Networks, Machine Learning 20, 1995.
 */
export function binaryHinge(given: { margin?: number } = {}): Loss {
  const { margin = 1 } = optionsOf("binaryHinge", given, { margin: notNegative });
  return calledAs(
    meanOf((output, target) => {
      checkSameShape("binaryHinge", output, target);
      return relu(sub(margin, mul(target, output)));
    }),
    "binaryHinge",
    given,
  );
}

/**
 * Margin ranking, the mean over the batch: of two scores the right one should be greater by a margin.
 *
 *     E = mean max(0, margin − target · (output[n,0] − output[n,1]))
 *
 * The output is N×2; the target of a pair is 1 where the first should be greater, −1 where the second. Exactly a margin
 * ahead the slope is still 1, as in PyTorch: without a margin, equal scores have yet to be told apart.
 */
export function marginRanking(given: { margin?: number } = {}): Loss {
  const { margin = 0 } = optionsOf("marginRanking", given, { margin: notNegative });
  return calledAs(
    meanOf((output, target) => {
      if (output.rank !== 2 || output.shape[1] !== 2)
        throw new ShapeError(`marginRanking: the output is ${show(output.shape)}, expected N×2`);
      const n = output.shape[0];
      if (target.rank !== 1 || target.shape[0] !== n)
        throw new ShapeError(
          `marginRanking: the targets are ${show(target.shape)}, expected ${n}, one for each pair (${show(output.shape)})`,
        );
      const score = (i: number) => reshape(slice(output, [0, i], [n, i + 1]), [n]);
      const lacking = sub(margin, mul(target, sub(score(0), score(1))));
      return where(less(lacking, 0), 0, lacking);
    }),
    "marginRanking",
    given,
  );
}
