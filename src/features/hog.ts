import { flag, oneOf, positive, wholeOfAtLeast } from "../door/rules.js";
import { printedAs } from "../tensor/printing.js";
import { FeatureError, type Raster } from "./raster.js";
import { settingsOf } from "./settings.js";

/** Cells, blocks and orientations of {@link hog}; those of Dalal and Triggs if left out. */
export interface HogOptions {
  /** Orientations that are told apart. */
  bins?: number;
  /** Edge of a cell in pixels. */
  cell?: number;
  /** Edge of a block in cells; every block is normalised by itself, and blocks overlap. */
  block?: number;
  /** Step between blocks, in cells. */
  blockStride?: number;
  /** How a block v becomes comparable; ε = 1e-5 keeps empty ones at 0. See `hog`. */
  norm?: keyof typeof norms;
  /** What L2-Hys cuts values at. */
  clip?: number;
  /** Orientations over the whole turn: a dark edge on light is another than a light one on dark. */
  signed?: boolean;
  /** "nearest": a pixel votes for its cell and bin. "shared": for its neighbours too, by nearness (section 6.3). */
  votes?: "nearest" | "shared";
  /** Square roots of the pixels in place of the pixels. */
  squareRoot?: boolean;
}

/** What {@link hog} answers: cells and normalised blocks, row by row. */
export interface Hog {
  /** Whole cells of the picture; what is left over at the right and below does not count. */
  readonly cellRows: number;
  readonly cellColumns: number;
  readonly bins: number;
  readonly cell: number;
  readonly signed: boolean;
  /** Cells × bins: mean gradient of the cell's pixels in each orientation. */
  readonly histograms: Float32Array;
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Numbers of a block: block · block · bins. */
  readonly blockLength: number;
  /** blockRows · blockColumns · blockLength numbers: the descriptor. */
  readonly values: Float32Array;
}

const epsilon = 1e-5;

const l2 = (v: Float64Array): void => {
  let squares = 0;
  for (let i = 0; i < v.length; i++) squares += v[i] * v[i];
  const factor = 1 / Math.sqrt(squares + epsilon ** 2);
  for (let i = 0; i < v.length; i++) v[i] *= factor;
};

const l1 = (v: Float64Array): void => {
  let total = epsilon;
  for (const x of v) total += Math.abs(x);
  for (let i = 0; i < v.length; i++) v[i] /= total;
};

const norms = {
  l2Hys(v: Float64Array, clip: number) {
    l2(v);
    for (let i = 0; i < v.length; i++) if (v[i] > clip) v[i] = clip;
    l2(v);
  },
  l2,
  l1,
  l1Sqrt(v: Float64Array) {
    l1(v);
    for (let i = 0; i < v.length; i++) v[i] = Math.sqrt(v[i]);
  },
} as const satisfies { [name: string]: (v: Float64Array, clip: number) => void };

/**
 * Histograms of oriented gradients.
 *
 * 1. Gradients by [−1 0 1] along rows and columns, 0 where a neighbour is missing; of the channels the one whose
 *    gradient is the longest counts.
 * 2. In every cell each pixel votes with its gradient's length for its orientation, atan2(gy, gx) modulo 180°
 *    (or 360°); bin k holds the angles from k to k + 1 times 180° / bins. The votes are divided by the cell's area.
 * 3. Blocks of cells, one cell apart, are normalised and laid one after the other:
 *    l2 v / √(‖v‖² + ε²), l2Hys the same, cut at `clip`, and once more, l1 v / (‖v‖₁ + ε), l1Sqrt √ of that.
 *
 * With "nearest" votes these are also the conventions of scikit-image's `hog`.
 *
 * @param picture  bytes or numbers; a grey picture of 64×128 gives 3,780 numbers
 * @throws FeatureError where a setting makes no sense, or no block fits into the picture
 * Dalal, Triggs: Histograms of Oriented Gradients for Human Detection, CVPR 2005.
 */
