import { type Haar, haar } from "./haar.js";
import type { IntegralImage } from "./integral-image.js";

/** 4×4 squares of 5×5 samples, s apart. */
const squares = 4;
const perSquare = 5;
const across = squares * perSquare;
/** Deviation of the Gaussian that weighs samples, in s. */
const falloff = 3.3;

const bell = Float64Array.from({ length: across }, (_, i) =>
  Math.exp(-((i - (across - 1) / 2) ** 2) / (2 * falloff ** 2)),
);
const answer: Haar = { x: 0, y: 0 };

/** Numbers of a descriptor. */
export const lengthOfDescriptor = (extended: boolean): number => squares * squares * (extended ? 8 : 4);

/**
 * The descriptor of a place: Haar answers of 20×20 samples around it, turned into its direction, summed over 4×4 squares:
 * dx, dy, |dx| and |dy|; extended, dx and |dx| apart for dy < 0 and dy ≥ 0, and likewise dy. Scaled to length 1.
 *
 * @param angle  clockwise from the right as seen
 * @param into   where its 64 or 128 numbers begin
 * Section 4.2.
 */
export function describe(
  image: IntegralImage,
  { x, y, sigma: s }: { x: number; y: number; sigma: number },
  angle: number,
  extended: boolean,
  into: Float32Array,
): void {
  const half = Math.max(1, Math.round(s));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const numbers = extended ? 8 : 4;
  into.fill(0);
  for (let i = 0; i < across; i++) {
    const v = (i - (across - 1) / 2) * s;
    const row = Math.floor(i / perSquare) * squares;
    for (let j = 0; j < across; j++) {
      const u = (j - (across - 1) / 2) * s;
      haar(image, x + u * cos - v * sin, y + u * sin + v * cos, half, answer);
      const weight = bell[i] * bell[j];
      const dx = weight * (answer.x * cos + answer.y * sin);
      const dy = weight * (answer.y * cos - answer.x * sin);
      const at = (row + Math.floor(j / perSquare)) * numbers;
      if (extended) {
        const [forX, forY] = [at + (dy < 0 ? 0 : 2), at + (dx < 0 ? 4 : 6)];
        into[forX] += dx;
        into[forX + 1] += Math.abs(dx);
        into[forY] += dy;
        into[forY + 1] += Math.abs(dy);
      } else {
        into[at] += dx;
        into[at + 1] += dy;
        into[at + 2] += Math.abs(dx);
        into[at + 3] += Math.abs(dy);
      }
    }
  }
  let sum = 0;
  for (let k = 0; k < into.length; k++) sum += into[k] * into[k];
  const factor = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  for (let k = 0; k < into.length; k++) into[k] *= factor;
}
