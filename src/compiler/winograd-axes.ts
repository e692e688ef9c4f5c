/** How the kernels of minimal filtering walk pictures, tiles and filters. */
import { squaresKernel } from "../kernels/squares.js";
import { tile } from "../kernels/winograd.js";
import { along, type Lowering, type SquaresAxes } from "./lowering.js";
import type { Shapes } from "./operation.js";

const { results, pixels } = tile;

const transform = (
  matrix: Lowering<"squares">["matrix"],
  lanes: number,
  axes: Omit<SquaresAxes, "lanes">,
): Lowering<"squares"> => ({ kind: "squares", generate: squaresKernel, matrix, lanes, ...axes });

/** A loop that is not there: two are wanted. */
const once = { count: 1, from: null } as const;

/** kH×kW×C×1×F into 6×6×vectors of F×C×lanes. */
export const ofFilter = ({ inputs: [from] }: Shapes, lanes: number): Lowering<"squares"> =>
  transform("filter", lanes, {
    outer: [
      { count: from[2], from: along(2), out: along(3) },
      { ...once, out: along(3, 0) },
    ],
    rows: { count: pixels, from: along(0), out: along(0) },
    columns: { count: pixels, from: along(1), out: along(1) },
    channels: { count: from[4], from: along(4), out: along(4) },
    vectors: 2,
    last: [pixels, pixels],
  });

/** N×H×W×1×C into N×6×6×down×right×C. */
export const ofPicture = ({ out }: Shapes, lanes: number): Lowering<"squares"> =>
  transform("picture", lanes, {
    outer: [
      { count: out[0], from: along(0), out: along(0) },
      { count: out[3], from: along(1, results), out: along(3) },
      { count: out[4], from: along(2, results), out: along(4) },
    ],
    rows: { count: pixels, from: along(1), out: along(1) },
    columns: { count: pixels, from: along(2), out: along(2) },
    channels: { count: out[5], from: along(4), out: along(5) },
    last: [pixels, pixels],
  });

/** N×6×6×down×right×F into N×H'×W'×1×F. */
export const ofResults = ({ inputs: [from], out }: Shapes, lanes: number): Lowering<"squares"> =>
  transform("results", lanes, {
    outer: [
      { count: from[0], from: along(0), out: along(0) },
      { count: from[3], from: along(3), out: along(1, results) },
      { count: from[4], from: along(4), out: along(2, results) },
    ],
    rows: { count: results, from: along(1), out: along(1) },
    columns: { count: results, from: along(2), out: along(2) },
    channels: { count: out[4], from: along(5), out: along(4) },
    last: [out[1] - results * (from[3] - 1), out[2] - results * (from[4] - 1)],
  });

/** The gradient of N×H'×W'×1×F into N×6×6×vectors of F×down×right×lanes. */
export const ofResultGradient = ({ inputs: [from], out }: Shapes, lanes: number): Lowering<"squares"> =>
  transform("resultGradient", lanes, {
    outer: [
      { count: out[0], from: along(0), out: along(0) },
      { count: out[4], from: along(1, results), out: along(4) },
      { count: out[5], from: along(2, results), out: along(5) },
    ],
    rows: { count: pixels, from: along(1), out: along(1) },
    columns: { count: pixels, from: along(2), out: along(2) },
    channels: { count: from[4], from: along(4), out: along(6) },
    vectors: 3,
    last: [pixels, pixels],
  });

/** 6×6×C×F into kH×kW×C×1×F. */
export const ofFilterGradient = ({ out }: Shapes, lanes: number): Lowering<"squares"> =>
  transform("filterGradient", lanes, {
    outer: [
      { count: out[2], from: along(2), out: along(2) },
      { ...once, out: along(2, 0) },
    ],
    rows: { count: tile.filter, from: along(0), out: along(0) },
    columns: { count: tile.filter, from: along(1), out: along(1) },
    channels: { count: out[4], from: along(3), out: along(4) },
    last: [tile.filter, tile.filter],
  });

/** M[n, i, j, tile, f] = Σ over c of V[n, i, j, tile, c] · U[i, j, c, f] */
export const productOfTiles = ({ inputs: [tiles], out }: Shapes): Lowering<"contract"> => ({
  kind: "contract",
  batch: [0, 1].map((d) => ({ count: pixels, a: along(d + 1), b: along(d), out: d + 1 })),
  rows: [0, 3, 4].map((d) => ({ count: tiles[d], a: along(d), b: null, out: d })),
  columns: { count: out[5], a: null, b: along(4), out: 5, vectors: 2 },
  depth: [{ count: tiles[5], a: along(5), b: along(3), out: null }],
});

/** dU[i, j, c, f] = Σ over tiles of V[n, i, j, tile, c] · D[n, i, j, tile, f] */
export const gradientProductOfTiles = ({ inputs: [tiles], out }: Shapes): Lowering<"contract"> => ({
  kind: "contract",
  batch: [0, 1].map((d) => ({ count: pixels, a: along(d + 1), b: along(d + 1), out: d })),
  rows: [{ count: out[2], a: along(5), b: null, out: 2 }],
  columns: { count: out[3], a: null, b: along(6), out: 3, vectors: 3 },
  depth: [0, 3, 4].map((d) => ({ count: tiles[d], a: along(d), b: along(d === 0 ? 0 : d + 1), out: null })),
});
