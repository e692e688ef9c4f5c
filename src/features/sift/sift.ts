import { flag, notNegative, positive, wholeOfAtLeast } from "../../door/rules.js";
import { printedAs } from "../../tensor/printing.js";
import { grey, type Raster } from "../raster.js";
import { settingsOf, wholeFromTo } from "../settings.js";
import { describe, descriptorLength, toRoot } from "./descriptor.js";
import { extremaOfTile } from "./extrema.js";
import { orientationsOf } from "./orientation.js";
import { octaves } from "./scale-space.js";
import { border, type ScaleSettings } from "./settings.js";

/** A place that SIFT finds again in other pictures. */
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

/** Keypoints, and a descriptor for each, one after the other. */
export interface SiftFeatures {
  readonly keypoints: readonly Keypoint[];
  /** 128 numbers a keypoint, of length 1. */
  readonly descriptors: Float32Array;
}

/** How many keypoints {@link sift} finds, and in which scales. */
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
  settingsOf("sift", options, {
    scales: wholeFromTo(1, 8),
    sigma: positive,
    contrast: notNegative,
    edge: positive,
    doubled: flag,
    most: wholeOfAtLeast(1),
    root: flag,
  });
  const { scales = 3, sigma = 1.6, contrast = 0.04, edge = 10, doubled = true, most, root = false } = options;
  const settings = { scales, sigma, contrast, edge };
  const keypoints: Keypoint[] = [];
  let descriptors = new Float32Array(1024 * descriptorLength);
  for (const octave of octaves(grey(picture), settings, { doubled, least: 2 * border + 1 })) {
    const { step, origin } = octave;
    const seen = new Set<number>();
    for await (const tile of octave.tiles())
      for (const extremum of extremaOfTile(tile, octave, settings, seen))
        for (const angle of orientationsOf(tile, octave, extremum)) {
          const from = keypoints.length * descriptorLength;
          if (from === descriptors.length) descriptors = resizedTo(descriptors, 2 * from);
          describe(tile, octave, extremum, angle, descriptors.subarray(from, from + descriptorLength));
          const [x, y] = [extremum.x * step + origin, extremum.y * step + origin];
          keypoints.push({ x, y, sigma: extremum.sigma * step, angle, contrast: extremum.contrast });
        }
  }
  descriptors = resizedTo(descriptors, keypoints.length * descriptorLength);
  if (root) toRoot(descriptors);
  const found = { keypoints, descriptors };
  const kept = most === undefined || keypoints.length <= most ? found : strongest(found, most);
  return printedAs(
    kept,
    () => `SIFT: ${kept.keypoints.length} keypoints, descriptors of ${descriptorLength} numbers`,
    () => ({ keypoints: kept.keypoints.length, descriptorLength }),
  );
}

function resizedTo(values: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(length);
  result.set(values.length > length ? values.subarray(0, length) : values);
  return result;
}

/** Those of the greatest contrast, greatest first. */
function strongest({ keypoints, descriptors }: SiftFeatures, most: number): SiftFeatures {
  const order = keypoints
    .map((_, i) => i)
    .sort((a, b) => keypoints[b].contrast - keypoints[a].contrast)
    .slice(0, most);
  const kept = new Float32Array(most * descriptorLength);
  order.forEach((i, n) => {
    kept.set(descriptors.subarray(i * descriptorLength, (i + 1) * descriptorLength), n * descriptorLength);
  });
  return { keypoints: order.map((i) => keypoints[i]), descriptors: kept };
}
