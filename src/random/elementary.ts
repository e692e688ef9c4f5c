/**
 * Elementary functions from the four operations that IEEE 754 rounds exactly, so that random numbers are the same on
 * every engine: Math.log, Math.exp and Math.cos differ between engines in the last bit.
 */

/** Natural logarithm of 0 < x ≤ 1: x = m·2^e with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) as a series. */
export function ln(x: number): number {
  let m = x;
  let e = 0;
  for (; m < Math.SQRT1_2; e--) m *= 2;
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * s * sum + e * Math.LN2;
}

/** e^x for x ≤ 0: x = k·ln 2 + r with |r| ≤ ln 2 / 2, and e^r as a series. */
export function exp(x: number): number {
  const k = Math.round(x / Math.LN2);
  const r = x - k * Math.LN2;
  let sum = 1;
  for (let n = 16; n >= 1; n--) sum = 1 + (sum * r) / n;
  for (let i = k; i < 0 && sum > 0; i++) sum /= 2;
  return sum;
}

/** cos(2π·t) for 0 ≤ t ≤ 1, by the series on a quarter turn. */
export function cosTurn(t: number): number {
  const half = t > 0.5 ? 1 - t : t;
  const sign = half > 0.25 ? -1 : 1;
  const angle = 2 * Math.PI * (half > 0.25 ? 0.5 - half : half);
  const square = angle * angle;
  let sum = 1;
  for (let k = 18; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k - 1));
  return sign * sum;
}
