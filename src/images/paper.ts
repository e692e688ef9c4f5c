/** Ink apart from paper, where light falls unevenly: gradients, a lamp's vignette, the shadow of a hand. */
import type { Picture } from "./picture.js";
import { type Region, resample } from "./resample.js";
import { runningMedian } from "./running-median.js";

/** One number a pixel. */
export interface Plane {
  width: number;
  height: number;
  values: Float32Array;
}

export interface Contrast extends Plane {
  /** What the paper was taken from: logarithms, greater where there is ink. */
  brightness: Float32Array;
  /** Whether ink is darker than paper. */
  isDark: boolean;
}

/** How much ink a contrast is, in proportion to brightness instead of its logarithm: half of it at the middle of an edge. */
export const amountOf = (contrast: number, isDark: boolean): number =>
  isDark ? 1 - Math.exp(-contrast) : Math.exp(contrast) - 1;

/** The contrast of half as much ink. */
export const halved = (contrast: number, isDark: boolean): number => {
  const half = amountOf(contrast, isDark) / 2;
  return isDark ? -Math.log(1 - half) : Math.log(1 + half);
};

/**
 * How much darker (or brighter, on a blackboard) than the paper around it each pixel is, as a difference of logarithms: half
 * as bright is ln 2, in the sun and in the shadow alike. About 0 where there is paper.
 *
 * Colours are weighed so that what stands out does so the most: a red pen on green paper of the same brightness is ink.
 * The paper is the picture's opening (the greatest of the least values around each pixel), which passes over strokes of up to
 * a quarter of the picture, but follows the light, and the sharp edge of a shadow too.
 * Serra: Image Analysis and Mathematical Morphology, 1982, top-hat transform.
 *
 * @param edge  length of the longer side, at most: more holds only noise and costs time
 */
export function inkContrast(picture: Picture, region: Region, edge: number): Contrast {
  const { plane, isDark } = inkIsGreat(alongContrast(logarithms(picture, region, edge)));
  const even = Math.max(plane.width, plane.height) > 100 ? smoothed(plane) : plane;
  const reach = Math.max(2, Math.round(Math.max(even.width, even.height) / 8));
  const paper = extreme(extreme(even, reach, Math.min), reach, Math.max).values;
  return {
    ...even,
    isDark,
    brightness: even.values,
    values: even.values.map((value, at) => value - paper[at]),
  };
}

/** A little is added to each brightness: the logarithm of what is nearly black would be nothing but noise. */
const black = 12;

function logarithms({ width, height, channels, pixels }: Picture, region: Region, edge: number): Plane[] {
  const scale = Math.min(1, edge / Math.max(region.width, region.height));
  const size = {
    width: Math.max(1, Math.round(region.width * scale)),
    height: Math.max(1, Math.round(region.height * scale)),
  };
  const shrunk = resample(pixels, { width, height, channels }, size, region);
  return Array.from({ length: channels }, (_, c) => {
    const values = new Float32Array(size.width * size.height);
    for (let at = 0; at < values.length; at++) values[at] = Math.log(shrunk[at * channels + c] + black);
    return { ...size, values };
  });
}

/** The channels' sum, weighed by the direction in which they differ the most from what lies around: the first principal axis. */
function alongContrast(channels: Plane[]): Plane {
  if (channels.length === 1) return channels[0];
  const rests = channels.map((channel) => {
    const small = thumbnail(channel, 128);
    const around = mean(small, Math.max(1, Math.round(Math.max(small.width, small.height) / 8))).values;
    return small.values.map((value, at) => value - around[at]);
  });
  const covariance = rests.map((a) => rests.map((b) => a.reduce((sum, value, at) => sum + value * b[at], 0)));
  let axis = channels.map(() => 1 / Math.sqrt(channels.length));
  for (let round = 0; round < 30; round++) {
    const next = covariance.map((row) => row.reduce((sum, value, c) => sum + value * axis[c], 0));
    const length = Math.hypot(...next);
    if (length === 0) break;
    axis = next.map((value) => value / length);
  }
  // As long as grey's own axis, so that contrast means the same whatever the colours are.
  const weights = axis.map((value) => value / Math.sqrt(channels.length));
  // In doubles, and rounded once.
  const sums = new Float64Array(channels[0].values.length);
  for (const [c, { values }] of channels.entries())
    for (let at = 0; at < sums.length; at++) sums[at] += weights[c] * values[at];
  return { ...channels[0], values: Float32Array.from(sums) };
}

