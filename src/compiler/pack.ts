/**
 * Packing: contractions get their second operand in the order in which they read it, vector after vector, each along
 * the whole depth. A filter is read once for every tile of pixels, so one copy of it is soon paid for; and where the
 * columns of B are not neighbours (the transposed filter of an input gradient), there is no other way.
 */
import { product } from "../kernels/contraction/shape.js";
import { type Affine, dot, identity, scale, sum, zero } from "./affine.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { along, type ContractionAxis, type Lowering, noGaps, partAt, strideOf } from "./lowering.js";
import { contiguous } from "./operation.js";

/** Below so many rows a packed filter would not be read often enough. */
const enoughRows = 32;

/**
 * @param isConstant  true for sources that stay as they are from run to run: what follows from them alone is
 *   packed once, and so for any number of rows above one
 */
export function packOperands(graph: Graph, lanes: number, isConstant: (source: Node) => boolean): void {
  const packs = new Map<string, Node>();
  const constant = constants(graph.nodes, isConstant);
  rewrite(graph, (node, [a, b], add) => {
    const { lowering } = node;
    if (lowering.kind !== "contract") return null;
    const spaced = spaceRows(lowering, a, add);
    const order = packedOrder(lowering, spaced, b, { lanes, once: constant.has(node.inputs[1]) });
    if (order) return add({ ...node, ...packed(lowering, order, spaced, b, { lanes, packs, add }) });
    return spaced === a ? null : add({ ...node, inputs: [spaced, b] });
  });
}

/** The nodes that follow from constant sources alone. */
export function constants(nodes: readonly Node[], isConstant: (source: Node) => boolean): Set<Node> {
  const constant = new Set<Node>();
  for (const node of nodes)
    if (node.source >= 0 ? isConstant(node) : node.inputs.every((input) => constant.has(input)))
      constant.add(node);
  return constant;
}

/** Rows this many bytes apart, or a multiple of it, fall into the same lines of the first-level cache. */
const cacheAlias = 4096;

/**
 * The rows of a tile are read side by side. Where they lie a multiple of 4096 bytes apart they push each other out
 * of the cache: A then gets rows that are a cache line longer. Whoever computes A writes it that way.
 */
function spaceRows({ rows, depth }: Lowering<"contract">, a: Node, add: AddNode): Node {
  const layout = contiguous(a.shape);
  const [row, step] = [rows.findLast((axis) => axis.count > 1), depth.findLast((axis) => axis.count > 1)];
  // Only where a row is walked along its elements; short rows stay in the cache whatever their distance.
  if (!row || !step || step.count < 256 || row.count < 8) return a;
  if (strideOf(layout, step.a) !== 1 || (strideOf(layout, row.a) * 4) % cacheAlias !== 0) return a;
  const line = 16;
  const last = a.shape.length - 1;
  const spaced = add({
    name: "space rows",
    // What lies between the rows is never read.
    lowering: { kind: "assemble", parts: [partAt(a.shape.length)], gaps: noGaps },
    inputs: [a],
    shape: a.shape.with(last, a.shape[last] + line),
    type: a.type,
  });
  return add({
    name: "rows",
    lowering: { kind: "view", index: (out) => [...out] },
    inputs: [spaced],
    shape: a.shape,
    type: a.type,
  });
}

/** Which dimension of B each loop over what is packed runs along; null where it has length 1. */
interface PackedOrder {
  readonly batch: readonly (number | null)[];
  readonly columns: number;
  readonly depth: readonly (number | null)[];
}

