/**
 * Gives contractions their second operand in the order in which they read it: vector after vector, each along the
 * whole depth. A filter is read once for every tile of pixels, so one copy of it is soon paid for; and where the
 * columns of B are not neighbours (the transposed filter of an input gradient), there is no other way.
 */
import { type Affine, scale, sum, zero } from "./affine.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { type ContractionAxis, contiguous, type Operation, type Strided } from "./operation.js";

/** Below so many rows a packed filter would not be read often enough. */
const enoughRows = 32;

export function packOperands(graph: Graph, lanes: number): void {
  const packs = new Map<string, Node>();
  rewrite(graph, (node, inputs, add) => {
    const packed = node.operation.lowering.kind === "contract" ? pack(node, inputs, lanes, packs, add) : null;
    return packed && add({ ...node, ...packed });
  });
}

function pack(
  node: Node,
  inputs: Node[],
  lanes: number,
  packs: Map<string, Node>,
  add: AddNode,
): { operation: Operation; inputs: Node[] } | null {
  const { lowering } = node.operation;
  if (lowering.kind !== "contract") return null;
  const [a, b] = inputs;
  const shapes = { a: a.shape, b: b.shape, out: node.shape };
  const plain = contiguous(b.shape);
  const { batch, rows, columns, depth } = lowering.axes(contiguous(a.shape), plain, node.attributes, shapes);
  const rowCount = rows.reduce((n, axis) => n * axis.count, 1);
  const depthCount = depth.reduce((n, axis) => n * axis.count, 1);
  // A long depth is one over pixels: there B is the larger operand, and it is read where it lies.
  if (rowCount < enoughRows || depthCount < 8 || depthCount > rowCount * 8 || columns.count < lanes)
    return null;
  // Which dimension of b an axis runs along: the one with its stride. Axes of length 1 run along none.
  const dimensionOf = (axis: ContractionAxis): number =>
    axis.count === 1
      ? -1
      : b.shape.findIndex((count, d) => count === axis.count && plain.strides[d] === axis.b);
  const along = [...batch, columns, ...depth].map(dimensionOf);
  if (along.some((d, i) => d < 0 && [...batch, columns, ...depth][i].count > 1)) return null;
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
