/**
 * Decides which nodes get a kernel, and a buffer, of their own. All others are computed inside the kernels that
 * use them: element-wise chains at the place where they are needed, views as index arithmetic.
 *
 * Every question about the nodes above or below one is answered in one pass over the graph, from what is known of the
 * neighbours: graphs are deep, and their parts are shared.
 */
import { reductionsTogether } from "./companions.js";
import { Extents } from "./extents.js";
import { type Graph, type Node, usersOf } from "./graph.js";
import { traits } from "./lowering.js";
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

export const isView = (node: Node): boolean => traits[node.lowering.kind].computed === "view";

/** Computing a node so often costs more than storing it. */
const manyPlaces = 3;

/** A tensor of which each element is seen so often costs nothing to read again. */
const manyTimes = 64;

/** So many cheap operations, one on the other, are computed again by each of their users; the next one is stored. */
const cheapInARow = 4;
/** The same for operations on single numbers, and for views. */
const singlesInARow = 16;
const viewsInARow = 32;

/**
 * @param forced   nodes that turned out to need a buffer when their kernels were written
 * @param apart    nodes that turned out to need a kernel of their own
 */
export function fuse(graph: Graph, forced: ReadonlySet<Node>, apart: ReadonlySet<Node>): Fusion {
  const { nodes } = graph;
  const users = usersOf(nodes);
  const bases = basesOf(nodes);
  const required = new Set<Node>(forced);
  for (const node of graph.outputs) required.add(node);
  for (const { value } of graph.assignments) required.add(value);
  const ends = endsOfChains(nodes, users);
  for (const node of nodes) {
    const { computed, readsStored } = traits[node.lowering.kind];
    if (computed === "given" || computed === "alone") required.add(node);
    if (readsStored) for (const input of node.inputs) required.add(bases.get(input)!);
    if (computed === "core" && readsStored) {
      const last = ends.get(node);
      if (last && users.get(last)!.some((user) => !isMap(user))) required.add(last);
    }
  }

  let decided = decide(nodes, users, bases, required);
  let extras = findExtras(nodes, decided, apart, users);
  const together = (takesPart: (node: Node) => boolean): Node[][] => {
    const writer = new Map(
      [...extras].flatMap(([host, written]) => written.map((node) => [node, host] as const)),
    );
    const { stored, extents } = decided;
    return reductionsTogether(graph, { stored, writer, extents }, takesPart);
  };
  // In a pass with others a reduction is stored as it is, without what is done to its result.
  const inside = new Set(decided.cores.values());
  const joined = together(
    (node) => !apart.has(node) && (decided.stored.has(node) || inside.has(node)),
  ).flat();
  if (joined.some((node) => !decided.stored.has(node))) {
    for (const node of joined) required.add(node);
    decided = decide(nodes, users, bases, required);
    extras = findExtras(nodes, decided, apart, users);
  }
  const { stored, cores } = decided;
  const groups = together((node) => stored.has(node) && !cores.has(node) && !apart.has(node));
  return { stored, cores, extras, companions: new Map(groups.map(([host, ...others]) => [host, others])) };
}

interface Decided {
  readonly stored: Set<Node>;
  readonly cores: Map<Node, Node>;
  readonly extents: Extents;
}

/** Stored nodes, and the contractions and reductions in whose kernels others are computed. */
function decide(
  nodes: readonly Node[],
  users: ReadonlyMap<Node, Node[]>,
  bases: ReadonlyMap<Node, Node>,
  required: ReadonlySet<Node>,
): Decided {
  const stored = new Set<Node>();
  const cores = new Map<Node, Node>();
  const extents = new Extents(stored);
  const again = computedAgain(nodes, users, bases);
  const widened = widenedNodes(nodes, users);
  /** Nodes on whose values nothing but element-wise work is done, each once, until they are stored. */
  const inEpilogue = new Set<Node>();
  // From the results back: the kernels that a node's users belong to are known when the node is met.
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n];
    const used = users.get(node)!;
    const places = extents.placesOf(used);
    if (used.every((user) => leadsOn(user, node) && (stored.has(user) || inEpilogue.has(user))))
      inEpilogue.add(node);
    if (required.has(node) || !extents.haveRoomFor(places) || !fits(node, [...places.keys()]))
      stored.add(node);
    else extents.enter(node, places);
  }

  function fits(node: Node, kernels: readonly Node[]): boolean {
    const { kind } = node.lowering;
    if (kind === "range") return true;
    if (isView(node)) return kernels.length === 1 || !again.longViews.has(node);
    if (kind === "map") {
      if (again.scalars.has(node)) return true;
      if (widened.has(node)) return false;
      if (again.cheap.has(node)) return true;
      return kernels.length === 1 && seenAt(node) < manyPlaces;
    }
    if (kernels.length !== 1) return false;
    const [kernel] = kernels;
    if (cores.has(kernel) || !inEpilogue.has(node) || !doesMore(kernel)) return false;
    cores.set(kernel, node);
    return true;
  }

  /** From how many places the node is seen through views: inside its user it would be computed for each of them. */
  function seenAt(node: Node): number {
    return users.get(node)!.filter((user) => user.lowering.kind === "view").length;
  }

  return { stored, cores, extents };
}

const isMap = (node: Node): boolean => node.lowering.kind === "map";

const doesMore = ({ lowering }: Node): boolean => lowering.kind === "map" || lowering.kind === "reshape";

