import { flag, notNegative, wholeOfAtLeast } from "../../door/rules.js";
import { printedAs } from "../../tensor/printing.js";
import { grey, type Raster } from "../raster.js";
import { settingsOf, wholeFromTo } from "../settings.js";
import { type Blob, blobs } from "./blobs.js";
import { describe, lengthOfDescriptor } from "./descriptor.js";
import { filtersOf, smallestFilter } from "./hessian.js";
import { integralImage } from "./integral-image.js";
import { orientationAt } from "./orientation.js";

/** A place that SURF finds again in other pictures. */
export interface SurfKeypoint {
  /** In pixels of the picture; whole numbers are the middles of pixels. */
  readonly x: number;
  readonly y: number;
  /** Blur at which it stands out, in pixels: the paper's s. */
  readonly sigma: number;
  /** Radians, clockwise from the right as seen; 0 where directions were not asked for. */
  readonly angle: number;
  /** Determinant of the Hessian, in squares of brightness of 0 to 255. */
  readonly strength: number;
  /** Sign of the Laplacian: 1 for dark on light ground, −1 for light on dark. These never match each other. */
  readonly sign: 1 | -1;
}

/** Keypoints, and a descriptor for each, one after the other. */
export interface SurfFeatures {
  readonly keypoints: readonly SurfKeypoint[];
  /** 64 or 128 numbers a keypoint, of length 1. */
  readonly descriptors: Float32Array;
}

/** How many keypoints {@link surf} finds, in which scales, and how they are described. */
export interface SurfOptions {
  octaves?: number;
  /**
   * Filters of an octave. 4 are the paper's 9 15 21 27, then 15 27 39 51, up to 195 in the fourth octave; 6 go on to 39,
   * 75, and 291: maxima are then placed between filters that are nearer to each other.
   */
  filters?: number;
  /**
   * Pixels between two places that are looked at in the first octave; twice as many in each further one. Where it is even,
   * places between them are looked at around those that stand out.
   */
  step?: number;
  /** Least determinant of a keypoint, in squares of brightness of 0 to 255. */
  threshold?: number;
  /** Keep the so many keypoints of the greatest strength; all if left out. */
  most?: number;
  /** Descriptors of 128 numbers instead of 64. */
  extended?: boolean;
  /** U-SURF: without directions, for pictures that are not turned. */
  upright?: boolean;
}

/**
 * SURF: blobs at some scale, each with that scale, a direction, and a description of what is around it, as SIFT has
 * them, but of boxes over an integral image, which take the same time at every size.
 *
 * @param picture  grey, or red, green and blue: then its brightness counts; 0 to 255
 * @returns        keypoints, the strongest first
 * @throws FeatureError where a setting makes no sense
 * Bay, Ess, Tuytelaars, Van Gool: Speeded-Up Robust Features (SURF), CVIU 110, 2008.
 */
export function surf(picture: Raster, options: SurfOptions = {}): SurfFeatures {
  const {
    octaves = 4,
    filters = 6,
    step = 2,
    threshold = 30,
    most,
    extended = false,
    upright = false,
  } = settingsOf("surf", options, {
    octaves: wholeFromTo(1, 8),
    filters: wholeFromTo(3, 12),
    step: wholeFromTo(1, 16),
    threshold: notNegative,
    most: wholeOfAtLeast(1),
    extended: flag,
    upright: flag,
  });
  const image = integralImage(grey(picture), greatestBox(octaves, filters, picture));
  const found: Blob[] = [...blobs(image, { octaves, filters, step, threshold })];
  found.sort((a, b) => b.strength - a.strength);
  if (most !== undefined) found.length = Math.min(found.length, most);
  const length = lengthOfDescriptor(extended);
  const descriptors = new Float32Array(found.length * length);
  const keypoints = found.map((blob, i) => {
    const angle = upright ? 0 : orientationAt(image, blob.x, blob.y, blob.sigma);
    describe(image, blob, angle, extended, descriptors.subarray(i * length, (i + 1) * length));
    return { ...blob, angle };
  });
  return printedAs(
    { keypoints, descriptors },
    () => `SURF: ${keypoints.length} keypoints, descriptors of ${length} numbers`,
    () => ({ keypoints: keypoints.length, descriptorLength: length }),
  );
}

/**
 * Weighted pixels of the largest filter that fits into the picture: three lobes, of which the middle one counts three
 * times beside the whole.
 */
function greatestBox(octaves: number, filters: number, { width, height }: Raster): number {
  const largest = Math.min(
    filtersOf(octaves - 1, filters)[filters - 1],
    Math.max(smallestFilter, width, height),
  );
  return 2 * largest * ((2 * largest) / 3);
}
