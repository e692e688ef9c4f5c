/**
 * A graph as a program: launches with what each waits for, and a place in memory for every buffer, both fixed once and for
 * all.
 */
import type { TargetDescription } from "../kernels/language.js";
import type { Location, Program, ProgramLaunch } from "../runtime/program.js";
import { bytesOf, outputsOfTheirOwn, placeBuffers } from "./buffers.js";
import { targetOf } from "./cpu-target.js";
import { dependencies } from "./dependencies.js";
import type { Graph, Node } from "./graph.js";
import type { Launch } from "./launch.js";
import { layersOf } from "./layers-of.js";
import { lowerAll } from "./lower-all.js";
import { sizeOf } from "./operation.js";
import { phasesOf } from "./phases.js";
import { splitPreparation } from "./preparation.js";
import { type Extent, waitForPlaces } from "./reuse.js";
import { scheduled } from "./schedule.js";
import type { Target } from "./target.js";

/** What of a graph's sources stays where it is, and what stays as it is, from run to run. */
interface Residence {
  resident(source: number): boolean;
  staysAsItIs(source: Node): boolean;
}

function residenceIn(graph: Graph, constants: number): Residence {
  const isAssigned = new Set(graph.assignments.map(({ source }) => source));
  const resident = (source: number): boolean => graph.sources[source].attributes.resident === true;
  return {
    resident,
    staysAsItIs: ({ source }) => (resident(source) ? !isAssigned.has(source) : source >= constants),
  };
}

/** The program of a graph that has been laid out for the target. */
function plan(graph: Graph, target: Target, constants: number, residence: Residence): Omit<Program, "key"> {
  const { resident, staysAsItIs } = residence;
  const { lowerer, launchesOf } = lowerAll(graph, target);
  const sourceNodes = new Map<number, Node>();
  for (const node of graph.nodes) if (node.source >= 0) sourceNodes.set(node.source, node);

  const { schedule, inPlace, updates } = scheduled(graph, lowerer, launchesOf, sourceNodes);
  const overwritten = (node: Node): Node | undefined =>
    node.source >= 0 ? node : sourceNodes.get(inPlace.get(node) ?? -1);
  const { preparation, main } = splitPreparation(
    schedule,
    (node) => (inPlace.has(node) ? overwritten(node)! : lowerer.placement(node).owner),
    staysAsItIs,
  );
  const waits = (launches: readonly Launch[]): Set<number>[] =>
    dependencies(launches, { partsOf: (node) => lowerer.partsOf(node), overwritten });
  const inPhases = (launches: readonly Launch[]): Launch[][] => {
    const phases = phasesOf(waits(launches), (i) => updates.has(launches[i]));
    return phases.map((phase) => phase.map((i) => launches[i]));
  };
  const stages = { preparation: inPhases(preparation), main: inPhases(main) };
  const isConstant = (source: number): boolean =>
    preparation.length > 0 && source >= constants && !resident(source);
  const ownOutputs = outputsOfTheirOwn(graph, lowerer, main);
  const { arena, prepared } = placeBuffers(
    graph,
    stages,
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

  const extentOf = (node: Node): Extent | null => {
    const { owner } = lowerer.placement(node);
    const start = arena.places.get(owner);
    return start === undefined ? null : { buffer: owner, start, end: start + bytesOf(owner) };
  };
  const linked = (phases: readonly (readonly Launch[])[]): ProgramLaunch[] => {
    const launches = phases.flat();
    const after = waits(launches);
    waitForPlaces(launches, after, extentOf);
    return launches.map(({ name, task, arguments: buffers, work, writes }, i) => ({
      name,
      layers: layersOf(writes, lowerer),
      task,
      arguments: buffers.map(locate),
      work,
      after: [...after[i]],
    }));
  };
  // Parts of a new value that is assembled write where the whole lies.
  const writers = new Map<Node | undefined, number>();
  stages.main.flat().forEach(({ writes }, i) => {
    for (const node of writes) writers.set(overwritten(lowerer.placement(node).owner), i);
  });
  return {
    preparation: linked(stages.preparation),
    launches: linked(stages.main),
    arenaBytes: arena.bytes,
    preparedBytes: prepared.bytes,
    sources: graph.sources.map((leaf, index) => {
      const node = sourceNodes.get(index)!;
      return {
        resident: leaf.attributes.resident === true,
        written: writers.get(node) ?? -1,
        constant: isConstant(index),
        location: locate(node),
        type: leaf.type,
        size: sizeOf(leaf.shape),
      };
    }),
    outputs: graph.outputs.map((node) => ({ location: locate(node), type: node.type, shape: node.shape })),
  };
}

const cache = new Map<string, Program>();
/** More programs than this are forgotten from the oldest on: shapes that never come back must not fill the memory. */
const cached = 256;

/**
 * The program of a graph; the same one for graphs of the same structure. A promise, where a pass has to be loaded first.
 * @param constants  sources from this one on keep their values from run to run, though no variable holds them
 */
export function programFor(
  description: TargetDescription,
  graph: Graph,
  constants: number = Number.POSITIVE_INFINITY,
): Program | Promise<Program> {
  const target = targetOf(description);
  const key = `${target.key} ${constants}\n${graph.key}`;
  const known = cache.get(key);
  if (known) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const residence = residenceIn(graph, constants);
  const make = (): Program => {
    const program = { ...plan(graph, target, constants, residence), key };
    cache.set(key, program);
    if (cache.size > cached) cache.delete(cache.keys().next().value!);
    return program;
  };
  const loading = target.layOut(graph, residence.staysAsItIs);
  return loading ? loading.then(make) : make();
}
