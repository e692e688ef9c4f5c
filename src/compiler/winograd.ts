/**
 * Convolutions of 3×3 windows by Winograd's minimal filtering (`kernels/winograd.ts`): the picture's tiles and the
 * filter are transformed, 36 matrix products stand in the place of the convolution, and the transform of their
 * results ends in the same store as it would. Decided from shapes alone: no result depends on threads or target.
 */
import { tile } from "../kernels/winograd.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { type Operation, type SquaresAxes, type Strided, sizeOf } from "./operation.js";
import { constants, liesApart } from "./pack.js";

const { results, pixels } = tile;

/** @param isConstant  true for sources that stay as they are from run to run: their transform is made once */
export function winograd(graph: Graph, lanes: number, isConstant: (source: Node) => boolean): void {
  const constant = constants(graph.nodes, isConstant);
  const filters = new Map<Node, Node>();
  rewrite(graph, (node, [picture, filter], add) => {
    if (!pays(node, constant.has(node.inputs[1]))) return null;
    let transformed = filters.get(filter);
    if (!transformed) filters.set(filter, (transformed = transformedFilter(filter, lanes, add)));
    return minimalFiltering(node, picture, transformed, add);
  });
}

/**
 * What moving a float of the transformed tiles and filters costs, written and read, in multiply-adds of a
 * convolution. Two cores with AVX-512 write and read some 20 GB/s beyond their second-level caches while they
 * multiply and add 130 thousand million times a second: 50; what stays in the caches takes a third of that.
 */
const moved = 32;

/** Less than this part of the direct convolution's cost must be left, for what the estimate does not see. */
const worthwhile = 0.8;

function pays(node: Node, filterStays: boolean): boolean {
  const { lowering } = node.operation;
  if (lowering.kind !== "contract" || !lowering.windows) return false;
  const { stride, dilation } = lowering.windows(node.attributes);
  const [kH, kW, c] = node.inputs[1].shape;
  const [n, height, width, groups, f] = node.shape;
  if (kH !== tile.filter || kW !== tile.filter || groups !== 1 || Math.max(...stride, ...dilation) > 1)
    return false;
  const tiles = n * Math.ceil(height / results) * Math.ceil(width / results);
  const square = pixels ** 2;
  // A filter that changes is transformed for every run.
  const floats = tiles * (c + f) + c * f * (filterStays ? 0.5 : 1.5);
  const cost = square * (tiles * c * f + moved * floats);
  return cost < worthwhile * n * height * width * tile.filter ** 2 * c * f;
}

function minimalFiltering(node: Node, picture: Node, filter: Node, add: AddNode): Node {
  const [n, height, width, , f] = node.shape;
  const c = picture.shape[4];
  const [down, right] = [Math.ceil(height / results), Math.ceil(width / results)];
  const tiles = add({
    operation: {
      name: "transform of tiles",
      lowering: { kind: "squares", matrix: "picture", axes: ofPicture },
    },
    attributes: {},
    inputs: [surrounded(picture, [down, right], add)],
    shape: [pixels, pixels, n, down, right, c],
    type: "f32",
  });
  const product = add({
    operation: productOf(node),
    attributes: {},
    inputs: [tiles, filter],
    shape: [pixels, pixels, n, down, right, f],
    type: "f32",
  });
  return add({
    operation: {
      name: "transform of products",
      lowering: { kind: "squares", matrix: "results", axes: ofResults },
    },
    attributes: {},
    inputs: [product],
    shape: node.shape,
    type: "f32",
  });
}

/** The picture with zeros below and to the right, where the last tiles would see beyond its end. */
function surrounded(picture: Node, [down, right]: readonly number[], add: AddNode): Node {
  const seen = (count: number): number => results * count + pixels - results;
  const shape = picture.shape.with(1, seen(down)).with(2, seen(right));
  if (sizeOf(shape) === sizeOf(picture.shape)) return picture;
  const [, height, width] = picture.shape;
  const boxes = [
    { begin: [0, height, 0, 0, 0], end: [...shape] },
    { begin: [0, 0, width, 0, 0], end: shape.with(1, height) },
  ].filter((box) => box.end.every((e, d) => e > box.begin[d]));
  return add({
    operation: {
      name: "whole tiles",
      lowering: { kind: "assemble", parts: (_, __, out) => [out], gaps: () => ({ value: 0, boxes }) },
    },
    attributes: {},
    inputs: [picture],
    shape,
    type: "f32",
  });
}

/** U[i, j, c, f] = (G g Gᵀ)[i, j], in the order in which the product reads it: vectors of f, each along all of c. */
function transformedFilter(filter: Node, lanes: number, add: AddNode): Node {
  const [, , c, , f] = filter.shape;
  // The turned filter of an input gradient is copied first, so that its columns are neighbours.
  const inOrder = liesApart(filter, 4)
    ? add({
        operation: {
          name: "in order",
          lowering: {
            kind: "assemble",
            parts: (_, __, out) => [out],
            gaps: () => ({ value: 0, boxes: [] }),
          },
        },
        attributes: {},
        inputs: [filter],
        shape: filter.shape,
        type: "f32",
      })
    : filter;
  return add({
    operation: {
      name: "transform of filters",
      lowering: { kind: "squares", matrix: "filter", axes: ofFilter },
    },
    attributes: {},
    inputs: [inOrder],
    shape: [pixels, pixels, Math.ceil(f / lanes), c, lanes],
    type: "f32",
  });
}

function ofFilter({ strides: [y, x, c, , f] }: Strided, { from }: { from: readonly number[] }): SquaresAxes {
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

function ofPicture(
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

function ofResults(
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

/** M[i, j, tile, f] = Σ over c of V[i, j, tile, c] · U[i, j, c, f] */
function productOf({ operation, attributes, inputs }: Node): Operation {
  const shapes = inputs.map((input) => input.shape);
  const label = `${operation.label?.(attributes, shapes) ?? operation.name} in tiles`;
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
