/**
 * Decides which nodes get a kernel, and a buffer, of their own. All others are computed inside the kernels that
 * use them: element-wise chains at the place where they are needed, views as index arithmetic.
 */
import { reductionsTogether } from "./companions.js";
import { type Graph, type Node, usersOf } from "./graph.js";
import { sizeOf } from "./operation.js";

export interface Fusion {
  /** Nodes with a buffer, sources included. Each of the others has its kernel. */
  readonly stored: ReadonlySet<Node>;
  /** Kernels whose values pass through a contraction or reduction first: that node, by the kernel's node. */
  readonly cores: ReadonlyMap<Node, Node>;
  /** Stored nodes that another kernel writes on the way, by that kernel's node. */
  readonly extras: ReadonlyMap<Node, readonly Node[]>;
  /** Reductions that are done in the same pass as another, by that one. */
  readonly companions: ReadonlyMap<Node, readonly Node[]>;
}

export const isView = (node: Node): boolean =>
  node.operation.lowering.kind === "view" || node.operation.lowering.kind === "reshape";

/** Computing a node so often costs more than storing it. */
const manyPlaces = 3;

/** A tensor of which each element is seen so often costs nothing to read again. */
const manyTimes = 64;

/** The node whose values a chain of views shows. */
export function baseOf(node: Node): Node {
  let base = node;
  while (isView(base)) base = base.inputs[0];
  return base;
}

/**
 * @param forced   nodes that turned out to need a buffer when their kernels were written
 * @param apart    nodes that turned out to need a kernel of their own
 */
export function fuse(graph: Graph, forced: ReadonlySet<Node>, apart: ReadonlySet<Node>): Fusion {
  const users = usersOf(graph.nodes);
  const required = new Set<Node>(forced);
  for (const node of graph.outputs) required.add(node);
  for (const { value } of graph.assignments) required.add(value);
  for (const node of graph.nodes) {
    const { kind } = node.operation.lowering;
    if (kind === "source") required.add(node);
    if (kind === "contract" || kind === "squares" || kind === "gather" || kind === "scatterAdd")
      for (const input of node.inputs) required.add(baseOf(input));
    // These write their own buffer whatever comes after them.
    if (kind === "assemble" || kind === "gather" || kind === "scatterAdd") required.add(node);
    if (kind === "contract" || kind === "squares") {
      const last = lastOfChain(node, users);
      if (last !== node && users.get(last)!.some((user) => !isMap(user))) required.add(last);
    }
  }

  let { stored, cores } = decide(graph, users, required);
  const extrasOf = () => findExtras(graph, stored, cores, apart, users);
  let extras = extrasOf();
  const together = (takesPart: (node: Node) => boolean): Node[][] => {
    const writer = new Map(
      [...extras].flatMap(([host, nodes]) => nodes.map((node) => [node, host] as const)),
    );
    return reductionsTogether(graph, { stored, writer }, takesPart);
  };
  // In a pass with others a reduction is stored as it is, without what is done to its result.
  const inside = new Set(cores.values());
  const joined = together((node) => !apart.has(node) && (stored.has(node) || inside.has(node))).flat();
  if (joined.some((node) => !stored.has(node))) {
    for (const node of joined) required.add(node);
    ({ stored, cores } = decide(graph, users, required));
    extras = extrasOf();
  }
  const groups = together((node) => stored.has(node) && !cores.has(node) && !apart.has(node));
  return { stored, cores, extras, companions: new Map(groups.map(([host, ...others]) => [host, others])) };
}

