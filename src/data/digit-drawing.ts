import type { RandomStream } from "../random/threefry.js";
import type { Stroke } from "./digit-strokes.js";

/** Points of a line on paper, one after the other, with the pen's half width at each. */
interface Line {
  x: number[];
  y: number[];
  width: number[];
}

// By names of the module: a test runner's own realm (Jest's) looks each global up anew, and drawing took a minute.
const { ceil, floor, max, min, round, sqrt } = Math;

const field = 28;
const box = 20;
/** No ink reaches further than this beyond the edge of a stroke, in pixels. */
const far = 1.4;

/**
 * Writes one digit as a hand would, and scans it as MNIST's makers did: fitted into a box of 20×20 pixels with its
 * proportions kept, then moved by whole pixels until its centre of mass lies at the centre of the 28×28 field.
 *
 * Only + − · / and square roots, which are exact to the last bit everywhere, so that a seed is the same picture on
 * every machine.
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, section III.A.
 */
export function drawDigit(strokes: readonly Stroke[], random: RandomStream): Uint8Array {
  const penRadius = max(0.65, 1.22 + 0.45 * bell(random));
  const tremble = random.uniform(0.01, 0.045);
  const lines = strokes.flatMap((stroke) => spline(shake(stroke, tremble, random)));
  warp(lines, random);
  fitIntoBox(lines, penRadius);
  return centre(ink(clearance(lines, penRadius), random));
}

/** Close to a normal number, from four uniform ones (mean 0, deviation 1, at most 3.46 from 0). */
function bell(random: RandomStream): number {
  const [a, b] = [random.word(), random.word()];
  return (((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16)) / 0x10000 - 2) * sqrt(3);
}

/** The hand is never twice at the same place: the stroke as a whole moves a little, then each of its points. */
function shake({ points }: Stroke, amount: number, random: RandomStream) {
  const [dx, dy] = [0.02 * bell(random), 0.02 * bell(random)];
  return points.map(({ x, y, corner }) => ({
    x: x + dx + amount * bell(random),
    y: y + dy + amount * bell(random),
    width: 1 + 0.1 * bell(random),
    corner,
  }));
}

/** Centripetal Catmull-Rom splines through the points, one for each piece between two corners. */
function spline(points: { x: number; y: number; width: number; corner: boolean }[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let end = 1; end < points.length; end++) {
    if (!points[end].corner && end < points.length - 1) continue;
    lines.push(piece(points.slice(start, end + 1)));
    start = end;
  }
  return lines;
}

function piece(points: { x: number; y: number; width: number }[]): Line {
  const line: Line = { x: [points[0].x], y: [points[0].y], width: [points[0].width] };
  const steps = 6;
  for (let i = 0; i + 1 < points.length; i++) {
    const [b, c] = [points[i], points[i + 1]];
    const a = points[i - 1] ?? { x: 2 * b.x - c.x, y: 2 * b.y - c.y };
    const d = points[i + 2] ?? { x: 2 * c.x - b.x, y: 2 * c.y - b.y };
    const [ab, bc, cd] = [knot(a, b), knot(b, c), knot(c, d)];
    const slope = (p: number, q: number, r: number, pq: number, qr: number) =>
      bc * ((q - p) / pq - (r - p) / (pq + qr) + (r - q) / qr);
    const [bx, by] = [slope(a.x, b.x, c.x, ab, bc), slope(a.y, b.y, c.y, ab, bc)];
    const [cx, cy] = [slope(b.x, c.x, d.x, bc, cd), slope(b.y, c.y, d.y, bc, cd)];
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      line.x.push(hermite(b.x, bx, c.x, cx, t));
      line.y.push(hermite(b.y, by, c.y, cy, t));
      line.width.push(b.width + (c.width - b.width) * t);
    }
  }
  return line;
}

const knot = (p: { x: number; y: number }, q: { x: number; y: number }) =>
  sqrt(sqrt((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y))) + 1e-3;

function hermite(from: number, fromSlope: number, to: number, toSlope: number, t: number): number {
  const [t2, t3] = [t * t, t * t * t];
  return (
    (2 * t3 - 3 * t2 + 1) * from +
    (t3 - 2 * t2 + t) * fromSlope +
    (3 * t2 - 2 * t3) * to +
    (t3 - t2) * toSlope
  );
}

