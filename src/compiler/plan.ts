/** A graph as a program: launches in order, and a place in memory for every buffer, both fixed once and for all. */
import type { Kernel, TargetDescription } from "../kernels/language.js";
import { bytesPerElement, type Location, type Program, type ProgramLaunch } from "../runtime/program.js";
import { isEmpty } from "./empty.js";
import { NeedsStorage, type Placement } from "./expressions.js";
import { type Fusion, fuse } from "./fusion.js";
import type { Graph, Node } from "./graph.js";
import { type Launch, Lowerer } from "./lower.js";
import { layoutOf, traits } from "./lowering.js";
import { contiguous, sizeOf } from "./operation.js";
import { packOperands } from "./pack.js";
import { partition } from "./partition.js";
import { type Life, type Places, placed } from "./placing.js";
import { type Stages, splitPreparation } from "./preparation.js";
import { widenColumns } from "./widen.js";
import type { winograd } from "./winograd.js";

/** The pass that does convolutions by minimal filtering. */
type MinimalFiltering = typeof winograd;

/**
 * @param constants  sources from this one on keep their values from run to run, though no variable holds them
 * @param minimal    null: convolutions are only computed directly
 */
export function plan(
  graph: Graph,
  target: TargetDescription,
  constants: number = Number.POSITIVE_INFINITY,
  minimal: MinimalFiltering | null = null,
): Program {
  const resident = (source: number): boolean => graph.sources[source].attributes.resident === true;
  const isAssigned = new Set(graph.assignments.map(({ source }) => source));
  const staysAsItIs = ({ source }: Node): boolean =>
    resident(source) ? !isAssigned.has(source) : source >= constants;
  minimal?.(graph, target.lanes, staysAsItIs);
  widenColumns(graph, target.lanes);
  partition(graph);
  packOperands(graph, target.lanes, staysAsItIs);
  const { lowerer, launchesOf } = lowerAll(graph, target);
  const sourceNodes = new Map<number, Node>();
  for (const node of graph.nodes) if (node.source >= 0) sourceNodes.set(node.source, node);

  // Kernels whose results only variables and other such kernels need come last: nothing reads the old values then.
  const last = new Set<Node>();
  const order = [...launchesOf.keys()];
  const outputs = new Set(graph.outputs);
  const assigned = new Set(graph.assignments.map(({ value }) => value));
  const readers = new Map<Node, Node[]>();
  for (const [node, launches] of launchesOf)
    for (const launch of launches)
      for (const read of launch.reads) {
        const known = readers.get(read);
        if (known) known.push(node);
        else readers.set(read, [node]);
      }
  for (const node of [...order].reverse()) {
    const written = launchesOf.get(node)!.flatMap((l) => l.writes);
    const onlyAssigned = written.every(
      (w) => !outputs.has(w) && (readers.get(w) ?? []).every((r) => last.has(r) || r === node),
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

  const { preparation, main } = splitPreparation(
    schedule,
    (node) => (inPlace.has(node) ? sourceNodes.get(inPlace.get(node)!)! : lowerer.placement(node).owner),
    staysAsItIs,
  );
  const isConstant = (source: number): boolean =>
    preparation.length > 0 && source >= constants && !resident(source);
  const ownOutputs = outputsOfTheirOwn(graph, lowerer, main);
  const { arena, prepared } = placeBuffers(
    graph,
    { preparation, main },
    lowerer,
    (node) => inPlace.has(node) || ownOutputs.has(node),
    { resident, isConstant },
    sourceNodes,
  );
  const locate = (node: Node): Location => {
    const output = ownOutputs.get(node);
    if (output !== undefined) return { kind: "output", index: output };
    if (node.source >= 0 && resident(node.source)) return { kind: "source", index: node.source };
    const variable = inPlace.get(node);
    if (variable !== undefined) return { kind: "source", index: variable };
    const kept = prepared.places.get(node);
    if (kept !== undefined) return { kind: "prepared", offset: kept };
    return { kind: "arena", offset: arena.places.get(node)! };
  };

  const kernels = new Map<Kernel, number>();
  const place = (launch: Launch): ProgramLaunch => {
    const kernel = kernels.get(launch.kernel) ?? kernels.size;
    kernels.set(launch.kernel, kernel);
    const { items, work } = launch;
    return { kernel, items, arguments: launch.arguments.map(locate), work };
  };
  const stages = { preparation: preparation.map(place), launches: main.map(place) };
  return {
    key: graph.key,
    kernels: [...kernels.keys()],
    ...stages,
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
    /** What is in the way, and whose kernel it is in the way of. */
    const needed = new Map<Node, Node>();
    for (const node of graph.nodes) {
      if (!fusion.stored.has(node) || !isComputed(node) || written.has(node)) continue;
      try {
        launchesOf.set(node, lowerer.lower(node));
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

/** Outputs of fewer bytes are copied out of the arena when the run is through: that is sooner done than said. */
const largeOutput = 65536;

/**
 * Large outputs, and their places among the outputs: they are written where they stay after the run, until somebody reads
 * them or another run takes them.
 */
function outputsOfTheirOwn(graph: Graph, lowerer: Lowerer, main: readonly Launch[]): Map<Node, number> {
  const written = new Set(main.flatMap((launch) => launch.writes));
  const own = new Map<Node, number>();
  graph.outputs.forEach((node, index) => {
    const isLarge = sizeOf(node.shape) * bytesPerElement[node.type] >= largeOutput;
    if (isLarge && written.has(node) && lowerer.placement(node).owner === node && !own.has(node))
      own.set(node, index);
  });
  return own;
}

/** Buffers that live at different times share their place. What is prepared stays. */
function placeBuffers(
  graph: Graph,
  { preparation, main }: Stages,
  lowerer: Lowerer,
  liesElsewhere: (node: Node) => boolean,
  { resident, isConstant }: { [K in "resident" | "isConstant"]: (source: number) => boolean },
  sourceNodes: ReadonlyMap<number, Node>,
): { arena: Places<Node>; prepared: Places<Node> } {
  const schedule = [...preparation, ...main];
  const life = new Map<Node, { from: number; to: number }>();
  const touch = (node: Node, position: number): void => {
    const { owner } = lowerer.placement(node);
    if (liesElsewhere(owner) || (owner.source >= 0 && resident(owner.source))) return;
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
  let keptBytes = 0;
  const lives: Life<Node>[] = [];
  for (const [node, { from, to }] of [...life].sort(([a], [b]) => a.id - b.id)) {
    const bytes = Math.ceil((sizeOf(node.shape) * bytesPerElement[node.type] + 64) / 64) * 64;
    if (from < preparation.length && to >= preparation.length) {
      kept.set(node, keptBytes);
      keptBytes += bytes;
    } else lives.push({ buffer: node, from, to, bytes });
  }
  return { arena: placed(lives), prepared: { places: kept, bytes: keptBytes } };
}

const cache = new Map<string, Program>();
/** More programs than this are forgotten from the oldest on: shapes that never come back must not fill the memory. */
const cached = 256;

/** Comes with the first convolution of 3×3 windows: a page without one does not load it. */
let minimal: MinimalFiltering | null = null;

/**
 * The program of a graph; the same one for graphs of the same structure. A promise, where a pass has to be loaded first.
 * @param constants  as in `plan`
 */
export function programFor(
  target: TargetDescription,
  graph: Graph,
  constants?: number,
): Program | Promise<Program> {
  const key = `${target.name} ${target.hasFma} ${target.direct} ${constants}\n${graph.key}`;
  const known = cache.get(key);
  if (known) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const make = (pass: MinimalFiltering | null): Program => {
    const program = { ...plan(graph, target, constants, pass), key };
    cache.set(key, program);
    if (cache.size > cached) cache.delete(cache.keys().next().value!);
    return program;
  };
  if (target.direct || !graph.nodes.some(hasSmallWindows)) return make(null);
  if (minimal) return make(minimal);
  return import("./winograd.js").then(({ winograd }) => {
    minimal = winograd;
    return make(minimal);
  });
}

/** Whether a node is a convolution of 3×3 windows, or the gradient of its filter. */
const hasSmallWindows = ({ lowering, inputs, shape }: Node): boolean => {
  if (lowering.kind !== "contract" || !lowering.convolution) return false;
  const [height, width] = lowering.convolution.computes === "results" ? inputs[1].shape : shape;
  return height === 3 && width === 3;
};
