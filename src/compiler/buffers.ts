/** Which buffers a program has, how long each is needed, and where it lies (`placing.ts`). */
import { bytesPerElement } from "../runtime/program.js";
import type { Graph, Node } from "./graph.js";
import type { Launch } from "./launch.js";
import type { Lowerer } from "./lower.js";
import { sizeOf } from "./operation.js";
import { type Life, type Places, placed } from "./placing.js";

/** Outputs of fewer bytes are copied out of the arena when the run is through: that is sooner done than said. */
const largeOutput = 65536;

/**
 * Large outputs, and their places among the outputs: they are written where they stay after the run, until somebody reads
 * them or another run takes them.
 */
export function outputsOfTheirOwn(
  graph: Graph,
  lowerer: Lowerer,
  main: readonly Launch[],
): Map<Node, number> {
  const written = new Set(main.flatMap((launch) => launch.writes));
  const own = new Map<Node, number>();
  graph.outputs.forEach((node, index) => {
    const isLarge = sizeOf(node.shape) * bytesPerElement[node.type] >= largeOutput;
    if (isLarge && written.has(node) && lowerer.placement(node).owner === node && !own.has(node))
      own.set(node, index);
  });
  return own;
}

/**
 * Buffers that live in different phases share their place. What is prepared stays.
 * @param preparation  the launches of each phase
 */
export function placeBuffers(
  graph: Graph,
  { preparation, main }: { [K in "preparation" | "main"]: readonly (readonly Launch[])[] },
  lowerer: Lowerer,
  liesElsewhere: (node: Node) => boolean,
  { resident, isConstant }: { [K in "resident" | "isConstant"]: (source: number) => boolean },
  sourceNodes: ReadonlyMap<number, Node>,
): { arena: Places<Node>; prepared: Places<Node> } {
  const phases = [...preparation, ...main];
  const life = new Map<Node, { from: number; to: number }>();
  const touch = (node: Node, phase: number): void => {
    const { owner } = lowerer.placement(node);
    if (liesElsewhere(owner) || (owner.source >= 0 && resident(owner.source))) return;
    const known = life.get(owner);
    if (known) {
      known.from = Math.min(known.from, phase);
      known.to = Math.max(known.to, phase);
    } else life.set(owner, { from: phase, to: phase });
  };
  phases.forEach((launches, phase) => {
    for (const { reads, writes } of launches) for (const node of [...reads, ...writes]) touch(node, phase);
  });
  // Sources are there before the stage that reads them first, outputs are read after the last phase.
  for (const node of sourceNodes.values()) touch(node, isConstant(node.source) ? 0 : preparation.length);
  for (const node of graph.outputs) touch(node, phases.length);

  const kept = new Map<Node, number>();
  let keptBytes = 0;
  const lives: Life<Node>[] = [];
  for (const [node, { from, to }] of [...life].sort(([a], [b]) => a.id - b.id)) {
    const bytes = bytesOf(node);
    if (from < preparation.length && to >= preparation.length) {
      kept.set(node, keptBytes);
      keptBytes += bytes;
    } else lives.push({ buffer: node, from, to, bytes });
  }
  return { arena: placed(lives), prepared: { places: kept, bytes: keptBytes } };
}

/** With room for what a vector reads behind the last element. */
export const bytesOf = ({ shape, type }: Node): number =>
  Math.ceil((sizeOf(shape) * bytesPerElement[type] + 64) / 64) * 64;