/** What tells one hand from another: bent paper, narrow or wide, slanted, turned. */
function warp(lines: Line[], random: RandomStream): void {
  const bend = Array.from({ length: 8 }, () => 0.2 * bell(random));
  const aspect = 1 + max(-0.45, 0.25 * bell(random));
  const slant = 0.12 + 0.27 * bell(random);
  // Turned by an angle whose half has the tangent t: no sine or cosine needed.
  const t = 0.09 * bell(random);
  const [cos, sin] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  for (const line of lines)
    for (let i = 0; i < line.x.length; i++) {
      const u = line.x[i] - 0.45;
      const v = line.y[i] - 0.5;
      const bentX = u + bend[0] * u * u + bend[1] * u * v + bend[2] * v * v + 2 * bend[3] * v * v * v;
      const bentY = v + bend[4] * u * u + bend[5] * u * v + bend[6] * v * v + 2 * bend[7] * u * u * u;
      const x = aspect * bentX - slant * bentY;
      line.x[i] = cos * x - sin * bentY;
      line.y[i] = sin * x + cos * bentY;
    }
}

/** Scales and moves the lines, in pixels from here on, until their ink just fills the box. */
function fitIntoBox(lines: Line[], penRadius: number): void {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of lines)
    for (let i = 0; i < x.length; i++) {
      left = min(left, x[i]);
      right = max(right, x[i]);
      top = min(top, y[i]);
      bottom = max(bottom, y[i]);
    }
  const scale = (box - 2 * penRadius - 0.4) / max(right - left, bottom - top);
  for (const { x, y } of lines)
    for (let i = 0; i < x.length; i++) {
      x[i] = field / 2 + scale * (x[i] - (left + right) / 2);
      y[i] = field / 2 + scale * (y[i] - (top + bottom) / 2);
    }
}

/** How far each pixel's centre lies from the edge of the nearest stroke, in pixels; below 0 inside it. */
function clearance(lines: Line[], penRadius: number): Float64Array {
  const nearest = new Float64Array(field * field).fill(far);
  for (const { x, y, width } of lines)
    for (let k = 0; k + 1 < x.length; k++) {
      const x0 = x[k];
      const y0 = y[k];
      const dx = x[k + 1] - x0;
      const dy = y[k + 1] - y0;
      const length2 = dx * dx + dy * dy + 1e-12;
      const radius = (penRadius * (width[k] + width[k + 1])) / 2;
      const reach = radius + far;
      const top = max(0, ceil(min(y0, y0 + dy) - reach - 0.5));
      const bottom = min(field - 1, floor(max(y0, y0 + dy) + reach - 0.5));
      const left = max(0, ceil(min(x0, x0 + dx) - reach - 0.5));
      const right = min(field - 1, floor(max(x0, x0 + dx) + reach - 0.5));
      for (let i = top; i <= bottom; i++)
        for (let j = left; j <= right; j++) {
          const px = j + 0.5 - x0;
          const py = i + 0.5 - y0;
          const along = max(0, min(1, (px * dx + py * dy) / length2));
          const ox = px - along * dx;
          const oy = py - along * dy;
          const distance = sqrt(ox * ox + oy * oy) - radius;
          if (distance < nearest[i * field + j]) nearest[i * field + j] = distance;
        }
    }
  return nearest;
}

/** Ink fades over a pixel or two at the edge of a stroke, and the edge is rough, as paper and scanner leave it. */
function ink(clearance: Float64Array, random: RandomStream): Float64Array {
  const softness = random.uniform(0.8, 1.7);
  const blackness = random.uniform(1, 1.5);
  const roughness = random.uniform(0, 0.5);
  return clearance.map((distance) => {
    if (distance >= far) return 0;
    const rough = roughness * random.uniform(-1, 1);
    return max(0, min(1, blackness * (0.5 + (rough - distance) / softness)));
  });
}

function centre(picture: Float64Array): Uint8Array {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < field; i++)
    for (let j = 0; j < field; j++) {
      const dark = picture[i * field + j];
      mass += dark;
      x += dark * (j + 0.5);
      y += dark * (i + 0.5);
    }
  const right = round(field / 2 - x / mass);
  const down = round(field / 2 - y / mass);
  const centred = new Uint8Array(field * field);
  for (let i = max(0, down); i < min(field, field + down); i++)
    for (let j = max(0, right); j < min(field, field + right); j++)
      centred[i * field + j] = round(255 * picture[(i - down) * field + j - right]);
  return centred;
}
