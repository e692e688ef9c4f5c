/** How points are drawn: a circle of three times their blur, with a line in their direction. */
import type { Points } from "../../../engine/kernel-lessons.js";

export type Keypoint = Points["keypoints"][number];

export const radiusOf = ({ sigma }: Keypoint): number => 3 * sigma;

/** The point whose middle is nearest to a place, within so many pixels. */
export function nearest(
  keypoints: readonly Keypoint[],
  [row, column]: readonly [number, number],
  within: number,
): number | undefined {
  let [best, distance] = [-1, within ** 2];
  keypoints.forEach(({ x, y }, i) => {
    const d = (x - column) ** 2 + (y - row) ** 2;
    if (d < distance) [best, distance] = [i, d];
  });
  return best < 0 ? undefined : best;
}

/** Clockwise from the right as seen. */
export const degreesOf = ({ angle }: Keypoint): number => ((((angle * 180) / Math.PI) % 360) + 360) % 360;
