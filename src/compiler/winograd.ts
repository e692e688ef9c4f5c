/**
 * Convolutions of 3×3 windows by Winograd's minimal filtering (`kernels/winograd.ts`): the picture's tiles and the
 * filter are transformed, 36 matrix products stand in the place of the convolution, and the transform of their
 * results ends in the same store as it would. Decided from shapes alone: no result depends on threads or target.
 */
import { tile } from "../kernels/winograd.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { type Lowering, noGaps, partAt } from "./lowering.js";
import { type Shapes, sizeOf } from "./operation.js";
import { constants, liesApart } from "./pack.js";
import {
  gradientProductOfTiles,
  ofFilter,
  ofFilterGradient,
  ofPicture,
  ofResultGradient,
  ofResults,
  productOfTiles,
} from "./winograd-axes.js";
import { type Found, pays } from "./winograd-cost.js";

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
    const adding = { add, lanes };
    const { down, right } = found;
    const seen = (count: number): number => results * count + pixels - results;
    const whole = surrounded(picture, seen(down), seen(right));
    const tiles = added(adding, "transform of tiles", ofPicture, {
      inputs: [whole],
      shape: [found.n, pixels, pixels, down, right, found.c],
    });
    if (found.computes === "filter gradient")
      return filterGradient(node, found, tiles, surrounded(other, results * down, results * right), adding);
    const filter = filters.get(other) ?? transformedFilter(other, adding);
    filters.set(other, filter);
    return convolution(node, found, tiles, filter, adding);
  });
}

/** How the nodes are added, for vectors of so many lanes. */
interface Adding {
  readonly add: AddNode;
  readonly lanes: number;
}

/** A node whose lowering follows from the shapes. */
function added(
  { add, lanes }: Adding,
  name: string,
  lower: (shapes: Shapes, lanes: number) => Lowering,
  { inputs, shape, label }: { inputs: Node[]; shape: readonly number[]; label?: string },
): Node {
  const lowering = lower({ inputs: inputs.map((input) => input.shape), out: shape }, lanes);
  return add({ name, label, lowering, inputs, shape, type: "f32" });
}

function convolutionIn(node: Node, constant: ReadonlySet<Node>): Found | null {
  const { lowering } = node;
  if (lowering.kind !== "contract" || !lowering.convolution) return null;
  const { computes, stride, dilation } = lowering.convolution;
  const other = node.inputs[1];
  const [filter, made] = computes === "results" ? [other.shape, node.shape] : [node.shape, other.shape];
  const [kH, kW, c] = filter;
  const [n, height, width, groups, f] = made;
  if (kH !== tile.filter || kW !== tile.filter || groups !== 1 || Math.max(...stride, ...dilation) > 1)
    return null;
  const [down, right] = [Math.ceil(height / results), Math.ceil(width / results)];
  const prepared = computes === "results" && constant.has(other);
  return { computes, n, height, width, c, f, down, right, prepared };
}

/** Y = Aᵀ [Σ over c of V ∘ U] A */
function convolution(
  node: Node,
  { n, down, right, f }: Found,
  tiles: Node,
  filter: Node,
  adding: Adding,
): Node {
  const products = added(adding, "product of tiles", productOfTiles, {
    label: `${node.label} in tiles`,
    inputs: [tiles, filter],
    shape: [n, pixels, pixels, down, right, f],
  });
  return added(adding, "transform of products", ofResults, { inputs: [products], shape: node.shape });
}

/** dE/dg = Gᵀ [Σ over tiles of V ∘ (A dE/dY Aᵀ)] G: each step of the convolution, transposed. */
function filterGradient(
  node: Node,
  { n, down, right, c, f }: Found,
  tiles: Node,
  gradient: Node,
  adding: Adding,
): Node {
  const { lanes } = adding;
  const transformed = added(adding, "transform of gradients", ofResultGradient, {
    inputs: [gradient],
    shape: [n, pixels, pixels, Math.ceil(f / lanes), down, right, lanes],
  });
  const products = added(adding, "gradient product of tiles", gradientProductOfTiles, {
    label: `${node.label} in tiles`,
    inputs: [tiles, transformed],
    shape: [pixels, pixels, c, f],
  });
  return added(adding, "transform of filter gradients", ofFilterGradient, {
    inputs: [products],
    shape: node.shape,
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
    name: "whole tiles",
    lowering: { kind: "assemble", parts: [partAt(shape.length)], gaps: { value: 0, boxes } },
    inputs: [x],
    shape,
    type: "f32",
  });
}

/** U[i, j, c, f] = (G g Gᵀ)[i, j], in the order in which the product reads it: vectors of f, each along all of c. */
function transformedFilter(filter: Node, adding: Adding): Node {
  const { add, lanes } = adding;
  const [, , c, , f] = filter.shape;
  // The turned filter of an input gradient is copied first, so that its columns are neighbours.
  const inOrder = liesApart(filter, 4)
    ? add({
        name: "in order",
        lowering: { kind: "assemble", parts: [partAt(filter.shape.length)], gaps: noGaps },
        inputs: [filter],
        shape: filter.shape,
        type: "f32",
      })
    : filter;
  return added(adding, "transform of filters", ofFilter, {
    inputs: [inOrder],
    shape: [pixels, pixels, Math.ceil(f / lanes), c, lanes],
  });
}
