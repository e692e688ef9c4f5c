import { optionsOf } from "../../door/options.js";
import { notNegative, wholeNumber } from "../../door/rules.js";
import { classLoss, type IgnoreOptions } from "../../losses/class-targets.js";
import { inParts, type Loss } from "../../losses/loss.js";
import { add, div, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, greater } from "../../ops/comparisons.js";
import { reshape } from "../../ops/reshape.js";
import { softmax } from "../../ops/softmax.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import { calledAs } from "../../tensor/printing.js";
import type { Tensor } from "../../tensor/tensor.js";

/** What {@link dice} leaves out, and what it adds. */
export interface DiceOptions extends IgnoreOptions {
  /** Added above and below the line, so that a class of a few pixels does not count as much as one of many; 0 if left out. */
  smooth?: number;
}

/**
 * Dice loss: how little what is read overlaps what is there, by classes, so that rare ones count as much as frequent ones.
 *
 *     E = 1/N · Σ_n (1 − mean over the classes c that occur in n of (2 Σ_i p[n,i,c] y[n,i,c] + s) / (Σ_i p[n,i,c] + y[n,i,c] + s))
 *
 * with p = softmax of the output, y 1 for the class of a pixel and else 0, i over the pixels that count. The output are logits,
 * N×H×W×K for a class of each pixel (N×K, each example a picture of one), targets classes (N×H×W, i32 or u8), or `ignore`. A
 * picture in which nothing counts is not counted; where none counts, E is 0.
 * Milletari, Navab, Ahmadi: V-Net, arXiv:1606.04797, section 3 (whose sums below the line are of squares); Sudre et al.:
 * Generalised Dice Overlap as a Deep Learning Loss Function, arXiv:1707.03237.
 */
export function dice(given: DiceOptions = {}): Loss {
  const { ignore = -1, smooth = 0 } = optionsOf("dice", given, { ignore: wholeNumber, smooth: notNegative });
  const parts = (output: Tensor, target: Tensor) => {
    const examples = output.shape[0];
    const ofRows = classLoss("dice", ignore, (flat, { right, counts }) => {
      const [rows, classes] = flat.shape;
      const pixels = rows / examples || 1;
      // By example, over its pixels.
      const total = (x: Tensor, width: number): Tensor =>
        sum(reshape(x, [examples, pixels, width]), { axis: 1 });
      const p = mul(softmax(flat), counts);
      const y = mul(cast(right, "f32"), counts);
      const there = total(y, classes);
      const overlap = add(mul(total(mul(p, y), classes), 2), smooth);
      const occurs = greater(there, 0);
      const share = div(overlap, where(occurs, add(add(total(p, classes), there), smooth), 1));
      const found = sum(where(occurs, share, 0), { axis: 1, keepDims: true });
      const kinds = sum(cast(occurs, "f32"), { axis: 1, keepDims: true });
      const none = equal(total(counts, 1), 0);
      const cost = sub(1, div(found, where(equal(kinds, 0), 1, kinds)));
      // A target that is no class has made `counts` NaN, and is to be seen.
      const seen = add(cost, mul(total(counts, 1), 0));
      return { total: sum(where(none, 0, seen)), weight: sum(where(none, 0, 1)) };
    });
    return ofRows.parts!(output, target);
  };
  return calledAs(inParts(parts, { ignore }), "dice", given);
}
