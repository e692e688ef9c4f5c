/**
 * Split-K: sums that would leave threads idle, few results of many terms each, become several partial results and a
 * small sum of these. The cut depends on the shape alone, so results do not depend on threads: there are parts enough for
 * as many as a large machine has.
 */
import { product } from "../kernels/contraction/shape.js";
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { along, type ContractionAxis, type Lowering } from "./lowering.js";
import { sizeOf } from "./operation.js";

/** Results below this number, over more terms than that, are worth cutting. */
const fewResults = 1024;
const manyTerms = 8192;

/** Parts that keep a large machine's threads busy, and as many as cost nothing that one thread alone would notice. */
const mostParts = 64;
const fewParts = 16;
/** So many terms of a part make adding it to the others cheap; with fewer than the least it does not pay. */
const enoughTerms = 512;
const leastTerms = 128;
/** Results that a thread computes at once, or nearly: of more, several share a part. */
const resultsAtOnce = 512;

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
function parts(count: number, wanted: number): number {
  let best = 1;
  for (let d = 2; d <= 4 * wanted && d <= count; d++)
    if (count % d === 0 && Math.abs(Math.log(d / wanted)) < Math.abs(Math.log(best / wanted))) best = d;
  return best;
}

/**
 * Into how many parts each loop of a sum is cut, so that there are about as many as wanted. All are 1 where they would be
 * less than four.
 * @param more  up to so many, loops beside the first are worth cutting
 */
function cuts(counts: readonly number[], wanted: number, more = wanted): number[] {
  let made = 1;
  const found = counts.map((count, i) => {
    const left = (i === 0 ? wanted : more) / made;
    const p = left >= 2 ? parts(count, left) : 1;
    made *= p;
    return p;
  });
  return made >= 4 ? found : found.map(() => 1);
}

function cutReduction(node: Node<Lowering<"reduce">>, input: Node, add: AddNode): Node | null {
  const axes = [...node.lowering.axes].sort((a, b) => a - b);
  const results = sizeOf(node.shape);
  const terms = sizeOf(input.shape) / results;
  if (results > fewResults || terms < manyTerms) return null;
  const wanted = Math.min(mostParts, Math.max(fewParts, terms / enoughTerms));
  const found = cuts(
    axes.map((a) => input.shape[a]),
    wanted,
  );
  const inParts = new Map(axes.flatMap((a, i) => (found[i] > 1 ? [[a, found[i]] as const] : [])));
  if (inParts.size === 0) return null;
  // Each axis that is cut becomes two, of which the first, that of the parts, stays.
  const shape: number[] = [];
  const remaining: number[] = [];
  const ofParts: number[] = [];
  input.shape.forEach((count, a) => {
    const p = inParts.get(a);
    if (p) ofParts.push(shape.push(p) - 1);
    if (axes.includes(a)) remaining.push(shape.length);
    shape.push(count / (p ?? 1));
  });
  const cut = add({
    name: "reshape",
    lowering: { kind: "reshape" },
    inputs: [input],
    shape,
    type: input.type,
  });
  const kept = shape.flatMap((_, d) => (remaining.includes(d) ? [] : [d]));
  const partial = add({
    ...node,
    lowering: { ...node.lowering, axes: remaining },
    inputs: [cut],
    shape: kept.map((d) => shape[d]),
  });
  const lowering = { ...node.lowering, axes: ofParts.map((d) => kept.indexOf(d)) };
  return add({ ...node, lowering, inputs: [partial] });
}

function cutContraction(node: Node<Lowering<"contract">>, inputs: Node[], add: AddNode): Node | null {
  const { batch, depth, rows, columns } = node.lowering;
  const results = sizeOf(node.shape);
  if (results > 1e6) return null;
  // The products of a batch are shared as they are.
  if (product(batch) >= enoughProducts) return null;
  const terms = product(depth);
  // Partial results cost memory: many of them only where they are small.
  const few = results > 65536 ? 4 : fewParts;
  const busy = Math.min(mostParts, (mostParts * resultsAtOnce) / results);
  const found = cuts(
    depth.map(({ count }) => count),
    Math.max(few, Math.min(busy, terms / leastTerms)),
    Math.min(busy, terms / (2 * enoughTerms)),
  );
  const p = found.reduce((n, part) => n * part, 1);
  if (p === 1 || terms / p < leastTerms || results * terms < 1e6) return null;
  // A product with many rows has enough tiles to share, and reads A row by row.
  if (terms < 8 * product(rows)) return null;
  const ofParts = depth.flatMap((axis, i) => (found[i] > 1 ? [{ axis, parts: found[i] }] : []));
  /** The results have more dimensions in front, which count the parts. */
  const shifted = <A extends ContractionAxis>(axis: A): A => ({ ...axis, out: axis.out! + ofParts.length });
  const jump = (walk: ContractionAxis["a"], count: number): ContractionAxis["a"] =>
    walk && along(walk.dimension, walk.step * count);
  const outer = ofParts.map(({ axis: { count, a, b }, parts }, out) => {
    const size = count / parts;
    return { count: parts, a: jump(a, size), b: jump(b, size), out };
  });
  const partial = add({
    ...node,
    lowering: {
      ...node.lowering,
      convolution: undefined,
      batch: [...outer, ...batch.map(shifted)],
      rows: rows.map(shifted),
      columns: shifted(columns),
      depth: depth.map((axis, i) => ({ ...axis, count: axis.count / found[i] })),
    },
    inputs,
    shape: [...ofParts.map(({ parts }) => parts), ...node.shape],
  });
  return add({
    name: "sum",
    lowering: { kind: "reduce", combine: "sum", axes: ofParts.map((_, d) => d) },
    inputs: [partial],
    shape: node.shape,
    type: node.type,
  });
}
