import { FeatureError, grey, type Raster } from "../raster.js";
import { describe, descriptorLength, toRoot } from "./descriptor.js";
import { extremaOfTile } from "./extrema.js";
import { orientationsOf } from "./orientation.js";
import { octaves } from "./scale-space.js";
import { border, type ScaleSettings } from "./settings.js";

export interface Keypoint {
  /** In pixels of the picture; whole numbers are the middles of pixels. */
  readonly x: number;
  readonly y: number;
  /** Blur at which it stands out, in pixels of the picture. */
  readonly sigma: number;
  /** Radians, clockwise from the right as seen. */
  readonly angle: number;
  /** |D| as a share of the range 0..255. */
  readonly contrast: number;
}

export interface SiftFeatures {
  readonly keypoints: readonly Keypoint[];
  /** 128 numbers a keypoint, of length 1. */
  readonly descriptors: Float32Array;
}

export interface SiftOptions extends Partial<ScaleSettings> {
  /** Begin with the picture at twice its size. */
  doubled?: boolean;
  /** Keep the so many keypoints of the greatest contrast; all if left out. */
  most?: number;
  /** RootSIFT in place of SIFT. */
  root?: boolean;
}

/**
 * SIFT: places that stand out at some scale, each with that scale, a direction, and a description of what is around
 * it, so that the same place is found in another photograph, turned, nearer or in other light.
 *
 * Of the paper's two numbers for contrast, `contrast` / `scales` is the one used: 0.04 / 3, as OpenCV has it too.
 *
 * @param picture  grey, or red, green and blue: then its brightness counts; 0 to 255
 * @throws FeatureError where a setting makes no sense
 * Lowe: Distinctive Image Features from Scale-Invariant Keypoints, IJCV 60, 2004.
 */
export async function sift(picture: Raster, options: SiftOptions = {}): Promise<SiftFeatures> {
  const { scales = 3, sigma = 1.6, contrast = 0.04, edge = 10, doubled = true, most, root = false } = options;
  if (!Number.isInteger(scales) || scales < 1 || scales > 8)
    throw new FeatureError(`sift: scales is ${scales}, expected a whole number from 1 to 8`);
  for (const [name, value] of Object.entries({ sigma, edge }))
    if (!(value > 0)) throw new FeatureError(`sift: ${name} is ${value}, expected a number above 0`);
  if (!(contrast >= 0))
    throw new FeatureError(`sift: contrast is ${contrast}, expected a number of at least 0`);
  const settings = { scales, sigma, contrast, edge };
  const found: { keypoint: Keypoint; descriptor: Float32Array }[] = [];
  for (const octave of octaves(grey(picture), settings, { doubled, least: 2 * border + 1 })) {
    const seen = new Set<number>();
    for await (const tile of octave.tiles())
      for (const extremum of extremaOfTile(tile, octave, settings, seen))
        for (const angle of orientationsOf(tile, octave, extremum)) {
          const descriptor = new Float32Array(descriptorLength);
          describe(tile, octave, extremum, angle, descriptor);
          const { step, origin } = octave;
          const [x, y] = [extremum.x * step + origin, extremum.y * step + origin];
          const keypoint = { x, y, sigma: extremum.sigma * step, angle, contrast: extremum.contrast };
          found.push({ keypoint, descriptor });
        }
  }
  const kept =
    most !== undefined && found.length > most
      ? found.sort((a, b) => b.keypoint.contrast - a.keypoint.contrast).slice(0, most)
      : found;
  const descriptors = new Float32Array(kept.length * descriptorLength);
  kept.forEach(({ descriptor }, i) => {
    descriptors.set(descriptor, i * descriptorLength);
  });
  if (root) toRoot(descriptors);
  return { keypoints: kept.map(({ keypoint }) => keypoint), descriptors };
}
