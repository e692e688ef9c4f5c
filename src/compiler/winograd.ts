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
  const surroundings = new Map<string, Node>();
  const filters = new Map<Node, Node>();
  rewrite(graph, (node, [picture, other], add) => {
    const found = convolutionIn(node, constant);
    if (!found || !pays(found)) return null;
    // Forward and backward pass see the same picture: whoever computes it writes it with all its surroundings.
    const surrounded = (x: Node, height: number, width: number): Node => {
      const key = `${x.id} ${height} ${width}`;
      const known = surroundings.get(key) ?? withZerosAround(x, height, width, add);
      surroundings.set(key, known);
      return known;
    };
    const { down, right } = found;
    const seen = (count: number): number => results * count + pixels - results;
    const whole = surrounded(picture, seen(down), seen(right));
    const tiles = add({
      operation: {
        name: "transform of tiles",
        lowering: { kind: "squares", matrix: "picture", axes: ofPicture },
      },
      attributes: {},
      inputs: [whole],
      shape: [pixels, pixels, found.n, down, right, found.c],
      type: "f32",
    });
    if (found.computes === "filter gradient")
      return filterGradient(node, found, tiles, surrounded(other, results * down, results * right), lanes, add);
    const filter = filters.get(other) ?? transformedFilter(other, lanes, add);
    filters.set(other, filter);
    return convolution(node, found, tiles, filter, add);
  });
}

/** A convolution that minimal filtering can do: its sizes, and how many tiles cover a picture. */
interface Found {
  readonly computes: "results" | "filter gradient";
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly c: number;
  readonly f: number;
  readonly down: number;
  readonly right: number;
  /** True where its transformed filter is made once, not with each run. */
  readonly prepared: boolean;
}

function convolutionIn(node: Node, constant: ReadonlySet<Node>): Found | null {
  const { lowering } = node.operation;
  if (lowering.kind !== "contract" || !lowering.convolution) return null;
  const { computes, steps } = lowering.convolution;
  const { stride, dilation } = steps(node.attributes);
  const other = node.inputs[1];
  const [filter, made] = computes === "results" ? [other.shape, node.shape] : [node.shape, other.shape];
  const [kH, kW, c] = filter;
  const [n, height, width, groups, f] = made;
  if (kH !== tile.filter || kW !== tile.filter || groups !== 1 || Math.max(...stride, ...dilation) > 1) return null;
  const [down, right] = [Math.ceil(height / results), Math.ceil(width / results)];
  const prepared = computes === "results" && constant.has(other);
  return { computes, n, height, width, c, f, down, right, prepared };
}

/**
 * What moving a float of the transformed tiles and filters costs, written and read, in multiply-adds of a
 * convolution. Two cores with AVX-512 write and read some 20 GB/s beyond their second-level caches while they
 * multiply and add 130 thousand million times a second: 50; what stays in the caches takes a third of that.
 */
const moved = 32;

/** Less than this part of the direct convolution's cost must be left, for what the estimate does not see. */
const worthwhile = 0.8;

function pays({ n, height, width, c, f, down, right, prepared }: Found): boolean {
  const tiles = n * down * right;
  const floats = tiles * (c + f) + c * f * (prepared ? 0.5 : 1.5);
  const cost = pixels ** 2 * (tiles * c * f + moved * floats);
  return cost < worthwhile * n * height * width * tile.filter ** 2 * c * f;
}

/** Y = Aᵀ [Σ over c of V ∘ U] A */
function convolution(node: Node, { n, down, right, f }: Found, tiles: Node, filter: Node, add: AddNode): Node {
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

/** dE/dg = Gᵀ [Σ over tiles of V ∘ (A dE/dY Aᵀ)] G: each step of the convolution, transposed. */
function filterGradient(
  node: Node,
  { n, down, right, c, f }: Found,
  tiles: Node,
  gradient: Node,
  lanes: number,
  add: AddNode,
): Node {
  const transformed = add({
    operation: {
      name: "transform of gradients",
      lowering: { kind: "squares", matrix: "resultGradient", axes: ofResultGradient },
    },
    attributes: {},
    inputs: [gradient],
    shape: [pixels, pixels, Math.ceil(f / lanes), n, down, right, lanes],
    type: "f32",
  });
  const product = add({
    operation: gradientProductOf(node),
    attributes: {},
    inputs: [tiles, transformed],
    shape: [pixels, pixels, c, f],
    type: "f32",
  });
  return add({
    operation: {
      name: "transform of filter gradients",
      lowering: { kind: "squares", matrix: "filterGradient", axes: ofFilterGradient },
    },
    attributes: {},
    inputs: [product],
    shape: node.shape,
    type: "f32",
  });
}

/** Zeros below and to the right, where the last tiles reach beyond the end of x. */
function withZerosAround(x: Node, height: number, width: number, add: AddNode): Node {
  const shape = x.shape.with(1, height).with(2, width);
  if (sizeOf(shape) === sizeOf(x.shape)) return x;
  const boxes = [
    { begin: [0, x.shape[1], 0, 0, 0], end: [...shape] },
    { begin: [0, 0, x.shape[2], 0, 0], end: shape.with(1, x.shape[1]) },
  ].filter((box) => box.end.every((e, d) => e > box.begin[d]));
  return add({
    operation: {
      name: "whole tiles",
      lowering: { kind: "assemble", parts: (_, __, out) => [out], gaps: () => ({ value: 0, boxes }) },
    },
    attributes: {},
    inputs: [x],
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

/** Over the gradient of N×H'×W'×1×F, into vectors of F. */
function ofResultGradient(
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

function ofFilterGradient(
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
function productOf(node: Node): Operation {
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
function gradientProductOf(node: Node): Operation {
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
