/**
 * Few columns leave most lanes of a vector empty: a convolution with 6 filters fills 6 of 16. Where A is walked alike
 * along the rows and along the depth, as a convolution walks its picture, neighbours along one of them become columns:
 *
 *     C[x, f] = Σ_k A[x + k] · B[k, f]
 *
 * Rows into columns, where x runs far: p neighbours x = p·u + q share the pixels k' = q + k that they see,
 *
 *     C[u, (q, f)] = Σ_k' A[p·u + k'] · B'[k', (q, f)]   with B'[k', (q, f)] = B[k' − q, f], zero where there is none.
 *
 * Depth into columns, where k runs far (a filter's gradient): with B[u, (q, f)] = B[p·u + q, f], which is B as it lies,
 *
 *     C'[x', (q, f)] = Σ_u A[p·u + x'] · B[u, (q, f)]    and C[x, f] = Σ_q C'[x + q, (q, f)].
 *
 * It costs products with zeros, or ones that nobody needs: (n + p − 1) / n of the shorter side n.
 */
import { scale, sum } from "./affine.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import {
  type ContractionAxes,
  type ContractionAxis,
  contiguous,
  type Operation,
  type Strided,
  sizeOf,
} from "./operation.js";

/** What has to be won for the rearranging of B or C. */
const worthwhile = 1.25;
/** Contractions with fewer products are over before that. */
const fewProducts = 1e6;
/** At most so many vectors of columns: more fill their lanes anyway. */
const mostVectors = 4;

export function widenColumns(graph: Graph, lanes: number): void {
  rewrite(graph, (node, inputs, add) => {
    const walk = walkOf(node, inputs);
    if (!walk) return null;
    const p = neighbours(walk, lanes);
    if (p === 1) return null;
    return walk.row.count >= walk.step.count
      ? rowsIntoColumns(node, inputs, walk, p, add)
      : depthIntoColumns(node, inputs, walk, p, add);
  });
}

/** A row and a depth axis that walk A with the same steps. */
interface Walk {
  readonly axes: ContractionAxes;
  readonly row: ContractionAxis;
  readonly step: ContractionAxis;
  /** The dimension of B along which the depth axis runs. */
  readonly stepInB: number;
}

function walkOf(node: Node, [a, b]: readonly Node[]): Walk | null {
  const { lowering } = node.operation;
  if (lowering.kind !== "contract") return null;
  const shapes = { a: a.shape, b: b.shape, out: node.shape };
  const plain = contiguous(b.shape);
  const axes = lowering.axes(distinct(a.shape), plain, node.attributes, shapes);
  const { rows, columns, depth } = axes;
  if (columns.dimension !== node.shape.length - 1 || columns.b !== 1 || columns.count === 1) return null;
  if (sizeOf(node.shape) * depth.reduce((n, axis) => n * axis.count, 1) < fewProducts) return null;
  for (const row of rows)
    for (const step of depth) {
      if (row.count === 1 || step.count === 1 || row.a !== step.a || row.b !== 0) continue;
      const stepInB = b.shape.findIndex((n, d) => n === step.count && plain.strides[d] === step.b);
      if (stepInB < 0) continue;
      // What becomes columns must lie beside those that there are, in the result or in B.
      const isBeside =
        row.count >= step.count ? meetsLast(node.shape, row.dimension!) : meetsLast(b.shape, stepInB);
      if (isBeside) return { axes, row, step, stepInB };
    }
  return null;
}

/** A layout in which steps along one dimension are never as long as steps along another. */
const distinct = (shape: readonly number[]): Strided => ({
  strides: contiguous(shape).strides.map((stride, d) => stride + (d + 1) * 2 ** 40),
  offset: 0,
});

/** How many neighbours become columns: 1 where it does not pay. */
function neighbours({ axes, row, step }: Walk, lanes: number): number {
  const f = axes.columns.count;
  const [shorter, longer] = [Math.min(row.count, step.count), Math.max(row.count, step.count)];
  const used = (p: number): number =>
    ((p * f) / (Math.ceil((p * f) / lanes) * lanes)) * (shorter / (shorter + p - 1));
  let best = 1;
  for (let p = 2; p * f <= mostVectors * lanes; p++) if (longer % p === 0 && used(p) > used(best)) best = p;
  return used(best) >= worthwhile * used(1) ? best : 1;
}

/** True where nothing lies between a dimension and the last one. */
const meetsLast = (shape: readonly number[], dimension: number): boolean =>
  shape.slice(dimension + 1, -1).every((n) => n === 1);

