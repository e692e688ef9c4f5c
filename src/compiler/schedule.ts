/** An order in which launches can run, and which new values of variables are written straight into them. */
import { addTo } from "../runtime/lists.js";
import { isEmpty } from "./empty.js";
import type { Graph, Node } from "./graph.js";
import type { Launch } from "./launch.js";
import type { Lowerer } from "./lower.js";

export interface Schedule {
  readonly schedule: readonly Launch[];
  /** New values that are computed in their variable's place: the source it is. */
  readonly inPlace: ReadonlyMap<Node, number>;
  /** Those whose results only variables need, and that write them. */
  readonly updates: ReadonlySet<Launch>;
}

export function scheduled(
  graph: Graph,
  lowerer: Lowerer,
  launchesOf: ReadonlyMap<Node, Launch[]>,
  sourceNodes: ReadonlyMap<number, Node>,
): Schedule {
  // Kernels whose results only variables and other such kernels need come last: nothing reads the old values then.
  const order = [...launchesOf.keys()];
  const outputs = new Set(graph.outputs);
  const assigned = new Set(graph.assignments.map(({ value }) => value));
  const readers = new Map<Node, Node[]>();
  for (const [node, launches] of launchesOf)
    for (const launch of launches)
      for (const read of launch.reads) {
        addTo(readers, read, node);
      }
  const last = new Set<Node>();
  for (const node of [...order].reverse()) {
    const written = launchesOf.get(node)!.flatMap(({ writes }) => writes);
    const isRead = (w: Node): boolean => (readers.get(w) ?? []).some((r) => !last.has(r) && r !== node);
    if (written.some((w) => assigned.has(w)) && !written.some((w) => outputs.has(w) || isRead(w)))
      last.add(node);
  }
  const ofNodes = (nodes: readonly Node[]): Launch[] => nodes.flatMap((node) => launchesOf.get(node)!);
  const updates = new Set(ofNodes(order.filter((node) => last.has(node))));
  const schedule = ofNodes(order.filter((node) => !last.has(node)));
  schedule.push(...updates);

  // An update goes straight into its variable where nobody needs the old value any more.
  const inPlace = new Map<Node, number>();
  const copies: { value: Node; source: number }[] = [];
  const writers = new Map<Node, number>();
  const lastReaders = new Map<Node, number>();
  schedule.forEach(({ reads, writes }, position) => {
    for (const node of writes) if (!writers.has(node)) writers.set(node, position);
    for (const node of reads) lastReaders.set(node, position);
  });
  for (const { value, source } of graph.assignments) {
    const variable = sourceNodes.get(source)!;
    const writer = writers.get(value);
    const lastReader = lastReaders.get(variable) ?? -1;
    const safe =
      writer !== undefined &&
      !inPlace.has(value) &&
      !outputs.has(value) &&
      !outputs.has(variable) &&
      lowerer.placement(value).owner === value &&
      (lastReader < writer || (lastReader === writer && schedule[writer].replaceable.includes(variable)));
    if (safe) inPlace.set(value, source);
    else copies.push({ value, source });
  }
  for (const { value, source } of copies)
    if (!isEmpty(value)) schedule.push(lowerer.copy(value, sourceNodes.get(source)!));

  // What is written over in its variable's place need not be brought there.
  const isThere = ({ copies: what, writes }: Launch): boolean =>
    what !== undefined && what.source >= 0 && inPlace.get(writes[0]) === what.source;
  const needed = schedule.filter((launch) => !isThere(launch));
  return { schedule: needed, inPlace, updates };
}
