/** Lowers a whole graph: fusion and lowering in turns, until every kernel can be written and fits the target. */
import { NeedsStorage, type Placement } from "./expressions.js";
import { type Fusion, fuse } from "./fusion.js";
import type { Graph, Node } from "./graph.js";
import type { Launch } from "./launch.js";
import { Lowerer } from "./lower.js";
import { layoutOf, traits } from "./lowering.js";
import { contiguous } from "./operation.js";
import { type Attempt, standing } from "./standing.js";
import type { Target } from "./target.js";

/** Lowers every stored node, storing or separating more nodes where a kernel cannot be written otherwise. */
export function lowerAll(
  graph: Graph,
  target: Target,
): {
  lowerer: Lowerer;
  launchesOf: Map<Node, Launch[]>;
} {
  const forced = new Set<Node>();
  const apart = new Set<Node>();
  const unaliased = new Set<Node>();
  let before: (Attempt & { launchesOf: Map<Node, Launch[]> }) | undefined;
  for (;;) {
    const fusion = fuse(graph, forced, apart);
    const lowerer = new Lowerer(target, fusion, aliases(graph, fusion, unaliased));
    const written = lowerer.writtenByOthers();
    const attempt = { fusion, placement: (node: Node) => lowerer.placement(node) };
    const stands = before && standing(graph.nodes, before, attempt);
    const launchesOf = new Map<Node, Launch[]>();
    /** What is in the way, and whose kernel it is in the way of. */
    const needed = new Map<Node, Node>();
    for (const node of graph.nodes) {
      if (!fusion.stored.has(node) || !isComputed(node) || written.has(node)) continue;
      try {
        const known = stands?.(node) && before?.launchesOf.get(node);
        launchesOf.set(node, known || lowerer.lower(node));
      } catch (error) {
        if (!(error instanceof NeedsStorage)) throw error;
        needed.set(error.node, node);
      }
    }
    if (needed.size === 0) return { lowerer, launchesOf };
    for (const [node, kernel] of needed) {
      if (!fusion.stored.has(node)) forced.add(node);
      else if (written.has(node) && !apart.has(node)) apart.add(node);
      else if (!unaliased.has(node)) unaliased.add(node);
      else takeApart(kernel, fusion, { forced, unaliased });
    }
    before = { ...attempt, launchesOf };
  }
}

/** Stores all that a kernel computes: each operation alone can be written. */
function takeApart(
  kernel: Node,
  { stored }: Fusion,
  { forced, unaliased }: { [K in "forced" | "unaliased"]: Set<Node> },
): void {
  const before = forced.size + unaliased.size;
  const inside = new Set<Node>([kernel]);
  for (const node of inside)
    for (const input of node.inputs)
      if (stored.has(input)) unaliased.add(input);
      else {
        forced.add(input);
        inside.add(input);
      }
  if (forced.size + unaliased.size === before)
    throw new Error(`the compiler cannot lower ${kernel.label} of ${kernel.shape.join("×")}`);
}

const isComputed = ({ lowering }: Node): boolean => traits[lowering.kind].computed !== "given";

/** Results that go only into an assembled buffer are computed right there: a padded border costs no copy. */
function aliases(graph: Graph, fusion: Fusion, unaliased: ReadonlySet<Node>): Map<Node, Placement> {
  const placed = new Map<Node, Placement>();
  const fixed = new Set<Node>([...graph.outputs, ...graph.assignments.map((a) => a.value), ...unaliased]);
  const written = new Set([...fusion.extras.values(), ...fusion.companions.values()].flat());
  for (const node of [...graph.nodes].reverse()) {
    const { lowering } = node;
    if (lowering.kind !== "assemble" || !fusion.stored.has(node)) continue;
    const { parts, gaps } = lowering;
    if ("everywhere" in gaps) continue;
    const here = placed.get(node) ?? { owner: node, at: contiguous(node.shape) };
    node.inputs.forEach((input, i) => {
      const { kind } = (fusion.cores.get(input) ?? input).lowering;
      if (!fusion.stored.has(input) || !traits[kind].writesAnywhere) return;
      if (fixed.has(input) || placed.has(input) || written.has(input)) return;
      placed.set(input, { owner: here.owner, at: layoutOf(parts[i], here.at) });
    });
  }
  return placed;
}