/**
 * Turned so that ink has greater values than paper. Every pixel is compared with the median around it, which is paper, as
 * strokes are narrower than what lies between them: what stands out the most is ink, and light that falls unevenly does not. In
 * small pictures, cut out as MNIST's are, strokes fill too much for that: ink is what the border has least of.
 */
function inkIsGreat(plane: Plane): { plane: Plane; isDark: boolean } {
  const isDark =
    Math.max(plane.width, plane.height) <= smallEdge ? borderIsGreat(plane) : leastStandsOut(plane);
  return { plane: isDark ? { ...plane, values: plane.values.map((value) => -value) } : plane, isDark };
}

/** Up to this edge a picture is taken to show nothing but the digit. */
export const smallEdge = 40;

export function borderIsGreat({ width, height, values }: Plane): boolean {
  const border = values.filter((_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return i === 0 || j === 0 || i === height - 1 || j === width - 1;
  });
  return border.sort()[border.length >> 1] > values.reduce((sum, value) => sum + value, 0) / values.length;
}

function leastStandsOut(plane: Plane): boolean {
  const small = thumbnail(plane, 64);
  const reach = Math.max(1, Math.round(Math.max(small.width, small.height) / 8));
  const around = runningMedian(small, reach);
  let balance = 0;
  for (const [at, value] of small.values.entries()) {
    const rest = value - around[at];
    balance += Math.sign(rest) * Math.max(0, Math.abs(rest) - faint);
  }
  return balance < 0;
}

/** What stands out by less is the light itself. */
const faint = 0.08;

function thumbnail(plane: Plane, edge: number): Plane {
  const scale = edge / Math.max(plane.width, plane.height);
  if (scale >= 1) return plane;
  const width = Math.max(1, Math.round(plane.width * scale));
  const height = Math.max(1, Math.round(plane.height * scale));
  return { width, height, values: resample(plane.values, { ...plane, channels: 1 }, { height, width }) };
}

/** Mean of 3×3 pixels. */
const smoothed = (plane: Plane): Plane => mean(plane, 1);

/** Mean of what lies within so many pixels along both axes. */
const mean = (plane: Plane, reach: number): Plane =>
  alongBoth(plane, (line, to) => {
    let sum = 0;
    let count = 0;
    for (let k = -reach; k < line.length; k++) {
      if (k + reach < line.length) {
        sum += line[k + reach];
        count++;
      }
      if (k - reach > 0) {
        sum -= line[k - reach - 1];
        count--;
      }
      if (k >= 0) to[k] = sum / count;
    }
  });

/**
 * The least or greatest value within so many pixels along both axes, in time that does not grow with them.
 * Van Herk: A Fast Algorithm for Local Minimum and Maximum Filters on Rectangular and Octagonal Kernels, Pattern Recognition
 * Letters 13, 1992.
 */
const extreme = (plane: Plane, reach: number, of: (a: number, b: number) => number): Plane =>
  alongBoth(plane, (line, to) => {
    const size = 2 * reach + 1;
    const { length } = line;
    // Extremes from the start of each block of `size` pixels on, and up to its end.
    const since = line.slice();
    const until = line.slice();
    for (let k = 1; k < length; k++) if (k % size !== 0) since[k] = of(since[k - 1], line[k]);
    for (let k = length - 2; k >= 0; k--) if ((k + 1) % size !== 0) until[k] = of(until[k + 1], line[k]);
    for (let k = 0; k < length; k++) {
      const from = Math.max(0, k - reach);
      const last = Math.min(length - 1, k + reach);
      // Near the ends of the line the window is cut off and may lie within one block.
      if (from % size === 0) to[k] = since[last];
      else if (last === length - 1 && Math.floor(from / size) === Math.floor(last / size))
        to[k] = until[from];
      else to[k] = of(until[from], since[last]);
    }
  });

function alongBoth(plane: Plane, change: (line: Float32Array, to: Float32Array) => void): Plane {
  const { width, height } = plane;
  const values = plane.values.slice();
  const row = new Float32Array(width);
  for (let i = 0; i < height; i++) {
    change(values.slice(i * width, (i + 1) * width), row);
    values.set(row, i * width);
  }
  const [column, changed] = [new Float32Array(height), new Float32Array(height)];
  for (let j = 0; j < width; j++) {
    for (let i = 0; i < height; i++) column[i] = values[i * width + j];
    change(column, changed);
    for (let i = 0; i < height; i++) values[i * width + j] = changed[i];
  }
  return { width, height, values };
}
