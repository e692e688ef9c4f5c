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

/**
 * Where the determinant of a box filter's answer is greater than at all 26 neighbours in place and scale, `step` apart in
 * the first octave.
 */
export function* blobs(image: IntegralImage, settings: BlobSettings): Generator<Blob> {
  for (let octave = 0; octave < settings.octaves; octave++) {
    const filters = filtersOf(octave, settings.filters);
    if (Math.min(image.width, image.height) < filters[2]) return;
    yield* blobsOfOctave(image, filters, settings.step * 2 ** octave, settings.threshold);
  }
}

/**
 * The lattice's own blobs, and those half a step beside it: of a turned picture the lattice lies elsewhere, and what is
 * greatest between its places would come and go.
 */
function blobsOfOctave(
  image: IntegralImage,
  filters: readonly number[],
  step: number,
  threshold: number,
): Blob[] {
  const found: Blob[] = [];
  const beside: Place[] = [];
  for (const place of promising(image, filters, step, threshold / 2)) {
    const blob = blobAt(image, filters, place, step, threshold);
    if (blob) found.push(blob);
    if (step % 2 === 0) beside.push(place);
  }
  const half = step / 2;
  const taken = new Taken(found, 3 * half);
  for (const { f, x, y } of beside)
    for (const [dx, dy] of aroundOne) {
      const blob = blobAt(image, filters, { f, x: x + dx * half, y: y + dy * half }, step, threshold);
      if (blob && taken.add(blob)) found.push(blob);
    }
  return found;
}

interface Place {
  /** Which filter of the octave. */
  readonly f: number;
  readonly x: number;
  readonly y: number;
}

const aroundOne = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy])).filter(([x, y]) => x || y);

/** Places of the lattice at which a filter answers by at least `least`, and more than at the eight around them. */
function* promising(
  image: IntegralImage,
  filters: readonly number[],
  step: number,
  least: number,
): Generator<Place> {
  const columns = Math.floor((image.width - 1) / step) + 1;
  const rows = Math.floor((image.height - 1) / step) + 1;
  const range = { from: 0, step, count: columns };
  const layers = filters.map(() => Array.from({ length: 3 }, () => new Float32Array(columns)));
  for (let row = 0; row < rows; row++)
    for (let f = 1; f + 1 < filters.length; f++) {
      const lines = layers[f];
      const line = lines.shift()!;
      determinantsOfRow(image, filters[f], row * step, range, line);
      lines.push(line);
      // Beyond this the next larger filter leaves the picture.
      const rim = Math.ceil((filters[f + 1] - 1) / 2 / step) + 1;
      if (row - 1 < rim || (row - 1 + rim) * step >= image.height) continue;
      for (let k = rim; (k + rim) * step < image.width; k++)
        if (lines[1][k] >= least && isGreatest(lines, k)) yield { f, x: k * step, y: (row - 1) * step };
    }
}

/** Of equal neighbours the last one in the order of rows and columns counts as the greatest. */
function isGreatest([above, here, below]: readonly Float32Array[], k: number): boolean {
  const v = here[k];
  return (
    v >= above[k - 1] &&
    v >= above[k] &&
    v >= above[k + 1] &&
    v >= here[k - 1] &&
    v > here[k + 1] &&
    v > below[k - 1] &&
    v > below[k] &&
    v > below[k + 1]
  );
}

/** Tells whether a blob is another one again: as near as that in place, and of nearly its size. */
class Taken {
  readonly #cells = new Map<string, Blob[]>();
  constructor(
    blobs: readonly Blob[],
    readonly apart: number,
  ) {
    for (const blob of blobs) this.#put(blob);
  }

  /** @returns  whether it is a new one, which is taken from now on */
  add(blob: Blob): boolean {
    for (const [dx, dy] of [[0, 0], ...aroundOne])
      for (const other of this.#cells.get(this.#cellOf(blob, dx, dy)) ?? [])
        if (
          Math.hypot(other.x - blob.x, other.y - blob.y) < this.apart &&
          Math.abs(Math.log(other.sigma / blob.sigma)) < sameSize
        )
          return false;
    this.#put(blob);
    return true;
  }

  #put(blob: Blob): void {
    const cell = this.#cellOf(blob, 0, 0);
    const others = this.#cells.get(cell);
    if (others) others.push(blob);
    else this.#cells.set(cell, [blob]);
  }

  #cellOf({ x, y }: Blob, dx: number, dy: number): string {
    return `${Math.floor(x / this.apart) + dx} ${Math.floor(y / this.apart) + dy}`;
  }
}

/** Sizes are the same up to a factor of e to this. */
const sameSize = 0.5;

/** Neighbours in scale and row, three columns each. */
const around = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => new Float32Array(3)));

/**
 * The blob at a place, where its determinant is at least the threshold and greater than at all 26 neighbours, `step` apart;
 * between places and scales by a quadratic through them.
 *
 * @returns undefined where it is not, or where the quadratic's top is nearer to a neighbour
 * Section 3.4; Brown, Lowe: Invariant features from interest point groups, BMVC 2002.
 */
function blobAt(
  image: IntegralImage,
  filters: readonly number[],
  { f, x, y }: Place,
  step: number,
  threshold: number,
): Blob | undefined {
  const reach = (filters[f + 1] - 1) / 2 + step;
  if (Math.min(x, y, image.width - 1 - x, image.height - 1 - y) < reach) return undefined;
  const range = { from: x - step, step, count: 3 };
  const middle = around[1][1];
  determinantsOfRow(image, filters[f], y, range, middle);
  const v = middle[1];
  if (v < threshold || middle[0] > v || middle[2] >= v) return undefined;
  for (const s of [1, 0, 2])
    for (let i = 0; i < 3; i++) {
      const line = around[s][i];
      if (line === middle) continue;
      determinantsOfRow(image, filters[f + s - 1], y + (i - 1) * step, range, line);
      // Of equal neighbours the last one in the order of scale, row and column counts as the greatest.
      const isLater = s > 1 || (s === 1 && i > 1);
      for (const other of line) if (other > v || (other === v && isLater)) return undefined;
    }
  const [below, here, above] = around;
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
    x: x + ox * step,
    y: y + oy * step,
    sigma: scaleOf(filters[f] + os * (filters[f + 1] - filters[f])),
    strength: v,
    sign: signOfLaplacian(image, filters[f], x, y),
  };
}
