/**
 * Split-K: sums that would leave threads idle, few results of many terms each, become several partial results and a
 * small sum of these. The cut depends on the shape alone, so results do not depend on threads.
 */
import { product } from "../kernels/contraction/shape.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { along, type ContractionAxis, type Lowering } from "./lowering.js";
import { sizeOf } from "./operation.js";

/** Results below this number, over more terms than that, are worth cutting. */
const fewResults = 1024;
const manyTerms = 8192;

/** From so many products of matrices on, none is cut. */
const enoughProducts = 32;

export function partition(graph: Graph): void {
  rewrite(graph, (node, inputs, add) => {
    const { lowering } = node;
    if (lowering.kind === "reduce" && lowering.combine !== "argmax")
      return cutReduction({ ...node, lowering }, inputs[0], add);
    return lowering.kind === "contract" ? cutContraction({ ...node, lowering }, inputs, add) : null;
  });
}

/** A divisor of `count` near the wanted number of parts. 1 where there is none. */
function parts(count: number, wanted = 16): number {
  let best = 1;
  for (let d = 2; d <= 4 * wanted && d <= count; d++)
    if (count % d === 0 && Math.abs(Math.log(d / wanted)) < Math.abs(Math.log(best / wanted))) best = d;
  return best >= 4 ? best : 1;
}

function cutReduction(node: Node<Lowering<"reduce">>, input: Node, add: AddNode): Node | null {
  const { axes } = node.lowering;
  const results = sizeOf(node.shape);
  if (results > fewResults || sizeOf(input.shape) / results < manyTerms) return null;
  const axis = axes.find((a) => parts(input.shape[a]) > 1);
  if (axis === undefined) return null;
  const p = parts(input.shape[axis]);
  const cut = add({
    name: "reshape",
    lowering: { kind: "reshape" },
    inputs: [input],
    shape: input.shape.toSpliced(axis, 1, p, input.shape[axis] / p),
    type: input.type,
  });
  // The part's axis stays; all reduced axes after it have moved by one.
  const remaining = axes.map((a) => (a >= axis ? a + 1 : a));
  const shape = cut.shape.filter((_, d) => !remaining.includes(d));
  const partial = add({ ...node, lowering: { ...node.lowering, axes: remaining }, inputs: [cut], shape });
  const kept = cut.shape.map((_, d) => d).filter((d) => !remaining.includes(d));
  return add({ ...node, lowering: { ...node.lowering, axes: [kept.indexOf(axis)] }, inputs: [partial] });
}

function cutContraction(node: Node<Lowering<"contract">>, inputs: Node[], add: AddNode): Node | null {
  const { batch, depth, rows, columns } = node.lowering;
  const results = sizeOf(node.shape);
  if (results > 1e6) return null;
  // The products of a batch are shared as they are.
  if (product(batch) >= enoughProducts) return null;
  const terms = product(depth);
  // Partial results cost memory: many of them only where they are small.
  const p = parts(depth[0].count, results > 65536 ? 4 : 16);
  if (p === 1 || terms / p < 128 || results * terms < 1e6) return null;
  // A product with many rows has enough tiles to share, and reads A row by row.
  if (terms < 8 * product(rows)) return null;
  const [first, ...rest] = depth;
  const count = first.count / p;
  /** The results have one more dimension in front, which counts the parts. */
  const shifted = <A extends ContractionAxis>(axis: A): A => ({ ...axis, out: axis.out! + 1 });
  const jump = (walk: ContractionAxis["a"]): ContractionAxis["a"] =>
    walk && along(walk.dimension, walk.step * count);
  const partial = add({
    ...node,
    lowering: {
      ...node.lowering,
      convolution: undefined,
      batch: [{ count: p, a: jump(first.a), b: jump(first.b), out: 0 }, ...batch.map(shifted)],
      rows: rows.map(shifted),
      columns: shifted(columns),
      depth: [{ ...first, count }, ...rest],
    },
    inputs,
    shape: [p, ...node.shape],
  });
  return add({
    name: "sum",
    lowering: { kind: "reduce", combine: "sum", axes: [0] },
    inputs: [partial],
    shape: node.shape,
    type: node.type,
  });
}
