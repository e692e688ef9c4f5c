/**
 * Gives contractions their second operand in the order in which they read it: vector after vector, each along the
 * whole depth. A filter is read once for every tile of pixels, so one copy of it is soon paid for; and where the
 * columns of B are not neighbours (the transposed filter of an input gradient), there is no other way.
 */
import { type Affine, dot, identity, scale, sum, zero } from "./affine.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { type ContractionAxis, contiguous, type Operation, type Strided } from "./operation.js";

/** Below so many rows a packed filter would not be read often enough. */
const enoughRows = 32;

/**
 * @param isConstant  true for sources that stay as they are from run to run: what follows from them alone is
 *   packed once, and so for any number of rows above one
 */
export function packOperands(graph: Graph, lanes: number, isConstant: (source: Node) => boolean): void {
  const packs = new Map<string, Node>();
  const constant = constants(graph.nodes, isConstant);
  rewrite(graph, (node, inputs, add) => {
    if (node.operation.lowering.kind !== "contract") return null;
    const [a, ...rest] = inputs;
    const spaced = [spaceRows(node, inputs, add), ...rest];
    const packed = pack(node, spaced, lanes, constant.has(node.inputs[1]), packs, add);
    if (packed) return add({ ...node, ...packed });
    return spaced[0] === a ? null : add({ ...node, inputs: spaced });
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
function spaceRows(node: Node, [a, b]: readonly Node[], add: AddNode): Node {
  const { lowering } = node.operation;
  if (lowering.kind !== "contract") return a;
  const shapes = { a: a.shape, b: b.shape, out: node.shape };
  const { rows, depth } = lowering.axes(contiguous(a.shape), contiguous(b.shape), node.attributes, shapes);
  const [row, step] = [rows.findLast((axis) => axis.count > 1), depth.findLast((axis) => axis.count > 1)];
  // Only where a row is walked along its elements; short rows stay in the cache whatever their distance.
  if (!row || !step || step.a !== 1 || (row.a * 4) % cacheAlias !== 0 || step.count < 256 || row.count < 8)
    return a;
  const line = 16;
  const last = a.shape.length - 1;
  const spaced = add({
    operation: {
      name: "space rows",
      lowering: {
        kind: "assemble",
        parts: (_, __, out) => [out],
        gaps: () => ({ value: 0, boxes: [] }), // what lies between the rows is never read
      },
    },
    attributes: {},
    inputs: [a],
    shape: a.shape.with(last, a.shape[last] + line),
    type: a.type,
  });
  return add({
    operation: { name: "rows", lowering: { kind: "view", index: (out) => [...out] } },
    attributes: {},
    inputs: [spaced],
    shape: a.shape,
    type: a.type,
  });
}

function pack(
  node: Node,
  inputs: Node[],
  lanes: number,
  once: boolean,
  packs: Map<string, Node>,
  add: AddNode,
): { operation: Operation; inputs: Node[] } | null {
  const { lowering } = node.operation;
  if (lowering.kind !== "contract") return null;
  const [a, b] = inputs;
  const shapes = { a: a.shape, b: b.shape, out: node.shape };
  const plain = contiguous(b.shape);
  const axes = lowering.axes(contiguous(a.shape), plain, node.attributes, shapes);
  if (axes.vectorStride !== undefined) return null; // packed by who made it
  const { batch, rows, columns, depth } = axes;
  const rowCount = rows.reduce((n, axis) => n * axis.count, 1);
  const depthCount = depth.reduce((n, axis) => n * axis.count, 1);
  if (depthCount < 8 || columns.count < lanes || rowCount === 1) return null;
  // Which dimension of b an axis runs along: the one with its stride. Axes of length 1 run along none.
  const dimensionOf = (axis: ContractionAxis): number =>
    axis.count === 1
      ? -1
      : b.shape.findIndex((count, d) => count === axis.count && plain.strides[d] === axis.b);
  const along = [...batch, columns, ...depth].map(dimensionOf);
  if (along.some((d, i) => d < 0 && [...batch, columns, ...depth][i].count > 1)) return null;
  // Over many pixels (a filter's gradient) B is the larger operand, and it is read where it lies, if it can be.
  const alongElements = Math.abs(depth.findLast((axis) => axis.count > 1)?.a ?? 1) === 1;
  const pays = once || (rowCount >= enoughRows && (alongElements || depthCount <= rowCount * 8));
  if (!pays && !liesApart(b, along[batch.length])) return null;
  const batchAlong = along.slice(0, batch.length);
  const columnsAlong = along[batch.length];
  const depthAlong = along.slice(batch.length + 1);

  const vectors = Math.ceil(columns.count / lanes);
  const whole = Math.floor(columns.count / lanes);
  const counts = (v: number, width: number): number[] => [
    ...batch.map((axis) => axis.count),
    v,
    ...depth.map((axis) => axis.count),
    width,
  ];
  const shape = counts(vectors, lanes);
  const key = `${b.id} ${shape} ${along}`;
  let packed = packs.get(key);
  if (!packed) {
    const part = (first: number, v: number, width: number): Node =>
      add({
        operation: {
          name: "packed order",
          lowering: {
            kind: "view",
            index(out) {
              const loops = out[0].coefficients.length;
              const index: Affine[] = b.shape.map(() => zero(loops));
              batchAlong.forEach((d, i) => {
                if (d >= 0) index[d] = out[i];
              });
              depthAlong.forEach((d, i) => {
                if (d >= 0) index[d] = out[batch.length + 1 + i];
              });
              index[columnsAlong] = sum(scale(out[batch.length], lanes, first * lanes), out[out.length - 1]);
              return index;
            },
          },
        },
        attributes: {},
        inputs: [b],
        shape: counts(v, width),
        type: "f32",
      });
    const parts: Node[] = [];
    if (whole > 0) parts.push(part(0, whole, lanes));
    if (vectors > whole) parts.push(part(whole, 1, columns.count - whole * lanes));
    packed = add({
      operation: packing(whole, batch.length),
      attributes: {},
      inputs: parts,
      shape,
      type: "f32",
    });
    packs.set(key, packed);
  }
  const { label } = node.operation;
  const operation: Operation = {
    ...node.operation,
    label: label && ((attributes, [x]) => label(attributes, [x, b.shape])),
    lowering: {
      kind: "contract",
      axes(layoutA: Strided, layoutB: Strided, attributes) {
        const axes = lowering.axes(layoutA, plain, attributes, shapes);
        const at = (i: number): number => layoutB.strides[i];
        return {
          batch: axes.batch.map((axis, i) => ({ ...axis, b: at(i) })),
          rows: axes.rows,
          columns: { ...axes.columns, b: 1 },
          vectorStride: at(batch.length),
          depth: axes.depth.map((axis, i) => ({ ...axis, b: at(batch.length + 1 + i) })),
        };
      },
    },
  };
  return { operation, inputs: [a, packed] };
}

/** True where neighbours along a dimension of a view are no neighbours in what it shows: a transposed filter. */
export function liesApart(node: Node, dimension: number): boolean {
  let base = node;
  let indices = identity(node.shape);
  for (;;) {
    const { lowering } = base.operation;
    if (lowering.kind !== "view") break;
    indices = lowering.index(indices, base.attributes, base.inputs[0].shape);
    base = base.inputs[0];
  }
  const place = dot(indices, contiguous(base.shape).strides, 0, node.shape.length);
  return place.coefficients[dimension] !== 1;
}

/** Whole vectors first, then a last one that is not full: what it lacks is never stored. */
function packing(whole: number, vectorDimension: number): Operation {
  return {
    name: "pack",
    lowering: {
      kind: "assemble",
      parts: (_, inputs, out) =>
        inputs.map((_, i) => ({
          offset: out.offset + (i === 0 && whole > 0 ? 0 : whole) * out.strides[vectorDimension],
          strides: out.strides,
        })),
      gaps: () => ({ value: 0, boxes: [] }),
    },
  };
}
