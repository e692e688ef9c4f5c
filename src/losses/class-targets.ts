/** Targets that are classes: which of them count, and what a mean over them is. */
import { cast } from "../ops/cast.js";
import { greaterEqual, less, logicalAnd, notEqual } from "../ops/comparisons.js";
import { isClass } from "../ops/one-hot.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import type { Shape } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedScores } from "./checks.js";
import { inParts, type Loss, type LossParts } from "./loss.js";

/** Which targets do not count. */
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
  /** A sum over the rows, that is to be divided by how many count, or by the sum of these weights. */
  over(total: Tensor, weights?: Tensor): LossParts;
}

/**
 * A loss over scores …×K and the classes of its rows, which the axes before the last count: N of a batch of pictures,
 * N×H×W where each pixel has a class, N×L of a sentence.
 */
export function classLoss(
  speaker: string,
  ignore: number,
  f: (output: Tensor, targets: ClassTargets) => LossParts,
): Loss {
  const parts = (output: Tensor, target: Tensor): LossParts => {
    const [rows, classes] = checkedScores(speaker, output, target);
    const flat = output.rank === 2 ? output : reshape(output, [rows, classes]);
    return f(flat, classTargets(speaker, [rows, classes], target, ignore));
  };
  return inParts(parts, { ignore });
}

/**
 * A target that is neither a class nor the one to be ignored is a mistake. Where its number is known it is refused, in
 * a compiled step, where it is not, it makes the mean NaN, which nobody overlooks.
 *
 * @throws RangeError
 */
function classTargets(
  speaker: string,
  [rows, classes]: readonly [rows: number, classes: number],
  target: Tensor,
  ignore: number,
): ClassTargets {
  target.values?.forEach((value, i) => {
    if (value !== ignore && !(value >= 0 && value < classes))
      throw new RangeError(
        `${speaker}: target ${placeOf(i, target.shape)} is ${value}, expected a class of 0 to ${classes - 1}, or ${ignore}, which is ignored`,
      );
  });
  const flat = target.rank === 1 ? target : reshape(target, [rows]);
  const among = isClass(flat, classes);
  const label = cast(reshape(flat, [rows, 1]), "i32");
  const known = notEqual(label, ignore);
  const isOne = logicalAnd(greaterEqual(label, 0), less(label, classes));
  const counts = where(known, where(isOne, 1, Number.NaN), 0);
  return {
    right: ignore >= 0 && ignore < classes ? logicalAnd(among, known) : among,
    counts,
    over: (total, weights = counts) => ({ total, weight: sum(weights) }),
  };
}

/** "3" of a row, "0, 2, 7" of a pixel. */
function placeOf(i: number, shape: Shape): string {
  const place: number[] = [];
  for (const extent of [...shape].reverse()) {
    place.unshift(i % extent);
    i = Math.floor(i / extent);
  }
  return place.join(", ");
}

/** The value of each row's own class, N×1; 0 of rows that do not count. */
export const ofRightClass = (values: Tensor, { right }: ClassTargets): Tensor =>
  // Chosen, not multiplied: the values of other classes may be −∞, which times 0 is NaN.
  sum(where(right, values, 0), { axis: 1, keepDims: true });
