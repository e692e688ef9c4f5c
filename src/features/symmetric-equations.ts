/**
 * Solves [a b c; b d e; c e f] · z = g by Cramer's rule: the step from a pixel to the extremum of the quadratic
 * through its neighbours in column, row and scale.
 *
 * @returns undefined where the matrix is singular
 * Brown, Lowe: Invariant features from interest point groups, BMVC 2002.
 */
export function solveSymmetric3(
  [a, b, c, d, e, f]: readonly number[],
  [g, h, i]: readonly number[],
): number[] | undefined {
  const [m0, m1, m2] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const determinant = a * m0 + b * m1 + c * m2;
  if (Math.abs(determinant) < 1e-30) return undefined;
  return [
    (g * m0 + h * m1 + i * m2) / determinant,
    (g * m1 + h * (a * f - c * c) + i * (b * c - a * e)) / determinant,
    (g * m2 + h * (b * c - a * e) + i * (a * d - b * b)) / determinant,
  ];
}
