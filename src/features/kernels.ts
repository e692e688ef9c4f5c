/** Kernels that follow from a formula, and what can be asked of any kernel. */
import { number, positive, required, rule, wholeOfAtLeast } from "../door/rules.js";
import type { Matrix } from "./kernel-tables.js";
import { FeatureError } from "./raster.js";
import { anOddSize, settingsOf } from "./settings.js";

export { type KernelName, kernelNotes, kernels, type Matrix, robinsonMasks } from "./kernel-tables.js";

/** w[i][j] = f(j − middle, i − middle): x to the right, y downwards. */
function sampled(size: number, f: (x: number, y: number) => number): number[][] {
  const middle = (size - 1) / 2;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => f(j - middle, i - middle)),
  );
}

function summingTo1(rows: number[][]): number[][] {
  const total = rows.flat().reduce((sum, w) => sum + w, 0);
  return rows.map((row) => row.map((w) => w / total));
}

function checkOdd(speaker: string, size: number): void {
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0)
    throw new FeatureError(
      `${speaker}: size is ${size}, expected an odd whole number: a kernel has a middle`,
    );
}

function checkPositive(speaker: string, name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value)))
    throw new FeatureError(`${speaker}: ${name} is ${value}, expected a number above 0`);
}

/** As far as 4σ to each side. */
const reach = (sigma: number): number => 2 * Math.ceil(4 * sigma) + 1;

const bell = { sigma: required(positive), size: anOddSize };
const numbers = rule("a list of numbers", (value) => Array.isArray(value) && value.every(Number.isFinite));

/** The samples of a Gaussian, summing to 1: what a separable blur runs along each axis. */
export function gaussianProfile(sigma: number, size: number): number[] {
  checkPositive("gaussian", "sigma", sigma);
  checkOdd("gaussian", size);
  const middle = (size - 1) / 2;
  const samples = Array.from({ length: size }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)));
  const total = samples.reduce((sum, w) => sum + w, 0);
  return samples.map((w) => w / total);
}

/**
 * Gaussian blur, w ∝ exp(−(x² + y²) / 2σ²), summing to 1.
 * @param options.size  edge in pixels, odd; reaches 4σ to each side if left out
 */
export function gaussian(options: { sigma: number; size?: number }): Matrix {
  const { sigma, size = reach(sigma) } = settingsOf("gaussian", options, bell);
  const profile = gaussianProfile(sigma, size);
  return profile.map((a) => profile.map((b) => a * b));
}

/** Mean of size×size pixels. */
export function boxBlur(options: { size: number }): Matrix {
  const { size } = settingsOf("boxBlur", options, { size: required(anOddSize) });
  return sampled(size, () => 1 / size ** 2);
}

/**
 * Laplacian of the Gaussian, w ∝ (r² − 2σ²) / σ⁴ · exp(−r² / 2σ²) with r² = x² + y²: dark spots answer positively.
 * Shifted to sum to 0, so that a flat picture gives none.
 * Marr, Hildreth: Theory of edge detection, Proc. R. Soc. B 207, 1980.
 */
export function laplacianOfGaussian(options: { sigma: number; size?: number }): Matrix {
  const { sigma, size = reach(sigma) } = settingsOf("laplacianOfGaussian", options, bell);
  const blur = summingTo1(sampled(size, (x, y) => Math.exp(-(x * x + y * y) / (2 * sigma ** 2))));
  const middle = (size - 1) / 2;
  const rows = blur.map((row, i) =>
    row.map((w, j) => (((i - middle) ** 2 + (j - middle) ** 2 - 2 * sigma ** 2) / sigma ** 4) * w),
  );
  const mean = rows.flat().reduce((sum, w) => sum + w, 0) / size ** 2;
  return rows.map((row) => row.map((w) => w - mean));
}

/** Sharpening: (1 + amount) · identity − amount · Gaussian. */
export function unsharpMask(options: { sigma: number; amount?: number; size?: number }): Matrix {
  const {
    sigma,
    amount = 1,
    size = reach(sigma),
  } = settingsOf("unsharpMask", options, { ...bell, amount: number });
  const middle = (size - 1) / 2;
  return gaussian({ sigma, size }).map((row, i) =>
    row.map((w, j) => (i === middle && j === middle ? 1 + amount : 0) - amount * w),
  );
}

/**
 * Motion blur: the mean along a line through the middle.
 * @param options.length  of the line in pixels, odd
 * @param options.angle   degrees, counter-clockwise from the right
 */
export function motionBlur(options: { length: number; angle?: number }): Matrix {
  const { length, angle = 0 } = settingsOf("motionBlur", options, {
    length: required(anOddSize),
    angle: number,
  });
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), -Math.sin((angle * Math.PI) / 180)];
  const reach = (length - 1) / 2;
  // Each pixel weighs as much as it is near to the line, which ends half a pixel beyond its last ones.
  return summingTo1(
    sampled(length, (x, y) => {
      const [across, along] = [Math.abs(x * dy - y * dx), Math.abs(x * dx + y * dy)];
      return Math.max(0, 1 - across) * Math.max(0, Math.min(1, reach + 1 - along));
    }),
  );
}

