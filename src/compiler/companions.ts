/**
 * Reductions that one kernel does in one pass: max pooling and its switches, the mean and the variance of a
 * normalisation, and in its gradient the sums over the same two tensors.
 */
import type { Graph, Node } from "./graph.js";
import { sizeOf } from "./operation.js";

/** What is known where companions are looked for: which nodes have a buffer, and who writes those that others write. */
export interface Decided {
  readonly stored: ReadonlySet<Node>;
  readonly writer: ReadonlyMap<Node, Node>;
}

/**
 * Groups of at least two, the first of which does them all. A group reads at least one large tensor in common, and all
 * that it reads is there before its first member.
 *
 * @param takesPart  whether a reduction may be one of a group
 */
export function reductionsTogether(
  graph: Graph,
  { stored, writer }: Decided,
  takesPart: (node: Node) => boolean,
): Node[][] {
  interface Group {
    readonly members: Node[];
    /** Stored nodes with as many elements as are reduced. */
    readonly large: Set<Node>;
  }
  const groups = new Map<string, Group[]>();
  for (const node of graph.nodes) {
    if (node.operation.lowering.kind !== "reduce" || !takesPart(node)) continue;
    const [input] = node.inputs;
    const leaves = storedBelow(input, stored);
    if (!leaves) continue;
    const large = leaves.filter((leaf) => sizeOf(leaf.shape) >= sizeOf(input.shape));
    const key = `${input.shape} over ${node.attributes.axes}`;
    const alike = groups.get(key) ?? [];
    groups.set(key, alike);
    const group = alike.find(({ members: [first], large: read }) => {
      if (first.inputs[0] === input) return true;
      if (isArgmax(first) || isArgmax(node)) return false;
      const isThere = (leaf: Node): boolean => (writer.get(leaf) ?? leaf).id < first.id;
      return large.some((leaf) => read.has(leaf)) && leaves.every(isThere);
    });
    if (group) {
      group.members.push(node);
      for (const leaf of large) group.large.add(leaf);
    } else alike.push({ members: [node], large: new Set(large) });
  }
  return [...groups.values()].flat().flatMap(({ members }) => (members.length > 1 ? [members] : []));
}

/** Its positions are those of one input: others are not beside it. */
const isArgmax = ({ operation: { lowering } }: Node): boolean =>
  lowering.kind === "reduce" && lowering.combine === "argmax";

/** The stored nodes from which a node is computed, element by element; null where something else lies between. */
function storedBelow(node: Node, stored: ReadonlySet<Node>): Node[] | null {
  const seen = new Set<Node>([node]);
  const found: Node[] = [];
  for (const n of seen) {
    if (stored.has(n)) {
      found.push(n);
      continue;
    }
    const { kind } = n.operation.lowering;
    if (kind !== "map" && kind !== "view" && kind !== "reshape" && kind !== "range") return null;
    for (const input of n.inputs) seen.add(input);
  }
  return found;
}
