/**
 * atan2(y, x) from 0 to 2π, true to 1e-5: some hundred million of them are taken for a large photograph, and bins
 * are ten thousand times wider. A polynomial in the smaller of the two ratios.
 * Abramowitz, Stegun: Handbook of Mathematical Functions, 4.4.47.
 */
export function direction(y: number, x: number): number {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  if (ax + ay === 0) return 0;
  const t = ax > ay ? ay / ax : ax / ay;
  const s = t * t;
  const p = t * (0.999866 + s * (-0.3302995 + s * (0.180141 + s * (-0.085133 + s * 0.0208351))));
  const quarter = ay > ax ? Math.PI / 2 - p : p;
  const half = x < 0 ? Math.PI - quarter : quarter;
  return y < 0 ? 2 * Math.PI - half : half;
}