/** Wave and bell of a {@link gabor} kernel. */
export interface GaborOptions {
  /** Length of the wave in pixels. */
  wavelength: number;
  /** Degrees, counter-clockwise from the right: the direction in which the wave runs. */
  angle?: number;
  /** Width of the bell in pixels; 0.56 of the wavelength (a bandwidth of one octave) if left out. */
  sigma?: number;
  /** Width of the bell across the wave against along it. */
  aspect?: number;
  /** Degrees: 0 answers to lines, 90 to edges. */
  phase?: number;
  size?: number;
}

/**
 * Gabor filter, a wave under a bell, shifted to sum to 0:
 *
 *     w = exp(−(x'² + γ²y'²) / 2σ²) · cos(2π x'/λ + φ),   x' = x cos θ − y sin θ,   y' = x sin θ + y cos θ
 *
 * with y downwards, and divided by Σ|w|.
 * Daugman: Uncertainty relation for resolution in space, spatial frequency, and orientation, J. Opt. Soc. Am. A 2, 1985.
 */
export function gabor(options: GaborOptions): Matrix {
  settingsOf("gabor", options, {
    wavelength: required(positive),
    angle: number,
    sigma: positive,
    aspect: positive,
    phase: number,
    size: anOddSize,
  });
  const { wavelength, angle = 0, sigma = 0.56 * wavelength, aspect = 0.5, phase = 0 } = options;
  const { size = 2 * Math.ceil(2.5 * sigma) + 1 } = options;
  const [c, s] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const bell = sampled(size, (x, y) => {
    const [u, v] = [x * c - y * s, x * s + y * c];
    return Math.exp(-(u * u + aspect ** 2 * v * v) / (2 * sigma ** 2));
  });
  const wave = sampled(size, (x, y) =>
    Math.cos((2 * Math.PI * (x * c - y * s)) / wavelength + (phase * Math.PI) / 180),
  );
  const total = bell.flat().reduce((sum, w) => sum + w, 0);
  const product = bell.map((row, i) => row.map((w, j) => w * wave[i][j]));
  const excess = product.flat().reduce((sum, w) => sum + w, 0) / total;
  const balanced = product.map((row, i) => row.map((w, j) => w - excess * bell[i][j]));
  const size1 = balanced.flat().reduce((sum, w) => sum + Math.abs(w), 0);
  return balanced.map((row) => row.map((w) => w / size1));
}

/** Gabor filters of several directions and wavelengths, the directions spread evenly over half a turn. */
export function gaborBank(
  options: {
    directions?: number;
    wavelengths?: readonly number[];
    phases?: readonly number[];
    size?: number;
  } = {},
): { name: string; matrix: Matrix }[] {
  const {
    directions = 4,
    wavelengths = [4, 8],
    phases = [0, 90],
    size,
  } = settingsOf("gaborBank", options, {
    directions: wholeOfAtLeast(1),
    wavelengths: numbers,
    phases: numbers,
    size: anOddSize,
  });
  return wavelengths.flatMap((wavelength) =>
    Array.from({ length: directions }, (_, d) => (180 * d) / directions).flatMap((angle) =>
      phases.map((phase) => ({
        name: `gabor λ${wavelength} ${Math.round(angle)}° ${phase === 0 ? "line" : phase === 90 ? "edge" : `φ${phase}°`}`,
        matrix: gabor({ wavelength, angle, phase, size }),
      })),
    ),
  );
}

/**
 * Looks whether a kernel is one.
 *
 * @throws FeatureError unless the kernel is rows of equally many finite numbers
 */
export function checkMatrix(speaker: string, kernel: Matrix): void {
  if (!Array.isArray(kernel) || kernel.length === 0 || !kernel.every((row) => Array.isArray(row)))
    throw new FeatureError(`${speaker}: the kernel is no table of numbers, expected [[…], […], …]`);
  const columns = kernel[0].length;
  kernel.forEach((row, i) => {
    if (row.length !== columns || columns === 0)
      throw new FeatureError(
        `${speaker}: the kernel is ragged: row ${i} has ${row.length} ${row.length === 1 ? "number" : "numbers"}, row 0 has ${columns}`,
      );
    row.forEach((w: unknown, j: number) => {
      if (typeof w !== "number" || !Number.isFinite(w))
        throw new FeatureError(
          `${speaker}: the kernel has ${typeof w === "number" ? w : JSON.stringify(w)} in row ${i}, column ${j}, expected a number`,
        );
    });
  });
}

/**
 * The column and the row whose product the kernel is, w[i][j] = column[i] · row[j], or undefined where it is of a
 * higher rank: two passes of kH + kW weights then do the work of kH · kW.
 *
 * @param tolerance  of a weight, as a share of the largest one
 */
export function separated(kernel: Matrix, tolerance = 1e-7): { column: number[]; row: number[] } | undefined {
  let [pivot, at] = [0, [0, 0]];
  kernel.forEach((row, i) => {
    row.forEach((w, j) => {
      if (Math.abs(w) > Math.abs(pivot)) [pivot, at] = [w, [i, j]];
    });
  });
  if (pivot === 0) return undefined;
  const column = kernel.map((row) => row[at[1]] / pivot);
  const row = [...kernel[at[0]]];
  const fits = kernel.every((weights, i) =>
    weights.every((w, j) => Math.abs(w - column[i] * row[j]) <= tolerance * Math.abs(pivot)),
  );
  return fits ? { column, row } : undefined;
}
