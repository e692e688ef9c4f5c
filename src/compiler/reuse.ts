/** Buffers that lie where others have been: whoever writes into one waits for all who had to do with these. */
import type { Node } from "./graph.js";
import type { Launch } from "./launch.js";

/** A buffer in the arena, from its first byte up to the end. */
export interface Extent {
  readonly buffer: Node;
  readonly start: number;
  readonly end: number;
}

/**
 * Adds to what launches wait for.
 * @param after     for each launch those that it waits for
 * @param extentOf  the buffer of a node; null: it does not lie in the arena
 */
export function waitForPlaces(
  launches: readonly Launch[],
  after: readonly Set<number>[],
  extentOf: (node: Node) => Extent | null,
): void {
  const occupants = new Occupants();
  /** For each buffer those who had to do with the ones before it, and those who have to do with it. */
  const before = new Map<Node, number[]>();
  const users = new Map<Node, number[]>();
  launches.forEach(({ reads, writes }, i) => {
    for (const node of new Set([...reads, ...writes])) {
      const extent = extentOf(node);
      if (!extent) continue;
      const { buffer } = extent;
      if (!users.has(buffer)) {
        before.set(
          buffer,
          occupants.replace(extent).flatMap((other) => users.get(other)!),
        );
        users.set(buffer, []);
      }
      users.get(buffer)!.push(i);
      if (writes.includes(node)) for (const other of before.get(buffer)!) after[i].add(other);
    }
  });
}

/** Who lies in each part of the arena, as time passes. */
class Occupants {
  /** Side by side. */
  readonly #now: Extent[] = [];

  /** @returns those who lay there, as far as nobody has come in between */
  replace(by: Extent): Node[] {
    const { start, end } = by;
    const now = this.#now;
    let [first, high] = [0, now.length];
    while (first < high) {
      const middle = (first + high) >> 1;
      if (now[middle].end <= start) first = middle + 1;
      else high = middle;
    }
    let last = first;
    while (last < now.length && now[last].start < end) last++;
    const before = now.slice(first, last);
    const left = before.filter((old) => old.start < start).map((old) => ({ ...old, end: start }));
    const right = before.filter((old) => old.end > end).map((old) => ({ ...old, start: end }));
    now.splice(first, last - first, ...left, by, ...right);
    return before.map(({ buffer }) => buffer);
  }
}
