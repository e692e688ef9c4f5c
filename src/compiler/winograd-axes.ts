/** How the kernels of minimal filtering walk pictures, tiles and filters. */
import { tile } from "../kernels/winograd.js";
import type { Node } from "./graph.js";
import type { Operation, SquaresAxes, Strided } from "./operation.js";

const { results, pixels } = tile;

export function ofFilter(
  { strides: [y, x, c, , f] }: Strided,
  { from }: { from: readonly number[] },
): SquaresAxes {
  return {
    outer: [
      { count: from[2], from: c, dimension: 3, step: 1 },
      { count: 1, from: 0, dimension: 3, step: 0 },
    ],
    rows: { count: pixels, from: y, dimension: 0, step: 1 },
    columns: { count: pixels, from: x, dimension: 1, step: 1 },
    channels: { count: from[4], from: f, dimension: 4, step: 1 },
    vectors: 2,
    last: [pixels, pixels],
  };
}

export function ofPicture(
  { strides: [n, y, x, , c] }: Strided,
  { out }: { out: readonly number[] },
): SquaresAxes {
  return {
    outer: [
      { count: out[2], from: n, dimension: 2, step: 1 },
      { count: out[3], from: results * y, dimension: 3, step: 1 },
      { count: out[4], from: results * x, dimension: 4, step: 1 },
    ],
    rows: { count: pixels, from: y, dimension: 0, step: 1 },
    columns: { count: pixels, from: x, dimension: 1, step: 1 },
    channels: { count: out[5], from: c, dimension: 5, step: 1 },
    last: [pixels, pixels],
  };
}

export function ofResults(
  { strides: [i, j, n, y, x, f] }: Strided,
  { from, out }: { from: readonly number[]; out: readonly number[] },
): SquaresAxes {
  return {
    outer: [
      { count: from[2], from: n, dimension: 0, step: 1 },
      { count: from[3], from: y, dimension: 1, step: results },
      { count: from[4], from: x, dimension: 2, step: results },
    ],
    rows: { count: results, from: i, dimension: 1, step: 1 },
    columns: { count: results, from: j, dimension: 2, step: 1 },
    channels: { count: out[4], from: f, dimension: 4, step: 1 },
    last: [out[1] - results * (from[3] - 1), out[2] - results * (from[4] - 1)],
  };
}

/** Over the gradient of N×H'×W'×1×F, into vectors of F. */
export function ofResultGradient(
  { strides: [n, y, x, , f] }: Strided,
  { from, out }: { from: readonly number[]; out: readonly number[] },
): SquaresAxes {
  return {
    outer: [
      { count: out[3], from: n, dimension: 3, step: 1 },
      { count: out[4], from: results * y, dimension: 4, step: 1 },
      { count: out[5], from: results * x, dimension: 5, step: 1 },
    ],
    rows: { count: pixels, from: y, dimension: 0, step: 1 },
    columns: { count: pixels, from: x, dimension: 1, step: 1 },
    channels: { count: from[4], from: f, dimension: 6, step: 1 },
    vectors: 2,
    last: [pixels, pixels],
  };
}

export function ofFilterGradient(
  { strides: [i, j, c, f] }: Strided,
  { out }: { out: readonly number[] },
): SquaresAxes {
  return {
    outer: [
      { count: out[2], from: c, dimension: 2, step: 1 },
      { count: 1, from: 0, dimension: 2, step: 0 },
    ],
    rows: { count: tile.filter, from: i, dimension: 0, step: 1 },
    columns: { count: tile.filter, from: j, dimension: 1, step: 1 },
    channels: { count: out[4], from: f, dimension: 4, step: 1 },
    last: [tile.filter, tile.filter],
  };
}

const inTiles = ({ operation, attributes, inputs }: Node): string => {
  const shapes = inputs.map((input) => input.shape);
  return `${operation.label?.(attributes, shapes) ?? operation.name} in tiles`;
};

/** M[i, j, tile, f] = Σ over c of V[i, j, tile, c] · U[i, j, c, f] */
export function productOf(node: Node): Operation {
  const label = inTiles(node);
  return {
    name: "product of tiles",
    label: () => label,
    lowering: {
      kind: "contract",
      axes({ strides: a }, { strides: b }, _, { a: shape, out }) {
        const rows = [2, 3, 4].map((d) => ({ count: shape[d], a: a[d], b: 0, dimension: d }));
        return {
          batch: [0, 1].map((d) => ({ count: pixels, a: a[d], b: b[d], dimension: d })),
          rows,
          columns: { count: out[5], a: 0, b: b[4], dimension: 5 },
          vectorStride: b[2],
          depth: [{ count: shape[5], a: a[5], b: b[3], dimension: null }],
        };
      },
    },
  };
}

/** dU[i, j, c, f] = Σ over tiles of V[i, j, tile, c] · D[i, j, tile, f] */
export function gradientProductOf(node: Node): Operation {
  const label = inTiles(node);
  return {
    name: "gradient product of tiles",
    label: () => label,
    lowering: {
      kind: "contract",
      axes({ strides: a }, { strides: b }, _, { a: shape, out }) {
        return {
          batch: [0, 1].map((d) => ({ count: pixels, a: a[d], b: b[d], dimension: d })),
          rows: [{ count: out[2], a: a[5], b: 0, dimension: 2 }],
          columns: { count: out[3], a: 0, b: b[6], dimension: 3 },
          vectorStride: b[2],
          depth: [2, 3, 4].map((d) => ({ count: shape[d], a: a[d], b: b[d + 1], dimension: null })),
        };
      },
    },
  };
}
