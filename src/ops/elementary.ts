/** Elementary functions, element by element. */

import type { KernelBuilder } from "../kernels/builder.js";
import * as lanes from "../kernels/elementary.js";
import type { Floats, Lanes } from "../kernels/language.js";
import type { Tensor } from "../tensor/tensor.js";
import { alike } from "./alike.js";
import { div, mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { greater, notEqual } from "./comparisons.js";
import { apply, type Differentiable, defineOp } from "./define.js";
import { type TensorLike, toTensor } from "./scalar.js";
import { where } from "./where.js";

const unary = (
  name: string,
  cost: number,
  emit: (k: KernelBuilder, x: Floats) => Lanes,
  vjp: (dy: Tensor, x: Tensor, y: Tensor) => Tensor | null,
): Differentiable =>
  defineOp({
    name,
    shape: ([x]) => x,
    vjp: (dy, { inputs: [x], output }) => [vjp(dy, x, output)],
    lowering: {
      kind: "map",
      cost,
      rule: (k, [x]) => emit(k, x as Floats),
    },
  });

const float = (x: Tensor): Tensor => cast(x, "f32");

/** |x|, element by element; its slope at 0 is 0 */
export const abs = (x: Tensor): Tensor => apply(absOp, [x], {});
const absOp = unary(
  "abs",
  1,
  (k, x) => k.abs(x),
  (dy, x) => mul(dy, sign(x)),
);

/** −1, 0 or 1 by the sign of x, element by element; NaN for NaN. Its slope is 0. */
export const sign = (x: Tensor): Tensor => apply(signOp, [x], {});
const signOp = unary(
  "sign",
  3,
  (k, x) => {
    const of = (value: number): Floats =>
      x.type === "f32" ? k.f32(value) : (k.i32(value) as unknown as Floats);
    const positive = k.select(k.compare("gt", x, of(0)), of(1), of(0));
    const known = k.select(k.compare("lt", x, of(0)), of(-1), positive);
    return x.type === "f32" ? k.select(k.compare("ne", x, x), x, known) : known;
  },
  () => null,
);

/** x², element by element */
export const square = (x: Tensor): Tensor => mul(x, x);

/** √x, element by element; NaN below 0 */
export const sqrt = (x: Tensor): Tensor => apply(sqrtOp, [float(x)], {});
const sqrtOp = unary(
  "sqrt",
  4,
  (k, x) => k.sqrt(x),
  (dy, _, y) => div(mul(dy, 0.5), y),
);

/** e^x, element by element */
export const exp = (x: Tensor): Tensor => apply(expOp, [float(x)], {});
const expOp = unary("exp", 12, lanes.exp, (dy, _, y) => mul(dy, y));

/** The natural logarithm, element by element; −∞ at 0, NaN below */
export const log = (x: Tensor): Tensor => apply(logOp, [float(x)], {});
const logOp = unary("log", 16, lanes.log, (dy, x) => div(dy, x));

/** tanh x = (e^x − e^−x) / (e^x + e^−x), element by element */
export const tanh = (x: Tensor): Tensor => apply(tanhOp, [float(x)], {});
const tanhOp = unary("tanh", 20, lanes.tanh, (dy, _, y) => mul(dy, sub(1, mul(y, y))));

/** The logistic function 1 / (1 + e^−x), element by element */
export const sigmoid = (x: Tensor): Tensor => apply(sigmoidOp, [float(x)], {});
const sigmoidOp = unary("sigmoid", 16, lanes.sigmoid, (dy, _, y) => mul(dy, mul(y, sub(1, y))));

/**
 * ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|), element by element: neither overflows for large x nor vanishes for small
 */
export const softplus = (x: Tensor): Tensor => apply(softplusOp, [float(x)], {});
const softplusOp = unary(
  "softplus",
  30,
  (k, x) => k.add(k.max(x, k.f32(0)), lanes.log1p(k, lanes.exp(k, k.neg(k.abs(x))))),
  (dy, x) => mul(dy, sigmoid(x)),
);

/**
 * a^b, element by element; the shapes broadcast. A negative a needs a whole b; a^0 is 1 for every a.
 *
 *     da = b · a^(b−1) · dy,   db = ln a · a^b · dy  (0 where a ≤ 0)
 */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  if (typeof b === "number") {
    const x = float(toTensor("pow", a));
    if (b === 1) return x;
    if (b === 2) return mul(x, x);
    if (b === 3) return mul(mul(x, x), x);
    if (b === 0.5) return sqrt(x);
    if (b === -1) return div(1, x);
  }
  return apply(powOp, alike("pow", a, b, "f32"), {});
}
const powOp: Differentiable = defineOp({
  name: "pow",
  shape: ([a]) => a,
  vjp: (dy, { inputs: [a, b], output }) => [
    // Where b is 0 the slope is 0, also at a = 0.
    mul(dy, where(notEqual(b, 0), mul(b, pow(a, sub(b, 1))), 0)),
    mul(dy, where(greater(a, 0), mul(output, log(where(greater(a, 0), a, 1))), 0)),
  ],
  lowering: {
    kind: "map",
    cost: 30,
    rule: (k, [a, b]) => lanes.pow(k, a as Floats, b as Floats),
  },
});
