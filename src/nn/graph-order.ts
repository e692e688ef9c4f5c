/** The nodes of a graph: which layers they have, and in which order they run. All that is wrong is said here. */
import { said } from "../door/said.js";
import { nearestName, suggestion } from "../door/spelling.js";
import type { AnyLayer } from "./layer.js";

/**
 * What a node takes: the output of an input or node by its name, `encoder`, or of a node with several outputs one of
 * them, `encoder.mean`; or lists and records of these, where its layer takes such.
 */
export type From = string | readonly From[] | { readonly [name: string]: From };

/** A layer of a graph, and where what it takes comes from. */
export interface GraphNode {
  /** Or the name of another node, whose layer it is: both have the same parameters. */
  readonly layer: AnyLayer | string;
  readonly from: From;
}

/** A node with its name, where nodes are given as a list. */
export interface NamedNode extends GraphNode {
  readonly name: string;
}

/** A node with its layer, and the node at which its parameters are. */
export interface Homed extends NamedNode {
  readonly layer: AnyLayer;
  readonly home: string;
}

/** `encoder` of `encoder.mean`. */
const nodeOf = (reference: string): string => reference.split(".", 1)[0];

export const referencesIn = (from: From): string[] =>
  typeof from === "string" ? [from] : Object.values(from).flatMap(referencesIn);

/** The nodes with their layers, each layer at home where it stands first. */
export function withHomes(
  owner: string,
  inputs: readonly string[],
  nodes: { readonly [name: string]: GraphNode } | readonly NamedNode[],
): Homed[] {
  const listed: readonly NamedNode[] = Array.isArray(nodes)
    ? nodes
    : Object.entries(nodes as { readonly [name: string]: GraphNode }).map(([name, node]) => ({
        ...node,
        name,
      }));
  const names = listed.map(({ name }) => name);
  checkNames(owner, inputs, names);
  const byName = new Map(listed.map((node) => [node.name, node]));
  const homes = new Map<AnyLayer, string>();
  return listed.map((node): Homed => {
    const layer = layerOf(owner, node, byName);
    if (!homes.has(layer)) homes.set(layer, homeOf(node, byName));
    return { name: node.name, layer, from: node.from, home: homes.get(layer)! };
  });
}

/** Follows the names that stand for layers. */
function homeOf(node: NamedNode, byName: ReadonlyMap<string, NamedNode>): string {
  let at = node;
  while (typeof at.layer === "string") at = byName.get(at.layer)!;
  return at.name;
}

function layerOf(owner: string, node: NamedNode, byName: ReadonlyMap<string, NamedNode>): AnyLayer {
  const passed = new Set([node]);
  for (let at = node; ; ) {
    if (typeof at.layer !== "string") {
      if (typeof at.layer?.forward === "function") return at.layer;
      throw new TypeError(
        `${owner}: the layer of node ${at.name} is ${said(at.layer)}, expected one, such as nn.relu(), or the name of a node`,
      );
    }
    const next = byName.get(at.layer);
    if (!next)
      throw new TypeError(
        `${owner}: node ${at.name} has the layer of a node "${at.layer}", which there is not${suggestion(at.layer, [...byName.keys()])}`,
      );
    if (passed.has(next))
      throw new TypeError(
        `${owner}: nodes ${[...passed].map(({ name }) => name).join(", ")} name each other for their layer; one of them must have it`,
      );
    passed.add(next);
    at = next;
  }
}

function checkNames(owner: string, inputs: readonly string[], nodes: readonly string[]): void {
  const places = [
    ...inputs.map((name, i) => ({ name, place: `input ${i + 1}` })),
    ...nodes.map((name, i) => ({ name, place: `node ${i + 1}` })),
  ];
  if (inputs.length === 0) throw new TypeError(`${owner}: there are no inputs, expected the name of one`);
  places.forEach(({ name, place }, i) => {
    if (typeof name !== "string" || name === "" || /[/.]/.test(name))
      throw new TypeError(`${owner}: ${place} is called ${said(name)}, expected a name without / and .`);
    const first = places.findIndex((other) => other.name === name);
    if (first !== i)
      throw new TypeError(`${owner}: ${places[first].place} and ${place} are both called ${name}`);
  });
}

/** In the order in which they can run, which is the one in which they were given wherever that is possible. */
export function inOrder(
  owner: string,
  inputs: readonly string[],
  nodes: readonly Homed[],
  outputs: readonly (readonly [string, string])[],
): Homed[] {
  const known = [...inputs, ...nodes.map(({ name }) => name)];
  const check = (who: string, reference: unknown): void => {
    if (typeof reference !== "string")
      throw new TypeError(`${owner}: ${who} ${said(reference)}, expected the name of a node or an input`);
    if (known.includes(nodeOf(reference))) return;
    const near = nearestName(nodeOf(reference), known);
    throw new TypeError(
      `${owner}: ${who} ${reference}, which there is not; ${near ? `did you mean "${near}"?` : `there are ${known.join(", ")}`}`,
    );
  };
  for (const { name, from } of nodes) {
    const references = typeof from === "object" || typeof from === "string" ? referencesIn(from) : [];
    if (references.length === 0)
      throw new TypeError(`${owner}: node ${name} takes nothing: from is ${said(from)}, expected a name`);
    for (const reference of references) check(`node ${name} takes`, reference);
  }
  if (outputs.length === 0)
    throw new TypeError(`${owner}: there are no outputs, expected the name of a node`);
  for (const [, reference] of outputs) check("an output is", reference);

  const order: Homed[] = [];
  const done = new Set(inputs);
  const left = [...nodes];
  while (left.length > 0) {
    const next = left.findIndex(({ from }) => referencesIn(from).every((r) => done.has(nodeOf(r))));
    if (next < 0) throw cycleIn(owner, left);
    const [node] = left.splice(next, 1);
    done.add(node.name);
    order.push(node);
  }
  checkAllUsed(owner, inputs, order, outputs);
  return order;
}

function cycleIn(owner: string, nodes: readonly Homed[]): TypeError {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const way: string[] = [];
  // Every node that is left waits for another one that is left: whoever goes on meets one again.
  for (let at = nodes[0]; !way.includes(at.name); ) {
    way.push(at.name);
    at = byName.get(
      referencesIn(at.from)
        .map(nodeOf)
        .find((name) => byName.has(name))!,
    )!;
    if (way.includes(at.name)) way.splice(0, way.indexOf(at.name));
  }
  const [first] = way;
  return new TypeError(
    `${owner}: the nodes are in a cycle: ${[first, ...way.slice(1).reverse(), first].join(" → ")}`,
  );
}

function checkAllUsed(
  owner: string,
  inputs: readonly string[],
  order: readonly Homed[],
  outputs: readonly (readonly [string, string])[],
): void {
  const used = new Set(outputs.map(([, reference]) => nodeOf(reference)));
  for (const { name, from } of [...order].reverse())
    if (used.has(name)) for (const reference of referencesIn(from)) used.add(nodeOf(reference));
  const idle = order.find(({ name }) => !used.has(name))?.name;
  const unread = inputs.find((name) => !used.has(name));
  if (idle !== undefined || unread !== undefined)
    throw new TypeError(
      `${owner}: ${idle !== undefined ? `node ${idle}` : `the input ${unread}`} leads to no output; outputs are ${outputs.map(([, reference]) => reference).join(", ")}`,
    );
}
