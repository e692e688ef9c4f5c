import { notNegative, number, required } from "../door/rules.js";
import { filter } from "./filter.js";
import { gaussian } from "./kernels.js";
import { asRaster, FeatureError, grey, type Plane, type Raster } from "./raster.js";
import { settingsOf } from "./settings.js";
import { type GradientOptions, gradient, sobel } from "./sobel.js";

/** Blur, thresholds and gradient of {@link canny}. Thresholds are in the units of the gradient's magnitude. */
export interface CannyOptions extends GradientOptions {
  /** Width of the blur before, in pixels; 0: none. */
  sigma?: number;
  /** An edge begins where the gradient is above `high` and goes on while it is above `low`. */
  low: number;
  high: number;
}

/** The edges: 1 where there is one, 0 elsewhere. */
export interface EdgeMap {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

/**
 * Canny's edges: blur, gradient, ridges of the gradient one pixel wide, and of those the ones that hang together
 * with a strong one (over eight neighbours).
 *
 * A pixel is on the ridge where its gradient is at least that of the two places one step along and against its
 * direction, interpolated between neighbours, and above one of them. Pixels of the picture's rim are no edges.
 *
 * @param picture  grey, or red, green and blue: then its brightness counts; thresholds are in its units times the
 *                 weight of the operator (8 for Sobel's), against √(gx² + gy²)
 * @throws FeatureError unless 0 ≤ low ≤ high
 * Canny: A Computational Approach to Edge Detection, IEEE PAMI 8, 1986.
 */
export async function canny(picture: Raster, options: CannyOptions): Promise<EdgeMap> {
  const {
    sigma = 1.4,
    low,
    high,
    operator,
    padding = "reflect",
  } = settingsOf("canny", options, {
    sigma: notNegative,
    low: required(number),
    high: required(number),
    ...gradient,
  });
  if (!(low >= 0 && high >= low))
    throw new FeatureError(`canny: low is ${low} and high is ${high}, expected 0 ≤ low ≤ high`);
  const plain = asRaster(grey(picture));
  const smooth = sigma > 0 ? await filter(plain, gaussian({ sigma }), { padding }) : plain;
  const { gx, gy, magnitude } = await sobel(smooth, { operator, padding });
  return hysteresis(ridges(gx, gy, magnitude), { low, high });
}

/** The magnitude where it is the greatest across the edge, 0 elsewhere. */
function ridges({ values: dx }: Plane, { values: dy }: Plane, { width, height, values: size }: Plane): Plane {
  const ridge = new Float32Array(width * height);
  for (let i = 1; i < height - 1; i++)
    for (let j = 1; j < width - 1; j++) {
      const at = i * width + j;
      const here = size[at];
      if (here === 0) continue;
      const [ax, ay] = [Math.abs(dx[at]), Math.abs(dy[at])];
      // One step along the gradient ends between a straight neighbour and a diagonal one.
      const straight = ax >= ay ? (dx[at] > 0 ? 1 : -1) : dy[at] > 0 ? width : -width;
      const diagonal = (dx[at] > 0 ? 1 : -1) + (dy[at] > 0 ? width : -width);
      const share = Math.min(ax, ay) / Math.max(ax, ay);
      const ahead = (1 - share) * size[at + straight] + share * size[at + diagonal];
      const behind = (1 - share) * size[at - straight] + share * size[at - diagonal];
      if (here >= ahead && here >= behind && (here > ahead || here > behind)) ridge[at] = here;
    }
  return { width, height, values: ridge };
}

/** Every part of what is above `low` that somewhere is above `high`. */
function hysteresis({ width, height, values }: Plane, { low, high }: { low: number; high: number }): EdgeMap {
  const edges = new Uint8Array(width * height);
  const open: number[] = [];
  for (let start = 0; start < values.length; start++) {
    if (edges[start] || values[start] <= high) continue;
    edges[start] = 1;
    open.push(start);
    while (open.length > 0) {
      const at = open.pop()!;
      // The rim holds no ridge, so that every pixel reached has all of its neighbours.
      for (const step of [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
        if (values[at + step] > low && !edges[at + step]) {
          edges[at + step] = 1;
          open.push(at + step);
        }
    }
  }
  return { width, height, values: edges };
}
