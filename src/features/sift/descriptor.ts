import { direction } from "../angles.js";
import type { Extremum } from "./extrema.js";
import type { Tile } from "./scale-space.js";

/** 4×4 histograms of 8 directions. */
const cells = 4;
const directions = 8;
export const descriptorLength = cells * cells * directions;
/** Edge of a cell in units of the keypoint's blur. */
const cellWidth = 3;
/** Greatest share of one number: a change of light makes some gradients longer, but not others. */
const clip = 0.2;

/** exp(−q / 8) for q = 0 … 12.5 in steps of 1/256: a Gaussian window of two cells' deviation over squared distances in cells. */
const windowTable = Float64Array.from({ length: 256 * 13 }, (_, i) => Math.exp(-(i + 0.5) / 256 / 8));

// With a rim of one cell on every side, and the first directions once more behind the last, so that no vote asks
// where it falls.
const rim = cells + 2;
const perCell = directions + 2;
const votes = new Float64Array(rim * rim * perCell);

/**
 * The descriptor of a keypoint: gradients around it, turned into its own direction, in 4×4 histograms of 8
 * directions; each votes for the nearest cells and directions by nearness, less the further out it lies. Scaled to
 * length 1, cut at 0.2, and scaled again.
 *
 * Order as in OpenCV: rows of cells, cells of a row along the keypoint's direction, and directions counter-clockwise.
 * Gradients outside the picture do not count.
 *
 * @param angle  of the keypoint, clockwise from the right as seen
 * @param into   where its 128 numbers begin
 * Lowe, IJCV 2004, section 6.
 */
export function describe(
  { x, y, margin, stride, levels }: Tile,
  octave: { readonly width: number; readonly height: number },
  { column, row, level, sigma }: Extremum,
  angle: number,
  into: Float32Array,
): void {
  const values = levels[level];
  const width = cellWidth * sigma;
  const radius = Math.round((width * Math.SQRT2 * (cells + 1)) / 2);
  const [c, s] = [Math.cos(angle) / width, Math.sin(angle) / width];
  const perRadian = directions / (2 * Math.PI);
  const middle = cells / 2 + 0.5;
  votes.fill(0);
  const [top, bottom] = [Math.max(-radius, 1 - row), Math.min(radius, octave.height - 2 - row)];
  const [left, right] = [Math.max(-radius, 1 - column), Math.min(radius, octave.width - 2 - column)];
  for (let i = top; i <= bottom; i++) {
    const line = (row + i - y + margin) * stride + column - x + margin;
    // Of the row only what lies inside the turned square of 5×5 cells.
    const from = Math.max(left, lowest(i * s, c), lowest(i * c, -s));
    const to = Math.min(right, -lowest(i * s, -c), -lowest(i * c, s));
    for (let j = from; j <= to; j++) {
      const along = j * c + i * s;
      const across = i * c - j * s;
      const cellX = along + middle;
      const cellY = across + middle;
      const at = line + j;
      const gx = values[at + 1] - values[at - 1];
      const gy = values[at + stride] - values[at - stride];
      let turn = (angle - direction(gy, gx)) * perRadian;
      if (turn < 0) turn += directions;
      const size = Math.sqrt(gx * gx + gy * gy) * windowTable[((along * along + across * across) * 256) | 0];
      const x0 = cellX | 0;
      const y0 = cellY | 0;
      const t0 = turn | 0;
      const fx = cellX - x0;
      const fy = cellY - y0;
      const ft = turn - t0;
      const upper = size * (1 - fy);
      const lower = size * fy;
      const place = (y0 * rim + x0) * perCell + t0;
      const below = place + rim * perCell;
      const v00 = upper * (1 - fx);
      const v01 = upper * fx;
      const v10 = lower * (1 - fx);
      const v11 = lower * fx;
      votes[place] += v00 * (1 - ft);
      votes[place + 1] += v00 * ft;
      votes[place + perCell] += v01 * (1 - ft);
      votes[place + perCell + 1] += v01 * ft;
      votes[below] += v10 * (1 - ft);
      votes[below + 1] += v10 * ft;
      votes[below + perCell] += v11 * (1 - ft);
      votes[below + perCell + 1] += v11 * ft;
    }
  }
  for (let i = 0, to = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const from = ((i + 1) * rim + j + 1) * perCell;
      for (let k = 0; k < directions; k++) into[to++] = votes[from + k];
      into[to - directions] += votes[from + directions];
    }
  toLength1(into);
  for (let i = 0; i < descriptorLength; i++) if (into[i] > clip) into[i] = clip;
  toLength1(into);
}

/** The first whole j for which |start + j · slope| < 2.5 cells; of −slope, the last one's opposite. */
function lowest(start: number, slope: number): number {
  const reach = (cells + 1) / 2 - 1e-9;
  if (slope > 1e-12) return Math.ceil((-reach - start) / slope);
  if (slope < -1e-12) return Math.ceil((reach - start) / slope);
  return Math.abs(start) < reach ? -1e9 : 1e9;
}

function toLength1(v: Float32Array): void {
  let squares = 0;
  for (let i = 0; i < descriptorLength; i++) squares += v[i] * v[i];
  const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < descriptorLength; i++) v[i] *= factor;
}

/**
 * RootSIFT: the square roots of the descriptor's shares. Distances of these are distances of Hellinger's kind, in
 * which a few large numbers do not outweigh the rest.
 * Arandjelović, Zisserman: Three things everyone should know to improve object retrieval, CVPR 2012.
 */
export function toRoot(descriptors: Float32Array): void {
  for (let from = 0; from < descriptors.length; from += descriptorLength) {
    let total = 0;
    for (let i = 0; i < descriptorLength; i++) total += descriptors[from + i];
    for (let i = 0; i < descriptorLength; i++)
      descriptors[from + i] = total > 0 ? Math.sqrt(descriptors[from + i] / total) : 0;
  }
}
