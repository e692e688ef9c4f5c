import { direction } from "../angles.js";
import type { Extremum } from "./extrema.js";
import type { Tile } from "./scale-space.js";

const bins = 36;
/** Other peaks of at least this height make keypoints of their own. */
const peakShare = 0.8;
/** The window's deviation in units of the keypoint's blur; it ends at three deviations. */
const windowWidth = 1.5;

const votes = new Float64Array(bins + 1);
const bell = new Float64Array(1024);

/**
 * The directions of a keypoint: peaks of the histogram of gradient directions around it, placed by a parabola.
 * The histogram is smoothed by [1 4 6 4 1] / 16 first.
 *
 * @returns radians, 0 to 2π, clockwise from the right as seen: atan2(gy, gx) with y downwards
 * Lowe, IJCV 2004, section 5.
 */
export function orientationsOf(
  { x, y, margin, stride, levels }: Tile,
  octave: { readonly width: number; readonly height: number },
  { column, row, level, sigma }: Extremum,
): number[] {
  const values = levels[level];
  const radius = Math.round(3 * windowWidth * sigma);
  const falloff = -1 / (2 * (windowWidth * sigma) ** 2);
  // The window is a product of what the row and what the column give.
  for (let d = 0; d <= radius; d++) bell[d] = Math.exp(d * d * falloff);
  const perRadian = bins / (2 * Math.PI);
  votes.fill(0);
  for (let i = Math.max(-radius, 1 - row); i <= Math.min(radius, octave.height - 2 - row); i++) {
    const vertical = bell[i < 0 ? -i : i];
    const line = (row + i - y + margin) * stride + column - x + margin;
    for (let j = Math.max(-radius, 1 - column); j <= Math.min(radius, octave.width - 2 - column); j++) {
      const at = line + j;
      const gx = values[at + 1] - values[at - 1];
      const gy = values[at + stride] - values[at - stride];
      const bin = (direction(gy, gx) * perRadian + 0.5) | 0;
      votes[bin] += vertical * bell[j < 0 ? -j : j] * Math.sqrt(gx * gx + gy * gy);
    }
  }
  votes[0] += votes[bins]; // from just below a full turn
  return peaks(smoothed(votes));
}

function smoothed(counts: Float64Array): number[] {
  const at = (k: number) => counts[(k + bins) % bins];
  return Array.from(
    { length: bins },
    (_, k) => (6 * at(k) + 4 * (at(k - 1) + at(k + 1)) + at(k - 2) + at(k + 2)) / 16,
  );
}

function peaks(counts: readonly number[]): number[] {
  const highest = counts.reduce((most, v) => Math.max(most, v), 0);
  const found: number[] = [];
  counts.forEach((v, k) => {
    const [before, after] = [counts[(k + bins - 1) % bins], counts[(k + 1) % bins]];
    if (v <= before || v <= after || v < peakShare * highest) return;
    const place = k + (before - after) / (2 * (before - 2 * v + after));
    found.push((((place + bins) % bins) * 2 * Math.PI) / bins);
  });
  return found;
}
