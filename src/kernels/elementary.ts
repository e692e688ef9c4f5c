/**
 * Elementary functions as polynomials over vectors, the same on every target. The reductions and the minimax
 * polynomials are those of Moshier, Methods and Programs for Mathematical Functions (1989), single precision.
 */
import type { KernelBuilder } from "./builder.js";
import type { Floats } from "./language.js";

/** c[0]·x^(n−1) + … + c[n−1], by Horner's rule. */
function polynomial(k: KernelBuilder, x: Floats, coefficients: readonly number[]): Floats {
  return coefficients.map((c) => k.f32(c)).reduce((sum, c) => k.fma(sum, x, c));
}

/** e^x: x = n·ln 2 + r with |r| ≤ ln 2 / 2, e^r by a polynomial. Overflows to infinity, underflows to 0. */
export function exp(k: KernelBuilder, x: Floats): Floats {
  // Beyond these the result is infinite or zero; NaN passes both.
  const bounded = k.max(k.min(x, k.f32(89)), k.f32(-104));
  const n = k.nearest(k.mul(bounded, k.f32(Math.LOG2E)));
  // ln 2 in two parts: n·0.693359375 is exact for every n in range.
  let r = k.fma(n, k.f32(-0.693359375), bounded);
  r = k.fma(n, k.f32(2.1219444e-4), r);
  const p = polynomial(
    k,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  const power = k.add(k.fma(p, k.mul(r, r), r), k.f32(1));
  // 2^n in two factors, so that neither 2^128 nor a denormal 2^-140 has to be a float of its own.
  const exponent = k.toInt(n);
  const half = k.shiftRightSigned(exponent, 1);
  const twoTo = (e: typeof half) => k.fromBits(k.shiftLeft(k.add(e, k.i32(127)), 23));
  return k.mul(k.mul(power, twoTo(half)), twoTo(k.sub(exponent, half)));
}

/** ln x: x = m·2^e with √½ ≤ m < √2. NaN below 0, −∞ at 0. */
export function log(k: KernelBuilder, x: Floats): Floats {
  const denormal = k.compare("lt", x, k.f32(1.17549435e-38));
  const normal = k.select(denormal, k.mul(x, k.f32(8388608)), x);
  const bits = k.bitsOf(normal);
  let e = k.toFloat(k.sub(k.shiftRight(bits, 23), k.i32(126)));
  e = k.sub(e, k.select(denormal, k.f32(23), k.f32(0)));
  let m = k.fromBits(k.or(k.and(bits, k.i32(0x007fffff)), k.i32(0x3f000000))); // 0.5 ≤ m < 1
  const small = k.compare("lt", m, k.f32(Math.SQRT1_2));
  e = k.sub(e, k.select(small, k.f32(1), k.f32(0)));
  m = k.sub(k.add(m, k.select(small, m, k.f32(0))), k.f32(1));
  const z = k.mul(m, m);
  const p = polynomial(
    k,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  let y = k.mul(k.mul(p, m), z);
  y = k.fma(e, k.f32(-2.1219444e-4), y);
  y = k.fma(z, k.f32(-0.5), y);
  const finite = k.fma(e, k.f32(0.693359375), k.add(m, y));
  const infinity = k.f32(Number.POSITIVE_INFINITY);
  let result = k.select(k.compare("lt", x, infinity), finite, x); // +∞ and NaN pass
  result = k.select(k.compare("eq", x, k.f32(0)), k.f32(Number.NEGATIVE_INFINITY), result);
  return k.select(k.compare("lt", x, k.f32(0)), k.f32(Number.NaN), result);
}

/** ln(1 + x) for x ≥ 0, accurate for small x: the rounding of 1 + x is corrected (Kahan). */
export function log1p(k: KernelBuilder, x: Floats): Floats {
  const u = k.add(x, k.f32(1));
  const d = k.sub(u, k.f32(1));
  const corrected = k.mul(log(k, u), k.div(x, d));
  return k.select(k.compare("eq", d, k.f32(0)), x, corrected);
}

/** tanh x: a polynomial below 0.625, 1 − 2 / (e^2x + 1) above. */
export function tanh(k: KernelBuilder, x: Floats): Floats {
  const magnitude = k.abs(x);
  const z = k.mul(x, x);
  const p = polynomial(
    k,
    z,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  );
  const near = k.fma(k.mul(p, z), x, x);
  const two = k.f32(2);
  const far = k.sub(k.f32(1), k.div(two, k.add(exp(k, k.mul(magnitude, two)), k.f32(1))));
  const signed = k.select(k.compare("lt", x, k.f32(0)), k.neg(far), far);
  return k.select(k.compare("lt", magnitude, k.f32(0.625)), near, signed);
}

/** 1 / (1 + e^−|x|), for negative x e^−|x| of it. What rounding takes from the sum is given back, to first order. */
export function sigmoid(k: KernelBuilder, x: Floats): Floats {
  const one = k.f32(1);
  const power = exp(k, k.neg(k.abs(x)));
  const sum = k.add(one, power);
  const lost = k.sub(power, k.sub(sum, one));
  const rough = k.div(k.select(k.compare("lt", x, k.f32(0)), power, one), sum);
  const inverse = k.max(rough, k.sub(one, rough)); // of the sum
  return k.fma(k.mul(rough, inverse), k.neg(lost), rough);
}

/** x^y = e^(y ln |x|), negative for a negative x and an odd y, NaN for a negative x and a fractional y. */
export function pow(k: KernelBuilder, x: Floats, y: Floats): Floats {
  const zero = k.f32(0);
  const one = k.f32(1);
  const magnitude = exp(k, k.mul(y, log(k, k.abs(x))));
  const whole = k.compare("eq", k.floor(y), y);
  const half = k.mul(y, k.f32(0.5));
  const odd = k.compare("ne", k.floor(half), half);
  const signed = k.select(whole, k.select(odd, k.neg(magnitude), magnitude), k.f32(Number.NaN));
  const power = k.select(k.compare("lt", x, zero), signed, magnitude);
  return k.select(k.compare("eq", y, zero), one, power);
}
