/** A graph as a program: launches in order, and a place in memory for every buffer, both fixed once and for all. */
import type { Kernel, TargetDescription } from "../kernels/language.js";
import { bytesPerElement, type Location, type Program, type ProgramLaunch } from "../runtime/program.js";
import { NeedsStorage, type Placement } from "./expressions.js";
import { type Fusion, fuse } from "./fusion.js";
import { type Graph, linearise, type Node } from "./graph.js";
import { type Launch, Lowerer } from "./lower.js";
import { contiguous, type GraphNode, sizeOf } from "./operation.js";
import { packOperands } from "./pack.js";
import { partition } from "./partition.js";
import { type Stages, splitPreparation } from "./preparation.js";
import { widenColumns } from "./widen.js";
import { winograd } from "./winograd.js";

/** @param constants  sources from this one on keep their values from run to run, though no variable holds them */
export function plan(
  graph: Graph,
  target: TargetDescription,
  constants: number = Number.POSITIVE_INFINITY,
): Program {
  const resident = (source: number): boolean => graph.sources[source].attributes.resident === true;
  const isAssigned = new Set(graph.assignments.map(({ source }) => source));
  const staysAsItIs = ({ source }: Node): boolean =>
    resident(source) ? !isAssigned.has(source) : source >= constants;
  if (!target.direct) winograd(graph, target.lanes, staysAsItIs);
  widenColumns(graph, target.lanes);
  partition(graph);
  packOperands(graph, target.lanes, staysAsItIs);
  const { lowerer, launchesOf } = lowerAll(graph, target);
  const sourceNodes = new Map<number, Node>();
  for (const node of graph.nodes) if (node.source >= 0) sourceNodes.set(node.source, node);

  // Kernels whose results only variables and other such kernels need come last: nothing reads the old values then.
  const last = new Set<Node>();
  const order = [...launchesOf.keys()];
  const assigned = new Map<Node, number[]>();
  for (const { value, source } of graph.assignments)
    assigned.set(value, [...(assigned.get(value) ?? []), source]);
  const readers = new Map<Node, Node[]>();
  for (const [node, launches] of launchesOf)
    for (const launch of launches)
      for (const read of launch.reads) readers.set(read, [...(readers.get(read) ?? []), node]);
  for (const node of [...order].reverse()) {
    const written = launchesOf.get(node)!.flatMap((l) => l.writes);
    const onlyAssigned = written.every(
      (w) => !graph.outputs.includes(w) && (readers.get(w) ?? []).every((r) => last.has(r) || r === node),
    );
    if (onlyAssigned && written.some((w) => assigned.has(w) || (readers.get(w) ?? []).length > 0))
      last.add(node);
  }
  const isUpdate = (node: Node): boolean =>
    last.has(node) && launchesOf.get(node)!.some((l) => l.writes.some((w) => assigned.has(w)));
  const schedule: Launch[] = [];
  for (const node of order) if (!isUpdate(node)) schedule.push(...launchesOf.get(node)!);
  for (const node of order) if (isUpdate(node)) schedule.push(...launchesOf.get(node)!);

  // An update goes straight into its variable where nobody needs the old value any more.
  const inPlace = new Map<Node, number>();
  const copies: { value: Node; source: number }[] = [];
  for (const { value, source } of graph.assignments) {
    const variable = sourceNodes.get(source)!;
    const writer = schedule.findIndex((l) => l.writes.includes(value));
    const safe =
      writer >= 0 &&
      !inPlace.has(value) &&
      !graph.outputs.includes(value) &&
      !graph.outputs.includes(variable) &&
      lowerer.placement(value).owner === value &&
      schedule.every((launch, position) => {
        if (!launch.reads.includes(variable)) return true;
        return position < writer || (position === writer && launch.replaceable.includes(variable));
      });
    if (safe) inPlace.set(value, source);
    else copies.push({ value, source });
  }
  for (const { value, source } of copies) schedule.push(lowerer.copy(value, sourceNodes.get(source)!));

  const { preparation, main } = splitPreparation(
    schedule,
    (node) => (inPlace.has(node) ? sourceNodes.get(inPlace.get(node)!)! : lowerer.placement(node).owner),
    staysAsItIs,
  );
  const isConstant = (source: number): boolean =>
    preparation.length > 0 && source >= constants && !resident(source);
  const { arena, prepared } = placeBuffers(
    graph,
    { preparation, main },
    lowerer,
    inPlace,
    { resident, isConstant },
    sourceNodes,
  );
  const locate = (node: Node): Location => {
    if (node.source >= 0 && resident(node.source)) return { kind: "source", index: node.source };
    const variable = inPlace.get(node);
    if (variable !== undefined) return { kind: "source", index: variable };
    const kept = prepared.places.get(node);
    if (kept !== undefined) return { kind: "prepared", offset: kept };
    return { kind: "arena", offset: arena.places.get(node)! };
  };

  const kernels: Kernel[] = [];
  const place = (launch: Launch): ProgramLaunch => {
    let kernel = kernels.indexOf(launch.kernel);
    if (kernel < 0) kernel = kernels.push(launch.kernel) - 1;
    const { items, work } = launch;
    return { kernel, items, arguments: launch.arguments.map(locate), work };
  };
  return {
    key: graph.key,
    kernels,
    preparation: preparation.map(place),
    launches: main.map(place),
    arenaBytes: arena.bytes,
    preparedBytes: prepared.bytes,
    sources: graph.sources.map((leaf, index) => {
      const node = sourceNodes.get(index)!;
      return {
        resident: leaf.attributes.resident === true,
        assigned: isAssigned.has(index),
        constant: isConstant(index),
        location: locate(node),
        type: leaf.type,
        size: sizeOf(leaf.shape),
      };
    }),
    outputs: graph.outputs.map((node) => ({ location: locate(node), type: node.type, shape: node.shape })),
  };
}

