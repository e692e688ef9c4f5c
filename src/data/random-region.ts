import type { RandomStream } from "../random/threefry.js";

/** How large parts of a picture are, by its area, and how wide at most by their height, or high by their width. */
export interface Parts {
  readonly area: readonly [smallest: number, greatest: number];
  readonly ratio: number;
}

/** 8 to 100 % of the picture's area, between 3:4 and 4:3. */
export const usualParts: Parts = { area: [0.08, 1], ratio: 4 / 3 };

/**
 * A part of a picture, anywhere in it; after ten drawings that do not fit, its centre. Szegedy et al.: Going Deeper with
 * Convolutions, CVPR 2015, section 6.
 */
export function randomRegion(
  { width, height }: { width: number; height: number },
  random: RandomStream,
  { area: [smallest, greatest], ratio: widest }: Parts = usualParts,
): { left: number; top: number; width: number; height: number } {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.uniform(smallest, greatest);
    // Uniform in the logarithm of the ratio, and so alike for wide and tall parts.
    const ratio = Math.sqrt(widest ** random.uniform(-1, 1));
    const w = Math.round(Math.sqrt(area) * ratio);
    const h = Math.round(Math.sqrt(area) / ratio);
    if (w > width || h > height || w < 1 || h < 1) continue;
    return { left: random.integer(width - w + 1), top: random.integer(height - h + 1), width: w, height: h };
  }
  const side = Math.min(width, height);
  return { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side };
}
