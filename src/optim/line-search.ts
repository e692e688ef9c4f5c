/**
 * Line searches: how far to go along a direction in which a function falls.
 * Nocedal, Wright: Numerical Optimization, second edition, Springer 2006, chapter 3.
 */

/** A point on the line, at t times the direction from where the search begins. */
export interface LinePoint {
  readonly t: number;
  readonly value: number;
  /** dvalue/dt */
  readonly slope: number;
  readonly gradient: Float32Array;
}

/** Looks at a point of the line. */
export type Look = (t: number) => Promise<LinePoint>;

/** Enough is a fall of this share of what the slope at the beginning promises. */
const sufficient = 1e-4;
/** The slope should have come down to this share. */
const curvature = 0.9;
const mostLooks = 25;

/** Whether the fall is worth the way. A value that is no number is worth nothing. */
const fallsEnough = (start: LinePoint, p: LinePoint): boolean =>
  p.value <= start.value + sufficient * p.t * start.slope;

/**
 * Goes to t, and back by halves until the value has fallen enough (Armijo's condition).
 *
 * @returns null where it does not, however short the way
 */
export async function backtracking(start: LinePoint, t: number, look: Look): Promise<LinePoint | null> {
  for (let i = 0, way = t; i < mostLooks; i++, way /= 2) {
    const point = await look(way);
    if (fallsEnough(start, point)) return point;
  }
  return null;
}

/**
 * Finds a point where the value has fallen enough and the slope is at most 0.9 times as steep, up or down, as at the
 * beginning (the strong Wolfe conditions): algorithms 3.5 and 3.6.
 *
 * @returns null where no point is found at which the value has fallen enough
 */
export async function strongWolfe(start: LinePoint, t: number, look: Look): Promise<LinePoint | null> {
  let before = start;
  let best: LinePoint | null = null;
  let way = t;
  for (let i = 0; i < mostLooks; i++) {
    const point = await look(way);
    if (!fallsEnough(start, point) || (i > 0 && point.value >= before.value))
      return zoom(start, before, point, look, best);
    best = point;
    if (Math.abs(point.slope) <= -curvature * start.slope) return point;
    if (point.slope >= 0) return zoom(start, point, before, look, best);
    before = point;
    way *= 2;
  }
  return best;
}

/** Between two points, of which `low` is the lower one that has fallen enough, there is a point that will do. */
async function zoom(
  start: LinePoint,
  low: LinePoint,
  high: LinePoint,
  look: Look,
  found: LinePoint | null,
): Promise<LinePoint | null> {
  let best = found;
  for (let i = 0; i < mostLooks; i++) {
    const point = await look(between(low, high));
    if (!fallsEnough(start, point) || point.value >= low.value) high = point;
    else {
      best = point;
      if (Math.abs(point.slope) <= -curvature * start.slope) return point;
      if (point.slope * (high.t - low.t) >= 0) high = low;
      low = point;
    }
    if (Math.abs(high.t - low.t) <= 1e-9 * Math.max(1, low.t)) break;
  }
  return best;
}

/** The lowest point of the cubic through both, by values and slopes (equation 3.59), not too near to either. */
function between(a: LinePoint, b: LinePoint): number {
  const width = b.t - a.t;
  const middle = a.t + width / 2;
  const d = a.slope + b.slope - (3 * (b.value - a.value)) / width;
  const root = Math.sqrt(d * d - a.slope * b.slope) * Math.sign(width);
  const t = b.t - (width * (b.slope + root - d)) / (b.slope - a.slope + 2 * root);
  const share = (t - a.t) / width;
  return Number.isFinite(t) && share > 0.1 && share < 0.9 ? t : middle;
}
