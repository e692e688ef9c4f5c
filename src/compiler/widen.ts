/**
 * Widening the columns: few columns leave most lanes of a vector empty: a convolution with 6 filters fills 6 of 16. Where A is walked alike
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
import { product } from "../kernels/contraction/shape.js";
import { scale, sum } from "./affine.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { along, type Box, type ContractionAxis, type Lowering, partAt } from "./lowering.js";
import { sizeOf } from "./operation.js";

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

/** A contraction, and a row and a depth axis of it that walk A with the same steps. */
interface Walk {
  readonly lowering: Lowering<"contract">;
  readonly row: ContractionAxis;
  readonly step: ContractionAxis;
  /** The dimension of the result along which the rows run, and that of B along which the depth axis does. */
  readonly rowInOut: number;
  readonly stepInB: number;
}

function walkOf(node: Node, [, b]: readonly Node[]): Walk | null {
  const { lowering } = node;
  if (lowering.kind !== "contract") return null;
  const { rows, columns, depth } = lowering;
  if (columns.out !== node.shape.length - 1 || columns.count === 1) return null;
  if (columns.b?.dimension !== b.shape.length - 1 || columns.b.step !== 1) return null;
  if (sizeOf(node.shape) * product(depth) < fewProducts) return null;
  for (const row of rows)
    for (const step of depth) {
      if (row.count === 1 || step.count === 1 || row.b || row.out === null) continue;
      if (!row.a || row.a.dimension !== step.a?.dimension || row.a.step !== step.a.step) continue;
      if (step.b?.step !== 1 || b.shape[step.b.dimension] !== step.count) continue;
      const [rowInOut, stepInB] = [row.out, step.b.dimension];
      // What becomes columns must lie beside those that there are, in the result or in B.
      const isBeside =
        row.count >= step.count ? meetsLast(node.shape, rowInOut) : meetsLast(b.shape, stepInB);
      if (isBeside) return { lowering, row, step, rowInOut, stepInB };
    }
  return null;
}

/** How many neighbours become columns: 1 where it does not pay. */
function neighbours({ lowering, row, step }: Walk, lanes: number): number {
  const f = lowering.columns.count;
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
  { lowering, row, step, rowInOut, stepInB }: Walk,
  p: number,
  add: AddNode,
): Node {
  const f = lowering.columns.count;
  const last = b.shape.length - 1;
  const shape = b.shape.with(stepInB, step.count + p - 1).with(last, p * f);
  const shifted = add({
    name: "shifted copies",
    lowering: shiftedCopies(shape, { along: stepInB, count: step.count, f, p }),
    inputs: Array.from({ length: p }, () => b),
    shape,
    type: "f32",
  });
  const wide = add({
    ...node,
    lowering: widened(lowering, p * f, [
      { axis: row, becomes: { ...row, count: row.count / p, a: faster(row, p) } },
      { axis: step, becomes: { ...step, count: step.count + p - 1 } },
    ]),
    inputs: [a, shifted],
    shape: node.shape.with(rowInOut, row.count / p).with(-1, p * f),
  });
  return add({ ...node, ...reshape, inputs: [wide] });
}

function depthIntoColumns(
  node: Node,
  [a, b]: readonly Node[],
  { lowering, row, step, rowInOut, stepInB }: Walk,
  p: number,
  add: AddNode,
): Node {
  const f = lowering.columns.count;
  const side = add({
    ...reshape,
    inputs: [b],
    shape: b.shape.with(stepInB, step.count / p).with(-1, p * f),
    type: "f32",
  });
  const wide = add({
    ...node,
    lowering: widened(lowering, p * f, [
      { axis: row, becomes: { ...row, count: row.count + p - 1 } },
      { axis: step, becomes: { ...step, count: step.count / p, a: faster(step, p) } },
    ]),
    inputs: [a, side],
    shape: node.shape.with(rowInOut, row.count + p - 1).with(-1, p * f),
  });
  const last = node.shape.length - 1;
  const shares = add({
    name: "shares of neighbours",
    lowering: {
      kind: "view",
      index(out) {
        const q = out[last + 1];
        return out
          .slice(0, -1)
          .map((at, d) => (d === rowInOut ? sum(at, q) : d === last ? sum(at, scale(q, f)) : at));
      },
    },
    inputs: [wide],
    shape: [...node.shape, p],
    type: "f32",
  });
  return add({
    ...node,
    name: "sum",
    label: "sum",
    lowering: { kind: "reduce", combine: "sum", axes: [last + 1] },
    inputs: [shares],
  });
}

const reshape = { name: "reshape", label: "reshape", lowering: { kind: "reshape" } } as const;

/** The walk through A with steps that are so many times as long. */
const faster = ({ a }: ContractionAxis, times: number): ContractionAxis["a"] =>
  a && along(a.dimension, a.step * times);

/** The contraction with more columns, and other axes in the place of two. */
function widened(
  lowering: Lowering<"contract">,
  columns: number,
  changes: readonly { axis: ContractionAxis; becomes: ContractionAxis }[],
): Lowering<"contract"> {
  const changed = (axis: ContractionAxis): ContractionAxis =>
    changes.find((change) => change.axis === axis)?.becomes ?? axis;
  return {
    ...lowering,
    convolution: undefined,
    rows: lowering.rows.map(changed),
    columns: { ...lowering.columns, count: columns },
    depth: lowering.depth.map(changed),
  };
}

/** p copies of f columns side by side, each one step further along another dimension; zeros around them. */
function shiftedCopies(
  shape: readonly number[],
  { along: dimension, count, f, p }: { along: number; count: number; f: number; p: number },
): Lowering<"assemble"> {
  const last = shape.length - 1;
  const copies = Array.from({ length: p }, (_, q) => q);
  const boxes = copies.flatMap((q) => {
    const box = (from: number, to: number): Box => ({
      begin: shape.map((_, d) => (d === dimension ? from : d === last ? q * f : 0)),
      end: shape.map((n, d) => (d === dimension ? to : d === last ? (q + 1) * f : n)),
    });
    return [box(0, q), box(q + count, shape[dimension])].filter(
      ({ begin, end }) => begin[dimension] < end[dimension],
    );
  });
  return {
    kind: "assemble",
    parts: copies.map((q) => partAt(shape.length, { [dimension]: q, [last]: q * f })),
    gaps: { value: 0, boxes },
  };
}
