import type { StoredNodes } from "./expressions.js";
import type { Node } from "./graph.js";

/** More of them say less. */
const most = 4;

/** The layers that a launch computes, for profiles: `conv1, relu1`; empty where it belongs to none. */
export function layersOf(writes: readonly Node[], stored: Pick<StoredNodes, "isStored">): string {
  const found = new Set<string>();
  const seen = new Set<Node>(writes);
  const visit = (node: Node): void => {
    for (const input of node.inputs) {
      if (seen.has(input) || stored.isStored(input)) continue;
      seen.add(input);
      visit(input);
    }
    if (node.layer !== undefined && node.source < 0) found.add(node.layer);
  };
  writes.forEach(visit);
  const names = [...found];
  return names.length > most
    ? `${names.slice(0, most - 1).join(", ")}, … (${names.length})`
    : names.join(", ");
}