export function hog(picture: Raster, options: HogOptions = {}): Hog {
  const { cellRows, cellColumns, blockRows, blockColumns, blockLength } = hogGrid(picture, options);
  const { bins = 9, cell = 8, block = 2, blockStride = 1, norm = "l2Hys", clip = 0.2 } = options;
  const { signed = false, votes = "nearest", squareRoot = false } = options;
  const grid: CellGrid = { cellRows, cellColumns, cell, bins, signed };
  const histograms = cellHistograms(squareRoot ? withSquareRoots(picture) : picture, grid, votes);

  const values = new Float32Array(blockRows * blockColumns * blockLength);
  const v = new Float64Array(blockLength);
  for (let i = 0, at = 0; i < blockRows; i++)
    for (let j = 0; j < blockColumns; j++, at += blockLength) {
      for (let a = 0; a < block; a++) {
        const from = ((i * blockStride + a) * cellColumns + j * blockStride) * bins;
        const to = a * block * bins;
        for (let k = 0; k < block * bins; k++) v[to + k] = histograms[from + k];
      }
      norms[norm](v, clip);
      for (let k = 0; k < blockLength; k++) values[at + k] = v[k];
    }
  return printedAs(
    { ...grid, histograms, blockRows, blockColumns, blockLength, values },
    () =>
      `HOG of ${cellRows}×${cellColumns} cells, ${bins} bins: ${blockRows}×${blockColumns} blocks of ${blockLength}, ${values.length} numbers`,
    () => ({ ...grid, blockRows, blockColumns, blockLength }),
  );
}

const hogSettings = {
  bins: wholeOfAtLeast(1),
  cell: wholeOfAtLeast(1),
  block: wholeOfAtLeast(1),
  blockStride: wholeOfAtLeast(1),
  norm: oneOf(...Object.keys(norms)),
  clip: positive,
  signed: flag,
  votes: oneOf("nearest", "shared"),
  squareRoot: flag,
};

/**
 * How a picture is cut into cells and blocks: `hog` gives blockRows · blockColumns · blockLength numbers.
 * @throws FeatureError where a setting makes no sense, or no block fits into the picture
 */
export function hogGrid(picture: { height: number; width: number }, options: HogOptions = {}) {
  const { bins = 9, cell = 8, block = 2, blockStride = 1 } = settingsOf("hog", options, hogSettings);
  const [cellRows, cellColumns] = [Math.floor(picture.height / cell), Math.floor(picture.width / cell)];
  if (cellRows < block || cellColumns < block)
    throw new FeatureError(
      `hog: a block of ${block}×${block} cells of ${cell}×${cell} pixels does not fit into the picture of ${picture.height}×${picture.width} pixels`,
    );
  return {
    cellRows,
    cellColumns,
    blockRows: Math.floor((cellRows - block) / blockStride) + 1,
    blockColumns: Math.floor((cellColumns - block) / blockStride) + 1,
    blockLength: block * block * bins,
  };
}

interface CellGrid {
  readonly cellRows: number;
  readonly cellColumns: number;
  readonly cell: number;
  readonly bins: number;
  readonly signed: boolean;
}

/** In f64: roots that were rounded to f32 before they are subtracted turn an exact 45° into another bin. */
const withSquareRoots = (picture: Raster): RootRaster => ({
  ...picture,
  pixels: Float64Array.from(picture.pixels, Math.sqrt),
});

interface RootRaster extends Omit<Raster, "pixels"> {
  readonly pixels: Float64Array;
}

function cellHistograms(
  picture: Raster | RootRaster,
  grid: CellGrid,
  votes: "nearest" | "shared",
): Float32Array {
  const { width, height, channels, pixels } = picture;
  const { cellRows, cellColumns, cell, bins, signed } = grid;
  const sums = new Float64Array(cellRows * cellColumns * bins);
  const vote = votes === "shared" ? sharedVote(sums, grid) : undefined;
  const table = pixels instanceof Uint8Array ? byteGradients(bins, signed) : undefined;
  const isExact = !(pixels instanceof Float64Array);
  const [rows, columns] = [cellRows * cell, cellColumns * cell];
  const row = width * channels;
  /** Where the bins of a column's cell begin in its row of cells. */
  const firstBins = Int32Array.from({ length: columns }, (_, j) => Math.floor(j / cell) * bins);
  for (let i = 0; i < rows; i++) {
    const down = i > 0 && i < height - 1 ? row : 0;
    const cellRow = Math.floor(i / cell) * cellColumns * bins;
    for (let j = 0; j < columns; j++) {
      const across = j > 0 && j < width - 1 ? channels : 0;
      let gx = 0;
      let gy = 0;
      let longest = 0;
      for (let c = 0, at = i * row + j * channels; c < channels; c++, at++) {
        const dx = pixels[at + across] - pixels[at - across];
        const dy = pixels[at + down] - pixels[at - down];
        const length = isExact ? dx * dx + dy * dy : hypotenuse(dx, dy);
        if (length > longest) {
          gx = dx;
          gy = dy;
          longest = length;
        }
      }
      if (longest === 0) continue;
      const size = isExact ? Math.sqrt(longest) : longest;
      const entry = (gy + 255) * 511 + gx + 255;
      if (vote) vote(i, j, table ? table.positions[entry] : binPosition(gx, gy, bins, signed), size);
      else {
        const bin = table ? table.bins[entry] : binOf(gx, gy, bins, signed);
        sums[cellRow + firstBins[j] + bin] += size;
      }
    }
  }
  return Float32Array.from(sums, (sum) => sum / (cell * cell));
}