/** null where B is better read as it lies */
function packedOrder(
  { batch, rows, columns, depth }: Lowering<"contract">,
  a: Node,
  b: Node,
  { lanes, once }: { lanes: number; once: boolean },
): PackedOrder | null {
  if (columns.vectors !== undefined) return null; // packed by who made it
  const [rowCount, depthCount] = [product(rows), product(depth)];
  if (depthCount < 8 || columns.count < lanes || rowCount === 1) return null;
  // A part of a dimension, or one that is walked in steps, stays where it is.
  const isWhole = ({ count, b: walk }: ContractionAxis): boolean =>
    count === 1 || (walk?.step === 1 && b.shape[walk.dimension] === count);
  if (![...batch, columns, ...depth].every(isWhole)) return null;
  // Over many pixels (a filter's gradient) B is the larger operand, and it is read where it lies, if it can be.
  const inner = depth.findLast((axis) => axis.count > 1);
  const alongElements = !inner || Math.abs(strideOf(contiguous(a.shape), inner.a)) === 1;
  const pays = once || (rowCount >= enoughRows && (alongElements || depthCount <= rowCount * 8));
  const columnsAlong = columns.b!.dimension;
  if (!pays && !liesApart(b, columnsAlong)) return null;
  const dimensionOf = (axis: ContractionAxis): number | null => (axis.count === 1 ? null : axis.b!.dimension);
  return { batch: batch.map(dimensionOf), columns: columnsAlong, depth: depth.map(dimensionOf) };
}

/** The contraction with its B packed: one dimension for each axis of the batch, the vectors, the depth, the lanes. */
function packed(
  lowering: Lowering<"contract">,
  order: PackedOrder,
  a: Node,
  b: Node,
  { lanes, packs, add }: { lanes: number; packs: Map<string, Node>; add: AddNode },
): { lowering: Lowering<"contract">; inputs: Node[] } {
  const { batch, columns, depth } = lowering;
  const vectorsAt = batch.length;
  const vectors = Math.ceil(columns.count / lanes);
  const whole = Math.floor(columns.count / lanes);
  const shapeOf = (v: number, width: number): number[] => [
    ...batch.map((axis) => axis.count),
    v,
    ...depth.map((axis) => axis.count),
    width,
  ];
  const shape = shapeOf(vectors, lanes);
  const key = `${b.id} ${shape} ${order.batch} ${order.columns} ${order.depth}`;
  let made = packs.get(key);
  if (!made) {
    const part = (first: number, v: number, width: number): Node =>
      add({
        name: "packed order",
        lowering: { kind: "view", index: (out) => unpacked(order, out, b.shape.length, { lanes, first }) },
        inputs: [b],
        shape: shapeOf(v, width),
        type: "f32",
      });
    // Whole vectors first, then a last one that is not full: what it lacks is never stored.
    const inputs: Node[] = [];
    if (whole > 0) inputs.push(part(0, whole, lanes));
    if (vectors > whole) inputs.push(part(whole, 1, columns.count - whole * lanes));
    const parts = inputs.map((_, i) =>
      partAt(shape.length, { [vectorsAt]: i === 0 && whole > 0 ? 0 : whole }),
    );
    made = add({
      name: "pack",
      lowering: { kind: "assemble", parts, gaps: noGaps },
      inputs,
      shape,
      type: "f32",
    });
    packs.set(key, made);
  }
  const walking = (first: number) => (axis: ContractionAxis, i: number) => ({ ...axis, b: along(first + i) });
  return {
    lowering: {
      ...lowering,
      batch: batch.map(walking(0)),
      columns: { ...columns, b: along(shape.length - 1), vectors: vectorsAt },
      depth: depth.map(walking(vectorsAt + 1)),
    },
    inputs: [a, made],
  };
}

/** The index into B for an index into what is packed, whose vectors are counted from `first`. */
function unpacked(
  { batch, columns, depth }: PackedOrder,
  out: readonly Affine[],
  rank: number,
  { lanes, first }: { lanes: number; first: number },
): Affine[] {
  const index: Affine[] = Array.from({ length: rank }, () => zero(out[0].coefficients.length));
  const vectorsAt = batch.length;
  batch.forEach((d, i) => {
    if (d !== null) index[d] = out[i];
  });
  depth.forEach((d, i) => {
    if (d !== null) index[d] = out[vectorsAt + 1 + i];
  });
  index[columns] = sum(scale(out[vectorsAt], lanes, first * lanes), out[out.length - 1]);
  return index;
}

/** True where neighbours along a dimension of a view are no neighbours in what it shows: a transposed filter. */
export function liesApart(node: Node, dimension: number): boolean {
  let base = node;
  let indices = identity(node.shape);
  for (; base.lowering.kind === "view"; base = base.inputs[0]) indices = base.lowering.index(indices);
  const place = dot(indices, contiguous(base.shape).strides, 0, node.shape.length);
  return place.coefficients[dimension] !== 1;
}
