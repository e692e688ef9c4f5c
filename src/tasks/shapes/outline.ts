/** How far a place lies outside a shape, in pixels; negative inside. */
import { cosTurn } from "../../random/elementary.js";
import { shapeNames } from "./kinds.js";

type Point = readonly [x: number, y: number];

/** The sine and the cosine of turns, the same to the last bit everywhere. */
const cos = (turn: number): number => cosTurn(turn - Math.floor(turn));
const sin = (turn: number): number => cos(turn - 0.25);

const around = (count: number, radius: (i: number) => number): Point[] =>
  Array.from({ length: count }, (_, i) => [radius(i) * sin(i / count), -radius(i) * cos(i / count)]);

const arm = 0.36;
const heart = (): Point[] =>
  Array.from({ length: 44 }, (_, i) => {
    const t = i / 44;
    const across = sin(t);
    return [16 * across * across * across, -(13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t))];
  });

/** Corners of those that have some, in any unit; those of the others are circles. */
const corners: { readonly [name: string]: readonly Point[] } = {
  square: [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  triangle: around(3, () => 1),
  star: around(10, (i) => (i % 2 === 0 ? 1 : 0.46)),
  cross: [
    ...[
      [-arm, -1],
      [arm, -1],
      [arm, -arm],
      [1, -arm],
      [1, arm],
      [arm, arm],
    ],
    ...[
      [arm, 1],
      [-arm, 1],
      [-arm, arm],
      [-1, arm],
      [-1, -arm],
      [-arm, -arm],
    ],
  ] as unknown as Point[],
  heart: heart(),
};

/** Inner and outer radius of a ring, of the half of its size. */
const hole = 0.5;

/**
 * The distance to the edge of a shape whose longer side is `size` pixels, around a place.
 *
 * @param lean  tangent of half the angle by which it is turned, clockwise
 */
export function outlineOf(
  shape: number,
  {
    x,
    y,
    size,
    lean,
  }: { readonly x: number; readonly y: number; readonly size: number; readonly lean: number },
): (px: number, py: number) => number {
  const points = corners[shapeNames[shape]];
  const half = size / 2;
  if (!points) {
    const inner = shapeNames[shape] === "ring" ? hole * half : 0;
    const [middle, width] = [(half + inner) / 2, (half - inner) / 2];
    return inner === 0
      ? (px, py) => Math.sqrt((px - x) * (px - x) + (py - y) * (py - y)) - half
      : (px, py) => Math.abs(Math.sqrt((px - x) * (px - x) + (py - y) * (py - y)) - middle) - width;
  }
  const [c, s] = [(1 - lean * lean) / (1 + lean * lean), (2 * lean) / (1 + lean * lean)];
  const turned = points.map(([u, v]): Point => [c * u - s * v, s * u + c * v]);
  const [xs, ys] = [turned.map(([u]) => u), turned.map(([, v]) => v)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [wide, high] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const scale = size / Math.max(wide, high);
  const n = turned.length;
  const px = Float64Array.from(turned, ([u]) => x + (u - left - wide / 2) * scale);
  const py = Float64Array.from(turned, ([, v]) => y + (v - top - high / 2) * scale);
  const before = (i: number): number => (i + n - 1) % n;
  const ex = px.map((value, i) => px[before(i)] - value);
  const ey = py.map((value, i) => py[before(i)] - value);
  const perLength = ex.map((value, i) => 1 / (value * value + ey[i] * ey[i]));
  return (u, v) => {
    let nearest = Number.POSITIVE_INFINITY;
    let isInside = false;
    for (let i = 0; i < n; i++) {
      const wx = u - px[i];
      const wy = v - py[i];
      const dx = ex[i];
      const dy = ey[i];
      let along = (wx * dx + wy * dy) * perLength[i];
      along = along < 0 ? 0 : along > 1 ? 1 : along;
      const restX = wx - along * dx;
      const restY = wy - along * dy;
      const far = restX * restX + restY * restY;
      if (far < nearest) nearest = far;
      if (wy < 0 !== wy - dy < 0 && wx * dy < dx * wy === dy > 0) isInside = !isInside;
    }
    return isInside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}
