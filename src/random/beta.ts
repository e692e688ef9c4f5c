import { exp, ln } from "./elementary.js";
import type { RandomStream } from "./threefry.js";

/**
 * A number of the Beta distribution with both parameters equal, 0 ≤ x ≤ 1.
 *
 *     u^(1/a) / (u^(1/a) + v^(1/a))  for uniform u and v whose powers sum to at most 1
 *
 * @param a  above 0: small for numbers near 0 and 1, 1 for uniform ones
 * Jöhnk: Erzeugung von betaverteilten und gammaverteilten Zufallszahlen, Metrika 8, 1964.
 */
export function beta(random: RandomStream, a: number): number {
  for (;;) {
    // Of logarithms, for the powers themselves may be too small for a number.
    const x = ln(1 - random.uniform()) / a;
    const y = ln(1 - random.uniform()) / a;
    const greatest = x > y ? x : y;
    const sum = greatest + ln((exp(x - greatest) + exp(y - greatest)) / 2) + Math.LN2;
    if (sum <= 0) return exp(x - sum);
  }
}
