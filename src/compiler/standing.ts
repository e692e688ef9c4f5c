/** Of two attempts to lower a graph, what is the same: most kernels need not be lowered again. */
import { type Placement, sameLayout } from "./expressions.js";
import type { Fusion } from "./fusion.js";
import type { Node } from "./graph.js";

/** What the kernels of an attempt are made of, and where it puts their results. */
export interface Attempt {
  readonly fusion: Fusion;
  /** Undefined for what is not stored. */
  placement(node: Node): Placement | undefined;
}

/** Tells of a stored node whether its launches are those of the attempt before: nothing that they see has changed. */
export function standing(nodes: readonly Node[], before: Attempt, now: Attempt): (node: Node) => boolean {
  const changed = new Set(nodes.filter((node) => !isSame(node, before, now)));
  const { stored, extras, companions } = now.fusion;
  return (node) => {
    const written = new Set([node, ...(extras.get(node) ?? []), ...(companions.get(node) ?? [])]);
    const seen = new Set(written);
    for (const n of seen) {
      if (changed.has(n)) return false;
      if (written.has(n) || !stored.has(n)) for (const input of n.inputs) seen.add(input);
    }
    return true;
  };
}

/** Whether a node is stored as before, in the same place, by a kernel of the same nodes, or again is not. */
function isSame(node: Node, before: Attempt, now: Attempt): boolean {
  const [was, is] = [before.placement(node), now.placement(node)];
  if (!was || !is) return was === is;
  return (
    was.owner === is.owner &&
    sameLayout(was.at, is.at, node.shape) &&
    before.fusion.cores.get(node) === now.fusion.cores.get(node) &&
    areSame(before.fusion.extras.get(node), now.fusion.extras.get(node)) &&
    areSame(before.fusion.companions.get(node), now.fusion.companions.get(node))
  );
}

const areSame = (a: readonly Node[] = [], b: readonly Node[] = []): boolean =>
  a.length === b.length && a.every((node, i) => node === b[i]);
