/** Letters with indices, as equations have them. */

const digits = "₀₁₂₃₄₅₆₇₈₉";

/** Row and column from 0 → indices from 1: (0, 1) → "₁₂"; with a comma from ten on. */
export function subscript(row: number, column: number): string {
  const small = (n: number) => [...String(n + 1)].map((digit) => digits[Number(digit)]).join("");
  return row > 8 || column > 8 ? `${small(row)},${small(column)}` : small(row) + small(column);
}