/**
 * √(a² + b²) to the last bit nearly always: of two channels whose gradients are equally long the sum of squares would
 * choose by its rounding.
 * Borges: An Improved Algorithm for hypot(a, b), arXiv:1904.09481.
 */
function hypotenuse(a: number, b: number): number {
  const [x, y] = [Math.max(Math.abs(a), Math.abs(b)), Math.min(Math.abs(a), Math.abs(b))];
  if (y === 0) return x;
  const h = Math.sqrt(x * x + y * y);
  const rest = h <= 2 * y ? h - y : h - x;
  const correction =
    h <= 2 * y
      ? x * (2 * rest - x) + (rest - 2 * (x - y)) * rest
      : 2 * rest * (x - 2 * y) + ((4 * rest - y) * y + rest * rest);
  return h - correction / (2 * h);
}

/** The direction of a gradient in degrees, from 0 up to half a turn, or a whole one. */
function degrees(gx: number, gy: number, turn: number): number {
  const angle = Math.atan2(gy, gx) * (180 / Math.PI);
  // A tiny negative angle plus the turn may round to the turn itself: that is 0 again.
  return angle < 0 ? (angle + turn) % turn : angle >= turn ? angle - turn : angle;
}

/** Where in 0 ≤ position < bins the direction of a gradient lies. */
const binPosition = (gx: number, gy: number, bins: number, signed: boolean): number => {
  const turn = signed ? 360 : 180;
  return (degrees(gx, gy, turn) * bins) / turn;
};

/**
 * The bin that holds a gradient's direction. Decided in degrees against the bin's own limits: roots of pixels meet a limit
 * often (√20 − √5 beside √5 is 45°), where the last bit of a quotient would send them to the one bin or the other.
 */
function binOf(gx: number, gy: number, bins: number, signed: boolean): number {
  const turn = signed ? 360 : 180;
  const angle = degrees(gx, gy, turn);
  const width = turn / bins;
  let bin = Math.min(Math.floor(angle / width), bins - 1);
  if (angle < width * bin) bin--;
  else if (bin < bins - 1 && angle >= width * (bin + 1)) bin++;
  return bin;
}

interface GradientTable {
  readonly positions: Float32Array;
  /** See `binOf`; small enough to stay in the cache. */
  readonly bins: Uint16Array;
}

const tables = new Map<string, GradientTable>();

/** Bytes have 511×511 gradients: a large picture would compute each of them many times. */
function byteGradients(bins: number, signed: boolean): GradientTable {
  const key = `${bins} ${signed}`;
  let table = tables.get(key);
  if (!table) {
    const at = (i: number): [number, number] => [(i % 511) - 255, Math.floor(i / 511) - 255];
    const all = { length: 511 * 511 };
    table = {
      positions: Float32Array.from(all, (_, i) => binPosition(...at(i), bins, signed)),
      bins: Uint16Array.from(all, (_, i) => binOf(...at(i), bins, signed)),
    };
    if (tables.size >= 4) tables.clear();
    tables.set(key, table);
  }
  return table;
}

/** A vote that the nearest two cells along y and x and the nearest two bins share, by how near their middles are. */
function sharedVote(sums: Float64Array, { cellRows, cellColumns, cell, bins }: CellGrid) {
  return (i: number, j: number, position: number, size: number): void => {
    const [y, x, o] = [(i + 0.5) / cell - 0.5, (j + 0.5) / cell - 0.5, position - 0.5];
    const [y0, x0, o0] = [Math.floor(y), Math.floor(x), Math.floor(o)];
    for (let a = 0; a < 2; a++) {
      const r = y0 + a;
      if (r < 0 || r >= cellRows) continue;
      const down = size * (a === 0 ? 1 - (y - y0) : y - y0);
      for (let b = 0; b < 2; b++) {
        const c = x0 + b;
        if (c < 0 || c >= cellColumns) continue;
        const across = down * (b === 0 ? 1 - (x - x0) : x - x0);
        const at = (r * cellColumns + c) * bins;
        sums[at + ((o0 + bins) % bins)] += across * (1 - (o - o0));
        sums[at + ((o0 + 1) % bins)] += across * (o - o0);
      }
    }
  };
}