function rowsIntoColumns(
  node: Node,
  [a, b]: readonly Node[],
  { axes: { columns }, row, step, stepInB }: Walk,
  p: number,
  add: AddNode,
): Node {
  const rowInOut = row.dimension!;
  const f = columns.count;
  const last = b.shape.length - 1;
  const shifted = add({
    operation: shiftedCopies(stepInB, step.count),
    attributes: {},
    inputs: Array.from({ length: p }, () => b),
    shape: b.shape.with(stepInB, step.count + p - 1).with(last, p * f),
    type: "f32",
  });
  const wide = widened(node, [a, shifted], node.shape.with(rowInOut, row.count / p), p * f, (axis) => {
    if (axis.dimension === rowInOut) return { ...axis, count: row.count / p, a: axis.a * p };
    return isSame(axis, step) ? { ...axis, count: step.count + p - 1 } : axis;
  });
  return add({ ...node, operation: reshape, inputs: [add(wide)] });
}

function depthIntoColumns(
  node: Node,
  [a, b]: readonly Node[],
  { axes: { columns }, row, step, stepInB }: Walk,
  p: number,
  add: AddNode,
): Node {
  const f = columns.count;
  const last = b.shape.length - 1;
  const side = add({
    operation: reshape,
    attributes: {},
    inputs: [b],
    shape: b.shape.with(stepInB, step.count / p).with(last, p * f),
    type: "f32",
  });
  const rowInOut = row.dimension!;
  const shape = node.shape.with(rowInOut, row.count + p - 1);
  const wide = add(
    widened(node, [a, side], shape, p * f, (axis) => {
      if (axis.dimension === rowInOut) return { ...axis, count: row.count + p - 1 };
      return isSame(axis, step) ? { ...axis, count: step.count / p, a: axis.a * p } : axis;
    }),
  );
  const shares = add({
    operation: {
      name: "shares of neighbours",
      lowering: {
        kind: "view",
        index: (out) => {
          const q = out[out.length - 1];
          return out
            .slice(0, -1)
            .map((at, d) =>
              d === rowInOut ? sum(at, q) : d === node.shape.length - 1 ? sum(at, scale(q, f)) : at,
            );
        },
      },
    },
    attributes: {},
    inputs: [wide],
    shape: [...node.shape, p],
    type: "f32",
  });
  return add({
    ...node,
    operation: { name: "sum", lowering: { kind: "reduce", combine: "sum" } },
    attributes: { axes: [node.shape.length] },
    inputs: [shares],
  });
}

const reshape: Operation = { name: "reshape", lowering: { kind: "reshape" } };

const isSame = (x: ContractionAxis, y: ContractionAxis): boolean =>
  x.dimension === y.dimension && x.a === y.a && x.count === y.count;

/** The contraction with more columns, and two of its axes changed. */
function widened(
  node: Node,
  inputs: Node[],
  shape: readonly number[],
  columns: number,
  change: (axis: ContractionAxis) => ContractionAxis,
): Omit<Node, "id" | "source"> {
  const { lowering, label, name } = node.operation;
  if (lowering.kind !== "contract") throw new Error(`${name} is no contraction`);
  const shapes = { a: node.inputs[0].shape, b: node.inputs[1].shape, out: node.shape };
  const changedIn = (original: readonly ContractionAxis[], actual: readonly ContractionAxis[]) =>
    actual.map((axis, i) => {
      // Which axis it is says the plain layout: here A may lie otherwise.
      const plain = change(original[i]);
      const factor = plain.a / (original[i].a || 1);
      return { ...axis, count: plain.count, a: original[i].a === 0 ? axis.a : axis.a * factor };
    });
  const plainAxes = lowering.axes(distinct(shapes.a), contiguous(shapes.b), node.attributes, shapes);
  return {
    ...node,
    operation: {
      name: `${name}, ${columns} columns`,
      label: label && ((attributes) => label(attributes, [shapes.a, shapes.b])),
      lowering: {
        kind: "contract",
        axes(a: Strided, b: Strided, attributes) {
          const axes = lowering.axes(a, b, attributes, shapes);
          return {
            ...axes,
            rows: changedIn(plainAxes.rows, axes.rows),
            columns: { ...axes.columns, count: columns },
            depth: changedIn(plainAxes.depth, axes.depth),
          };
        },
      },
    },
    inputs,
    shape: shape.with(shape.length - 1, columns),
  };
}

/** Copies of B side by side along the last dimension, each one step further along another; zeros around them. */
function shiftedCopies(dimension: number, count: number): Operation {
  return {
    name: `copies shifted along ${dimension}`,
    lowering: {
      kind: "assemble",
      parts: (_, inputs, out) =>
        inputs.map((shape, q) => ({
          offset: out.offset + q * (out.strides[dimension] + shape[shape.length - 1] * out.strides.at(-1)!),
          strides: out.strides,
        })),
      gaps: (_, inputs, out) => ({
        value: 0,
        boxes: inputs.flatMap((shape, q) => {
          const last = out.length - 1;
          const f = shape[last];
          const box = (from: number, to: number) => ({
            begin: out.map((_, d) => (d === dimension ? from : d === last ? q * f : 0)),
            end: out.map((n, d) => (d === dimension ? to : d === last ? (q + 1) * f : n)),
          });
          return [box(0, q), box(q + count, out[dimension])].filter(
            ({ begin, end }) => begin[dimension] < end[dimension],
          );
        }),
      }),
    },
  };
}
