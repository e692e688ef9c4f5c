/** Targets that are classes: which of them count, and what a mean over them is. */
import { div } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { equal, greaterEqual, less, logicalAnd, notEqual } from "../ops/comparisons.js";
import { isClass } from "../ops/one-hot.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedScores } from "./checks.js";
import type { Loss } from "./loss.js";

export interface IgnoreOptions {
  /**
   * The target that stands for "none": what bears it adds nothing and is not counted. −1 if left out; 255, say, for
   * targets that are bytes. If no target counts, the loss is 0, and so is its gradient.
   */
  ignore?: number;
}

export interface ClassTargets {
  /** N×K, bool: whether this is the class of a row that counts. */
  readonly right: Tensor;
  /** N×1, f32: 1 for a row that counts, 0 for one that does not, NaN where the target is neither class nor ignored. */
  readonly counts: Tensor;
  /** A sum over the rows, divided by how many count, or by the sum of these weights. */
  mean(total: Tensor, weights?: Tensor): Tensor;
}

/** A loss over scores N×K and the classes of its rows. */
export function classLoss(
  speaker: string,
  ignore: number,
  f: (output: Tensor, targets: ClassTargets, target: Tensor) => Tensor,
): Loss {
  const loss = (output: Tensor, target: Tensor): Tensor =>
    f(output, classTargets(speaker, output, target, ignore), target);
  return Object.assign(loss, { ignore });
}

/**
 * A target that is neither a class nor the one to be ignored is a mistake. Where its number is known it is refused, in
 * a compiled step, where it is not, it makes the mean NaN, which nobody overlooks.
 *
 * @throws RangeError
 */
function classTargets(speaker: string, output: Tensor, target: Tensor, ignore: number): ClassTargets {
  const [n, classes] = checkedScores(speaker, output, target);
  const among = isClass(target, classes);
  target.values?.forEach((value, i) => {
    if (value !== ignore && !(value >= 0 && value < classes))
      throw new RangeError(
        `${speaker}: target ${i} is ${value}, expected a class of 0 to ${classes - 1}, or ${ignore}, which is ignored`,
      );
  });
  const label = cast(reshape(target, [n, 1]), "i32");
  const known = notEqual(label, ignore);
  const isOne = logicalAnd(greaterEqual(label, 0), less(label, classes));
  const counts = where(known, where(isOne, 1, Number.NaN), 0);
  return {
    right: ignore >= 0 && ignore < classes ? logicalAnd(among, known) : among,
    counts,
    mean(total, weights = counts) {
      const divisor = sum(weights);
      return div(total, where(equal(divisor, 0), 1, divisor));
    },
  };
}

/** The value of each row's own class, N×1; 0 of rows that do not count. */
export const ofRightClass = (values: Tensor, { right }: ClassTargets): Tensor =>
  // Chosen, not multiplied: the values of other classes may be −∞, which times 0 is NaN.
  sum(where(right, values, 0), { axis: 1, keepDims: true });
