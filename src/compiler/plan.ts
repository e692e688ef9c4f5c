/** A graph as a program: launches in order, and a place in memory for every buffer, both fixed once and for all. */
import type { Kernel, TargetDescription } from "../kernels/language.js";
import type { Location, Program, ProgramLaunch } from "../runtime/program.js";
import { outputsOfTheirOwn, placeBuffers } from "./buffers.js";
import { targetOf } from "./cpu-target.js";
import type { Graph, Node } from "./graph.js";
import type { Launch } from "./lower.js";
import { lowerAll } from "./lower-all.js";
import { sizeOf } from "./operation.js";
import { splitPreparation } from "./preparation.js";
import { scheduled } from "./schedule.js";
import type { Target } from "./target.js";

/** What of a graph's sources stays where it is, and what stays as it is, from run to run. */
interface Residence {
  resident(source: number): boolean;
  assigned(source: number): boolean;
  staysAsItIs(source: Node): boolean;
}

function residenceIn(graph: Graph, constants: number): Residence {
  const isAssigned = new Set(graph.assignments.map(({ source }) => source));
  const resident = (source: number): boolean => graph.sources[source].attributes.resident === true;
  return {
    resident,
    assigned: (source) => isAssigned.has(source),
    staysAsItIs: ({ source }) => (resident(source) ? !isAssigned.has(source) : source >= constants),
  };
}

/** The program of a graph that has been laid out for the target. */
function plan(graph: Graph, target: Target, constants: number, residence: Residence): Omit<Program, "key"> {
  const { resident, staysAsItIs } = residence;
  const { lowerer, launchesOf } = lowerAll(graph, target);
  const sourceNodes = new Map<number, Node>();
  for (const node of graph.nodes) if (node.source >= 0) sourceNodes.set(node.source, node);

  const { schedule, inPlace } = scheduled(graph, lowerer, launchesOf, sourceNodes);
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
  const place = ({ task, name, arguments: buffers, work }: Launch): ProgramLaunch => {
    const { kernel, items } = target.generate(task, name);
    const number = kernels.get(kernel) ?? kernels.size;
    kernels.set(kernel, number);
    return { kernel: number, items, arguments: buffers.map(locate), work };
  };
  const stages = { preparation: preparation.map(place), launches: main.map(place) };
  return {
    kernels: [...kernels.keys()],
    ...stages,
    arenaBytes: arena.bytes,
    preparedBytes: prepared.bytes,
    sources: graph.sources.map((leaf, index) => {
      const node = sourceNodes.get(index)!;
      return {
        resident: leaf.attributes.resident === true,
        assigned: residence.assigned(index),
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
