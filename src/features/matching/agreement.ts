/** Whether pairs that agree with a homography say anything, or agree as pairs drawn by lot would. */
import { type Homography, type Point, type PointPair, project } from "./homography.js";

/**
 * The same numbers for pairs at the same place, at each of the two ends. Keypoints of several sizes or directions stand
 * at one place, and one place of the second picture may look like many of the first: such pairs agree all together or
 * not at all, and prove no more than one of them.
 */
export interface Places {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Places are the cells of a grid as wide as the tolerance, and as fine where `from` has another unit. */
export function placesOf(pairs: readonly PointPair[], tolerance: number): Places {
  const number = (points: readonly Point[], cell: number) => {
    const numbers = new Map<string, number>();
    return Int32Array.from(points, ({ x, y }) => {
      const key = `${Math.floor(x / cell)} ${Math.floor(y / cell)}`;
      if (!numbers.has(key)) numbers.set(key, numbers.size);
      return numbers.get(key)!;
    });
  };
  const [from, to] = [pairs.map((pair) => pair.from), pairs.map((pair) => pair.to)];
  return { from: number(from, fromTolerance(pairs, tolerance)), to: number(to, tolerance) };
}

/** The tolerance, which is one of `to`, in the unit of `from`. */
export function fromTolerance(pairs: readonly PointPair[], tolerance: number): number {
  const [from, to] = [extent(pairs.map((pair) => pair.from)), extent(pairs.map((pair) => pair.to))];
  const unit = Math.hypot(from.width, from.height) / Math.hypot(to.width, to.height);
  return unit > 0 && Number.isFinite(unit) ? tolerance * unit : tolerance;
}

/** How many places of the fewer ends these pairs have. */
export function distinctPlaces(places: Places, some: readonly number[]): number {
  const count = (of: Int32Array) => new Set(some.map((i) => of[i])).size;
  return Math.min(count(places.from), count(places.to));
}

/**
 * Whether four pairs can tell a homography: no three of them near a line at either end, and the four triangles among
 * them turned all as they were, or all mirrored. What a camera sees of a plane keeps that.
 */
export function isSoundSample(four: readonly PointPair[], nearFrom: number, nearTo: number): boolean {
  let turns = 0;
  for (let left = 0; left < 4; left++) {
    const [a, b, c] = four.filter((_, i) => i !== left);
    const [from, to] = [signedHeight(a.from, b.from, c.from), signedHeight(a.to, b.to, c.to)];
    if (!(Math.abs(from) > nearFrom && Math.abs(to) > nearTo)) return false;
    turns += Math.sign(from) * Math.sign(to);
  }
  return Math.abs(turns) === 4;
}

/** The least height of a triangle, with the sign of its direction. */
function signedHeight(a: Point, b: Point, c: Point): number {
  const twiceArea = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  const longest = Math.max(
    Math.hypot(b.x - a.x, b.y - a.y),
    Math.hypot(c.x - b.x, c.y - b.y),
    Math.hypot(a.x - c.x, a.y - c.y),
  );
  return longest > 0 ? twiceArea / longest : 0;
}

/** So many points beside every line tell a plane from a line with two accidents beside it. */
const besideLines = 4;

/** Lines are drawn through so many of the points, each with each. */
const mostOnLines = 24;

/** Whether points lie on one line all but a few. */
export function isLine(points: readonly Point[], near: number): boolean {
  const needed = Math.min(besideLines, points.length - 3);
  const step = Math.max(1, points.length / mostOnLines);
  const some = Array.from(
    { length: Math.min(points.length, mostOnLines) },
    (_, i) => points[Math.floor(i * step)],
  );
  return some.some((a, i) =>
    some.slice(0, i).some((b) => {
      const length = Math.hypot(b.x - a.x, b.y - a.y);
      if (!(length > 2 * near)) return false;
      const off = ({ x, y }: Point) => Math.abs((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / length;
      return points.filter((point) => off(point) > 2 * near).length < needed;
    }),
  );
}

/** Areas may grow by so many times more at one inlier than at another: steeper, and the plane is seen edge on. */
const steepest = 1000;

/** Whether the homography leaves the part of the plane that the points span whole, neither folded nor crushed. */
export function keepsWhole(h: Homography, points: readonly Point[]): boolean {
  const determinant =
    h[0] * (h[4] * h[8] - h[5] * h[7]) -
    h[1] * (h[3] * h[8] - h[5] * h[6]) +
    h[2] * (h[3] * h[7] - h[4] * h[6]);
  const { left, top, width, height } = extent(points);
  const depths = [0, 1, 2, 3].map(
    (k) => h[6] * (left + (k & 1) * width) + h[7] * (top + (k >> 1) * height) + h[8],
  );
  // The area at a point grows by det / depth³. Depths of both signs: the horizon runs through the middle.
  const [nearest, furthest] = [Math.min(...depths), Math.max(...depths)];
  return (
    determinant !== 0 &&
    nearest * furthest > 0 &&
    Math.max(furthest / nearest, nearest / furthest) ** 3 <= steepest
  );
}

/** Pairs beyond these are left out where each is compared with each. */
const mostCompared = 1000;

/**
 * How many homographies as well supported as this one are expected among pairs drawn by lot, as a decimal logarithm:
 *
 *     (n − 4) · C(n, k) · C(k, 4) · p^(k − 4)
 *
 * for k of n places that agree. p, the chance that a pair agrees by accident, is the area of a circle of the tolerance
 * in that of the points, or, where these lie dense, the share of agreeing ones among the pairs shuffled.
 *
 * Moisan, Stival: A Probabilistic Criterion to Detect Rigid Point Matches Between Two Images, IJCV 57, 2004.
 */
export function expectedByChance(
  h: Homography,
  pairs: readonly PointPair[],
  { places, inliers, tolerance }: { places: Places; inliers: readonly number[]; tolerance: number },
): number {
  const n = distinctPlaces(places, [...pairs.keys()]);
  const k = distinctPlaces(places, inliers);
  const { width, height } = extent(pairs.map(({ to }) => to));
  const area = (width + 2 * tolerance) * (height + 2 * tolerance);
  const p = Math.min(
    1,
    Math.max((Math.PI * tolerance ** 2) / area, shuffledShare(h, pairs, places, tolerance)),
  );
  return Math.log10(Math.max(1, n - 4)) + logChoose(n, k) + logChoose(k, 4) + (k - 4) * Math.log10(p);
}

/** Of all pairs of one's `from` with another's `to`, from elsewhere, the share that agrees. */
function shuffledShare(
  h: Homography,
  pairs: readonly PointPair[],
  places: Places,
  tolerance: number,
): number {
  const step = Math.max(1, pairs.length / mostCompared);
  const some = Array.from({ length: Math.min(pairs.length, mostCompared) }, (_, i) => Math.floor(i * step));
  let [agreeing, all] = [0, 0];
  for (const i of some) {
    const { x, y } = project(h, pairs[i].from);
    for (const j of some) {
      if (places.from[i] === places.from[j] || places.to[i] === places.to[j]) continue;
      all++;
      if ((x - pairs[j].to.x) ** 2 + (y - pairs[j].to.y) ** 2 <= tolerance ** 2) agreeing++;
    }
  }
  return all > 0 ? agreeing / all : 0;
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log10((n - k + i) / i);
  return sum;
}

function extent(points: readonly Point[]): { left: number; top: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { left, top, width: right - left, height: bottom - top };
}
