import { solveSymmetric3 } from "../symmetric-equations.js";
import type { Tile } from "./scale-space.js";
import { blurOf, border, type ScaleSettings, whitest } from "./settings.js";

/** An extremum of the differences of Gaussians, between pixels and between scales. In pixels of its octave. */
export interface Extremum {
  /** The pixel and the level of Gaussians it is nearest to. */
  readonly column: number;
  readonly row: number;
  readonly level: number;
  /** Where exactly. */
  readonly x: number;
  readonly y: number;
  /** Its blur: the keypoint's size. */
  readonly sigma: number;
  /** |D| there, as a share of the range 0..255. */
  readonly contrast: number;
}

/** A quadratic that has not settled after so many steps has no extremum here. */
const mostSteps = 5;

/**
 * The extrema of a tile, placed by a quadratic through their neighbours (equation 3), without those of little
 * contrast and those on edges (section 4.1).
 *
 * @param seen  keys of extrema found before: neighbouring pixels may lead to the same one
 * Lowe, IJCV 2004, sections 3.1 and 4; Brown, Lowe: Invariant features from interest point groups, BMVC 2002.
 */
export function extremaOfTile(
  tile: Tile,
  octave: { readonly width: number; readonly height: number },
  settings: ScaleSettings,
  seen: Set<number>,
): Extremum[] {
  const found: Extremum[] = [];
  const { width, extrema } = tile;
  const words = new Uint32Array(extrema.buffer, extrema.byteOffset, extrema.length >> 2);
  const visit = (at: number): void => {
    for (let k = 0; extrema[at] >> k; k++) {
      if (!((extrema[at] >> k) & 1)) continue;
      const start = { column: tile.x + (at % width), row: tile.y + Math.floor(at / width), level: k + 1 };
      const extremum = refined(tile, octave, settings, start);
      if (!extremum) continue;
      const key = (extremum.row * octave.width + extremum.column) * (settings.scales + 3) + extremum.level;
      if (seen.has(key)) continue;
      seen.add(key);
      found.push(extremum);
    }
  };
  // Nearly all pixels are none: four are passed over at once.
  for (let word = 0; word < words.length; word++)
    if (words[word] !== 0) for (let at = 4 * word; at < 4 * word + 4; at++) if (extrema[at]) visit(at);
  for (let at = 4 * words.length; at < extrema.length; at++) if (extrema[at]) visit(at);
  return found;
}

interface Place {
  readonly column: number;
  readonly row: number;
  readonly level: number;
}

function refined(
  { x, y, margin, stride, levels }: Tile,
  octave: { readonly width: number; readonly height: number },
  settings: ScaleSettings,
  start: Place,
): Extremum | undefined {
  const { scales, contrast, edge } = settings;
  let { column, row, level } = start;
  for (let step = 0; step < mostSteps; step++) {
    if (level < 1 || level > scales) return undefined;
    if (column < border || column >= octave.width - border) return undefined;
    if (row < border || row >= octave.height - border) return undefined;
    const at = (row - y + margin) * stride + column - x + margin;
    const [l0, l1, l2, l3] = levels.slice(level - 1, level + 3);
    const below = (by: number) => l1[at + by] - l0[at + by];
    const here = (by: number) => l2[at + by] - l1[at + by];
    const above = (by: number) => l3[at + by] - l2[at + by];
    const v = here(0);
    const gradient = [
      (here(1) - here(-1)) / 2,
      (here(stride) - here(-stride)) / 2,
      (above(0) - below(0)) / 2,
    ];
    const dxx = here(1) + here(-1) - 2 * v;
    const dyy = here(stride) + here(-stride) - 2 * v;
    const dss = above(0) + below(0) - 2 * v;
    const dxy = (here(stride + 1) - here(stride - 1) - here(1 - stride) + here(-stride - 1)) / 4;
    const dxs = (above(1) - above(-1) - below(1) + below(-1)) / 4;
    const dys = (above(stride) - above(-stride) - below(stride) + below(-stride)) / 4;
    const offset = solveSymmetric3([dxx, dxy, dxs, dyy, dys, dss], gradient);
    if (!offset) return undefined;
    const [ox, oy, os] = offset.map((o) => -o);
    if (Math.abs(ox) < 0.5 && Math.abs(oy) < 0.5 && Math.abs(os) < 0.5) {
      const value = Math.abs(v + (gradient[0] * ox + gradient[1] * oy + gradient[2] * os) / 2);
      if (value * scales < contrast * whitest) return undefined;
      const [trace, determinant] = [dxx + dyy, dxx * dyy - dxy * dxy];
      if (determinant <= 0 || trace * trace * edge >= (edge + 1) ** 2 * determinant) return undefined;
      const sigma = blurOf(settings, level + os);
      return { column, row, level, x: column + ox, y: row + oy, sigma, contrast: value / whitest };
    }
    // Far away means that the quadratic is nearly flat.
    if (Math.max(Math.abs(ox), Math.abs(oy), Math.abs(os)) > octave.width + octave.height) return undefined;
    column += Math.round(ox);
    row += Math.round(oy);
    level += Math.round(os);
    const margins = [column - x, row - y].some((d) => d < -margin + 1) || column - x + margin >= stride - 1;
    if (margins || (row - y + margin + 1) * stride >= l0.length) return undefined;
  }
  return undefined;
}
