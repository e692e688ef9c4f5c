/**
 * Hoisting of what is constant: what a program computes from variables alone, that it does not change itself: filters in the order in which
 * contractions read them, factors of a normalisation. A model that predicts computes it once, not with each batch.
 */
import type { Node } from "./graph.js";
import type { Launch } from "./launch.js";

export interface Stages {
  readonly preparation: Launch[];
  readonly main: Launch[];
}

/**
 * @param ownerOf    the node in whose buffer a node lies
 * @param isConstant true for sources that stay as they are while the program runs again and again
 */
export function splitPreparation(
  schedule: readonly Launch[],
  ownerOf: (node: Node) => Node,
  isConstant: (source: Node) => boolean,
): Stages {
  // Buffers of which everything that is written into them might be prepared, until one launch proves otherwise.
  const prepared = new Set<Node>();
  for (const { writes } of schedule)
    for (const node of writes) if (ownerOf(node).source < 0) prepared.add(ownerOf(node));
  const known = (node: Node): boolean => (node.source >= 0 ? isConstant(node) : prepared.has(ownerOf(node)));
  for (let before = -1; before !== prepared.size; ) {
    before = prepared.size;
    for (const { reads, writes } of schedule) {
      if (reads.every(known) && writes.every(known)) continue;
      for (const node of writes) prepared.delete(ownerOf(node));
    }
  }
  const isPrepared = ({ writes }: Launch): boolean => writes.every((node) => prepared.has(ownerOf(node)));
  const main = schedule.filter((launch) => !isPrepared(launch));
  // A program that is nothing else need not be split.
  if (main.length === 0) return { preparation: [], main: [...schedule] };
  return { preparation: schedule.filter(isPrepared), main };
}
