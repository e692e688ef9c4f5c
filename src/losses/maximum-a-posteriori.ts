import { optionsOf } from "../door/options.js";
import { positive, wholeNumber } from "../door/rules.js";
import { add, maximum, sub } from "../ops/arithmetic.js";
import { exp, log } from "../ops/elementary.js";
import { max } from "../ops/extremes.js";
import { stopGradient } from "../ops/stop-gradient.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { calledAs } from "../tensor/printing.js";
import { classLoss, type IgnoreOptions, ofRightClass } from "./class-targets.js";
import type { Loss } from "./loss.js";

/**
 * LeNet-5's discriminative loss over the penalties y = −score of its RBF output, the mean over the examples
 * that count:
 *
 *     E = 1/N · Σ_n ( y[n, target] + ln( e^−j + Σ_i e^−y[n,i] ) )
 *
 * It pulls the right class nearer, and pushes away the wrong ones that are about as near, or nearer than j: the
 * constant stands for the class of all that is no digit. The paper gives no value for it.
 *
 * The output are scores, N×K, as `nn.rbf` gives them; the targets classes (N, i32 or u8), or `ignore`.
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, equation 9.
 */
export function maximumAPosteriori(given: { j?: number } & IgnoreOptions = {}): Loss {
  const { j = 1, ignore = -1 } = optionsOf("maximumAPosteriori", given, { j: positive, ignore: wholeNumber });
  return calledAs(
    classLoss("maximumAPosteriori", ignore, (output, targets) => {
      // The largest exponent is taken off, so that nothing overflows.
      const top = stopGradient(maximum(max(output, { axis: 1, keepDims: true }), -j));
      const others = sum(exp(sub(output, top)), { axis: 1, keepDims: true });
      const total = add(log(add(others, exp(sub(-j, top)))), top);
      // Row by row, where the large parts of both cancel.
      const each = sub(total, ofRightClass(output, targets));
      return targets.over(sum(where(targets.counts, each, 0)));
    }),
    "maximumAPosteriori",
    given,
  );
}