/** Stored nodes, and the contractions and reductions in whose kernels others are computed. */
function decide(
  graph: Graph,
  users: ReadonlyMap<Node, Node[]>,
  required: ReadonlySet<Node>,
): { stored: Set<Node>; cores: Map<Node, Node> } {
  const stored = new Set<Node>();
  const cores = new Map<Node, Node>();
  // From the results back: the kernels that a node's users belong to are known when the node is met.
  const kernelsOf = new Map<Node, Set<Node>>();
  for (const node of [...graph.nodes].reverse()) {
    const kernels = new Set<Node>();
    for (const user of users.get(node)!)
      for (const kernel of stored.has(user) ? [user] : kernelsOf.get(user)!) kernels.add(kernel);
    kernelsOf.set(node, kernels);
    if (required.has(node)) stored.add(node);
    else if (!isView(node) && !fits(node, kernels)) stored.add(node);
  }

  function fits(node: Node, kernels: ReadonlySet<Node>): boolean {
    const { kind } = node.operation.lowering;
    if (kind === "range") return true;
    if (kind === "map") {
      if (scalarsOnly(node)) return true;
      if (widened(node)) return false;
      if (isCheap(node)) return true;
      return kernels.size === 1 && seenAt(node) < manyPlaces;
    }
    if (kernels.size !== 1) return false;
    const [kernel] = kernels;
    if (cores.has(kernel) || !isEpilogue(node, kernel)) return false;
    cores.set(kernel, node);
    return true;
  }

  /**
   * Worth computing again in each kernel that needs it: one simple operation on one tensor that is stored anyway; and on
   * others that are so small that they stay in the cache, a channel's mean for all of its pixels.
   */
  function isCheap(node: Node): boolean {
    const { lowering } = node.operation;
    if (lowering.kind !== "map" || lowering.cost > 1) return false;
    const tensors = new Set(
      node.inputs.map(baseOf).filter((input) => sizeOf(input.shape) * manyTimes > sizeOf(node.shape)),
    );
    return (
      tensors.size <= 1 &&
      [...tensors].every((t) => t.operation.lowering.kind !== "map" || users.get(t)!.length > 1)
    );
  }

  /** From how many places the node is seen through views: inside its user it would be computed for each of them. */
  function seenAt(node: Node): number {
    return users.get(node)!.filter((user) => user.operation.lowering.kind === "view").length;
  }

  /** True where a user sees the node through a view that repeats its values: computed once, not once a use. */
  function widened(node: Node): boolean {
    return users.get(node)!.some((user) => {
      if (!isView(user)) return false;
      return sizeOf(user.shape) > sizeOf(node.shape) || widened(user);
    });
  }

  /** True where the kernel does nothing but element-wise work on the node's values, each once. */
  function isEpilogue(node: Node, kernel: Node): boolean {
    const inside = (n: Node): boolean => {
      if (n === kernel) return true;
      return users.get(n)!.every((user) => {
        const { kind } = user.operation.lowering;
        if (kind !== "map" && kind !== "reshape") return false;
        if (sizeOf(user.shape) !== sizeOf(node.shape)) return false;
        return user === kernel || (!stored.has(user) && inside(user));
      });
    };
    const { kind } = kernel.operation.lowering;
    return (kind === "map" || kind === "reshape") && inside(node);
  }

  return { stored, cores };
}

const isMap = (node: Node): boolean => node.operation.lowering.kind === "map";

/**
 * The end of the element-wise chain that follows a contraction (bias, normalisation, residual, activation), as far
 * as each result has one user. Stored there, the chain is computed in the contraction's store, while the sums are
 * in registers: not by whoever comes next and would have to load them.
 */
function lastOfChain(node: Node, users: ReadonlyMap<Node, Node[]>): Node {
  let last = node;
  for (let end = node; ; ) {
    const [user, ...others] = users.get(end)!;
    if (!user || others.length > 0 || sizeOf(user.shape) !== sizeOf(node.shape)) return last;
    if (isMap(user)) last = user;
    else if (user.operation.lowering.kind !== "reshape") return last;
    end = user;
  }
}

/** True where everything below is a single element: computed once at the top of the kernel. */
function scalarsOnly(node: Node): boolean {
  return (
    sizeOf(node.shape) === 1 &&
    node.inputs.every((input) => {
      const base = baseOf(input);
      const { kind } = base.operation.lowering;
      return (
        sizeOf(base.shape) === 1 &&
        (kind === "source" || kind === "range" || (kind === "map" && scalarsOnly(base)))
      );
    })
  );
}

/**
 * A stored element-wise result that only one element-wise kernel of the same shape uses is written by that kernel:
 * the momentum of a parameter on the way to its new value.
 */
function findExtras(
  graph: Graph,
  stored: ReadonlySet<Node>,
  cores: ReadonlyMap<Node, Node>,
  apart: ReadonlySet<Node>,
  users: ReadonlyMap<Node, Node[]>,
): Map<Node, Node[]> {
  const extras = new Map<Node, Node[]>();
  const host = new Map<Node, Node>();
  for (const node of [...graph.nodes].reverse()) {
    if (!stored.has(node) || node.operation.lowering.kind !== "map") continue;
    if (cores.has(node) || apart.has(node)) continue;
    const kernels = new Set<Node>();
    const collect = (n: Node): boolean =>
      users.get(n)!.every((user) => {
        if (user.operation.lowering.kind !== "map" || String(user.shape) !== String(node.shape)) return false;
        if (!stored.has(user)) return collect(user);
        kernels.add(host.get(user) ?? user);
        return true;
      });
    if (!collect(node) || kernels.size !== 1) continue;
    const [kernel] = kernels;
    if (cores.has(kernel)) continue;
    extras.set(kernel, [...(extras.get(kernel) ?? []), node]);
    host.set(node, kernel);
  }
  return extras;
}
