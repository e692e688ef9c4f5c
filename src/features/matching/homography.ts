/** A place in a picture, in pixels: x to the right, y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A pair of points that may be the same place of a plane, seen twice. */
export interface PointPair {
  readonly from: Point;
  readonly to: Point;
}

/** Nine numbers in rows; the last one is 1. (x, y) goes to ((h0 x + h1 y + h2) / w, (h3 x + h4 y + h5) / w), w = h6 x + h7 y + h8. */
export type Homography = readonly number[];

/** Where a homography takes a point. */
export function project(h: Homography, { x, y }: Point): Point {
  const w = h[6] * x + h[7] * y + h[8];
  return { x: (h[0] * x + h[1] * y + h[2]) / w, y: (h[3] * x + h[4] * y + h[5]) / w };
}

/**
 * The homography of four or more pairs: two linear equations a pair, least squares where there are more than four,
 * in coordinates moved to the middle and scaled to a mean distance of √2 (Hartley 1997).
 *
 * @param weights  how much each pair counts, alike if left out
 * @returns undefined where three of four points lie on a line, or the like
 */
export function fitHomography(
  pairs: readonly PointPair[],
  weights?: readonly number[],
): Homography | undefined {
  const [a, b] = [normalising(pairs.map((p) => p.from)), normalising(pairs.map((p) => p.to))];
  const matrix = new Float64Array(8 * 9); // normal equations, with their right side
  for (const [k, { from, to }] of pairs.entries()) {
    const weight = weights?.[k] ?? 1;
    if (weight === 0) continue;
    const [x, y] = [(from.x - a.x) * a.scale, (from.y - a.y) * a.scale];
    const [u, v] = [(to.x - b.x) * b.scale, (to.y - b.y) * b.scale];
    for (const row of [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ])
      for (let i = 0; i < 8; i++) {
        if (row[i] === 0) continue;
        for (let j = i; j < 9; j++) matrix[i * 9 + j] += weight * row[i] * row[j];
      }
  }
  for (let i = 1; i < 8; i++) for (let j = 0; j < i; j++) matrix[i * 9 + j] = matrix[j * 9 + i];
  const solution = solved(matrix);
  if (!solution) return undefined;
  const [h0, h1, h2, h3, h4, h5, h6, h7] = solution;
  // Back to pixels: T_b⁻¹ · H · T_a
  const columns = (p: number, q: number, r: number): number[] => [
    p * a.scale,
    q * a.scale,
    r - a.scale * (p * a.x + q * a.y),
  ];
  const [top, middle, bottom] = [columns(h0, h1, h2), columns(h3, h4, h5), columns(h6, h7, 1)];
  const back = [
    ...top.map((t, i) => t / b.scale + b.x * bottom[i]),
    ...middle.map((t, i) => t / b.scale + b.y * bottom[i]),
    ...bottom,
  ];
  return Math.abs(back[8]) < 1e-12 ? undefined : back.map((value) => value / back[8]);
}

function normalising(points: readonly Point[]): { x: number; y: number; scale: number } {
  const n = points.length;
  const x = points.reduce((sum, p) => sum + p.x, 0) / n;
  const y = points.reduce((sum, p) => sum + p.y, 0) / n;
  const distance = points.reduce((sum, p) => sum + Math.hypot(p.x - x, p.y - y), 0) / n;
  return { x, y, scale: distance > 0 ? Math.SQRT2 / distance : 1 };
}

/** Eight equations with their right side in rows of nine, by elimination with the largest pivot. */
function solved(matrix: Float64Array): number[] | undefined {
  const n = 8;
  const row = (i: number) => matrix.subarray(i * (n + 1), (i + 1) * (n + 1));
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(row(i)[k]) > Math.abs(row(pivot)[k])) pivot = i;
    if (Math.abs(row(pivot)[k]) < 1e-10) return undefined;
    const [held, upper] = [row(pivot).slice(), row(k)];
    row(pivot).set(upper);
    upper.set(held);
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = row(i)[k] / upper[k];
      for (let j = k; j <= n; j++) row(i)[j] -= factor * upper[j];
    }
  }
  return Array.from({ length: n }, (_, i) => row(i)[n] / row(i)[i]);
}
