/**
 * A recorded graph as the compiler works on it: equal nodes once (common-subexpression elimination), in an order in which
 * inputs come first.
 */
import { knownWithoutInputs } from "./empty.js";
import { type Lowering, traits } from "./lowering.js";
import { type ElementType, type GraphNode, written } from "./operation.js";

export interface Node<L extends Lowering = Lowering> {
  readonly id: number;
  readonly lowering: L;
  /** Of two element-wise nodes of one name, the rules do the same. */
  readonly name: string;
  /** For profiles and listings: `conv2d 3×3×64→128`. */
  readonly label: string;
  /** Also for profiles: the layer that it is a part of. Graphs that differ by nothing else are one program. */
  readonly layer?: string;
  readonly inputs: Node[];
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** For a source: its place in the list of sources. */
  readonly source: number;
}

export interface Graph {
  nodes: Node[];
  /** The leaves, in the order in which a run is given their values. */
  readonly sources: readonly GraphNode[];
  outputs: Node[];
  /** New values of variables: written when the run ends. */
  assignments: { source: number; value: Node }[];
  /** Equal for graphs of equal structure, whatever the values of their leaves. */
  readonly key: string;
}

const copy = {
  name: "copy",
  label: "copy",
  lowering: { kind: "map", cost: 1, rule: (_, [x]) => x } satisfies Lowering,
} as const;

/** True for leaves that stay in the engine's memory between runs: they are part of the structure, not of a call. */
const isResident = (node: GraphNode): boolean => node.attributes.resident === true;

export function linearise(
  outputs: readonly GraphNode[],
  assignments: readonly { variable: GraphNode; value: GraphNode }[] = [],
  firstSources: readonly GraphNode[] = [],
): Graph {
  const nodes: Node[] = [];
  const sources: GraphNode[] = [];
  const byKey = new Map<string, Node>();
  const made = new Map<GraphNode, Node>();
  const keys: string[] = [];

  const make = ({ of, lowering, name, label, inputs: read }: Recorded): Node => {
    const inputs = read.map((input) => made.get(input)!);
    if (lowering.kind === "reshape") {
      // A reshape of a reshape is one of what lies below, and none at all where the shape is that again.
      while (inputs[0].lowering.kind === "reshape") inputs[0] = inputs[0].inputs[0];
      if (String(of.shape) === String(inputs[0].shape)) return inputs[0];
    }
    const isSource = lowering.kind === "source";
    const key = isSource
      ? `source ${sources.length} ${isResident(of) ? "resident " : ""}${of.type} ${of.shape}`
      : `${name} ${inputs.map((n) => n.id)} ${of.type} ${of.shape}`;
    const known = byKey.get(key);
    if (known) return known;
    const node: Node = {
      id: nodes.length,
      lowering,
      name,
      label,
      layer: of.layer,
      inputs,
      shape: of.shape,
      type: of.type,
      source: isSource ? sources.length : -1,
    };
    if (isSource) sources.push(of);
    nodes.push(node);
    byKey.set(key, node);
    keys.push(key);
    return node;
  };
  // In the order in which they were recorded: each layer's gradient stands beside its neighbours', so that what a
  // backward pass needs of a layer can be forgotten when it is through with it.
  for (const source of firstSources) made.set(source, make(recorded(source)));
  const roots = [...outputs, ...assignments.map((a) => a.value), ...assignments.map((a) => a.variable)];
  for (const node of needed(roots)) if (!made.has(node.of)) made.set(node.of, make(node));

  const outputNodes = outputs.map((node) => made.get(node)!);
  const assigned = assignments.map(({ variable, value }) => {
    const node = made.get(value)!;
    // A variable may get its own new value in the same run: what is assigned is its value of now.
    const now = node.source < 0 ? node : { ...node, ...copy, id: nodes.length, inputs: [node], source: -1 };
    if (now !== node) {
      nodes.push(now);
      keys.push(`copy ${node.id}`);
    }
    return { value: now, source: made.get(variable)!.source };
  });
  const key = [
    ...keys,
    `outputs ${outputNodes.map((n) => n.id)}`,
    `assignments ${assigned.map((a) => `${a.source}=${a.value.id}`)}`,
  ].join("\n");
  return { nodes, sources, outputs: outputNodes, assignments: assigned, key };
}

/** A node as it was recorded, and what the compiler makes of it. */
interface Recorded extends Pick<Node, "lowering" | "name" | "label"> {
  readonly of: GraphNode;
  /** Those whose values are needed: of a view the first. Others stand there for its gradient only. */
  readonly inputs: readonly GraphNode[];
}

/** All that the given nodes need, oldest first. */
function needed(roots: readonly GraphNode[]): Recorded[] {
  const found = new Set(roots);
  const all: Recorded[] = [];
  for (const node of found) {
    const made = recorded(node);
    all.push(made);
    for (const input of made.inputs) found.add(input);
  }
  return all.sort((a, b) => a.of.serial - b.of.serial);
}

function recorded(of: GraphNode): Recorded {
  const { operation, attributes, shape } = of;
  const inputs = of.inputs.map((input) => input.shape);
  const lowering = operation.lower(attributes, { inputs, out: shape });
  const known = knownWithoutInputs(of, lowering);
  if (known) return { of, ...known, inputs: [] };
  return {
    of,
    lowering,
    name: `${operation.name} ${written(attributes)}`,
    label: operation.label?.(attributes, inputs) ?? operation.name,
    inputs: traits[lowering.kind].computed === "view" ? of.inputs.slice(0, 1) : of.inputs,
  };
}

/** For each node, those that take it as an input. */
export function usersOf(nodes: readonly Node[]): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>(nodes.map((n) => [n, []]));
  for (const node of nodes) for (const input of new Set(node.inputs)) users.get(input)!.push(node);
  return users;
}

/** Adds a node to the graph that is being written. */
export type AddNode = <L extends Lowering>(
  node: Omit<Node<L>, "id" | "source" | "label"> & { label?: string },
) => Node<L>;

/**
 * Writes the graph anew, node by node: `rule` may answer with another node that takes a node's place. Its second
 * argument are the node's inputs as they are now.
 */
export function rewrite(graph: Graph, rule: (node: Node, inputs: Node[], add: AddNode) => Node | null): void {
  const replaced = new Map<Node, Node>();
  const nodes: Node[] = [];
  let layer: string | undefined;
  const add: AddNode = (node) => {
    const made = { layer, ...node, label: node.label ?? node.name, id: nodes.length, source: -1 };
    nodes.push(made);
    return made;
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    layer = node.layer;
    let made = rule(node, inputs, add);
    if (!made) {
      made = { ...node, inputs, id: nodes.length };
      nodes.push(made);
    }
    replaced.set(node, made);
  }
  graph.nodes = nodes;
  graph.outputs = graph.outputs.map((n) => replaced.get(n)!);
  graph.assignments = graph.assignments.map((a) => ({ ...a, value: replaced.get(a.value)! }));
}
