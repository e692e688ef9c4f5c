import { solveSymmetric3 } from "../symmetric-equations.js";
import { determinantsOfRow, filtersOf, scaleOf, signOfLaplacian } from "./hessian.js";
import type { IntegralImage } from "./integral-image.js";

/** A maximum of the determinant over place and scale. */
export interface Blob {
  /** In pixels of the picture; whole numbers are the middles of pixels. */
  readonly x: number;
  readonly y: number;
  /** In pixels of blur: the paper's s. */
  readonly sigma: number;
  /** The determinant there, in squares of brightness of 0 to 255. */
  readonly strength: number;
  /** 1: dark on light ground; −1: light on dark. */
  readonly sign: 1 | -1;
}

export interface BlobSettings {
  readonly octaves: number;
  /** Filters of an octave. */
  readonly filters: number;
  /** Pixels between two places that are looked at in the first octave; twice as many in each further one. */
  readonly step: number;
  /** Least strength. */
  readonly threshold: number;
}

/** Where the determinant of a box filter's answer is greater than at all 26 neighbours in place and scale. */
export function* blobs(image: IntegralImage, settings: BlobSettings): Generator<Blob> {
  for (let octave = 0; octave < settings.octaves; octave++) {
    const filters = filtersOf(octave, settings.filters);
    if (Math.min(image.width, image.height) < filters[2]) return;
    yield* blobsOfOctave(image, filters, settings.step * 2 ** octave, settings.threshold);
  }
}

/** Three rows of an octave at a time, of all its filters. */
function* blobsOfOctave(
  image: IntegralImage,
  filters: readonly number[],
  step: number,
  threshold: number,
): Generator<Blob> {
  const columns = Math.floor((image.width - 1) / step) + 1;
  const rows = Math.floor((image.height - 1) / step) + 1;
  const range = { step, first: 0, last: columns - 1 };
  const layers = filters.map(() => Array.from({ length: 3 }, () => new Float32Array(columns)));
  for (let row = 0; row < rows; row++) {
    layers.forEach((lines, f) => {
      const line = lines.shift()!;
      determinantsOfRow(image, filters[f], row * step, range, line);
      lines.push(line);
    });
    if (row < 2) continue;
    for (let f = 1; f + 1 < filters.length; f++) {
      // Beyond this the largest of the three filters leaves the picture.
      const rim = Math.ceil((filters[f + 1] - 1) / 2 / step) + 1;
      if (row - 1 < rim || (row - 1 + rim) * step >= image.height) continue;
      const here = layers[f][1];
      for (let k = rim; (k + rim) * step < image.width; k++) {
        if (here[k] < threshold || !isGreatest(layers, f, k)) continue;
        const blob = placed(image, filters, f, k, row - 1, step);
        if (blob && blob.strength >= threshold) yield blob;
      }
    }
  }
}

/** Of equal neighbours the last one in the order of scale, row and column counts as the greatest. */
function isGreatest(layers: readonly (readonly Float32Array[])[], f: number, k: number): boolean {
  const v = layers[f][1][k];
  for (let s = -1; s <= 1; s++)
    for (let i = 0; i < 3; i++) {
      const line = layers[f + s][i];
      const isLater = s > 0 || (s === 0 && i > 1);
      for (let j = -1; j <= 1; j++) {
        const other = line[k + j];
        if (other > v || (other === v && (isLater || (s === 0 && i === 1 && j > 0)))) return false;
      }
    }
  return true;
}

/** Neighbours in scale and row, three columns each. */
const around = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => new Float32Array(3)));

/**
 * Between places and scales, by a quadratic through the neighbours.
 *
 * @returns undefined where its top is nearer to a neighbour, which then is not the greatest of its own
 * Section 3.4; Brown, Lowe: Invariant features from interest point groups, BMVC 2002.
 */
function placed(
  image: IntegralImage,
  filters: readonly number[],
  f: number,
  column: number,
  row: number,
  step: number,
): Blob | undefined {
  around.forEach((lines, s) => {
    lines.forEach((line, i) => {
      const range = { step, first: column - 1, last: column + 1 };
      determinantsOfRow(image, filters[f + s - 1], (row + i - 1) * step, range, line);
    });
  });
  const [below, here, above] = around;
  const v = here[1][1];
  const gradient = [
    (here[1][2] - here[1][0]) / 2,
    (here[2][1] - here[0][1]) / 2,
    (above[1][1] - below[1][1]) / 2,
  ];
  const dxx = here[1][2] + here[1][0] - 2 * v;
  const dyy = here[2][1] + here[0][1] - 2 * v;
  const dss = above[1][1] + below[1][1] - 2 * v;
  const dxy = (here[2][2] - here[2][0] - here[0][2] + here[0][0]) / 4;
  const dxs = (above[1][2] - above[1][0] - below[1][2] + below[1][0]) / 4;
  const dys = (above[2][1] - above[0][1] - below[2][1] + below[0][1]) / 4;
  const offset = solveSymmetric3([dxx, dxy, dxs, dyy, dys, dss], gradient);
  if (!offset?.every((o) => Math.abs(o) < 0.5)) return undefined;
  const [ox, oy, os] = offset.map((o) => -o);
  return {
    x: (column + ox) * step,
    y: (row + oy) * step,
    sigma: scaleOf(filters[f] + os * (filters[f + 1] - filters[f])),
    strength: v,
    sign: signOfLaplacian(image, filters[f], column * step, row * step),
  };
}
