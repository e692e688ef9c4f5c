/**
 * Rewrites sums that would leave threads idle: few results, each over many terms. They become several partial
 * results and a small sum of these. The cut depends on the shape alone, so results do not depend on threads.
 */
import { type AddNode, type Graph, type Node, rewrite } from "./graph.js";
import { type ContractionAxis, contiguous, type Operation, type Strided, sizeOf } from "./operation.js";

const reshape: Operation = { name: "reshape", lowering: { kind: "reshape" } };

/** Results below this number, over more terms than that, are worth cutting. */
const fewResults = 1024;
const manyTerms = 8192;

/** From so many products of matrices on, none is cut. */
const enoughProducts = 32;

export function partition(graph: Graph): void {
  rewrite(graph, (node, inputs, add) => {
    const { lowering } = node.operation;
    if (lowering.kind === "reduce" && lowering.combine !== "argmax")
      return cutReduction(node, inputs[0], add);
    return lowering.kind === "contract" ? cutContraction(node, inputs, add) : null;
  });
}

/** A divisor of `count` near the wanted number of parts. 1 where there is none. */
function parts(count: number, wanted = 16): number {
  let best = 1;
  for (let d = 2; d <= 4 * wanted && d <= count; d++)
    if (count % d === 0 && Math.abs(Math.log(d / wanted)) < Math.abs(Math.log(best / wanted))) best = d;
  return best >= 4 ? best : 1;
}

function cutReduction(node: Node, input: Node, add: AddNode): Node | null {
  const axes = node.attributes.axes as number[];
  const results = sizeOf(node.shape);
  if (results > fewResults || sizeOf(input.shape) / results < manyTerms) return null;
  const axis = axes.find((a) => parts(input.shape[a]) > 1);
  if (axis === undefined) return null;
  const p = parts(input.shape[axis]);
  const cut = add({
    operation: reshape,
    attributes: {},
    inputs: [input],
    shape: input.shape.toSpliced(axis, 1, p, input.shape[axis] / p),
    type: input.type,
  });
  // The part's axis stays; all reduced axes after it have moved by one.
  const remaining = axes.map((a) => (a >= axis ? a + 1 : a));
  const shape = cut.shape.filter((_, d) => !remaining.includes(d));
  const partial = add({ ...node, inputs: [cut], attributes: { ...node.attributes, axes: remaining }, shape });
  const kept = cut.shape.map((_, d) => d).filter((d) => !remaining.includes(d));
  return add({ ...node, inputs: [partial], attributes: { ...node.attributes, axes: [kept.indexOf(axis)] } });
}

function cutContraction(node: Node, inputs: Node[], add: AddNode): Node | null {
  const { lowering } = node.operation;
  const results = sizeOf(node.shape);
  if (lowering.kind !== "contract" || results > 1e6) return null;
  // Counts do not depend on how the operands lie: contiguous stands for any layout here.
  const shapes = { a: inputs[0].shape, b: inputs[1].shape, out: node.shape };
  const { batch, depth, rows } = lowering.axes(
    contiguous(shapes.a),
    contiguous(shapes.b),
    node.attributes,
    shapes,
  );
  // The products of a batch are shared as they are.
  if (batch.reduce((n, axis) => n * axis.count, 1) >= enoughProducts) return null;
  const terms = depth.reduce((n, axis) => n * axis.count, 1);
  // Partial results cost memory: many of them only where they are small.
  const p = parts(depth[0].count, results > 65536 ? 4 : 16);
  if (p === 1 || terms / p < 128 || results * terms < 1e6) return null;
  // A product with many rows has enough tiles to share, and reads A row by row.
  if (terms < 8 * rows.reduce((n, axis) => n * axis.count, 1)) return null;
  const operation: Operation = {
    name: `${node.operation.name} in ${p} parts`,
    label: node.operation.label,
    lowering: {
      kind: "contract",
      axes(a: Strided, b: Strided, attributes) {
        const whole = lowering.axes(a, b, attributes, shapes);
        const shift = (axis: ContractionAxis): ContractionAxis => ({
          ...axis,
          dimension: axis.dimension! + 1,
        });
        const [first, ...rest] = whole.depth;
        const count = first.count / p;
        return {
          batch: [
            { count: p, a: first.a * count, b: first.b * count, dimension: 0 },
            ...whole.batch.map(shift),
          ],
          rows: whole.rows.map(shift),
          columns: shift(whole.columns),
          depth: [{ ...first, count }, ...rest],
        };
      },
    },
  };
  const partial = add({ ...node, operation, inputs, shape: [p, ...node.shape] });
  return add({
    operation: { name: "sum", lowering: { kind: "reduce", combine: "sum" } },
    attributes: { axes: [0] },
    inputs: [partial],
    shape: node.shape,
    type: node.type,
  });
}