/** True where the user does element-wise work on the node's values, each once. */
const leadsOn = (user: Node, node: Node): boolean =>
  doesMore(user) && sizeOf(user.shape) === sizeOf(node.shape);

/** For each node, the one whose values a chain of views shows. */
function basesOf(nodes: readonly Node[]): Map<Node, Node> {
  const bases = new Map<Node, Node>();
  for (const node of nodes) bases.set(node, isView(node) ? bases.get(node.inputs[0])! : node);
  return bases;
}

/** Nodes that a user sees through a view that repeats their values: computed once, not once a use. */
function widenedNodes(nodes: readonly Node[], users: ReadonlyMap<Node, Node[]>): Set<Node> {
  const widened = new Set<Node>();
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n];
    const repeats = (user: Node): boolean =>
      isView(user) && (sizeOf(user.shape) > sizeOf(node.shape) || widened.has(user));
    if (users.get(node)!.some(repeats)) widened.add(node);
  }
  return widened;
}

/**
 * What every kernel that needs it computes again, or may not: cheap nodes, single numbers, and views so long that this
 * would cost more than a copy.
 */
interface ComputedAgain {
  readonly cheap: ReadonlySet<Node>;
  readonly scalars: ReadonlySet<Node>;
  readonly longViews: ReadonlySet<Node>;
}

function computedAgain(
  nodes: readonly Node[],
  users: ReadonlyMap<Node, Node[]>,
  bases: ReadonlyMap<Node, Node>,
): ComputedAgain {
  // How many of a kind stand one on the other up to a node.
  const [cheap, singles, views] = [new Map<Node, number>(), new Map<Node, number>(), new Map<Node, number>()];
  const longViews = new Set<Node>();
  for (const node of nodes) {
    const { lowering } = node;
    if (isView(node)) {
      const row = (views.get(node.inputs[0]) ?? 0) + 1;
      views.set(node, row);
      if (row % viewsInARow === 0) longViews.add(node);
    }
    if (lowering.kind !== "map") continue;
    if (lowering.cost <= 1) {
      // One simple operation on one tensor that is stored anyway; and on others that are so small that they stay in the
      // cache, a channel's mean for all of its pixels.
      const large = node.inputs
        .map((input) => bases.get(input)!)
        .filter((input) => sizeOf(input.shape) * manyTimes > sizeOf(node.shape));
      const [tensor, ...others] = new Set(large);
      const row = tensor ? (cheap.get(tensor) ?? 0) : 0;
      if (
        others.length === 0 &&
        row < cheapInARow &&
        (!tensor || !isMap(tensor) || users.get(tensor)!.length > 1)
      )
        cheap.set(node, row + 1);
    }
    // Computed once at the top of the kernel, where everything below is a single element.
    const below = node.inputs.map((input) => bases.get(input)!);
    const isSingle = (base: Node): boolean => {
      const { kind } = base.lowering;
      return sizeOf(base.shape) === 1 && (kind === "source" || kind === "range" || singles.has(base));
    };
    if (sizeOf(node.shape) === 1 && below.every(isSingle))
      singles.set(node, 1 + below.reduce((most, base) => Math.max(most, singles.get(base) ?? 0), 0));
  }
  const scalars = [...singles].flatMap(([node, row]) => (row % singlesInARow === 0 ? [] : [node]));
  return { cheap: new Set(cheap.keys()), scalars: new Set(scalars), longViews };
}

/**
 * The end of the element-wise chain that follows a node (bias, normalisation, residual, activation), as far as each
 * result has one user; for nodes that such a chain follows. Stored there, the chain after a contraction is computed in
 * its store, while the sums are in registers: not by whoever comes next and would have to load them.
 */
function endsOfChains(nodes: readonly Node[], users: ReadonlyMap<Node, Node[]>): Map<Node, Node> {
  const ends = new Map<Node, Node>();
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n];
    const [user, ...others] = users.get(node)!;
    if (!user || others.length > 0 || !leadsOn(user, node)) continue;
    const end = ends.get(user) ?? (isMap(user) ? user : undefined);
    if (end) ends.set(node, end);
  }
  return ends;
}

/**
 * A stored element-wise result that only one element-wise kernel of the same shape uses is written by that kernel:
 * the momentum of a parameter on the way to its new value.
 */
function findExtras(
  nodes: readonly Node[],
  { stored, cores, extents }: Decided,
  apart: ReadonlySet<Node>,
  users: ReadonlyMap<Node, Node[]>,
): Map<Node, Node[]> {
  const extras = new Map<Node, Node[]>();
  const host = new Map<Node, Node>();
  /** Nodes of which no user, up to the stored ones, does anything but element-wise work on the same shape. */
  const plain = new Set<Node>();
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n];
    const used = users.get(node)!;
    const isPlain = (user: Node): boolean =>
      isMap(user) && String(user.shape) === String(node.shape) && (stored.has(user) || plain.has(user));
    if (!used.every(isPlain)) continue;
    plain.add(node);
    if (!stored.has(node) || !isMap(node) || cores.has(node) || apart.has(node)) continue;
    const kernels = new Set([...extents.placesOf(used).keys()].map((kernel) => host.get(kernel) ?? kernel));
    if (kernels.size !== 1) continue;
    const [kernel] = kernels;
    if (cores.has(kernel) || !extents.join(kernel, node)) continue;
    const written = extras.get(kernel) ?? [];
    written.push(node);
    extras.set(kernel, written);
    host.set(node, kernel);
  }
  return extras;
}