/** Lowers every stored node, storing or separating more nodes where a kernel cannot be written otherwise. */
function lowerAll(
  graph: Graph,
  target: TargetDescription,
): {
  lowerer: Lowerer;
  launchesOf: Map<Node, Launch[]>;
} {
  const forced = new Set<Node>();
  const apart = new Set<Node>();
  const unaliased = new Set<Node>();
  for (;;) {
    const fusion = fuse(graph, forced, apart);
    const lowerer = new Lowerer(target, fusion, aliases(graph, fusion, unaliased));
    const written = lowerer.writtenByOthers();
    const launchesOf = new Map<Node, Launch[]>();
    const needed = new Set<Node>();
    for (const node of graph.nodes) {
      if (!fusion.stored.has(node) || node.source >= 0 || written.has(node)) continue;
      try {
        launchesOf.set(node, lowerer.lower(node));
      } catch (error) {
        if (!(error instanceof NeedsStorage)) throw error;
        needed.add(error.node);
      }
    }
    if (needed.size === 0) return { lowerer, launchesOf };
    for (const node of needed) {
      if (!fusion.stored.has(node)) forced.add(node);
      else if (written.has(node) && !apart.has(node)) apart.add(node);
      else if (!unaliased.has(node)) unaliased.add(node);
      else throw new Error(`the compiler cannot lower ${node.operation.name} of ${node.shape.join("×")}`);
    }
  }
}

/** Results that go only into an assembled buffer are computed right there: a padded border costs no copy. */
function aliases(graph: Graph, fusion: Fusion, unaliased: ReadonlySet<Node>): Map<Node, Placement> {
  const placed = new Map<Node, Placement>();
  const fixed = new Set<Node>([...graph.outputs, ...graph.assignments.map((a) => a.value), ...unaliased]);
  const written = new Set([...fusion.extras.values(), ...fusion.companions.values()].flat());
  for (const node of [...graph.nodes].reverse()) {
    const { lowering } = node.operation;
    if (lowering.kind !== "assemble" || !fusion.stored.has(node)) continue;
    const shapes = node.inputs.map((input) => input.shape);
    const gaps = lowering.gaps(node.attributes, shapes, node.shape);
    if ("everywhere" in gaps) continue;
    const here = placed.get(node) ?? { owner: node, at: contiguous(node.shape) };
    const parts = lowering.parts(node.attributes, shapes, here.at);
    node.inputs.forEach((input, i) => {
      const { kind } = (fusion.cores.get(input) ?? input).operation.lowering;
      const placeable = ["map", "reduce", "contract", "squares", "assemble"].includes(kind);
      if (!fusion.stored.has(input) || input.source >= 0 || !placeable) return;
      if (fixed.has(input) || placed.has(input) || written.has(input)) return;
      placed.set(input, { owner: here.owner, at: parts[i] });
    });
  }
  return placed;
}

