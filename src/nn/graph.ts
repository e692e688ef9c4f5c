import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { rule, text } from "../door/rules.js";
import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import { show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import { leavesOf } from "../tensor/tree.js";
import {
  type From,
  type GraphNode,
  type Homed,
  inOrder,
  type NamedNode,
  referencesIn,
  withHomes,
} from "./graph-order.js";
import type { Scope } from "./layer.js";
import type { LayerDescription, Network } from "./model.js";
import { network } from "./network.js";

/** One name, whose tensor stands for itself, or several, whose tensors come in a record. */
type Names = string | readonly string[];

/** A network as {@link graph} takes it: inputs, nodes and outputs by name. */
export interface GraphPlan<In extends Names, Out extends Names | { readonly [name: string]: string }> {
  /** A name, and the graph takes a tensor; or a list of names, and it takes a record. */
  readonly inputs: In;
  /** In any order. As a list where names come from elsewhere, such as numbers. */
  readonly nodes: { readonly [name: string]: GraphNode } | readonly NamedNode[];
  /** A node, and the graph gives a tensor; a list of nodes, or a record with names of its own for them, and it gives a record. */
  readonly outputs: Out;
}

/** Plain data: what a graph's description keeps. */
export interface GraphOptions {
  readonly inputs: Names;
  readonly nodes: readonly {
    readonly name: string;
    readonly layer: LayerDescription | string;
    readonly from: From;
  }[];
  readonly outputs: Names | { readonly [name: string]: string };
}

type Named<N> = N extends string
  ? Tensor
  : N extends readonly (infer Name extends string)[]
    ? { readonly [K in Name]: Tensor }
    : { readonly [K in keyof N]: Tensor };

/** A network of named nodes. */
export interface Graph<I extends Tree = Tree, O extends Tree = Tree> extends Network<I, O> {
  readonly type: "graph";
  readonly options: GraphOptions;
  /** In the order in which they run. */
  readonly nodes: readonly NamedNode[];
  describe(): GraphDescription;
}

/** A graph as plain data: it survives JSON. */
export interface GraphDescription extends LayerDescription {
  readonly type: "graph";
  readonly options: GraphOptions;
}

/**
 * Layers joined by names: with several inputs and outputs, ways that part and meet.
 *
 *     const model = nn.graph("answers", {
 *       inputs: ["picture", "question"],
 *       nodes: {
 *         seen: { layer: nn.sequential(nn.conv2d({ filters: 8, kernel: 3 }), nn.globalAvgPool2d()), from: "picture" },
 *         asked: { layer: nn.sequential(nn.embedding({ words: 50, size: 8 }), nn.lstm({ units: 8, outputs: "last" })), from: "question" },
 *         both: { layer: nn.concatenate(), from: ["seen", "asked"] },
 *         answer: { layer: nn.dense(10), from: "both" },
 *       },
 *       outputs: "answer",
 *     });
 *     const scores = model({ picture, question }); // N×10
 *
 * The path of a parameter is that of its node: `answer.weights`, `seen/conv1.filters`. A layer that stands at several
 * nodes has its parameters once, at the first of them.
 *
 * @throws TypeError that names the node: of a name that there is not, twice the same name, a cycle, a node or an input
 *     that leads to no output
 */
export function graph<const In extends Names, const Out extends Names | { readonly [name: string]: string }>(
  name: string,
  plan: GraphPlan<In, Out>,
): Graph<Named<In>, Named<Out>>;
export function graph<const In extends Names, const Out extends Names | { readonly [name: string]: string }>(
  plan: GraphPlan<In, Out>,
): Graph<Named<In>, Named<Out>>;
export function graph(...given: [string, Plan] | [Plan]): unknown {
  const [name, plan] = given.length === 2 ? given : (["graph", given[0]] as const);
  checkPlan(name, plan);
  const { inputs, outputs } = plan;
  const names = typeof inputs === "string" ? [inputs] : [...inputs];
  const nodes = inOrder(name, names, withHomes(name, names, plan.nodes), outputsOf(outputs));
  const options: GraphOptions = {
    inputs,
    nodes: nodes.map((node) => ({
      name: node.name,
      layer: node.home === node.name ? describedAs(node) : node.home,
      from: node.from,
    })),
    outputs,
  };

  const forward = (x: Tree, scope: Scope): Tree => {
    const values = new Map<string, Tree>();
    if (typeof inputs === "string") values.set(inputs, x);
    else for (const input of names) values.set(input, inputNamed(name, names, input, x));
    for (const { name: node, layer, from, home } of nodes) {
      const taken = taking(from, (reference) => valueAt(name, values, reference));
      const place = `${node} (${layer.type} of ${shown(from, taken)})`;
      values.set(node, scope.run(layer, taken, node, { place, shared: home }));
    }
    const result = (reference: string) => tensorAt(name, values, reference);
    if (typeof outputs === "string") return result(outputs);
    return Object.fromEntries(outputsOf(outputs).map(([key, reference]) => [key, result(reference)]));
  };

  const type = "graph" as const;
  return Object.assign(network<Tree, Tree>({ type, name, options, forward }), {
    type,
    options,
    nodes,
    describe: () => ({ type, name, options }),
  });
}

/** @throws TypeError where what a graph is made of is of another kind */
function checkPlan(name: string, plan: Plan): void {
  checkArgument("graph", "the name", name, text);
  const { inputs, nodes, outputs } = optionsOf(name, plan, { inputs: 1, nodes: 1, outputs: 1 });
  const isNames = (value: unknown) => typeof value === "string" || Array.isArray(value);
  const isRecord = (value: unknown) => typeof value === "object" && value !== null;
  const someNames = rule("a name, or a list of them", isNames);
  checkArgument(name, "inputs", inputs, someNames);
  checkArgument(name, "nodes", nodes, rule("a record { name: { layer, from } }, or a list", isRecord));
  if (!isRecord(outputs)) checkArgument(name, "outputs", outputs, someNames);
}

type Plan = GraphPlan<Names, Names | { readonly [name: string]: string }>;

const describedAs = ({ layer: { type, options = {} }, name }: Homed): LayerDescription => ({
  type,
  name,
  options,
});

/** What the graph gives: names with the nodes that they stand for. */
const outputsOf = (outputs: Plan["outputs"]): [name: string, reference: string][] =>
  typeof outputs === "string"
    ? [[outputs, outputs]]
    : Array.isArray(outputs)
      ? outputs.map((reference: string) => [reference, reference])
      : Object.entries(outputs);

function taking(from: From, value: (reference: string) => Tree): Tree {
  if (typeof from === "string") return value(from);
  if (Array.isArray(from)) return from.map((inner: From) => taking(inner, value));
  return Object.fromEntries(Object.entries(from).map(([key, inner]) => [key, taking(inner, value)]));
}

/** `seen 2×8 and asked 2×20` */
const shown = (from: From, taken: Tree): string => {
  const references = referencesIn(from);
  const leaves = leavesOf(taken);
  const named = leaves.length === references.length;
  return leaves
    .map(([, { shape }], i) => `${named ? references[i] : references.join(", ")} ${show(shape)}`)
    .join(", ")
    .replace(/, (?=[^,]*$)/, " and ");
};

function inputNamed(owner: string, names: readonly string[], input: string, x: Tree): Tree {
  if (x instanceof Tensor || Array.isArray(x))
    throw new TypeError(`${owner}: x is ${said(x)}, expected a record of ${names.join(", ")}`);
  const unknown = Object.keys(x).find((key) => !names.includes(key));
  if (unknown !== undefined)
    throw new TypeError(
      `${owner}: there is no input ${unknown}, expected ${names.join(", ")}${suggestion(unknown, names)}`,
    );
  if (Object.hasOwn(x, input)) return (x as { readonly [name: string]: Tree })[input];
  throw new TypeError(
    `${owner}: the input ${input} is missing, expected ${names.join(", ")}, got ${Object.keys(x).join(", ")}`,
  );
}

/** What a node has made, or a part of it. */
function valueAt(owner: string, values: ReadonlyMap<string, Tree>, reference: string): Tree {
  const [node, ...parts] = reference.split(".");
  return parts.reduce((value: Tree, part) => {
    if (!(value instanceof Tensor) && Object.hasOwn(value, part))
      return (value as { readonly [name: string]: Tree })[part];
    throw new TypeError(
      `${owner}: ${node} has no output ${parts.join(".")}; ${value instanceof Tensor ? "it gives one tensor" : `there are ${Object.keys(value).join(", ")}`}`,
    );
  }, values.get(node)!);
}

function tensorAt(owner: string, values: ReadonlyMap<string, Tree>, reference: string): Tensor {
  const value = valueAt(owner, values, reference);
  if (value instanceof Tensor) return value;
  throw new TypeError(
    `${owner}: the output ${reference} is several tensors, expected one of ${leavesOf(value, reference)
      .map(([place]) => place)
      .join(", ")}`,
  );
}
