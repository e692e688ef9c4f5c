import type { Tensor } from "../tensor/tensor.js";
import { add, div, maximum, mul, sub } from "./arithmetic.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { less } from "./comparisons.js";
import { abs, exp, sign, square } from "./elementary.js";
import { scalar } from "./scalar.js";
import { withGradient } from "./stop-gradient.js";
import { where } from "./where.js";

/**
 * The error function 2/√π · ∫₀ˣ e^(−t²) dt, element by element, to the last digits of f32.
 *
 * Below 1 its series, beyond it a polynomial of 1 / (1 + p·|x|) times e^(−x²).
 * Abramowitz, Stegun: Handbook of Mathematical Functions, 1964, equations 7.1.5 and 7.1.26.
 */
export function erf(x: Tensor): Tensor {
  const value = cast(x, "f32");
  const size = abs(value);
  const near = mul(value, polynomial(square(value), series));
  const t = div(1, add(mul(maximum(size, 1), p), 1));
  const far = sub(1, mul(mul(polynomial(t, rational), t), exp(mul(square(size), -1))));
  return withGradient(where(less(size, 1), near, mul(sign(value), far)), [value], (dy) => [
    mul(dy, mul(exp(mul(square(value), -1)), 2 / Math.sqrt(Math.PI))),
  ]);
}

/** Σ_n coefficients[n] · xⁿ */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<Tensor>((sum, c) => add(mul(sum, x), c), broadcastTo(scalar(last), x.shape));
}

/** 2/√π · (−1)ⁿ / (n! · (2n + 1)), of x^(2n+1) */
const series = Array.from({ length: 11 }, (_, n) => {
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return ((2 / Math.sqrt(Math.PI)) * (n % 2 === 0 ? 1 : -1)) / (factorial * (2 * n + 1));
});

const p = 0.3275911;
const rational = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
