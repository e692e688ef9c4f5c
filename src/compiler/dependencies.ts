/** Which launches wait for which: for what they read, and for those who read what they overwrite. */
import { addTo } from "../runtime/lists.js";
import type { Node } from "./graph.js";
import type { Launch } from "./launch.js";

/** Where values come to be, as far as launches could meet there. */
export interface Whereabouts {
  /** Stored nodes that are computed right at their places in the buffer of this one. */
  partsOf(node: Node): readonly Node[];
  /** The variable that is overwritten where this node is written. */
  overwritten(node: Node): Node | undefined;
}

/**
 * For each launch those before it that it waits for, by their places in the list.
 *
 * Parts of a buffer do not touch each other: of those who write into one buffer, none waits for the others, unless it
 * writes over what another has filled.
 */
export function dependencies(
  launches: readonly Launch[],
  { partsOf, overwritten }: Whereabouts,
): Set<number>[] {
  const writers = new Map<Node, number[]>();
  const readers = new Map<Node, number[]>();
  const places = new Map<Launch, number>();
  return launches.map(({ reads, writes, over }, i) => {
    const after = new Set<number>();
    const waitFor = (known: ReadonlyMap<Node, readonly number[]>, node: Node): void => {
      for (const other of known.get(node) ?? []) if (other !== i) after.add(other);
    };
    places.set(launches[i], i);
    if (over && places.has(over)) after.add(places.get(over)!);
    const whole = new Set(reads);
    for (const node of whole) {
      waitFor(writers, node);
      for (const part of partsOf(node)) whole.add(part);
    }
    for (const node of reads) addTo(readers, node, i);
    for (const node of writes) {
      const variable = overwritten(node);
      if (variable) waitFor(readers, variable);
      addTo(writers, node, i);
    }
    return after;
  });
}
