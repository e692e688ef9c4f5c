/**
 * Horizontal fusion: reductions that one kernel does in one pass: max pooling and its switches, the mean and the variance of a
 * normalisation, and in its gradient the sums over the same two tensors.
 */
import { type Extents, largestKernel } from "./extents.js";
import type { Graph, Node } from "./graph.js";
import { isInside } from "./lowering.js";
import { sizeOf } from "./operation.js";

/** What is known where companions are looked for: which nodes have a buffer, and who writes those that others write. */
export interface Decided {
  readonly stored: ReadonlySet<Node>;
  readonly writer: ReadonlyMap<Node, Node>;
  readonly extents: Extents;
}

/** Reductions that share a pass: each keeps sums in registers. */
const mostTogether = 8;
/** Of the groups that read a tensor, so many are considered: those that began last. */
const lastGroups = 16;

/**
 * Groups of at least two, the first of which does them all. A group reads at least one large tensor in common, and all
 * that it reads is there before its first member.
 *
 * @param takesPart  whether a reduction may be one of a group
 */
export function reductionsTogether(
  graph: Graph,
  { stored, writer, extents }: Decided,
  takesPart: (node: Node) => boolean,
): Node[][] {
  const groups: Group[] = [];
  // Groups of one form by the tensors that they read.
  const readers = new Map<string, Map<Node, Group[]>>();
  for (const node of graph.nodes) {
    if (node.lowering.kind !== "reduce" || !takesPart(node)) continue;
    const [input] = node.inputs;
    const leaves = storedBelow(input, stored);
    if (!leaves) continue;
    const large = leaves.filter((leaf) => sizeOf(leaf.shape) >= sizeOf(input.shape));
    const key = `${input.shape} over ${node.lowering.axes}`;
    const alike = readers.get(key) ?? new Map<Node, Group[]>();
    readers.set(key, alike);
    const size = extents.sizeOf(node);
    const joins = ({ members, size: of }: Group): boolean => {
      const [first] = members;
      if (members.length === mostTogether || of + size > largestKernel) return false;
      if (first.inputs[0] === input) return true;
      if (isArgmax(first) || isArgmax(node)) return false;
      return leaves.every((leaf) => (writer.get(leaf) ?? leaf).id < first.id);
    };
    const near = new Set([input, ...large].flatMap((tensor) => (alike.get(tensor) ?? []).slice(-lastGroups)));
    let group = [...near].sort((a, b) => a.members[0].id - b.members[0].id).find(joins);
    if (group) {
      group.members.push(node);
      group.size += size;
    } else {
      group = { members: [node], size };
      groups.push(group);
    }
    for (const tensor of new Set([input, ...large])) {
      const those = alike.get(tensor) ?? [];
      if (!those.includes(group)) those.push(group);
      alike.set(tensor, those.slice(-lastGroups));
    }
  }
  return groups.flatMap(({ members }) => (members.length > 1 ? [members] : []));
}

interface Group {
  readonly members: Node[];
  /** Values that its kernel computes. */
  size: number;
}

/** Its positions are those of one input: others are not beside it. */
const isArgmax = ({ lowering }: Node): boolean => lowering.kind === "reduce" && lowering.combine === "argmax";

/** The stored nodes from which a node is computed, element by element; null where something else lies between. */
function storedBelow(node: Node, stored: ReadonlySet<Node>): Node[] | null {
  const seen = new Set<Node>([node]);
  const found: Node[] = [];
  for (const n of seen) {
    if (stored.has(n)) {
      found.push(n);
      continue;
    }
    if (!isInside(n.lowering)) return null;
    for (const input of n.inputs) seen.add(input);
  }
  return found;
}