/** Where buffers lie, and how much room they take in all. */
interface Places {
  readonly places: ReadonlyMap<Node, number>;
  readonly bytes: number;
}

/** First fit by time of life: buffers that live at different times share their place. What is prepared stays. */
function placeBuffers(
  graph: Graph,
  { preparation, main }: Stages,
  lowerer: Lowerer,
  inPlace: ReadonlyMap<Node, number>,
  { resident, isConstant }: { [K in "resident" | "isConstant"]: (source: number) => boolean },
  sourceNodes: ReadonlyMap<number, Node>,
): { arena: Places; prepared: Places } {
  const schedule = [...preparation, ...main];
  const life = new Map<Node, { from: number; to: number }>();
  const touch = (node: Node, position: number): void => {
    const { owner } = lowerer.placement(node);
    if (inPlace.has(owner) || (owner.source >= 0 && resident(owner.source))) return;
    const known = life.get(owner);
    if (known) {
      known.from = Math.min(known.from, position);
      known.to = Math.max(known.to, position);
    } else life.set(owner, { from: position, to: position });
  };
  schedule.forEach((launch, position) => {
    for (const node of [...launch.reads, ...launch.writes]) touch(node, position);
  });
  // Sources are there before the stage that reads them first, outputs are read after the last launch.
  for (const node of sourceNodes.values()) touch(node, isConstant(node.source) ? 0 : preparation.length);
  for (const node of graph.outputs) touch(node, schedule.length);

  const kept = new Map<Node, number>();
  const places = new Map<Node, number>();
  let keptBytes = 0;
  const taken: { from: number; to: number; start: number; end: number }[] = [];
  let arenaBytes = 0;
  const bySize = [...life].map(([node, { from, to }]) => ({
    node,
    from,
    to,
    bytes: Math.ceil((sizeOf(node.shape) * bytesPerElement[node.type] + 64) / 64) * 64,
  }));
  bySize.sort((a, b) => b.bytes - a.bytes || a.node.id - b.node.id);
  for (const { node, from, to, bytes } of bySize) {
    if (from < preparation.length && to >= preparation.length) {
      kept.set(node, keptBytes);
      keptBytes += bytes;
      continue;
    }
    const busy = taken.filter((t) => t.from <= to && from <= t.to).sort((a, b) => a.start - b.start);
    let start = 0;
    for (const t of busy) {
      if (t.start >= start + bytes) break;
      start = Math.max(start, t.end);
    }
    taken.push({ from, to, start, end: start + bytes });
    places.set(node, start);
    arenaBytes = Math.max(arenaBytes, start + bytes);
  }
  return { arena: { places, bytes: arenaBytes }, prepared: { places: kept, bytes: keptBytes } };
}

const cache = new Map<string, Program>();
/** More programs than this are forgotten from the oldest on: shapes that never come back must not fill the memory. */
const cached = 256;

export interface Planned {
  readonly program: Program;
  readonly sources: readonly GraphNode[];
}

/**
 * The program of a graph; the same one for graphs of the same structure.
 * @param constants  as in `plan`
 */
export function programFor(
  target: TargetDescription,
  outputs: readonly GraphNode[],
  assignments: readonly { variable: GraphNode; value: GraphNode }[] = [],
  firstSources: readonly GraphNode[] = [],
  constants?: number,
): Planned {
  const graph = linearise(outputs, assignments, firstSources);
  const key = `${target.name} ${target.hasFma} ${target.direct} ${constants}\n${graph.key}`;
  let program = cache.get(key);
  if (program) cache.delete(key);
  else program = { ...plan(graph, target, constants), key };
  cache.set(key, program);
  if (cache.size > cached) cache.delete(cache.keys().next().value!);
  return { program, sources: graph.sources };
}
