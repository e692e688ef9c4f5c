import { direction } from "../angles.js";
import { type Haar, haar } from "./haar.js";
import type { IntegralImage } from "./integral-image.js";

/** Samples lie within so many s of the place, one every s. */
const radius = 6;
/** Deviation of the Gaussian that weighs them, in s. */
const falloff = 2;
/** Directions are counted in degrees; a window of 60 of them turns round. */
const degrees = 360;
const window = 60;

const samples = Array.from({ length: (2 * radius + 1) ** 2 }, (_, i) => {
  const [dx, dy] = [(i % (2 * radius + 1)) - radius, Math.floor(i / (2 * radius + 1)) - radius];
  const squares = dx * dx + dy * dy;
  return { dx, dy, squares, weight: Math.exp(-squares / (2 * falloff * falloff)) };
}).filter(({ squares }) => squares <= radius * radius);

const acrosses = new Float64Array(degrees);
const downs = new Float64Array(degrees);
const answer: Haar = { x: 0, y: 0 };

/**
 * The direction in which brightness rises around a place: that of the longest sum of weighted Haar answers, of those
 * whose directions lie within a window of 60°.
 *
 * @returns radians, 0 to 2π, clockwise from the right as seen
 * Section 4.1.
 */
export function orientationAt(image: IntegralImage, x: number, y: number, s: number): number {
  const half = Math.max(1, Math.round(2 * s));
  acrosses.fill(0);
  downs.fill(0);
  for (const { dx, dy, weight } of samples) {
    haar(image, x + dx * s, y + dy * s, half, answer);
    if (answer.x === 0 && answer.y === 0) continue;
    const degree = ((direction(answer.y, answer.x) * degrees) / (2 * Math.PI)) | 0;
    const bin = degree === degrees ? 0 : degree;
    acrosses[bin] += weight * answer.x;
    downs[bin] += weight * answer.y;
  }
  let [sumX, sumY] = [0, 0];
  for (let k = 0; k < window; k++) {
    sumX += acrosses[k];
    sumY += downs[k];
  }
  let [longest, bestX, bestY] = [0, 1, 0];
  for (let begin = 0; begin < degrees; begin++) {
    const length = sumX * sumX + sumY * sumY;
    if (length > longest) [longest, bestX, bestY] = [length, sumX, sumY];
    const end = (begin + window) % degrees;
    sumX += acrosses[end] - acrosses[begin];
    sumY += downs[end] - downs[begin];
  }
  const angle = Math.atan2(bestY, bestX);
  return angle < 0 ? angle + 2 * Math.PI : angle;
}
